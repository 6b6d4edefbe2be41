"""Where people decide about circuits in water, record what they measured, and propose to bring a circuit back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.rights import Caller, Right
from controller.logic.contract import Moment
from controller.logic.wet_power import Check, CheckKind, Stage
from controller.runtime.act_requests import ActRequests
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import Proposals, ProposalView
from controller.runtime.views import Receipt, TargetOutcome
from controller.runtime.wet_power.looking import WetPowerLook
from controller.runtime.wet_power.records import CASE, CHECK, case_data, check_data, check_from
from controller.runtime.wet_power.returning import RETURN, WetPowerReturn, done, first, refused_for, unwritten
from controller.runtime.wet_power.views import WetCircuitView, WetOverview, ZoneView
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.store.changes import Change, PutRecord

log = structlog.get_logger("wet_power")

CLOCKS_APART = timedelta(minutes=1)
"""How far ahead of ours the watch of whoever measured may be."""
OLDEST_CHECK = timedelta(days=366)
"""Nobody returns a circuit on a measurement older than this; it also keeps moments at the edge of the calendar out."""
MOST_MOHM = 100_000.0
MOST_MA = 10_000.0


class Choice(StrEnum):
    """What a person decides about a circuit."""

    CUT = "cut"
    KEEP = "keep"


class WetPowerDesk:
    """The desk of 涉水断电. Cutting asks nobody; keeping lit, and coming back, are written down first."""

    def __init__(
        self,
        *,
        clock: Clock,
        watch: WetPowerWatch,
        table: ImageTable,
        city: City,
        keeper: Keeper,
        evidence: Evidence,
        proposals: Proposals,
        acts: ActRequests,
        local: LocalTime,
        changed: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._keeper = keeper
        self._evidence = evidence
        self._proposals = proposals
        self._acts = acts
        self._local = local
        self._changed = changed
        self._checks: dict[TargetId, Check] = {}
        self._look = WetPowerLook(clock, watch, table, city, self._checks)
        self._return = WetPowerReturn(watch, self._look, self._checks, keeper, evidence, changed)
        proposals.register(RETURN, self._return)

    def adopt(self, city: City) -> None:
        """Swap the site (reload)."""
        self._look.city = city

    def restore(self, checks: Mapping[TargetId, Mapping[str, Any]]) -> None:
        """Checks of before a restart stay on record."""
        self._checks.update({circuit: check_from(circuit, data) for circuit, data in checks.items()})

    # -- questions ----------------------------------------------------------------------------------------------

    def zones(self) -> tuple[ZoneView, ...]:
        """Every flood zone: its gauges, and where the water stands against each circuit in it."""
        return self._look.zones()

    def overview(self) -> WetOverview:
        """Every circuit that is cut, asked about or kept, the roads gone dark, and the neighbours turned to full."""
        return self._look.overview()

    def circuit(self, circuit: TargetId) -> WetCircuitView:
        """One circuit, with what its return would still need.

        Raises:
            UnknownTarget: no such circuit.
        """
        return self._look.circuit(circuit)

    # -- decisions ----------------------------------------------------------------------------------------------

    async def decide(self, target: TargetId, choice: str, caller: Caller, reason: str) -> Receipt:
        """One person's decision about a circuit, or about every circuit of a zone or cabinet.

        ``cut`` acts at once, on any circuit, journal or not. ``keep`` answers an open question for a while (the
        site's ``keep``); it takes a person, is written down first, and never holds against leakage or immersion.

        Raises:
            UnknownTarget: no such circuit, zone or cabinet. InvalidValue: no reason, or neither cut nor keep.
        """
        said = reason.strip()
        if not said:
            raise InvalidValue("a decision needs a reason; it is read by whoever asks why, tonight or in court")
        try:
            chosen = Choice(choice)
        except ValueError:
            raise InvalidValue(f"{choice!r} is no decision; say cut or keep") from None
        circuits = self._circuits_of(target)
        receipt = await (self._cut if chosen is Choice.CUT else self._keep)(circuits, caller, said)
        return self._acts.done("wet_power_decision", caller, receipt.outcomes, value=chosen.value, reason=said)

    async def _cut(self, circuits: Sequence[TargetId], caller: Caller, reason: str) -> Receipt:
        moment, outcomes = self._look.moment(), []
        for circuit in circuits:
            if self._watch.case(circuit).cut:
                outcomes.append(done(circuit, f"{circuit} is cut already"))
                continue
            self._watch.cut(circuit, moment, caller.actor, reason)
            outcomes.append(done(circuit, f"{circuit} is being cut and locked out; it comes back only by a return"))
        self._changed()
        said = {"circuits": list(circuits), "reason": reason, "person": caller.person}
        data = {"choice": Choice.CUT.value, **said}
        await self._evidence.before_automation("wet_power_decision", caller.actor, first(circuits), data)
        await self._outlasting_us(circuits, moment)
        return Receipt("", tuple(outcomes))

    async def _outlasting_us(self, circuits: Sequence[TargetId], moment: Moment) -> None:
        """What is answered as cut is cut after a death of the process in the next instant, too."""
        cases = {circuit: case for circuit in circuits if (case := self._watch.case(circuit)).cut}
        try:
            await self._keeper.keep_now([PutRecord(CASE, c, case_data(case, moment)) for c, case in cases.items()])
        except StoreError as error:  # the watch keeps it as soon as the store takes it
            log.error("cut_not_stored_yet", circuits=len(cases), reason=str(error))

    async def _keep(self, circuits: Sequence[TargetId], caller: Caller, reason: str) -> Receipt:
        moment = self._look.moment()
        outcomes = {circuit: self._keep_refusal(circuit, caller) for circuit in circuits}
        cases = {
            circuit: self._watch.kept(circuit, moment, caller.actor, reason)
            for circuit, refused in outcomes.items()
            if refused is None
        }
        refusals = {circuit: refused.text for circuit, refused in outcomes.items() if refused is not None}
        data = {"choice": Choice.KEEP.value, "circuits": list(cases), "reason": reason, "refused": refusals}
        changes = [PutRecord(CASE, circuit, case_data(case, moment)) for circuit, case in cases.items()]
        unkept = await self._write_down("wet_power_decision", caller, first(circuits), data, changes)
        if unkept is not None:
            return Receipt("", tuple(unwritten(circuit, unkept) for circuit in circuits))
        for circuit, case in cases.items():
            self._watch.put_kept(circuit, case)
        self._changed()
        held = f"stays lit for {self._watch.rules.keep_s / 60:g} min; then it is asked again"
        return Receipt("", tuple(outcomes[circuit] or done(circuit, f"{circuit} {held}") for circuit in circuits))

    def _keep_refusal(self, circuit: TargetId, caller: Caller) -> TargetOutcome | None:
        stage = self._watch.case(circuit).stage
        if not caller.person:
            return refused_for(circuit, Cause.NO_AUTHORITY, "keeping a circuit lit in water is a person's decision")
        if stage is Stage.CUT:
            return refused_for(circuit, Cause.NOT_READY, f"{circuit} is cut already; it comes back by a return")
        if stage is Stage.DRY:
            return refused_for(circuit, Cause.NOT_READY, f"nobody is asked about {circuit} now")
        return None

    # -- checks -------------------------------------------------------------------------------------------------

    async def record_check(
        self,
        circuits: Sequence[TargetId],
        kind: str,
        value: float,
        caller: Caller,
        *,
        by: str,
        at: datetime | None = None,
        note: str = "",
    ) -> Receipt:
        """Put a measurement on record for cut circuits: ``insulation`` in MΩ or ``leakage`` in mA.

        ``by``: who measured; ``at``: when (aware; now when left out). A check that does not pass is recorded as well,
        and holds the return.

        Raises:
            InvalidValue: the measurement itself makes no sense. UnknownTarget: no such circuit.
        """
        checks = self._checks_of(circuits, kind, value, caller, by=by, at=at, note=note)
        refused = {c: f"{c} is not cut; a check belongs to a cut" for c in checks if not self._watch.case(c).cut}
        taken = {circuit: check for circuit, check in checks.items() if circuit not in refused}
        data = {"checks": {circuit: check_data(check) for circuit, check in checks.items()}, "refused": refused}
        changes = [PutRecord(CHECK, circuit, check_data(check)) for circuit, check in taken.items()]
        unkept = await self._write_down("wet_power_check", caller, first(tuple(checks)), data, changes)
        if unkept is not None:
            return Receipt("", tuple(unwritten(circuit, unkept) for circuit in checks))
        self._checks.update(taken)
        return Receipt("", tuple(self._checked(circuit, refused.get(circuit), checks[circuit]) for circuit in checks))

    def _checks_of(
        self,
        circuits: Sequence[TargetId],
        kind: str,
        value: float,
        caller: Caller,
        *,
        by: str,
        at: datetime | None,
        note: str,
    ) -> dict[TargetId, Check]:
        now = self._clock.now()
        when = now if at is None else at
        if kind not in set(CheckKind):
            raise InvalidValue(f"{kind!r} is no check; say insulation (MΩ) or leakage (mA)")
        most = MOST_MOHM if kind == CheckKind.INSULATION else MOST_MA
        if not math.isfinite(value) or not 0 <= value <= most:
            raise InvalidValue(f"{kind} lies between 0 and {most:g} {CheckKind(kind).unit}, not {value!r}")
        if not by.strip():
            raise InvalidValue("a check names who measured")
        if when.tzinfo is None or when > now + CLOCKS_APART:
            raise InvalidValue(f"a check was made at a moment with its zone, not in the future: {when.isoformat()}")
        if when < now - OLDEST_CHECK:
            raise InvalidValue(f"a check of {when.isoformat()} says nothing about now: measure again")
        if not circuits:
            raise InvalidValue("a check names at least one circuit")
        for circuit in circuits:
            self._look.circuit(circuit)
        at = self._local.of(when)
        return {
            circuit: Check(circuit, CheckKind(kind), value, by.strip(), at, caller.actor, note.strip())
            for circuit in dict.fromkeys(circuits)
        }

    def _checked(self, circuit: TargetId, refused: str | None, check: Check) -> TargetOutcome:
        if refused is not None:
            return refused_for(circuit, Cause.NOT_READY, refused)
        passed = "it passes" if check.passes(self._watch.rules) else "it does not pass and holds the return"
        return done(circuit, f"on record: {check}; {passed}")

    # -- the way back -------------------------------------------------------------------------------------------

    async def propose_return(self, circuits: Sequence[TargetId], caller: Caller, reason: str) -> ProposalView:
        """Propose to bring cut circuits back; a second person confirms (proposals, kind ``wet_power_return``).

        Raises:
            InvalidValue: the cause stands, no check is on record or it does not pass, or no reason was given.
            UnknownTarget: no such circuit. StoreError: it could not be written down.
        """
        if not reason.strip():
            raise InvalidValue("a return needs a reason: what was found on site, and that it is gone")
        chosen = tuple(dict.fromkeys(circuits))
        for circuit in chosen:
            self._look.circuit(circuit)
        body = {"circuits": list(chosen), "reason": reason.strip()}
        try:
            self._return.refuse(chosen)
        except InvalidValue as refused:
            self._evidence.later("wet_power_return", caller.actor, first(chosen), {**body, "refused": str(refused)})
            raise
        return await self._proposals.propose(
            RETURN, body, caller, reason=reason.strip(), targets=chosen, right=Right.CONFIRM
        )

    async def _write_down(
        self, kind: str, caller: Caller, target: TargetId, data: Mapping[str, Any], changes: Sequence[Change]
    ) -> StoreError | None:
        """Journal first, then the state; why not, when either could not be written: nothing is done then."""
        try:
            await self._evidence.before(kind, caller.actor, target, {**data, "person": caller.person})
        except StoreError as error:
            return error
        try:
            await self._keeper.keep_now(changes)
        except StoreError as error:
            await self._evidence.void(kind, caller, target, {"why": str(error)})
            return error
        return None

    def _circuits_of(self, target: TargetId) -> tuple[TargetId, ...]:
        if self._watch.circuit(target) is not None:
            return (target,)
        zone, cabinet = self._watch.zones.get(target), self._look.city.cabinets.get(target)
        if zone is not None:
            return tuple(member.circuit for member in zone.circuits)
        pole = self._look.city.poles.get(target)
        if pole is not None and pole.luminaires:
            return tuple(lamp.id for lamp in pole.luminaires)
        if cabinet is not None:
            return tuple(circuit.id for circuit in cabinet.circuits)
        raise UnknownTarget(f"no circuit, flood zone or cabinet {target} in this site")
