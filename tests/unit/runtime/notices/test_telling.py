"""What is told, to whom, how often: alarms, returns, dark roads, declarations, floods."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.rights import CITY
from controller.logic.notice_rules import FoldRule, NoticeRule, On
from controller.runtime.alarming.alarm import Shelf
from controller.runtime.notices import outbox as boxes
from controller.settings.notices import NoticeSettings
from tests.unit.runtime.notices.receivers import HttpReceiver
from tests.unit.runtime.notices.rig import ENV, LIN, SECRET, Rig, hook, rig, settings
from tests.unit.runtime.test_orders import allow_writing, refuse_writing, table_of

NOWHERE = settings(hook(9))
"""A port nobody listens on: what waits can be looked at in peace."""


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, SECRET)


def told(here: Rig) -> list[str]:
    return [one.title_en for one in here.desk.list("waiting")]


def ruled(*on: On, **more: object) -> NoticeSettings:
    rule = replace(NoticeRule("r", frozenset(on), ("duty",)), **more)  # type: ignore[arg-type]  # a test's short hand
    return settings(hook(9), rule=rule)


def folding(more_than: int, collect_s: float = 60.0) -> NoticeSettings:
    rules = replace(NOWHERE.rules, fold=FoldRule(more_than, 60.0, collect_s))
    return replace(NOWHERE, rules=rules)


async def test_an_alarm_is_told_once_however_often_it_is_set_acknowledged_or_shelved(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.ALARM)) as here:
        here.ring(1)
        here.ring(1)
        door = "330106-LC-0001:door"
        now = here.clock.now()
        here.alarms.shelve(door, Shelf("lin", "known", now, now + timedelta(hours=1), here.clock.monotonic() + 3600))
        here.alarms.unshelve(door)
        here.alarms.acknowledge(door, "lin")
        here.ring(1)
        assert told(here) == ["door"]


async def test_a_return_is_told_to_those_who_were_told_the_alarm(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.ALARM, On.RETURNED, priority=2)) as here:
        here.ring(1, priority=2)
        here.ring(2, priority=3)
        here.alarms.clear("330106-LC-0001", "door")
        here.alarms.clear("330106-LC-0002", "door")
        here.alarms.acknowledge("330106-LC-0001:door", "lin")
        assert told(here) == ["door", "back to normal: door"]


async def test_an_alarm_that_becomes_more_urgent_is_told_then(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.ALARM, priority=2)) as here:
        here.ring(1, priority=3)
        assert told(here) == []
        here.ring(1, priority=2)
        assert told(here) == ["door"]


async def test_what_stood_before_a_restart_is_not_told_again_and_what_comes_is(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.ALARM, On.RETURNED)) as here:
        here.ring(1)
        await asyncio.sleep(2.0)
    async with rig(tmp_path, ruled(On.ALARM, On.RETURNED)) as here:
        here.alarms.look_over()
        here.ring(1)
        here.ring(2)
        assert told(here) == ["door", "door"]
        here.alarms.clear("330106-LC-0001", "door")
        assert told(here) == ["door", "door", "back to normal: door"]


async def test_roads_gone_dark_are_told_and_told_again_when_there_are_more(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.ROADS_DARK)) as here:
        here.ring(1, priority=1)
        here.alarms.set("qiutao", "wet_power_cut", "Roads gone dark: 秋涛路", 1)
        await asyncio.sleep(100.0)
        here.alarms.set("qiutao", "wet_power_cut", "Roads gone dark: 秋涛路; 解放东路", 1)
        await asyncio.sleep(100.0)
        waiting = here.desk.list("waiting")
        assert [one.text_en for one in waiting] == ["Roads gone dark: 秋涛路", "Roads gone dark: 秋涛路; 解放东路"]
        assert {one.title_zh for one in waiting} == {"涉水断电"}


async def test_overdue_handling_is_told(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.OVERDUE)) as here:
        here.alarms.set("330106-LC-0001", "handling_overdue", "H-1 is overdue", 3)
        here.ring(1)
        assert told(here) == ["handling_overdue"]


def declared(here: Rig, **more: object) -> Declaration:
    now = here.clock.now()
    one = Declaration(
        "D1",
        DisciplineName.WATER,
        CITY,
        OperatingState.FLOOD_III,
        "lin",
        "notice 12",
        now,
        now + timedelta(hours=1),
        3600.0,
    )
    return replace(one, **more)  # type: ignore[arg-type]  # a test's short hand


async def test_a_declaration_is_told_when_made_renewed_and_over_also_over_a_restart(tmp_path: Path) -> None:
    async with rig(tmp_path, ruled(On.DECLARED)) as here:
        one = declared(here)
        here.declared.put(one)
        here.notices.declared()
        await asyncio.sleep(1.0)
        here.declared.put(replace(one, renewed=1))
        await asyncio.sleep(20.0)
        assert [title.partition(":")[0] for title in told(here)] == ["declared", "renewed"]
    async with rig(tmp_path, ruled(On.DECLARED)) as here:
        here.declared.put(replace(one, renewed=1))
        await asyncio.sleep(20.0)
        assert len(told(here)) == 2
        here.declared.take(one)
        await asyncio.sleep(20.0)
        assert [title.partition(":")[0] for title in told(here)] == ["declared", "renewed", "over"]


async def test_a_flood_of_alarms_becomes_one_summary_with_the_most_urgent_first(tmp_path: Path) -> None:
    async with rig(tmp_path, folding(5)) as here:
        for number in range(1, 206):
            here.ring(number, priority=3 if number % 50 else 2)
        *single, summary = here.desk.list("waiting")
        assert len(single) == 5
        assert (summary.folded, summary.by_kind, summary.priority, summary.about) == (200, {"door": 200}, 2, "")
        assert summary.title_zh == "告警汇总（200 条）"


async def test_a_summary_waits_for_more_and_lets_life_safety_pass(tmp_path: Path) -> None:
    there = HttpReceiver()
    async with there.open():
        given = replace(folding(1), receivers=(hook(there.port),))
        async with rig(tmp_path, given) as here:
            for number in range(1, 6):
                here.ring(number)
            await asyncio.sleep(20.0)
            here.alarms.set("330102-PS-0001/P1", "tripped", "overload", 1)
            await asyncio.sleep(20.0)
            assert there.texts == ["door 1", "overload"]
            here.ring(6)
            await asyncio.sleep(30.0)
            last = there.taken[-1].json
            assert (last["summary"]["count"], len(last["items"]), len(there.taken)) == (5, 5, 3)


async def test_a_summary_that_survived_a_restart_does_not_change_any_more(tmp_path: Path) -> None:
    async with rig(tmp_path, folding(0, 3600.0)) as here:
        here.ring(1)
        here.ring(2)
        await asyncio.sleep(2.0)
    async with rig(tmp_path, folding(0, 3600.0)) as here:
        here.ring(3)
        assert [one.folded for one in here.desk.list("waiting")] == [2, 1]


async def test_a_full_line_folds_everything_and_counts_it(tmp_path: Path) -> None:
    given = settings(hook(9), waiting=10)
    given = replace(given, rules=replace(given.rules, fold=FoldRule(1000)))
    async with rig(tmp_path, given) as here:
        for number in range(1, 501):
            here.alarms.set(f"330106-LC-{number:04}", "tripped", "overload", 1)
        waiting = here.desk.list("waiting", limit=1000)
        assert len(waiting) == 11
        assert sum(max(1, one.folded) for one in waiting) == 500


async def test_a_receiver_is_not_told_that_it_is_down_itself(tmp_path: Path) -> None:
    both = NoticeRule("all", frozenset({On.ALARM}), ("duty", "other"))
    async with rig(tmp_path, settings(hook(9), hook(10, "other"), rule=both)) as here:
        here.alarms.set("notices", "duty:receiver_down", "down", 3)
        assert [one.receiver for one in here.desk.list("waiting")] == ["other"]


async def test_what_waits_for_a_receiver_that_left_the_configuration_stays_for_people(tmp_path: Path) -> None:
    async with rig(tmp_path, settings(hook(9), give_up_s=600.0)) as here:
        here.ring(1)
        here.adopt(replace(settings(give_up_s=600.0)))
        await asyncio.sleep(300.0)
        (gone,) = here.desk.receivers()
        assert (gone.configured, gone.waiting) == (False, 1)
        await asyncio.sleep(400.0)
        assert "no receiver of this site" in here.desk.list("dead")[0].why_dead


async def test_a_dead_letter_is_discarded_with_a_reason_and_written_down(tmp_path: Path) -> None:
    async with rig(tmp_path, settings(hook(9), tries=1)) as here:
        here.ring(1)
        await asyncio.sleep(10.0)
        dead = here.desk.list("dead")[0]
        with pytest.raises(InvalidValue):
            await here.desk.discard(dead.id, LIN, "  ")
        assert (await here.desk.discard(dead.id, LIN, "told by telephone")).accepted
        with pytest.raises(UnknownTarget):
            here.desk.get(dead.id)
        (line,) = here.journal("notice_discarded")
        assert (line["notice"], line["text"], line["reason"]) == (dead.id, "door 1", "told by telephone")


async def test_acts_without_a_journal_are_refused_and_notices_go_on(tmp_path: Path) -> None:
    there = HttpReceiver()
    async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
        await asyncio.sleep(1.0)
        path = tmp_path / "journal.sqlite"
        await here.desk.test("duty", LIN)
        refuse_writing(path, table_of(path))
        assert (await here.desk.test("duty", LIN)).cause == "JOURNAL_UNAVAILABLE"
        here.ring(1)
        await asyncio.sleep(5.0)
        assert there.texts[-1] == "door 1"
        allow_writing(path)


async def test_a_trial_goes_through_the_line_and_an_unknown_receiver_has_none(tmp_path: Path) -> None:
    there = HttpReceiver()
    async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
        receipt = await here.desk.test("duty", LIN)
        await asyncio.sleep(2.0)
        assert [got.id for got in there.taken] == [receipt.notice_id]
        assert here.desk.get(receipt.notice_id).state == "sent"
        with pytest.raises(UnknownTarget):
            await here.desk.test("nobody", LIN)
        with pytest.raises(InvalidValue):
            here.desk.list("lost")


async def test_dead_letters_are_bounded_and_what_goes_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boxes, "MOST_DEAD", 3)
    quiet = ruled(On.ALARM, kinds=frozenset({"door"}))
    given = replace(quiet, rules=replace(quiet.rules, delivery=replace(quiet.rules.delivery, tries=1, first_s=1.0)))
    async with rig(tmp_path, given) as here:
        for number in range(1, 6):
            here.ring(number)
        await asyncio.sleep(600.0)
        assert [one.text_en for one in here.desk.list("dead")] == ["door 3", "door 4", "door 5"]
        assert [line["text"] for line in here.journal("notice_forgotten")] == ["door 1", "door 2"]
