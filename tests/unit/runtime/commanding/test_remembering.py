"""What a selection remembers of plain lights says what a look afresh would say, whatever moved meanwhile."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.image import LinkState
from controller.domain.points import good, uncertain
from controller.domain.quality import Detail
from controller.domain.slots import Slot
from controller.logic.preview import Effect
from controller.runtime.commanding.foreseeing import Foreseer
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.commanding.remembering import FEW, KEPT_S, MOST
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order
from tests.bench.synthetic import order_on
from tests.unit.runtime.large_city import LIN, LargeCity, large_city

CABINETS = FEW // 6 + 8
Change = Callable[[LargeCity, str, bool], None]


def _link(city: LargeCity, target: str, flag: bool) -> None:
    city.assembly.table.set_link(_device(target), LinkState.OFFLINE if flag else LinkState.SUSPECT)


def _switch(city: LargeCity, target: str, flag: bool) -> None:
    word = good("LOCAL" if flag else "REMOTE", city.clock.monotonic())
    city.assembly.table.store(_device(target), {"control_switch": word})


def _feedback(city: LargeCity, target: str, flag: bool) -> None:
    now_s = city.clock.monotonic()
    reading = good(True, now_s) if flag else uncertain(True, Detail.FROZEN, now_s)
    city.assembly.table.store(_device(target), {f"{_output(target)}.feedback": reading})


def _breaker(city: LargeCity, target: str, flag: bool) -> None:
    city.field.show(_device(target), {f"{_output(target)}.breaker_trip": flag})


def _higher(city: LargeCity, target: str, flag: bool) -> None:
    city.assembly.book.hold(order_on(target, city.clock, Slot.EMERGENCY_ORDER if flag else Slot.PLAN))


def _holder(city: LargeCity, target: str, flag: bool) -> None:
    request = order_on(target, city.clock)
    city.assembly.book.hold(replace(request, owner="lin") if flag else request)


def _released(city: LargeCity, target: str, flag: bool) -> None:
    for slot in (Slot.CITY_MANUAL, Slot.EMERGENCY_ORDER if flag else Slot.PLAN):
        city.assembly.book.release(target, slot)


def _time(city: LargeCity, target: str, flag: bool) -> None:
    del target
    city.clock.pass_s(20.0 if flag else 1.0)


def _read_again(city: LargeCity, target: str, flag: bool) -> None:
    """Half of the city is polled: nothing new, but fresh."""
    del target
    for device in list(city.site.city.cabinets)[flag::2]:
        block = city.assembly.table.devices()[device]
        now_s = city.clock.monotonic()
        city.assembly.table.store(
            device, {name: one._replace(received_s=now_s) for name, one in block.readings.items()}
        )


CHANGES: tuple[Change, ...] = (
    _link,
    _switch,
    _feedback,
    _breaker,
    _higher,
    _holder,
    _released,
    _time,
    _read_again,
)


def _device(target: str) -> str:
    return target.partition("/")[0]


def _output(target: str) -> str:
    return target.partition("/")[2]


def _said(sighting: Sighting) -> list[Looked]:
    """All that was seen; leases are new each time."""
    return [replace(one, candidate=_unleased(one), plain=False) for one in sighting.members]


def _unleased(one: Looked) -> object:
    candidate = one.candidate
    return candidate and replace(candidate, request=replace(candidate.request, lease=None, since=None))


async def _compare(folder: Path, value: str, changes: list[tuple[int, bool]], seed: int) -> None:
    looker_of = Random(seed)  # noqa: S311 - which light each change is about
    async with large_city(folder, CABINETS) as city:
        await city.settled()
        looker = city.assembly.commanding._looker
        order = Order(city.targets, value, 3600.0, "try", "city_manual")
        for target in city.targets[::3]:
            city.assembly.book.hold(replace(order_on(target, city.clock), owner="lin"))
        await city.settled()
        before = await looker.look(order, Slot.CITY_MANUAL, LIN, reachable_only=True)
        memory = looker.remember(before)
        assert memory is not None
        for which, flag in changes:
            CHANGES[which](city, looker_of.choice(city.targets), flag)
            if flag:
                await city.cycle.turn()
        afresh = await looker.look(order, Slot.CITY_MANUAL, LIN, reachable_only=True)
        again = await looker.look(order, Slot.CITY_MANUAL, LIN, reachable_only=True, memory=memory)
        assert _said(again) == _said(afresh)
        assert [one.candidate is None or one.candidate.request.lease is not None for one in again.members]


@settings(max_examples=25)
@given(
    value=st.sampled_from(("on", "off")),
    changes=st.lists(st.tuples(st.integers(0, len(CHANGES) - 1), st.booleans()), max_size=6),
    seed=st.integers(0, 1000),
)
def test_a_look_from_memory_sees_what_a_look_afresh_sees(
    value: str, changes: list[tuple[int, bool]], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_compare(Path(folder), value, changes, seed))


async def _foreseen(city: LargeCity, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> int:
    """How many lights are foreseen anew when a selection of all is operated after ``meanwhile``."""
    seen: list[str] = []
    foresee = Foreseer.foresee

    def counting(self: Foreseer, entrants: list[object], doubtful: set[str]) -> dict[str, Looked]:
        seen.extend(one.request.target for one in entrants)  # type: ignore[attr-defined]  # as Foreseer is given
        return foresee(self, entrants, doubtful)  # type: ignore[arg-type]

    preview = await city.select(city.targets, "on")
    assert preview.effects == {Effect.CHANGE: len(city.targets)}
    meanwhile()
    with monkeypatch.context() as patched:
        patched.setattr(Foreseer, "foresee", counting)
        answer = await city.assembly.desk.operate(preview.token, LIN)
    assert isinstance(answer, ProposalView)
    return len(seen) - len(city.targets)  # the second person's fresh preview sees all of them


async def test_what_did_not_move_is_not_foreseen_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        city.clock.pass_s(9.0)
        assert await _foreseen(city, monkeypatch, lambda: None) == 0


async def test_one_cabinet_that_moved_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()

        def moved() -> None:
            city.field.show(_device(city.targets[0]), {"K1.power_w": 1})

        assert await _foreseen(city, monkeypatch, moved) == 6


async def test_a_word_of_people_voids_the_whole_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()

        def said() -> None:
            city.assembly.conditions.declared.changes += 1

        assert await _foreseen(city, monkeypatch, said) == len(city.targets)


async def test_only_the_latest_selections_are_remembered_and_not_for_long(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        memories = city.assembly.commanding._looker.memories
        for _ in range(MOST + 2):
            await city.select(city.targets, "on")
        assert len(memories._kept) == len(memories._meanwhile._watches) == MOST
        memories.tidy(city.clock.monotonic() + KEPT_S + 1.0)
        assert not memories._kept
        assert not memories._meanwhile._watches
