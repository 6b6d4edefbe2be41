"""Orders on the real store: durable before they act, one owner per slot, never twice."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.slots import Slot
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import LC1, LC2, SoftCity, person, soft_city

K1, K2 = f"{LC1}/K1", f"{LC2}/K1"


def refuse_writing(data: Path, table: str) -> None:
    """From now on the database itself refuses every new row."""
    with sqlite3.connect(data) as connection:
        connection.execute(f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    connection.close()


def allow_writing(data: Path) -> None:
    with sqlite3.connect(data) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()


def table_of(data: Path) -> str:
    with sqlite3.connect(data) as connection:
        (name,) = connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name").fetchone()
    connection.close()
    return str(name)


def holder(city: SoftCity, target: str, slot: Slot = Slot.CITY_MANUAL) -> str | None:
    request = city.assembly.book.holder(target, slot)
    return request.owner if request else None


async def test_another_owner_is_locked_out_of_a_filled_slot(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(K1, value="on", actor="lin")
        (outcome,) = (await city.order(K1, value="off", actor="wang")).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "LOCKED_BY_OTHER_CLIENT")
        assert "lin holds slot city_manual" in outcome.text
        assert holder(city, K1) == "lin"


async def test_a_take_over_is_recorded_with_the_name_of_the_one_before(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(K1, value="on", actor="lin")
        (outcome,) = (await city.order(K1, value="off", actor="wang", take_over=True)).outcomes
        assert outcome.accepted
        assert holder(city, K1) == "wang"
    orders = [record for record in read(tmp_path / "data") if record.kind == "order"]
    assert [record.data["accepted"][0]["takes_over_from"] for record in orders] == [None, "lin"]


async def test_of_two_orders_at_one_moment_only_one_gets_the_slot(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        first, second = await asyncio.gather(
            city.order(K1, value="on", actor="lin"), city.order(K1, value="off", actor="wang")
        )
        assert [first.outcomes[0].accepted, second.outcomes[0].accepted] == [True, False]
        assert holder(city, K1) == "lin"


async def test_an_idempotency_key_never_acts_twice(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        first = await city.order(K1, value="on", request_id="once")
        assert await city.order(K1, value="on", request_id="once") == first
        assert str(city.assembly.book.holder(K1, Slot.CITY_MANUAL).value) == "on"  # type: ignore[union-attr]  # held


async def test_a_used_idempotency_key_with_another_order_is_refused_and_nothing_is_done(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(K1, value="on", request_id="once")
        for asked in ({"value": "off"}, {"value": "on", "for_s": 900.0}, {"value": "on", "slot": "district_manual"}):
            with pytest.raises(InvalidValue, match="another order"):
                await city.order(K1, request_id="once", **asked)
        with pytest.raises(InvalidValue, match="another order"):
            await city.order(K1, K2, value="on", request_id="once")
        assert city.assembly.book.holder(K2, Slot.CITY_MANUAL) is None


async def test_an_idempotency_key_sent_twice_at_one_moment_acts_once(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        first, again = await asyncio.gather(*(city.order(K1, value="on", request_id="once") for _ in range(2)))
        assert first == again
        assert city.assembly.book.lease(first.outcomes[0].lease_id or "") is not None
    assert [record.kind for record in read(tmp_path / "data")].count("order") == 1


async def test_an_idempotency_key_never_acts_twice_across_a_restart_either(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        first = await city.order(K1, value="on", request_id="once")
        await city.controller.release(first.outcomes[0].lease_id or "", person("lin"), "done")
    async with soft_city(tmp_path) as city:
        assert await city.order(K1, value="on", request_id="once") == first
        assert holder(city, K1) is None


async def test_the_same_key_of_another_person_is_another_order(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(K1, value="on", request_id="once", actor="lin")
        (outcome,) = (await city.order(K2, value="on", request_id="once", actor="wang")).outcomes
        assert outcome.accepted


async def test_without_a_journal_a_persons_order_is_refused_and_nothing_is_done(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        journal = tmp_path / "data" / "journal.sqlite"
        refuse_writing(journal, table_of(journal))
        (outcome,) = (await city.order(K1, value="off")).outcomes
        assert (outcome.accepted, outcome.cause, outcome.lease_id) == (False, "JOURNAL_UNAVAILABLE", None)
        assert holder(city, K1) is None
        assert city.assembly.alarms.standing("journal", "unwritable")
        assert not city.controller.overview().journal_ok
        allow_writing(journal)
        (outcome,) = (await city.order(K1, value="off")).outcomes
        assert outcome.accepted
        assert not city.assembly.alarms.standing("journal", "unwritable")


async def test_without_a_journal_what_protects_is_done_all_the_same_and_written_down_later(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        journal = tmp_path / "data" / "journal.sqlite"
        refuse_writing(journal, table_of(journal))
        (outcome,) = (await city.order(K1, value="on")).outcomes
        assert outcome.accepted
        await city.until(lambda: (K1 + ".command", True) in city.writes(), within_s=5.0)
        allow_writing(journal)
        await city.clock.sleep(5.0)
    assert "order" in [record.kind for record in read(tmp_path / "data")]
    async with soft_city(tmp_path) as city:
        assert holder(city, K1) == "lin"


async def test_without_a_journal_a_release_is_refused_too(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        receipt = await city.order(K1, value="on")
        journal = tmp_path / "data" / "journal.sqlite"
        refuse_writing(journal, table_of(journal))
        (outcome,) = (await city.controller.release(receipt.outcomes[0].lease_id or "", person("lin"))).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert holder(city, K1) == "lin"


async def test_without_a_journal_the_program_goes_on_and_says_so(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        journal = tmp_path / "data" / "journal.sqlite"
        refuse_writing(journal, table_of(journal))
        await city.until(lambda: (K1 + ".command", True) in city.writes(), within_s=1800.0)
        assert city.assembly.alarms.standing("journal", "unwritable")


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"value": "60%"}, "OUT_OF_RANGE"),
        ({"value": "on", "for_s": 9 * 3600.0}, "OUT_OF_RANGE"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_with_its_cause(
    tmp_path: Path, said: dict[str, object], cause: str
) -> None:
    async with soft_city(tmp_path) as city:
        (outcome,) = (await city.order(K1, **said)).outcomes  # type: ignore[arg-type]  # the case's own words
        assert (outcome.accepted, outcome.cause) == (False, cause)


async def test_of_many_targets_each_gets_its_own_answer(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        receipt = await city.order(K1, "330106-LC-0001/K9", "330106-PS-0001", value="on")
        assert [one.cause for one in receipt.outcomes] == ["", "UNKNOWN_TARGET", "OUT_OF_RANGE"]


@pytest.mark.parametrize(
    "said",
    [{"slot": "life_safety"}, {"slot": "plan"}, {"reason": "  "}, {"for_s": 0.0}, {"for_s": float("nan")}],
)
async def test_an_order_that_makes_no_sense_is_not_even_looked_at(tmp_path: Path, said: dict[str, object]) -> None:
    async with soft_city(tmp_path) as city:
        with pytest.raises(InvalidValue):
            await city.order(K1, value="on", **said)


async def test_a_lease_that_is_no_more_cannot_be_released(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        receipt = await city.order(K1, value="on", for_s=5.0)
        await city.clock.sleep(8.0)
        with pytest.raises(UnknownTarget, match="ended by itself"):
            await city.controller.release(receipt.outcomes[0].lease_id or "", person("lin"))


async def test_a_slot_filled_anew_while_its_old_lease_ends_is_still_there_after_a_restart(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(K1, value="on", for_s=5.0)
        old = city.assembly.book.holder(K1, Slot.CITY_MANUAL)
        assert old is not None
        renewing = asyncio.create_task(city.order(K1, value="on", for_s=3600.0))
        await asyncio.sleep(0)
        city.assembly.book.release(K1, Slot.CITY_MANUAL)
        await asyncio.gather(renewing, city.assembly.desk.end([old], "its time was over"))
    async with soft_city(tmp_path) as city:
        assert holder(city, K1) == "lin"
