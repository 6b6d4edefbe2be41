"""States are declared by people, for a time, on record; software only proposes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.conditions.declarations import WARN_BEFORE_S
from controller.runtime.conditions.views import SiteReceipt
from controller.store.changes import Change
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import DUSK, LC1, PS, SoftCity, SoftField, person, soft_city
from tests.unit.settings.small_site import FILES

ROAD, TREES = f"{LC1}/K1", f"{LC1}/K2"
ZHOU = person("zhou")
HOUR = 3600.0
STATES = """\
states:
  - state: flood_iii
    title: {zh: 防汛Ⅲ级, en: flood III}
    response: 3
    one_person: true
    slots: [emergency_order]
    alarms: [{condition: warning, by: -1}]
    lighting: {landscape: dark}
"""


@pytest.fixture(autouse=True)
def with_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "site/states.yaml", STATES)


async def declare(city: SoftCity, state: str = "flood_iii", **said: object) -> SiteReceipt:
    given = {"discipline": "lighting", "scope": "city", "for_s": HOUR, "reason": "rain", "caller": ZHOU} | said
    return await city.controller.desks.states.declare(
        given.pop("discipline"),  # type: ignore[arg-type]  # a test's own words
        given.pop("scope"),  # type: ignore[arg-type]  # as a front hands it over
        state,
        **given,  # type: ignore[arg-type]  # as a front hands it over
    )


def wanted(city: SoftCity, target: str) -> tuple[str, Slot]:
    winner = city.assembly.book.decision(target).winner
    return str(winner.value), winner.slot


async def test_a_declaration_turns_landscape_off_in_slot_12_and_its_end_lets_it_burn_again(tmp_path: Path) -> None:
    async with soft_city(tmp_path, DUSK.replace(hour=12)) as city:
        await city.ready()
        await city.until(lambda: wanted(city, TREES)[0] == "on")
        receipt = await declare(city)
        await city.until(lambda: wanted(city, TREES) == ("off", Slot.AUTOMATIC))
        shown = city.controller.explain(TREES)
        assert "防汛Ⅲ级 flood III declared by zhou for city: rain" in shown.winner.reason
        assert [one.state for one in shown.states] == ["flood_iii"]
        assert wanted(city, ROAD)[0] == "on"
        assert [one.id for one in city.controller.overview().states] == [receipt.id]
        await city.controller.desks.states.end(receipt.id, ZHOU, reason="rain is over")
        await city.until(lambda: wanted(city, TREES)[0] == "on")


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        ("city", True),
        ("division:330106", True),
        ("division:330102", False),
        (f"station:{PS}", False),
        ("street:330106/北山街道", False),
    ],
)
async def test_it_holds_where_its_scope_reaches(tmp_path: Path, scope: str, holds: bool) -> None:
    async with soft_city(tmp_path) as city:
        await declare(city, scope=scope)
        states = city.controller.desks.states
        assert states.response_level(ROAD) == (3 if holds else None)
        assert bool(states.in_force("lighting", LC1)) is holds
        assert states.response_level(PS) is None
        assert states.in_force("water", PS) == ()


async def test_water_and_lighting_are_declared_apart_and_the_gravest_counts(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        states = city.controller.desks.states
        await declare(city, "flood_iv", discipline="water")
        await declare(city, "flood_i", discipline="water", scope=f"station:{PS}")
        assert states.response_level(PS) == 1
        assert [one.state.value for one in states.in_force("water", PS)] == ["flood_i", "flood_iv"]
        assert states.response_level(ROAD) is None
        assert states.response_level("330106-LC-0099/K1") is None
        assert states.book.allows(Slot.EMERGENCY_ORDER, PS)
        assert not states.book.allows(Slot.EMERGENCY_ORDER, ROAD)
        assert states.book.one_person(PS)


async def test_it_ends_by_itself_after_a_warning_and_is_history_then(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        states, alarms = city.controller.desks.states, city.assembly.alarms
        receipt = await declare(city, for_s=WARN_BEFORE_S + 30.0)
        assert not alarms.standing("city", "lighting:declaration_ends")
        await city.clock.sleep(100.0)
        assert alarms.standing("city", "lighting:declaration_ends")
        await city.clock.sleep(WARN_BEFORE_S - 69.0)
        assert states.response_level(ROAD) is None
        assert not alarms.standing("city", "lighting:declaration_ends")
        (over,) = states.history()
        assert (over.id, over.how, over.by) == (receipt.id, "its time was over", "zhou")
        with pytest.raises(UnknownTarget):
            await states.renew(receipt.id, ZHOU, for_s=HOUR, reason="rain goes on")


async def test_renewed_it_stands_as_long_as_asked_counted_from_now(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        states = city.controller.desks.states
        receipt = await declare(city, for_s=120.0)
        await city.clock.sleep(100.0)
        renewed = await states.renew(receipt.id, person("wang"), for_s=300.0, reason="rain goes on")
        assert renewed.id == receipt.id
        await city.clock.sleep(290.0)
        (one,) = states.list()
        assert (one.renewed, one.by) == (1, "zhou")
    assert [line.actor for line in read(tmp_path / "data") if line.kind == "state_renewed"] == ["wang"]


async def test_another_state_for_the_same_place_replaces_it_and_ordinary_ends_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        states = city.controller.desks.states
        await declare(city, "flood_iv")
        await declare(city, "flood_iii")
        assert [one.state for one in states.list()] == ["flood_iii"]
        assert [(one.state, one.how) for one in states.history()] == [
            ("flood_iv", "replaced by flood_iii, declared by zhou")
        ]
        assert (await declare(city, "ordinary", for_s=0.0)).accepted
        assert states.list() == ()
        with pytest.raises(InvalidValue):
            await declare(city, "ordinary")


async def test_renewed_in_its_last_moment_it_stands_over_a_restart_too(tmp_path: Path) -> None:
    soft = SoftField()
    async with soft_city(tmp_path, soft=soft) as city:
        await declare(city, for_s=60.0)
        states, apply = city.controller.desks.states, city.store.state.apply
        (one,) = states.list()

        async def slowly(changes: Sequence[Change]) -> None:
            city.store.state.apply = apply  # type: ignore[method-assign]  # only this one write takes its time
            await city.clock.sleep(5.0)
            await apply(changes)

        await city.clock.sleep(58.0)
        city.store.state.apply = slowly  # type: ignore[method-assign]  # only this write takes its time
        await states.renew(one.id, ZHOU, for_s=HOUR, reason="still raining")
        assert [view.id for view in states.list()] == [one.id]
    async with soft_city(tmp_path, DUSK + timedelta(minutes=5), soft) as city:
        assert [view.id for view in city.controller.desks.states.list()] == [one.id]


async def test_a_machine_declares_renews_and_ends_nothing_and_its_try_is_on_record(tmp_path: Path) -> None:
    machine = Caller("rain-service")
    async with soft_city(tmp_path) as city:
        states = city.controller.desks.states
        assert (await declare(city, caller=machine)).cause == "NO_ACCESS_AUTHORITY"
        assert states.list() == ()
        receipt = await declare(city)
        assert not (await states.renew(receipt.id, machine, for_s=HOUR, reason="x")).accepted
        assert not (await states.end(receipt.id, machine, reason="x")).accepted
        assert len(states.list()) == 1
    acts = [line.data["act"] for line in read(tmp_path / "data") if line.kind == "state_refused"]
    assert acts == ["state_declared", "state_renewed", "state_ended"]


@pytest.mark.parametrize(
    "said",
    [
        {"for_s": 24 * HOUR + 1},
        {"for_s": 0.0},
        {"for_s": -5.0},
        {"for_s": float("nan")},
        {"reason": "  "},
        {"scope": "everywhere"},
        {"discipline": "traffic"},
        {"state": "panic"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_not_declared(tmp_path: Path, said: dict[str, object]) -> None:
    async with soft_city(tmp_path) as city:
        with pytest.raises(InvalidValue):
            await declare(city, **said)  # type: ignore[arg-type]  # a test's own words
        assert city.controller.desks.states.list() == ()


async def test_it_stands_on_over_a_restart_for_what_is_left_of_its_time(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field) as city:
        receipt = await declare(city, for_s=600.0)
    async with soft_city(tmp_path, DUSK + timedelta(minutes=8), field) as city:
        states = city.controller.desks.states
        assert [one.id for one in states.list()] == [receipt.id]
        await city.clock.sleep(121.0)
        assert states.list() == ()
    async with soft_city(tmp_path, DUSK + timedelta(hours=2), field) as city:
        assert city.controller.desks.states.list() == ()
        assert [one.id for one in city.controller.desks.states.history()] == [receipt.id]


async def test_a_clock_set_back_while_we_were_stopped_lengthens_no_declaration(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field) as city:
        await declare(city, for_s=600.0)
    async with soft_city(tmp_path, DUSK - timedelta(hours=5), field) as city:
        await city.clock.sleep(601.0)
        assert city.controller.desks.states.list() == ()


async def test_one_that_ran_out_while_nobody_ran_is_history(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field):
        pass
    async with soft_city(tmp_path, DUSK, field) as city:
        await declare(city)
    async with soft_city(tmp_path, DUSK + timedelta(hours=3), field) as city:
        assert city.controller.desks.states.response_level(ROAD) is None
        (over,) = city.controller.desks.states.history()
        assert over.how == "its time was over while the controller was stopped"


async def test_what_cannot_be_written_down_is_not_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with soft_city(tmp_path) as city:

        async def full(*_: object, **__: object) -> None:
            raise StoreError("disk full")

        with monkeypatch.context() as broken:
            broken.setattr(city.store.journal, "append", full)
            assert (await declare(city)).cause == "JOURNAL_UNAVAILABLE"
        assert city.controller.desks.states.list() == ()


async def test_a_level_past_its_warning_proposes_and_sets_nothing(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        states, alarms = city.controller.desks.states, city.assembly.alarms
        city.lamps.set("330106-LG-0001", "level_m", 2.75)
        await city.clock.sleep(90.0)
        proposed = {(one.discipline, one.scope, one.state, one.by) for one in states.proposed()}
        assert proposed == {
            ("water", "division:330106", "flood_iv", "330106-LG-0001"),
            ("lighting", "division:330106", "flood_iv", "330106-LG-0001"),
        }
        assert states.list() == ()
        assert states.response_level(PS) is None
        assert alarms.standing("division:330106", "state_proposed")
        assert len(city.controller.overview().proposed) == 2
        await declare(city, "flood_iv", discipline="water", scope="division:330106")
        await declare(city, "flood_iii", scope="city")
        await city.clock.sleep(61.0)
        assert states.proposed() == ()
        assert not alarms.standing("division:330106", "state_proposed")


async def test_under_a_declaration_alarms_weigh_otherwise(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        book = city.controller.desks.states.book
        assert book.priority(LC1, "warning", 2) == 2
        await declare(city)
        assert book.priority(LC1, "warning", 2) == 1
        assert book.priority(LC1, "offline", 2) == 2


async def test_under_a_declaration_leases_may_be_longer_or_must_be_shorter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "site/states.yaml", STATES + "    leases: {city_manual: 10m}\n")
    async with soft_city(tmp_path) as city:
        await city.ready()
        assert all(one.accepted for one in (await city.order(TREES, value="on", for_s=1200.0)).outcomes)
        await declare(city)
        (refused,) = (await city.order(f"{LC1}/K2", value="on", for_s=1200.0)).outcomes
        assert refused.cause == "OUT_OF_RANGE"
        assert all(one.accepted for one in (await city.order(TREES, value="on", for_s=500.0)).outcomes)
