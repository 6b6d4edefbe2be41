"""Answers to alarms on the real store: written down first, durable before they are answered."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.listing import AlarmFilter
from controller.store.journal_read import read
from controller.store.lines import Record
from drivers.base import Endpoint
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import LC1, LC2, PS, SoftCity, SoftField, soft_city
from tests.unit.runtime.test_orders import allow_writing, refuse_writing, table_of
from tests.unit.settings.small_site import FILES

LIN, WANG = Caller("lin", person="lin", session="s1"), Caller("wang", person="wang", session="s2")
K1 = f"{LC1}/K1"
DOOR = f"{LC1}:door"


def open_door(city: SoftCity) -> None:
    city.assembly.alarms.set(LC1, "door", "the door is open")


def journal(tmp_path: Path, kind: str) -> list[Record]:
    return [record for record in read(tmp_path / "data") if record.kind == kind]


def on_disk(tmp_path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{tmp_path / 'data' / 'state.sqlite'}?mode=ro", uri=True)
    try:
        return dict(connection.execute("SELECT id, state FROM alarms"))
    finally:
        connection.close()


@pytest.fixture
def soft() -> SoftField:
    return SoftField()


class Wet(SoftField):
    """A field whose wells are full enough for pumps."""

    def make(self, endpoint: Endpoint, clock: Clock, **said: object) -> SoftDriver:
        driver = super().make(endpoint, clock, **said)
        if endpoint.name == "ua-1":
            for point in ("inner_level_1_m", "inner_level_2_m"):
                driver.set(PS, point, 1.0)
        return driver


async def test_an_acknowledgement_is_journalled_and_durable_before_it_is_answered(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        receipt = await city.controller.desks.alarms.acknowledge(DOOR, LIN)
        assert receipt.accepted
        assert receipt.alarm is not None
        assert (receipt.alarm.state, receipt.alarm.acknowledged_by) == ("ACKED", "lin")
        (record,) = journal(tmp_path, "alarm_acknowledge")
        assert (record.actor, record.target, record.data["alarms"]) == ("lin", LC1, [DOOR])
        assert '"state":"ACKED"' in on_disk(tmp_path)[DOOR]


async def test_a_call_for_help_is_answered_by_a_person_and_by_no_machine(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        city.assembly.alarms.set(LC1, "sos", "somebody calls for help")
        refused = await city.controller.desks.alarms.acknowledge(f"{LC1}:sos", Caller("scada-key"))
        assert (refused.accepted, refused.cause) == (False, "NO_ACCESS_AUTHORITY")
        assert "a person signed in as themselves answers it" in refused.text_en
        assert (await city.controller.desks.alarms.acknowledge(f"{LC1}:sos", LIN)).accepted


async def test_an_acknowledged_alarm_is_acknowledged_after_a_restart(tmp_path: Path, soft: SoftField) -> None:
    async with soft_city(tmp_path, soft=soft) as city:
        open_door(city)
        await city.controller.desks.alarms.acknowledge(DOOR, LIN)
    async with soft_city(tmp_path, soft=soft) as city:
        assert city.controller.desks.alarms.get(DOOR).acknowledged_by == "lin"
        city.assembly.alarms.clear(LC1, "door")
        assert DOOR not in city.assembly.alarms
    async with soft_city(tmp_path, soft=soft) as city:
        assert DOOR not in city.assembly.alarms


async def test_without_a_journal_nothing_is_acknowledged_shelved_or_reset(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        open_door(city)
        desk, path = city.controller.desks.alarms, tmp_path / "data" / "journal.sqlite"
        refuse_writing(path, table_of(path))
        for receipt in (
            await desk.acknowledge(DOOR, LIN),
            await desk.shelve(DOOR, LIN, for_s=600.0, reason="known"),
        ):
            assert (receipt.accepted, receipt.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert desk.get(DOOR).state == "UNACK"
        with pytest.raises(StoreError, match="nothing was done"):
            await city.controller.acknowledge(DOOR, LIN)
        allow_writing(path)
        assert (await desk.acknowledge(DOOR, LIN)).accepted


async def test_when_the_state_cannot_be_kept_nothing_is_acknowledged(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        await asyncio.sleep(2.0)
        path = tmp_path / "data" / "state.sqlite"
        refuse_writing(path, "alarms")
        receipt = await city.controller.desks.alarms.acknowledge(DOOR, LIN)
        assert (receipt.cause, city.controller.desks.alarms.get(DOOR).state) == ("JOURNAL_UNAVAILABLE", "UNACK")
        assert city.assembly.alarms.standing("state", "unwritable")
        allow_writing(path)


async def test_many_alarms_are_acknowledged_by_one_line_each_with_its_own_outcome(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        alarms, ids = city.assembly.alarms, [f"{LC1}/K{n}:door" for n in range(50)]
        for n in range(50):
            alarms.set(f"{LC1}/K{n}", "door", "open")
        desk = city.controller.desks.alarms
        receipts = await desk.acknowledge_all([*ids, "nobody:door", ids[0]], LIN)
        assert [receipt.accepted for receipt in receipts] == [True] * 50 + [False]
        assert receipts[-1].cause == "UNKNOWN_TARGET"
        (record,) = journal(tmp_path, "alarm_acknowledge")
        assert len(record.data["alarms"]) == 50
        assert list(record.data["refused"]) == ["nobody:door"]


async def test_an_unknown_alarm_cannot_be_acknowledged_and_the_try_is_written_down(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        with pytest.raises(UnknownTarget, match="may have returned to normal"):
            await city.controller.desks.alarms.acknowledge("nobody:door", LIN)
        assert journal(tmp_path, "alarm_acknowledge")


async def test_an_alarm_that_goes_while_it_is_acknowledged_does_not_come_back_by_a_restart(
    tmp_path: Path, soft: SoftField
) -> None:
    async with soft_city(tmp_path, soft=soft) as city:
        open_door(city)
        desk = city.controller.desks.alarms
        both = asyncio.gather(desk.acknowledge(DOOR, LIN), desk.acknowledge(DOOR, WANG))
        await asyncio.sleep(0)
        city.assembly.alarms.clear(LC1, "door")
        assert all(receipt.accepted for receipt in await both)
        assert DOOR not in city.assembly.alarms
    assert DOOR not in on_disk(tmp_path)


async def test_an_alarm_is_shelved_for_a_time_and_a_reason_and_comes_back_by_itself(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        desk = city.controller.desks.alarms
        receipt = await desk.shelve(DOOR, LIN, for_s=600.0, reason="the lock is being replaced")
        assert receipt.alarm is not None
        assert (receipt.alarm.state, receipt.alarm.shelved_by) == ("SHELVED", "lin")
        assert receipt.alarm.shelve_reason == "the lock is being replaced"
        assert DOOR not in {one.id for one in city.controller.alarms()}
        assert [one.id for one in desk.list(AlarmFilter(states=frozenset({AlarmState.SHELVED})))] == [DOOR]
        assert (await desk.acknowledge(DOOR, WANG)).cause == "OUT_OF_RANGE"
        await city.clock.sleep(601.0)
        assert (DOOR, "UNACK") in {(one.id, one.state) for one in city.controller.alarms()}
        await city.clock.sleep(1.0)
        (back,) = journal(tmp_path, "alarm_unshelved")
        assert (back.actor, back.data["because"], back.data["by"]) == ("controller", "its time was over", "lin")


async def test_a_shelf_outlives_the_process(tmp_path: Path, soft: SoftField) -> None:
    async with soft_city(tmp_path, soft=soft) as city:
        open_door(city)
        await city.controller.desks.alarms.shelve(DOOR, LIN, for_s=600.0, reason="known")
    async with soft_city(tmp_path, soft=soft) as city:
        assert city.controller.desks.alarms.get(DOOR).state == "SHELVED"


async def test_a_shelf_is_taken_back_before_its_time(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        desk = city.controller.desks.alarms
        assert (await desk.unshelve(DOOR, LIN)).cause == "OUT_OF_RANGE"
        await desk.shelve(DOOR, LIN, for_s=600.0, reason="known")
        assert (await desk.unshelve(DOOR, WANG, "not so well known")).accepted
        assert desk.get(DOOR).state == "UNACK"


async def test_a_life_safety_alarm_is_never_shelved_and_the_try_is_written_down(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        city.assembly.alarms.set(f"{PS}/P1", "tripped", "overload", 1)
        receipt = await city.controller.desks.alarms.shelve(f"{PS}/P1:tripped", LIN, for_s=600.0, reason="noisy")
        assert (receipt.accepted, receipt.cause) == (False, "BLOCKED_BY_INTERLOCKING")
        (record,) = journal(tmp_path, "alarm_shelve")
        assert "never shelved" in record.data["refused"]
        assert city.controller.desks.alarms.get(f"{PS}/P1:tripped").state == "UNACK"


@pytest.mark.parametrize(
    ("for_s", "reason"), [(59.0, "known"), (12 * 3600 + 1.0, "known"), (float("nan"), "known"), (600.0, " ")]
)
async def test_a_shelf_needs_a_reason_and_an_end_within_twelve_hours(tmp_path: Path, for_s: float, reason: str) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        with pytest.raises(InvalidValue):
            await city.controller.desks.alarms.shelve(DOOR, LIN, for_s=for_s, reason=reason)


LATCHING = {"site/alarms.yaml": "alarms:\n  - {kind: door, latch: true}\n"}


async def test_a_latched_alarm_is_reset_once_its_condition_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, *next(iter(LATCHING.items())))
    async with soft_city(tmp_path) as city:
        open_door(city)
        desk = city.controller.desks.alarms
        assert (await desk.reset(DOOR, LIN, "looked")).cause == "BLOCKED_BY_INTERLOCKING"
        city.assembly.alarms.clear(LC1, "door")
        assert desk.get(DOOR).state == "LATCHED"
        assert (await desk.reset(DOOR, LIN, "lock repaired")).accepted
        assert DOOR not in city.assembly.alarms
        assert [record.data["refused"] != "" for record in journal(tmp_path, "alarm_reset")] == [True, False]


async def test_a_list_is_narrowed_to_what_is_asked_and_may_be_seen(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        alarms, desk = city.assembly.alarms, city.controller.desks.alarms
        open_door(city)
        alarms.set(K1, "smoke", "smoke", 1)
        alarms.set(LC2, "door", "open", 4)

        def found(wanted: AlarmFilter) -> list[str]:
            return [one.id for one in desk.list(wanted)]

        assert found(AlarmFilter(about=LC1)) == [f"{K1}:smoke", DOOR]
        assert found(AlarmFilter(about="330106", priority=1)) == [f"{K1}:smoke"]
        assert found(AlarmFilter(about="330102")) == []
        assert found(AlarmFilter(kind="door", limit=1)) == [DOOR]
        assert found(AlarmFilter(sees=lambda target: target == K1)) == [f"{K1}:smoke"]
        assert desk.subject(f"{K1}:smoke") == K1


async def test_a_tag_takes_alarms_about_its_target_out_of_service(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.assembly.alarms.set(K1, "interlock_unknown", "stuck")
        receipt = await city.controller.desks.tags.hang(K1, LIN, reason="contactor replaced")
        assert receipt.tag is not None
        await city.clock.sleep(1.0)
        view = city.controller.desks.alarms.get(f"{K1}:interlock_unknown")
        assert (view.state, view.tag) == ("OUT_OF_SERVICE", receipt.tag.id)


async def test_statistics_speak_of_the_running_controller(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        desk = city.controller.desks.alarms
        before = desk.statistics().last_10_min
        for n in range(12):
            city.assembly.alarms.set(f"{LC1}/K{n}", "door", "open")
        view = desk.statistics()
        assert (view.flood, view.last_10_min) == (True, before + 12)
        assert view.unacknowledged == len(desk.list())


async def test_after_a_restart_nothing_stands_of_what_left_the_site_or_is_watched_no_more(
    tmp_path: Path, soft: SoftField, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, gauge, server = "330106-LC-0009", "330106-LG-0001", "opcua/ua-gone"
    ends = [(gone, "offline"), (gone, "busy"), (gone, f"{gone}/P1.start:button_stuck"), (server, "certificate_refused")]
    async with soft_city(tmp_path, soft=soft) as city:
        for source, condition in (*ends, (gone, "tag_without_target"), (gauge, "level_blue")):
            city.assembly.alarms.set(source, condition, "stands")
    monkeypatch.setitem(FILES, "site/alarms.yaml", "water_levels: {grades: {red: {from: guarantee}}}\n")
    async with soft_city(tmp_path, soft=soft) as city:
        desk = city.controller.desks.alarms
        assert {desk.get(f"{source}:{condition}").state for source, condition in ends} == {"RTNUN"}
        assert "left the site" in desk.get(f"{gone}:offline").text
        assert desk.get(f"{gauge}:level_blue").state == "RTNUN"
        assert desk.get(f"{gone}:tag_without_target").state == "UNACK"


async def test_a_reload_takes_new_rules_and_keeps_what_is_shelved(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        open_door(city)
        desk = city.controller.desks.alarms
        await desk.shelve(DOOR, LIN, for_s=3600.0, reason="known")
        stricter = replace(city.site.alarms, longest_shelf_s=600.0)
        city.assembly.alarming.adopt(replace(city.site, alarms=stricter))
        assert desk.get(DOOR).state == "SHELVED"
        with pytest.raises(InvalidValue, match="1 min to"):
            await desk.shelve(DOOR, LIN, for_s=3600.0, reason="known")


async def test_a_station_condition_that_went_while_the_controller_was_stopped_is_cleared(
    tmp_path: Path, soft: SoftField
) -> None:
    async with soft_city(tmp_path, soft=soft) as city:
        await city.ready()
        await city.until(lambda: city.assembly.alarms.standing(PS, f"{PS}:dry_run"))
    assert '"cleared":null' in on_disk(tmp_path)[f"{PS}:{PS}:dry_run"]
    async with soft_city(tmp_path, soft=Wet()) as city:
        assert f"{PS}:{PS}:dry_run" in city.assembly.alarms
        await city.until(lambda: not city.assembly.alarms.standing(PS, f"{PS}:dry_run"))


STORM = """\
states:
  - state: flood_iii
    title: {zh: 三级, en: III}
    response: 3
    alarms: [{condition: offline, by: -1}]
"""


async def test_a_declared_state_makes_an_alarm_more_urgent_while_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "site/states.yaml", STORM)
    async with soft_city(tmp_path) as city:
        city.assembly.alarms.set(LC1, "offline", "gone", 3)
        desks = city.controller.desks
        for state, priority in (("flood_iii", 2), ("ordinary", 3)):
            await desks.states.declare("lighting", "city", state, for_s=3600.0, reason="rain", caller=LIN)
            await city.clock.sleep(6.0)
            assert desks.alarms.get(f"{LC1}:offline").priority == priority
