"""Leases and requests' lives on real stores, with nothing around them but a clock moved by hand."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from controller.domain.command import CommandState
from controller.domain.intents import parse_intent
from controller.domain.request import Lease, Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.command_log import CommandLog
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.dispatch import Dispatcher
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.leases.views import LeaseView
from controller.runtime.request_lives import Around, RequestLives
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import ProposalView
from controller.runtime.verification import Verifier
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import DropRequest, PutRequest
from controller.store.store import Store
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_field import HandClock, small_site

LIN, WANG = Caller("lin", "lin", "s1"), Caller("wang", "wang", "s2")
LIN_AGAIN, MACHINE = Caller("lin-phone", "lin", "s3"), Caller("scada", "", "k1")
HOUR = 3600.0
LOOK_S = 5.0


class LeaseRig:
    """One process. ``pass_time`` lets leases end and looks after them as the controller would."""

    def __init__(self, data: Path, clock: HandClock) -> None:
        self.clock = clock
        self.site = small_site(station())
        self.store = Store.open(data)
        self.evidence = Evidence(self.store.journal, clock)
        self.keeper = Keeper(self.store.state, clock)
        self.alarms = AlarmBook(clock, lambda _: None)
        self.book = RequestBook(self.site.city.targets)
        self.changed: list[Sequence[Request]] = []
        self.proposals = ProposalBook(clock=clock, state=self.store.state, evidence=self.evidence)
        commands = CommandLog(clock, lambda _: None)
        verifier = Verifier(commands, self.alarms)
        self.lives = RequestLives(
            self.site,
            Around(
                clock=clock,
                book=self.book,
                table=ImageTable({}),
                dispatcher=Dispatcher(
                    clock=clock,
                    book=self.book,
                    commands=commands,
                    verifier=verifier,
                    evidence=self.evidence,
                    timing=self.site.timing,
                ),
                alarms=self.alarms,
                stream=ChangeStream(clock),
                evidence=self.evidence,
                keeper=self.keeper,
                proposals=self.proposals,
                last=verifier.last,
                phases={},
                verdicts={},
                lock=asyncio.Lock(),
                changed=self.changed.append,
            ),
        )
        self.desk, self.undertakings = self.lives.leases, self.lives.undertakings
        self._restore()

    def _restore(self) -> None:
        now_s, over = self.clock.monotonic(), []
        for request in self.store.state.stored.resumed(self.clock.now(), now_s):
            if request.lease is not None and request.lease.over(now_s):
                over.append(request)
            else:
                self.book.hold(request)
        self.lives.restore(self.store.state.stored, over)

    async def close(self) -> None:
        self.undertakings.flush()
        await self.keeper.flush()
        await self.evidence.flush()
        await self.store.close()

    # -- people -------------------------------------------------------------------------------------------------

    async def order(
        self,
        *targets: str,
        said: str = "on",
        for_s: float = HOUR,
        caller: Caller = LIN,
        request_id: str = "R1",
        slot: Slot = Slot.CITY_MANUAL,
    ) -> str:
        """An order as the desk takes it; the first lease's id."""
        made = [self._request(target, said, for_s, caller, request_id, slot) for target in targets]
        self.undertakings.opened(request_id, caller, "order", targets, value=said, slot=slot, reason="because")
        await self.keeper.keep_now([PutRequest(one) for one in made])
        for one in made:
            self.book.hold(one)
        outcomes = tuple(TargetOutcome(one.target, True, "", "taken", _id(one), None) for one in made)
        self.undertakings.answered(Receipt(request_id, outcomes), caller)
        return _id(made[0])

    def _request(self, target: str, said: str, for_s: float, caller: Caller, request_id: str, slot: Slot) -> Request:
        now = self.clock.now()
        value = parse_intent(self.site.city.targets[target].kind, said)
        lease = Lease(f"L-{request_id}-{target}", now, now + timedelta(seconds=for_s), self.clock.s + for_s)
        request = Request(target, slot, value, caller.actor, "because", since=now, lease=lease)
        return replace(request, request_id=request_id)

    async def proposed(self, lease_id: str, for_s: float, caller: Caller = LIN) -> ProposalView:
        made = await self.desk.extend(lease_id, for_s, caller, "goes on")
        assert isinstance(made, ProposalView), made
        return made

    async def extended(self, lease_id: str, for_s: float, caller: Caller = LIN) -> TargetOutcome:
        answer = await self.desk.extend(lease_id, for_s, caller, "goes on")
        assert isinstance(answer, Receipt), answer
        (outcome,) = answer.outcomes
        return outcome

    async def confirmed(self, proposal: ProposalView, caller: Caller = WANG) -> TargetOutcome:
        return (await self.proposals.confirm(proposal.id, caller)).outcomes[0]

    async def standing(self, target: str, for_s: float = 72 * HOUR) -> tuple[str, str]:
        """A standing order of two people: its lease and its id."""
        lease = await self.order(target)
        proposal = await self.proposed(lease, for_s)
        assert proposal.kind == "standing_order"
        assert (await self.confirmed(proposal)).accepted
        (view,) = self.desk.standing()
        return lease, view.id

    # -- what tests look at ------------------------------------------------------------------------------------

    def lease(self, lease_id: str) -> LeaseView:
        return self.desk.lease(lease_id)

    def held(self, target: str) -> Request | None:
        return self.book.holder(target, Slot.CITY_MANUAL)

    def alarmed(self, source: str, condition: str) -> bool:
        return self.alarms.standing(source, condition)

    # -- time ---------------------------------------------------------------------------------------------------

    async def pass_time(self, seconds: float, steps: int = 40) -> None:
        """Time passes; leases that are over end, and somebody looks after the others."""
        for _ in range(steps):
            await self._later(max(0.0, (seconds - LOOK_S) / steps))
        await self._later(LOOK_S)

    async def _later(self, seconds: float) -> None:
        self.clock.s += seconds
        over = self.book.expire(self.clock.s)
        for request in over:
            self.keeper.keep(DropRequest(request.target, request.slot))
        self.lives.ended(over, CommandState.EXPIRED, "its time was over")
        self.desk.look()


@contextlib.contextmanager
def unwritable(file: Path, act: str, table: str) -> Iterator[None]:
    """The database itself refuses every INSERT or DELETE of the table while this is open."""
    trigger = f"CREATE TRIGGER full BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(trigger)
    yield
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER full")


def _id(request: Request) -> str:
    return request.lease.id if request.lease else ""


@contextlib.asynccontextmanager
async def lease_rig(data: Path, clock: HandClock | None = None) -> AsyncIterator[LeaseRig]:
    """A process on this data folder; given the clock of the one before, time went on meanwhile."""
    rig = LeaseRig(data, clock or HandClock())
    try:
        yield rig
    finally:
        await rig.close()
