"""What an order would make of its targets: who would win, which interlocks would act, what it draws, what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.image import View
from controller.domain.intents import Intent
from controller.domain.points import DeviceId, TargetId, Value, output_of
from controller.domain.pumps_and_gates import Gate
from controller.domain.request import Decision, Request
from controller.logic.confirmation import Asked, flow_of, opened_already
from controller.logic.contract import Moment, Verdict
from controller.logic.preview import NO_STEP, Effect, Signature, Step, step_of
from controller.logic.roster import Member
from controller.runtime.actuals import Actual, actual_of, actual_read, feedback_point, running_units
from controller.runtime.book import RequestBook
from controller.runtime.commanding.entering import Entrant
from controller.runtime.commanding.looked import Candidate, Looked
from controller.runtime.commanding.ports import Lights, Water
from controller.runtime.commanding.views import TargetPreview
from controller.runtime.table import ImageTable

FEEDBACK = {"circuit": "feedback", "luminaire": "level", "unit": "running", "gate": "position_percent"}


@dataclass(frozen=True, slots=True)
class _Step:
    """What a station's next step says of one of its targets."""

    verdicts: tuple[Verdict, ...] = ()
    phase: str = ""


NOTHING_ACTS = _Step()


_Alike = tuple[tuple[int, ...], Value | None, Intent, Intent, tuple[str, Intent] | None]
"""What decides everything that is said of a plain light."""


class _Common(NamedTuple):
    """What is said of every plain light of one kind in one state."""

    effect: Effect
    text: str
    actual: str
    then: str
    signature: Signature
    sure: bool


