"""Handling on the real store: opened by alarms and people, closed by feedback or people, overdue, over restarts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_settings import Words
from controller.logic.handling_rules import Urgency
from controller.runtime.alarming.alarm import Shelf
from controller.runtime.handling.book import MOST_CLOSED, HandlingBook
from controller.runtime.handling.record import MOST_STEPS, Handling, Step
from controller.runtime.handling.views import HandlingFilter, HandlingView
from controller.store.journal_read import read
from tests.unit.runtime.handling.rig import Handled, handled
from tests.unit.runtime.soft_city import LC1, PS
from tests.unit.runtime.test_orders import allow_writing, refuse_writing, table_of

LIN, WANG = Caller("lin", person="lin", session="s1"), Caller("wang", person="wang", session="s2")
K1 = f"{LC1}/K1"
HANDLING = """\
deadlines: {emergency: 1h, ordinary: 24h, serious_working_days: 3}
reopen_within: 2h
alarms:
  - {kind: door, urgency: emergency, feedback: true}
  - {kind: rust, urgency: ordinary}
  - {kind: noise, urgency: ordinary, after: 10m, feedback: true}
"""
ALL = HandlingFilter(state="all")
HOUR_S = 3600.0


def kinds(tmp_path: Path) -> list[str]:
    return [record.kind for record in read(tmp_path / "data") if record.kind.startswith("handling")]


def only(city: Handled, wanted: HandlingFilter = ALL) -> HandlingView:
    (record,) = city.desk.list(wanted)
    return record


def stands(city: Handled, kind: str) -> bool:
    return city.alarms.standing(LC1, kind)


async def test_an_alarm_opens_a_record_and_feedback_closes_it(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "door", "the door is open")
        record = only(city)
        assert (record.state, record.alarm, record.about, record.urgency) == ("open", f"{LC1}:door", LC1, "emergency")
        assert record.remaining_s == pytest.approx(HOUR_S)
        city.alarms.clear(LC1, "door")
        record = only(city)
        assert (record.state, record.by_feedback, record.in_time) == ("closed", True, True)
        assert [step.what for step in record.steps] == ["opened", "closed"]
    assert kinds(tmp_path) == ["handling_opened", "handling_closed"]


async def test_where_feedback_does_not_suffice_a_person_closes(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        alarms, desk = city.alarms, city.desk
        alarms.set(LC1, "rust", "rusty")
        alarms.clear(LC1, "rust")
        alarms.acknowledge(f"{LC1}:rust", "lin")
        record = only(city)
        assert (record.state, [step.what for step in record.steps]) == ("open", ["opened", "gone"])
        assert (await desk.close(record.id, WANG, "painted")).accepted
        record = only(city)
        assert (record.closed_by, record.result, record.by_feedback) == ("wang", "painted", False)


async def test_an_alarm_that_comes_back_in_time_reopens_its_record_with_a_new_deadline(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        alarms = city.alarms
        alarms.set(LC1, "door", "open")
        alarms.clear(LC1, "door")
        await city.clock.sleep(HOUR_S)
        alarms.set(LC1, "door", "open again")
        record = only(city)
        assert (record.state, record.reopened, record.overdue) == ("open", 1, False)
        assert record.remaining_s == pytest.approx(HOUR_S)
        alarms.clear(LC1, "door")
        await city.clock.sleep(3 * HOUR_S)
        alarms.set(LC1, "door", "open once more")
        assert len(city.desk.list(ALL)) == 2


async def test_what_a_person_closed_while_its_alarm_stands_stays_closed(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "door", "open")
        await city.desk.close(only(city).id, LIN, "the owner knows, replaced next week")
        city.alarms.acknowledge(f"{LC1}:door", "lin")
        assert only(city).state == "closed"
    async with handled(tmp_path, HANDLING) as city:
        assert stands(city, "door")
        assert only(city).state == "closed"


async def test_an_alarm_opens_nothing_before_it_stood_long_enough(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk, alarms = city.desk, city.alarms
        alarms.set(LC1, "noise", "hums")
        await city.clock.sleep(590.0)
        assert desk.list(ALL) == []
        alarms.clear(LC1, "noise")
        await city.clock.sleep(60.0)
        assert desk.list(ALL) == []
        alarms.set(LC1, "noise", "hums")
        await city.clock.sleep(601.0)
        assert only(city).state == "open"


async def test_a_hidden_alarm_opens_nothing_until_it_is_shown(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "noise", "hums")
        now = city.clock.now()
        city.alarms.shelve(f"{LC1}:noise", Shelf("lin", "known", now, now + timedelta(hours=1), 3600.0))
        await city.clock.sleep(1800.0)
        assert city.desk.list(ALL) == []
        city.alarms.unshelve(f"{LC1}:noise")
        await city.clock.sleep(10.0)
        assert only(city).alarm == f"{LC1}:noise"


async def test_a_missed_deadline_is_an_alarm_until_the_record_is_closed(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "door", "open")
        await city.clock.sleep(HOUR_S - 1)
        assert not stands(city, "handling_overdue")
        await city.clock.sleep(2.0)
        assert stands(city, "handling_overdue")
        assert only(city).overdue
        assert [step.what for step in only(city).steps] == ["opened", "overdue"]
        await city.desk.close(only(city).id, LIN, "closed at last")
        assert not stands(city, "handling_overdue")
        assert only(city).in_time is False
    assert kinds(tmp_path).count("handling_overdue") == 1


async def test_records_and_their_deadlines_outlive_the_process(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "door", "open")
        desk = city.desk
        await desk.assign(only(city).id, LIN, "wang", "crew 3")
        await desk.step(only(city).id, WANG, "on the way")
        before = only(city)
        left_s = before.remaining_s
    async with handled(tmp_path, HANDLING, city.clock.now()) as city:
        record = only(city)
        assert (record.id, record.assignee, record.steps) == (before.id, "wang", before.steps)
        assert record.due == before.due
        assert left_s is not None
        assert record.remaining_s == pytest.approx(left_s, abs=60.0)
        city.alarms.clear(LC1, "door")
        assert only(city).by_feedback


async def test_an_alarm_kept_without_its_record_gets_one_at_the_restart(tmp_path: Path) -> None:
    async with handled(tmp_path, "keep_days: 400\n") as city:
        city.alarms.set(LC1, "door", "open")
        assert city.desk.list(ALL) == []
    async with handled(tmp_path, HANDLING) as city:
        assert only(city).alarm == f"{LC1}:door"


async def test_people_open_records_no_alarm_tells_of(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk = city.desk
        receipt = await desk.open(LIN, urgency="ordinary", text=" dark since 20:00 ", about=K1, assignee="wang")
        assert receipt.accepted
        record = only(city)
        assert (record.state, record.about, record.assignee, record.opened_by) == ("assigned", K1, "wang", "lin")
        assert [(step.what, step.text) for step in record.steps] == [
            ("opened", "dark since 20:00"),
            ("assigned", "to wang"),
        ]
        assert [one.id for one in desk.list(HandlingFilter(about="330106", assignee="wang"))] == [record.id]
        assert desk.list(HandlingFilter(about="330102")) == []
        assert desk.list(HandlingFilter(sees=lambda name: name == PS)) == []


async def test_an_alarm_has_one_open_record(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk = city.desk
        city.alarms.set(LC1, "other", "no rule opens a record for it")
        assert desk.list() == []
        assert (await desk.open(LIN, urgency="serious", text="look", alarm_id=f"{LC1}:other")).accepted
        again = await desk.open(WANG, urgency="serious", text="look", alarm_id=f"{LC1}:other")
        assert (again.accepted, again.cause) == (False, "OUT_OF_RANGE")
        assert "is dealt with already" in again.text_en
    refused = [record for record in read(tmp_path / "data") if record.kind == "handling_opened"][-1]
    assert (refused.actor, bool(refused.data["refused"])) == ("wang", True)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"urgency": "soon", "text": "x", "about": LC1}, InvalidValue),
        ({"urgency": "ordinary", "text": "  ", "about": LC1}, InvalidValue),
        ({"urgency": "ordinary", "text": "x" * 1001, "about": LC1}, InvalidValue),
        ({"urgency": "ordinary", "text": "x", "about": LC1, "assignee": "w" * 65}, InvalidValue),
        ({"urgency": "ordinary", "text": "x"}, InvalidValue),
        ({"urgency": "ordinary", "text": "x", "about": LC1, "alarm_id": f"{LC1}:door"}, InvalidValue),
        ({"urgency": "ordinary", "text": "x", "about": "330199-LC-0001"}, UnknownTarget),
        ({"urgency": "ordinary", "text": "x", "alarm_id": "nobody:door"}, UnknownTarget),
    ],
)
async def test_what_makes_no_sense_opens_nothing(tmp_path: Path, wrong: dict[str, Any], error: type[Exception]) -> None:
    async with handled(tmp_path, HANDLING) as city:
        with pytest.raises(error):
            await city.desk.open(LIN, **wrong)
        assert city.desk.list(ALL) == []


async def test_acts_on_a_closed_record_are_refused_and_written_down(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk = city.desk
        opened = await desk.open(LIN, urgency="ordinary", text="look", about=LC1)
        assert opened.handling is not None
        record = opened.handling.id
        assert (await desk.reopen(record, LIN, "?")).cause == "OUT_OF_RANGE"
        assert (await desk.close(record, LIN, "done")).accepted
        assert (await desk.close(record, LIN, "done")).cause == "OUT_OF_RANGE"
        assert (await desk.step(record, LIN, "more")).cause == "OUT_OF_RANGE"
        assert (await desk.reopen(record, WANG, "not done")).accepted
        assert (only(city).state, only(city).reopened) == ("open", 1)
        with pytest.raises(UnknownTarget):
            await desk.step("H-0", LIN, "more")
    assert kinds(tmp_path).count("handling_closed") == 2


async def test_without_a_journal_nobody_does_anything_and_alarms_still_open_records(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk, path = city.desk, tmp_path / "data" / "journal.sqlite"
        await desk.open(LIN, urgency="ordinary", text="first", about=PS)
        refuse_writing(path, table_of(path))
        receipt = await desk.open(LIN, urgency="ordinary", text="look", about=LC1)
        assert (receipt.accepted, receipt.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert desk.list(HandlingFilter(about=LC1)) == []
        city.alarms.set(LC1, "door", "open")
        record = only(city, HandlingFilter(about=LC1))
        assert (await desk.assign(record.id, LIN, "wang")).cause == "JOURNAL_UNAVAILABLE"
        assert only(city, HandlingFilter(about=LC1)).assignee == ""
        allow_writing(path)


async def test_feedback_while_a_person_closes_it_ends_it_once(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        city.alarms.set(LC1, "door", "open")
        closing = asyncio.create_task(city.desk.close(only(city).id, LIN, "done"))
        await asyncio.sleep(0)
        city.alarms.clear(LC1, "door")
        assert (await closing).accepted
        assert [step.what for step in only(city).steps].count("closed") == 1


async def test_the_figures_count_what_is_overdue_as_missed(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING) as city:
        desk, alarms = city.desk, city.alarms
        assert desk.statistics().in_time_rate is None
        alarms.set(LC1, "door", "open")
        await city.clock.sleep(600.0)
        alarms.clear(LC1, "door")
        await desk.open(LIN, urgency="emergency", text="look", about=PS)
        await city.clock.sleep(2 * HOUR_S)
        found = desk.statistics(7)
        assert (found.opened, found.closed, found.closed_by_feedback, found.overdue_now) == (2, 1, 1, 1)
        assert (found.in_time, found.late, found.in_time_rate) == (1, 0, 0.5)
        assert found.mean_s == pytest.approx(600.0)
        assert found.by_urgency[0] == ("emergency", 1, 0, 1)


async def test_an_alarm_that_ends_because_its_asset_left_is_no_feedback(tmp_path: Path) -> None:
    async with handled(tmp_path, HANDLING.replace("kind: door", "kind: mismatch")) as city:
        city.alarms.set("330106-LC-0099/K1", "mismatch", "does not follow")
        city.alarms.forget_gone(lambda alarm: alarm.device == "330106-LC-0099")
        record = only(city)
        assert (record.state, record.steps[-1].what) == ("open", "gone")
        assert "left the configuration" in record.steps[-1].text


def test_old_records_go_and_steps_are_bounded() -> None:
    start, book = datetime(2026, 1, 1, tzinfo=UTC), HandlingBook()
    one = Handling("H", f"{LC1}:door", LC1, Words("", ""), Urgency.ORDINARY, start, "lin", start, 0.0)
    for number in range(MOST_CLOSED + 5):
        at = start + timedelta(minutes=number)
        book.put(replace(one, id=f"H-{number}", opened=at).closed(at, 0.0, "lin", "done", feedback=False))
    assert [old.id for old in book.take_old(start, 1e9)] == [f"H-{number}" for number in range(5)]
    assert len(book.take_old(start + timedelta(days=400), 86_400.0)) == MOST_CLOSED
    assert book.of_alarm(f"{LC1}:door") is None
    many = one
    for number in range(MOST_STEPS + 50):
        many = many.with_step(Step(start, "lin", "step", str(number)))
    assert (len(many.steps), many.steps[0].text, many.steps[-1].text) == (MOST_STEPS, "0", str(MOST_STEPS + 49))
