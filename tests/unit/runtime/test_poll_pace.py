"""A city's polls come in small batches with everything else in between, in order, and none is forgotten."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from controller.runtime.clocks import ScaledClock
from controller.runtime.poll_pace import BATCH, EVERY_S, PROVING_S, ROUTINE, PollPace
from controller.runtime.waker import Waker


def wakers(count: int) -> list[Waker]:
    clock = ScaledClock(datetime(2026, 6, 21, tzinfo=UTC), source=asyncio.get_running_loop().time, origin_s=0.0)
    return [Waker(clock) for _ in range(count)]


async def test_a_batch_is_admitted_at_once_and_the_rest_in_its_turn() -> None:
    pace, channels = PollPace(), wakers(2 * BATCH + 1)
    first = [channel for channel in channels if pace.admits(channel)]
    assert first == channels[:BATCH]
    await asyncio.sleep(EVERY_S)
    assert [channel for channel in channels[BATCH:] if pace.admits(channel)] == channels[BATCH : 2 * BATCH]
    await asyncio.sleep(EVERY_S)
    assert pace.admits(channels[-1])


async def test_whoever_waited_is_called_and_comes_before_newcomers() -> None:
    pace, channels = PollPace(), wakers(BATCH + 2)
    for channel in channels[:BATCH]:
        assert pace.admits(channel)
    late, newcomer = channels[BATCH:]
    assert not pace.admits(late)
    called = asyncio.ensure_future(late.wait(60.0))
    assert not pace.admits(newcomer)
    assert await called
    assert pace.admits(late)


async def test_a_channel_that_closed_takes_nobodys_turn() -> None:
    pace, channels = PollPace(), wakers(BATCH + 2)
    for channel in channels:
        pace.admits(channel)
    pace.leave(channels[BATCH])
    await asyncio.sleep(EVERY_S)
    assert pace.admits(channels[-1])
    assert not pace._admitted


async def test_proofs_of_commands_come_before_routine_polls_that_waited_longer() -> None:
    pace, channels = PollPace(), wakers(3 * BATCH + 1)
    first, routine, proof = channels[:BATCH], channels[BATCH : 3 * BATCH], channels[-1]
    assert all(pace.admits(channel) for channel in first)
    assert not any(pace.admits(channel) for channel in routine)
    assert not pace.admits(proof, proof=True)
    await asyncio.sleep(EVERY_S)
    assert pace.admits(proof, proof=True)


async def test_a_citys_proofs_leave_room_for_routine_polls() -> None:
    pace, channels = PollPace(), wakers(5 * BATCH)
    first, proofs, routine = channels[:BATCH], channels[BATCH : 4 * BATCH], channels[4 * BATCH :]
    assert all(pace.admits(channel) for channel in first)
    assert not any(pace.admits(channel, proof=True) for channel in proofs)
    assert not any(pace.admits(channel) for channel in routine)
    await asyncio.sleep(EVERY_S)
    assert sum(pace.admits(channel, proof=True) for channel in proofs) == BATCH - ROUTINE
    assert sum(pace.admits(channel) for channel in routine) == ROUTINE


async def test_a_waiting_poll_that_becomes_a_proof_moves_up() -> None:
    pace, channels = PollPace(), wakers(3 * BATCH)
    assert sum(pace.admits(channel) for channel in channels) == BATCH
    last = channels[-1]
    assert not pace.admits(last, proof=True)
    await asyncio.sleep(EVERY_S)
    assert pace.admits(last)
    assert not pace._proofs


async def test_routine_polls_that_can_wait_leave_the_machine_to_proofs() -> None:
    pace, channels = PollPace(), wakers(3)
    proof, patient, urgent = channels
    assert pace.admits(proof, proof=True)
    assert not pace.admits(patient, spare_s=2.0)
    assert not pace.admits(urgent)  # somebody waits already: in its turn, which is the next batch
    await asyncio.sleep(EVERY_S)
    assert pace.admits(urgent)
    assert not pace.admits(patient, spare_s=2.0)


async def test_they_are_made_when_the_proofs_are_over() -> None:
    pace, (proof, patient) = PollPace(), wakers(2)
    assert pace.admits(proof, proof=True)
    assert not pace.admits(patient, spare_s=2.0)
    called = asyncio.ensure_future(patient.wait(60.0))
    began_s = asyncio.get_running_loop().time()
    assert await called
    assert pace.admits(patient, spare_s=2.0)
    assert asyncio.get_running_loop().time() - began_s <= PROVING_S + 2 * EVERY_S


async def test_no_poll_waits_longer_for_proofs_than_its_readings_can_spare() -> None:
    pace, (proof, patient) = PollPace(), wakers(2)
    assert pace.admits(proof, proof=True)
    assert not pace.admits(patient, spare_s=1.0)
    called = asyncio.ensure_future(patient.wait(60.0))
    began_s = asyncio.get_running_loop().time()
    while not called.done():  # a city whose proofs never end
        pace.admits(proof, proof=True)
        await asyncio.sleep(EVERY_S)
    assert asyncio.get_running_loop().time() - began_s <= 1.0 + 3 * EVERY_S
    assert pace.admits(patient, spare_s=1.0)


async def test_a_poll_that_became_a_proof_meanwhile_is_not_called_twice() -> None:
    pace, (proof, patient) = PollPace(), wakers(2)
    assert pace.admits(proof, proof=True)
    assert not pace.admits(patient, spare_s=0.1)
    assert not pace.admits(patient, proof=True)
    await asyncio.sleep(EVERY_S)
    assert pace.admits(patient)
    await asyncio.sleep(1.0)
    assert not pace._admitted
    assert not pace._patience
