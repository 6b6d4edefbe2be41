"""The wall clock is set an hour on, or an hour back, in a running controller: nothing ends sooner or later for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.rights import CITY, Caller, Grant, Role
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.scenarios.city import LOCAL, RunningCity, hangzhou
from tests.scenarios.part import part_of
from tests.scenarios.stepping import SteppedClock, stepping_city

EVENING = datetime(2026, 6, 21, 21, 0, tzinfo=LOCAL)
"""An hour on or back it is night all the same, and no program switches."""
CABINET, NEIGHBOUR = "330102-LC-0001", "330102-LC-0002"
ROAD, TREES, OTHER_TREES = f"{CABINET}/K1", f"{CABINET}/K5", f"{NEIGHBOUR}/K5"
LIN, WANG = Caller("lin", "lin", "s-lin"), Caller("wang", "wang", "s-wang")
Lives = Callable[[], bool]


class Evening:
    """Everything that ends by time, begun at one moment; each with its promised life in seconds."""

    def __init__(self, city: RunningCity, clock: SteppedClock) -> None:
        self._city, self._clock = city, clock
        self._desks = city.controller.desks
        self.begun_s = clock.monotonic()

    async def begun(self) -> Mapping[str, tuple[float, Lives]]:
        """Name, life and whether it lives."""
        book = self._city.assembly.book
        lease = await self._city.order(TREES, "off", for_s=900.0, actor="lin")
        assert lease.accepted, lease
        proposal = await self._proposed()
        await self._desks.states.declare("water", "city", "flood_iv", for_s=1200.0, reason="rain", caller=WANG)
        await self._desks.tags.hang(f"{CABINET}/K2", WANG, reason="a door is open")
        self._city.assembly.alarms.set(CABINET, "fault", "a door is open")
        shelved = await self._desks.alarms.shelve(f"{CABINET}:fault", LIN, for_s=1500.0, reason="known")
        assert shelved.accepted, shelved
        token = self._signed_in()
        sessions = self._city.assembly.people.known.sessions
        return {
            "lease": (900.0, lambda: book.lease(lease.lease_id or "") is not None),
            "proposal": (300.0, lambda: proposal in [one.id for one in self._desks.proposals.open()]),
            "token": (600.0, lambda: sessions.find(token) is not None),
            "state": (1200.0, lambda: bool(self._desks.states.list())),
            "shelf": (1500.0, lambda: self._city.assembly.alarms.get(f"{CABINET}:fault").shelf is not None),
        }

    async def _proposed(self) -> str:
        order = Order((ROAD,), "off", 600.0, "trying")
        answer = await self._desks.orders.operate((await self._desks.orders.select(order, LIN)).token, LIN)
        assert isinstance(answer, ProposalView)
        return answer.id

    def _signed_in(self) -> str:
        people = self._city.assembly.people.known.sessions
        session, _ = people.open("lin", (Grant(Role.LIGHTING_OPERATOR, CITY),))
        return session.token

    async def at(self, seconds: float) -> None:
        """Wait until so long after the beginning."""
        await self._clock.sleep(self.begun_s + seconds - self._clock.monotonic())


@pytest.mark.parametrize("hours", [-1, 1])
async def test_everything_lives_as_long_as_was_said(tmp_path: Path, hours: int) -> None:
    async with stepping_city(tmp_path, EVENING, part_of(hangzhou(), CABINET, NEIGHBOUR)) as (city, clock):
        await city.all_as_wanted(TREES, ROAD, OTHER_TREES)
        evening = Evening(city, clock)
        ends = await evening.begun()
        await evening.at(5.0)
        clock.stepped += timedelta(hours=hours)
        moved = len(city.field.events())
        for name, (life_s, lives) in sorted(ends.items(), key=lambda one: one[1][0]):
            await evening.at(life_s - 3.0)
            assert lives(), f"{name} ended before its time"
            await evening.at(life_s + 35.0)
            assert not lives(), f"{name} lives on after its time"
        assert [event.output for event in city.field.events()[moved:]] == ["K5"], "only the lease's end moves anything"
        assert [tag.owner for tag in city.controller.desks.tags.list()] == ["wang"], "a tag has no end"
    assert verify(tmp_path).ok


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_selection_lives_its_thirty_seconds(tmp_path: Path, hours: int) -> None:
    async with stepping_city(tmp_path, EVENING, part_of(hangzhou(), CABINET)) as (city, clock):
        await city.all_as_wanted(TREES)
        desk, order = city.controller.desks.orders, Order((TREES,), "off", 600.0, "trying")
        late, soon = [await desk.select(order, LIN) for _ in range(2)]
        clock.stepped += timedelta(hours=hours)
        await clock.sleep(25.0)
        answer = await desk.operate(soon.token, LIN)
        assert not isinstance(answer, ProposalView)
        assert answer.outcomes[0].accepted, answer
        await clock.sleep(10.0)
        answer = await desk.operate(late.token, LIN)
        assert not isinstance(answer, ProposalView)
        assert (answer.outcomes[0].accepted, answer.outcomes[0].cause) == (False, "OBJECT_NOT_SELECTED")


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_countersignature_is_overdue_after_two_hours(tmp_path: Path, hours: int) -> None:
    async with stepping_city(tmp_path, EVENING, part_of(hangzhou(), CABINET)) as (city, clock):
        await city.all_as_wanted(ROAD)
        desks = city.controller.desks
        said = {"for_s": 12 * 3600.0, "reason": "flood office, notice 12"}
        await desks.states.declare("lighting", "city", "flood_iii", caller=LIN, **said)
        outcome = await city.order(ROAD, "off", for_s=600.0, actor="lin")
        assert outcome.accepted, outcome
        begun_s = clock.monotonic()
        clock.stepped += timedelta(hours=hours)
        await clock.sleep(begun_s + 7150.0 - clock.monotonic())
        assert not city.alarms("countersignature")
        await clock.sleep(60.0 + 35.0)
        assert len(city.alarms("countersignature")) == 1
        (debt,) = desks.orders.to_countersign()
        assert (await desks.orders.countersign(debt.id, WANG)).outcomes[0].accepted
        assert not city.alarms("countersignature")
    assert [line.actor for line in read(tmp_path, kind="countersigned")] == ["wang"]