@dataclass(frozen=True, slots=True)
class Foreseer:
    """Asks the pure parts "what if"; changes nothing."""

    clock: Clock
    book: RequestBook
    table: ImageTable
    city: City
    lights: Lights
    water: Water

    def foresee(self, entrants: Sequence[Entrant], doubtful: Set[TargetId]) -> dict[TargetId, Looked]:
        """Every entrant as it would be, all of them taken together; ``doubtful`` may not arrive or not work."""
        moment = Moment(self.clock.now(), self.clock.monotonic())
        decisions = {one.request.target: self.book.foresee(one.request, moment.s) for one in entrants}
        steps = self._at_stations(entrants, decisions, moment)
        found: dict[TargetId, Looked] = {}
        alike: dict[_Alike, _Common] = {}
        view: View | None = None
        ready = False
        for entrant in entrants:
            if view is None or view.block.device != entrant.member.device:
                view = self.table.view(entrant.member.device, moment.s)
                ready = view.ready
            target = entrant.request.target
            decision, assured = decisions[target], target not in doubtful
            if entrant.member.station is not None:
                step = steps.get(target, NOTHING_ACTS)
                found[target] = self._looked(entrant, decision, view, step.verdicts, step.phase, assured=assured)
                continue
            acting = self.lights.foresee(decision, view, moment) if ready else ()
            in_steps = entrant.member.target.min_percent is not None
            masked = decision.winner is not entrant.request
            if acting or not assured or in_steps or masked:
                found[target] = self._looked(entrant, decision, view, acting, "", assured=assured)
            else:
                found[target] = self._plain_light(entrant, decision, view, alike)
        return found

    def _plain_light(self, entrant: Entrant, decision: Decision, view: View, alike: dict[_Alike, _Common]) -> Looked:
        """A light that nothing stands against, as nearly all are: what many have in common is worked out once.

        It says what ``_looked`` would say; a test compares them.
        """
        member, request, then = entrant.member, entrant.request, decision.masked[0]
        kind = member.target.kind
        reading = view.read(feedback_point(request.target, kind))
        before = self.book.decision(request.target).winner.value
        # Enumerations and the order's own value are few objects that stay: their names are quicker than their hashes.
        objects = id(kind), id(request.value), id(reading.quality), id(reading.detail), id(then.slot)
        holder = entrant.holder
        replaced = None if holder is None else (holder.owner, holder.value)
        key = (objects, reading.value, then.value, before, replaced)
        common = alike.get(key)
        if common is None:
            actual = actual_read(kind, request.value, reading)
            effect = self._effect(request, actual)
            text = _text(request, actual, effect, None, "", assured=True)
            signature = Signature("", _firm(entrant, None, (), view), effect.value, actual.known)
            sure = reading.good and actual.agrees is not None
            said = f"{then.slot.label}: {then.value}"
            common = alike[key] = _Common(effect, text, actual.text, said, signature, sure)
        step = NO_STEP
        if common.effect is Effect.CHANGE:
            step = step_of(member, request.value, reading.value if reading.good else None)
        preview = TargetPreview(
            target=request.target,
            name=member.target.name,
            effect=common.effect,
            cause="",
            text=common.text,
            actual=common.actual,
            interlocks=(),
            takes_over_from=entrant.takes_over_from,
            then=common.then,
            power_kw=step.power_kw,
            flow_m3s=step.flow_m3s,
        )
        asked = None if entrant.protects else Asked(member, request.value)
        plain = common.sure and not self.lights.bound(request.target)
        return Looked(preview, common.signature, Candidate(request, holder), entrant.protects, asked, plain)

    def _at_stations(
        self, entrants: Sequence[Entrant], decisions: Mapping[TargetId, Decision], moment: Moment
    ) -> dict[TargetId, _Step]:
        """A station is judged as a whole; a station's own order is held by whatever holds one of its units."""
        stations: dict[DeviceId, list[Decision]] = {}
        for entrant in entrants:
            if entrant.member.station is not None:
                stations.setdefault(entrant.member.device, []).append(decisions[entrant.member.id])
        found: dict[TargetId, _Step] = {}
        for station, wanted in stations.items():
            view = self.table.view(station, moment.s)
            if not view.ready:
                continue
            step = self.water.foresee(station, wanted, view, moment)
            found.update({t: _Step((verdict,), step.phases.get(t, "")) for t, verdict in step.verdicts.items()})
            for decision in wanted:
                found.setdefault(decision.target, _Step((), step.phases.get(decision.target, "")))
            everything = tuple(dict.fromkeys(step.verdicts.values()))
            found[station] = _Step(everything, step.phases.get(station, ""))
        return found

    def _looked(
        self,
        entrant: Entrant,
        decision: Decision,
        view: View,
        acting: Sequence[Verdict],
        remark: str,
        *,
        assured: bool,
    ) -> Looked:
        member, request = entrant.member, entrant.request
        actual = actual_of(member.target, request.value, view, self.city)
        masked_by = None if decision.winner is request else decision.winner
        effect = Effect.MASKED if masked_by else self._effect(request, actual)
        then = decision.masked[0] if masked_by is None and decision.masked else decision.winner
        step = self._step(member, request, view) if effect is Effect.CHANGE else NO_STEP
        preview = TargetPreview(
            target=member.id,
            name=member.target.name,
            effect=effect,
            cause="" if assured else Cause.OFFLINE if not view.ready else Cause.LOCAL,
            text=_text(request, actual, effect, masked_by, remark, assured=assured),
            actual=actual.text,
            interlocks=tuple(f"{one.interlock}: {one.reason}" for one in acting),
            takes_over_from=entrant.takes_over_from,
            then=f"{then.slot.label}: {then.value}",
            power_kw=step.power_kw,
            flow_m3s=step.flow_m3s,
            assured=assured,
            masked_by=_masked_by(masked_by),
        )
        firm = _firm(entrant, masked_by, acting, view)
        asked = None if entrant.protects else self._asked(member, request, view)
        signature = Signature("", firm, effect.value, actual.known)
        return Looked(preview, signature, Candidate(request, entrant.holder), entrant.protects, asked)

    def _effect(self, request: Request, actual: Actual) -> Effect:
        if actual.agrees is not None:
            return Effect.NO_CHANGE if actual.agrees else Effect.CHANGE
        same = actual.known and self.book.decision(request.target).winner.value == request.value
        return Effect.NO_CHANGE if same else Effect.CHANGE

    def _step(self, member: Member, request: Request, view: View) -> Step:
        suffix = FEEDBACK.get(member.target.kind.value)
        actual = view.value(f"{output_of(member.id)}.{suffix}") if suffix else None
        running = running_units(member.station, view) if member.station and member.id == member.device else None
        return step_of(member, request.value, actual, running)

    def _asked(self, member: Member, request: Request, view: View) -> Asked:
        opening, part = None, member.part
        if isinstance(part, Gate):
            told = self.book.decision(member.id).winner.value
            opening = opened_already(view.number(f"{part.output}.position_percent"), told, part.tolerance_percent)
        flow = self._flow(member, view) if member.station is not None else None
        return Asked(member, request.value, opening, flow)

    def _flow(self, member: Member, view: View) -> str | None:
        """Which way a station works now; None when nobody can tell."""
        if member.station is None or running_units(member.station, view) is None:
            return None
        ways = {unit.direction for unit in member.station.units if view.value(f"{unit.output}.running")}
        return flow_of(ways, self.book.decision(member.device).winner.value)


def _firm(entrant: Entrant, masked_by: Request | None, acting: Sequence[Verdict], view: View) -> str:
    """What must not change between looking and acting, as a text; verdicts that time alone ends are left out."""
    words = [str(entrant.request.value)]
    if masked_by is not None:
        words.append(f"masked by {masked_by.slot.label} {masked_by.value}")
    if entrant.holder is not None:
        words.append(f"replaces {entrant.holder.owner} {entrant.holder.value}")
    words += sorted({f"{one.ruling.value} {one.interlock}" for one in acting if one.until_s is None})
    if entrant.member.station is not None:
        words.append(f"mode {view.value('mode')}")
    return "; ".join(words)


def _masked_by(masking: Request | None) -> str:
    """Who masks it and why, for whoever is masked."""
    if masking is None:
        return ""
    return f"{masking.slot.label} of {masking.owner} ({masking.value}: {masking.reason})"


def _text(
    request: Request, actual: Actual, effect: Effect, masked_by: Request | None, remark: str, *, assured: bool
) -> str:
    if effect is Effect.MASKED and masked_by is not None:
        said = f"waits underneath {_masked_by(masked_by)}"
    elif effect is Effect.NO_CHANGE:
        said = f"is {actual.text} already"
    else:
        said = f"{actual.text} → {request.value}" + (f"; {remark}" if remark else "")
    return said if assured else f"{said}; NOT ASSURED: out of reach or not at REMOTE, send someone"
