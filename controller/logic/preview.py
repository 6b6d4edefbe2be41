"""What an order would do, told before it does it; and whether what was told still holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from controller.domain.command import Cause
from controller.domain.intents import Dim, Intent, StationOrder, Switch, UnitMode, UnitOrder
from controller.domain.lights import Circuit, Luminaire
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import Station
from controller.logic.roster import Member
from controller.logic.station_targets import count_of


class Effect(StrEnum):
    """What the order would make of one target."""

    CHANGE = "change"
    NO_CHANGE = "no_change"
    MASKED = "masked"
    """Taken, and without effect as long as a higher slot stands."""
    EXCLUDED = "excluded"
    """Not part of it; the cause says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """How much more (or less, negative) is drawn and pumped. Rated figures, not measured ones."""

    power_kw: float = 0.0
    flow_m3s: float = 0.0


NO_STEP = Step()


class Signature(NamedTuple):
    """What was shown of one target, as far as a change of it ends the selection or the proposal.

    ``firm`` must stay for a proposal too: values, masking, take-over, mode, interlocks that time alone does not end.
    ``effect`` and ``proven`` (whether its feedback is GOOD) must also stay for a selection's 30 s.
    """

    excluded: str
    firm: str
    effect: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """What became different since it was shown: members lost (they only narrow it), and everything else."""

    lost: tuple[TargetId, ...]
    changed: tuple[TargetId, ...]


def drift(shown: Mapping[TargetId, Signature], now: Mapping[TargetId, Signature], *, firm_only: bool) -> Drift:
    """Compare. What was shown as excluded stays excluded, whatever became of it."""
    lost, changed = [], []
    for target, before in shown.items():
        after = now.get(target)
        if before == after or before.excluded:
            continue
        if after is None or after.excluded == Cause.OFFLINE:
            lost.append(target)
        elif _differs(before, after, firm_only=firm_only):
            changed.append(target)
    return Drift(tuple(lost), tuple(changed))


def _differs(before: Signature, after: Signature, *, firm_only: bool) -> bool:
    if after.excluded or before.firm != after.firm:
        return True
    return not firm_only and (before.effect != after.effect or (before.proven and not after.proven))


def grouped(shown: Mapping[TargetId, Signature]) -> list[tuple[list[object], list[TargetId]]]:
    """The signatures as plain JSON, each with its targets: ten thousand lamps share a handful."""
    by_signature: dict[Signature, list[TargetId]] = {}
    for target, signature in shown.items():
        by_signature.setdefault(signature, []).append(target)
    return [(list(signature), targets) for signature, targets in by_signature.items()]


def ungrouped(groups: Iterator[tuple[list[object], list[TargetId]]]) -> dict[TargetId, Signature]:
    """What ``grouped`` wrote."""
    found: dict[TargetId, Signature] = {}
    for (excluded, firm, effect, proven), targets in groups:
        signature = Signature(str(excluded), str(firm), str(effect), bool(proven))
        found.update(dict.fromkeys(targets, signature))
    return found


def step_of(member: Member, value: Intent, actual: object, running: int | None = None) -> Step:
    """The step an order makes at one target.

    ``actual`` is the feedback's GOOD value (contact, level in %, running), None when nobody knows: then the whole
    step is told. ``running``: how many of a station's units run, None when one of them cannot be told.
    """
    part = member.part
    if isinstance(part, Circuit) and isinstance(value, Switch):
        was = actual if isinstance(actual, bool) else not value.on
        return Step(part.rated_w * (value.on - was) / 1000.0)
    if isinstance(part, Luminaire) and isinstance(value, Dim):
        was_percent = float(actual) if isinstance(actual, (int, float)) else 0.0 if value.percent else 100.0
        return Step(part.rated_w * (value.percent - was_percent) / 100_000.0)
    if isinstance(part, PumpUnit) and isinstance(value, UnitOrder) and value.mode is not UnitMode.AUTO:
        starts = value.mode is UnitMode.START
        more = starts - (actual if isinstance(actual, bool) else not starts)
        return Step(part.power_kw * more, part.flow_m3s * more)
    if isinstance(part, Station) and isinstance(value, StationOrder):
        count = count_of(part, value)
        return NO_STEP if count is None else _station_step(part, count, running)
    return NO_STEP


def _station_step(station: Station, count: int, running: int | None) -> Step:
    """With units of unlike size it is an estimate: which of them start is decided by rotation, later."""
    if not station.units:
        return NO_STEP
    more = (count - (running or 0)) / len(station.units)
    return Step(
        sum(unit.power_kw for unit in station.units) * more, sum(unit.flow_m3s for unit in station.units) * more
    )
