"""What throwing the switch would do, added up over its lights: for whoever is about to throw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from controller.domain.command import Cause
from controller.domain.points import TargetId
from controller.logic.dark_roads import DarkRoad
from controller.logic.preview import Effect
from controller.logic.scopes import LightEntry
from controller.logic.staging import StagePlan, area_name

NAMED = 20
"""So many lights are named of each kind; the rest is counted."""


@dataclass(frozen=True, slots=True)
class SeenLight:
    """One light of an act, looked at. ``kw``: how much more it would draw (less: negative), by its rating."""

    light: LightEntry
    effect: Effect
    cause: str = ""
    text: str = ""
    kw: float = 0.0
    interlocks: tuple[str, ...] = ()
    masked_by: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Lights of which the same is to be said: how many, and the first of them by name."""

    why: str
    lights: int
    lamps: int
    first: tuple[TargetId, ...]


@dataclass(frozen=True, slots=True)
class FeederStep:
    """What an act changes on one feeder (where none is known: in one division).

    ``now_kw`` is measured; None while nothing of it can be measured. ``unmeasured``: lights left out of it.
    """

    feeder: str
    known: bool
    lights: int
    step_kw: float
    rated_kw: float
    now_kw: float | None = None
    unmeasured: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """What a feeder draws now, of what is measured."""

    now_kw: float | None = None
    unmeasured: int = 0


@dataclass(frozen=True, slots=True)
class Staged:
    """How long staging makes it last, and what it would cost to hurry: the area that would get most, in kW a second."""

    seconds: float
    urgent_seconds: float
    area: str
    kw_per_s: float
    ceiling_kw_per_s: float
    urgent_kw_per_s: float
    urgent: bool = False
    """Whether this act is urgent."""


@dataclass(frozen=True, slots=True)
class SwitchSummary:
    """The whole of it. ``lights`` are circuits and luminaires; ``left_out`` by cause (offline, local, tagged, …)."""

    lights: int
    lamps: int
    changing: int
    changing_lamps: int
    already: int
    step_kw: float
    feeders: tuple[FeederStep, ...]
    masked: tuple[Alike, ...]
    left_out: tuple[Alike, ...]
    interlocked: tuple[Alike, ...]
    dark: tuple[DarkRoad, ...] = ()
    staged: Staged | None = None


def summarise(
    seen: Sequence[SeenLight],
    rated_kw: Mapping[str, float],
    loads: Mapping[str, Load],
    dark: Sequence[DarkRoad] = (),
    staged: Staged | None = None,
) -> SwitchSummary:
    """Everything added up. ``rated_kw`` and ``loads`` are by feeder (``area_name``)."""
    changing = [one for one in seen if one.effect is Effect.CHANGE]
    return SwitchSummary(
        lights=len(seen),
        lamps=sum(one.light.lamps for one in seen),
        changing=len(changing),
        changing_lamps=sum(one.light.lamps for one in changing),
        already=sum(one.effect is Effect.NO_CHANGE for one in seen),
        step_kw=sum(one.kw for one in seen),
        feeders=_feeders(changing, rated_kw, loads),
        masked=_alike((one.masked_by, one) for one in seen if one.effect is Effect.MASKED),
        left_out=_alike((one.cause, one) for one in seen if one.effect is Effect.EXCLUDED),
        interlocked=_alike((text, one) for one in seen for text in one.interlocks),
        dark=tuple(dark),
        staged=staged,
    )


def staged_of(plan: StagePlan, urgently: StagePlan, *, urgent: bool) -> Staged | None:
    """What staging means for an act, told by the area that is strained most; None when nothing of it is staged."""
    if not plan.strains:
        return None
    worst = plan.strains[0]
    hurried = {one.area: one.kw_per_s for one in urgently.strains}
    return Staged(
        seconds=plan.seconds,
        urgent_seconds=urgently.seconds,
        area=worst.area,
        kw_per_s=worst.kw_per_s,
        ceiling_kw_per_s=worst.ceiling_kw_per_s,
        urgent_kw_per_s=hurried.get(worst.area, 0.0),
        urgent=urgent,
    )


@dataclass(slots=True)
class _Sum:
    lights: int = 0
    lamps: int = 0
    kw: float = 0.0
    known: bool = False
    first: list[TargetId] = field(default_factory=list)

    def add(self, one: SeenLight) -> None:
        self.lights += 1
        self.lamps += one.light.lamps
        self.kw += one.kw
        self.known = self.known or bool(one.light.feeder)
        if len(self.first) < NAMED:
            self.first.append(one.light.target)


def _alike(said: Iterable[tuple[str, SeenLight]]) -> tuple[Alike, ...]:
    sums: dict[str, _Sum] = {}
    for why, one in said:
        sums.setdefault(why or Cause.NOT_READY.value, _Sum()).add(one)
    found = [Alike(why, one.lights, one.lamps, tuple(one.first)) for why, one in sums.items()]
    return tuple(sorted(found, key=lambda one: (-one.lights, one.why)))


def _feeders(
    changing: Iterable[SeenLight], rated_kw: Mapping[str, float], loads: Mapping[str, Load]
) -> tuple[FeederStep, ...]:
    sums: dict[str, _Sum] = {}
    for one in changing:
        sums.setdefault(area_name(one.light), _Sum()).add(one)
    found = []
    for name, step in sums.items():
        load = loads.get(name, Load())
        rated = rated_kw.get(name, 0.0)
        found.append(FeederStep(name, step.known, step.lights, step.kw, rated, load.now_kw, load.unmeasured))
    return tuple(sorted(found, key=lambda one: (-abs(one.step_kw), one.feeder)))
