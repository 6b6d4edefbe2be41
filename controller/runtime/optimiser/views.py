"""What people are shown of the optimiser: its plan beside the rules', and where it may set targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What one plan comes to in the hours ahead, by the model: minutes (all reaches together), starts, kWh, yuan."""

    above_warning_min: float
    above_guarantee_min: float
    starts: float
    kwh: float
    yuan: float


@dataclass(frozen=True, slots=True)
class ReachPlanView:
    """One reach: its highest level (m) and minutes above warning by the optimiser's plan and by the rules'."""

    reach: str
    title_zh: str
    title_en: str
    warning_m: float
    guarantee_m: float
    peak_m: float
    peak_rules_m: float | None
    above_warning_min: float
    above_warning_rules_min: float | None


@dataclass(frozen=True, slots=True)
class StepView:
    """From this moment on so many units, until the next."""

    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class StationPlanView:
    """One station: what its plan says for now and the hours ahead, and who lets the optimiser carry it out.

    ``steers``: the optimiser's target stands in slot 11 now; otherwise ``why`` says in whose hands it is and why.
    """

    station: str
    name: str
    reach: str
    running: int
    units: int | None
    gravity: bool
    ahead: tuple[StepView, ...]
    steers: bool
    why: str
    accepted_by: str = ""
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OptimiserView:
    """The last plan. ``at``: when it was worked out; None: not yet, or switched off.

    ``better``: it is to be preferred to the rules' plan; otherwise the rules go on everywhere, and ``why`` says why.
    ``gap``: how far from the best it may be (share); ``solve_s``: what the solver took.
    """

    enabled: bool
    at: datetime | None
    better: bool
    why: str
    gap: float | None
    solve_s: float | None
    ours: OutcomeView | None
    rules: OutcomeView | None
    reaches: tuple[ReachPlanView, ...] = ()
    stations: tuple[StationPlanView, ...] = ()
