"""Everything at once: the journal's disk dies, a gateway is lost, a cabinet's power fails and returns, mid-order."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from controller.domain.command import CommandState
from controller.domain.image import LinkState
from controller.domain.rights import Caller
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, TargetOutcome
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, running_city
from tests.scenarios.part import part_of
from tests.unit.runtime.test_orders import allow_writing, refuse_writing

NIGHT = datetime(2026, 6, 21, 21, 0, tzinfo=LOCAL)
LOST, LOST_GATEWAY = "330102-LC-0001", "gw-330102-01"
CUT, CUT_GATEWAY = "330102-LC-0007", "gw-330102-02"
LOST_ROAD, LOST_TREES, CUT_ROAD = f"{LOST}/K1", f"{LOST}/K5", f"{CUT}/K1"
LIN, WANG = Caller("lin", "lin", "s-lin"), Caller("wang", "wang", "s-wang")
NOT_SENT = {CommandState.EXPIRED, CommandState.SUPERSEDED, CommandState.CANCELLED, CommandState.FAILED}


def trees_of(city: RunningCity) -> tuple[str, ...]:
    return tuple(one.id for one in city.site.city.targets.values() if one.owner_class == "landscape_lighting")


async def ordered(city: RunningCity, targets: tuple[str, ...], value: str, name: str) -> list[TargetOutcome]:
    """Selected, operated, confirmed by a colleague where that is asked; what became of each target."""
    desks, order = city.controller.desks, Order(targets, value, 3600.0, "trying", request_id=name)
    answer = await desks.orders.operate((await desks.orders.select(order, LIN)).token, LIN)
    if isinstance(answer, ProposalView):
        answer = await desks.proposals.confirm(answer.id, WANG)
    return list(answer.outcomes)


async def power_fails(city: RunningCity) -> None:
    for phase in "abc":
        city.field.cabinet(CUT).lose_phase(phase)
    await city.field.stop_endpoint(CUT_GATEWAY)


async def power_returns(city: RunningCity) -> None:
    cabinet = city.field.cabinet(CUT)
    for phase in "abc":
        cabinet.lose_phase(phase, lost=False)
    cabinet.reboot()
    await city.field.start_endpoint(CUT_GATEWAY)


async def test_what_must_go_on_goes_on_and_all_of_it_is_told_in_the_end(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), LOST, CUT)) as city:
        trees = trees_of(city)
        assert LOST_TREES in trees
        assert len({tree.partition("/")[0] for tree in trees}) == 2
        await city.all_as_wanted(*trees, LOST_ROAD, CUT_ROAD)
        outcomes = await ordered(city, trees, "off", "dark-trees")
        assert all(outcome.accepted for outcome in outcomes), outcomes
        refuse_writing(journal, "entries")
        await city.field.stop_endpoint(LOST_GATEWAY)
        await power_fails(city)
        await city.until(lambda: {city.link(LOST), city.link(CUT)} == {LinkState.OFFLINE}, within_s=90)
        await what_goes_on(city)
        await power_returns(city)
        await city.all_as_wanted(CUT_ROAD, *(tree for tree in trees if tree.startswith(CUT)), within_s=180)
        assert city.alarms("unwritable"), "the journal is dead still"
        await city.clock.sleep(300.0)
        assert city.field.cabinet(LOST).circuits["K1"].contactor.closed, "a road light needs no centre"

        allow_writing(journal)
        back = city.clock.now()
        await city.field.start_endpoint(LOST_GATEWAY)
        await city.all_as_wanted(LOST_ROAD, *trees, within_s=180)
        await city.until(lambda: not city.alarms("unwritable") and not city.alarms("offline"), within_s=180)
        request = city.controller.desks.undertakings.whole("dark-trees")
        assert {part.state for part in request.parts} == {"CONFIRMED"}, request
        assert len([move for move in city.moves(LOST_TREES) if move.at > back]) <= 1
        assert [move.value for move in city.moves(LOST_TREES)] == [False]
        assert not city.moves(LOST_ROAD)
        sent = {one.id for one in city.controller.commands(limit=5000) if one.state not in NOT_SENT}
    all_is_told(tmp_path, sent)


async def what_goes_on(city: RunningCity) -> None:
    """Blind, dumb and in the dark: what protects is taken, what does not is refused, and it is loud."""
    ordinary = await city.order(LOST_TREES, "on", for_s=600.0, actor="lin")
    assert (ordinary.accepted, ordinary.cause) == (False, "JOURNAL_UNAVAILABLE")
    assert (await city.order(CUT_ROAD, "on", for_s=3600.0, actor="lin")).accepted
    (stop,) = (await city.controller.desks.orders.stop(f"{LOST}/K3", WANG, "smoke")).outcomes
    assert stop.accepted
    assert "NOT ASSURED" in stop.text
    await city.until(lambda: bool(city.alarms("unwritable") and city.alarms("emergency_stop")), within_s=30)
    await city.until(lambda: {alarm.source for alarm in city.alarms("offline")} == {LOST, CUT}, within_s=30)


def all_is_told(data: Path, sent: set[str]) -> None:
    report = verify(data)
    assert report.ok, report.problem
    assert any("could not be written" in note for note in report.notes)
    told = {member["id"] for line in read(data, kind="commands") for member in line.data["members"].values()}
    assert sent <= told, "something was sent and nobody is told"
    assert [line.target for line in read(data, kind="emergency_stop")] == [f"{LOST}/K3"]
    assert [line.data["accepted"] for line in read(data, kind="order") if line.data["request"] == "dark-trees"]
