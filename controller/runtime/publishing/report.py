"""What a proof found, as people, the API and the state store have it: plain data, bounded in size."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_CHANGES = 300
"""Lines of change told one by one, those that move most energy first; the rest is counted."""
MOST_ROADS = 300
NAMED = 5
"""Lights named for a finding."""


class Severity(StrEnum):
    """BLOCKS: not published unless both people accept it with a reason. LOOK: somebody should. INFO: to know."""

    BLOCKS = "blocks"
    LOOK = "look"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, over all lights it is found at. ``worst_night`` is dated by its sunset; empty: no one night."""

    severity: Severity
    kind: str
    text_en: str
    text_zh: str
    lights: int = 0
    named: tuple[str, ...] = ()
    nights: int = 0
    worst_min: float = 0.0
    worst_night: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Hours and energy of some lights over the proof's nights, in force and in the draft.

    ``by``: division, class, grade or road. Hours are light-hours (ten lights for one hour are ten); kWh is rated
    power times level.
    """

    by: str
    name: str
    lights: int
    burn_h_was: float
    burn_h: float
    full_h_was: float
    full_h: float
    kwh_was: float
    kwh: float


@dataclass(frozen=True, slots=True)
class RoadChange:
    """What becomes of some lights of one road on some nights.

    ``what``: the change in words (``off 23:30→00:00``); ``hours_each``: more burning per light over these nights,
    ``kwh`` for all of them together; both are negative where the draft burns less.
    """

    road: str
    division: str
    light_class: str
    lights: int
    named: tuple[str, ...]
    program_was: str
    program: str
    what: str
    nights: int
    which_nights: str
    hours_each: float
    kwh: float


@dataclass(frozen=True, slots=True)
class ProofReport:
    """A draft tried over ``nights`` nights from ``first`` on, beside what is in force.

    ``draft_hash`` and ``base_config`` bind it: of another draft, or over another configuration, it proves nothing.
    ``new_config`` is the configuration's hash with the draft laid over it. ``problems``: the draft cannot be used;
    nothing else was then tried.
    """

    draft: str
    draft_hash: str
    base: int
    base_config: str
    new_config: str = ""
    first: str = ""
    nights: int = 0
    lights: int = 0
    places: int = 0
    took_s: float = 0.0
    sums: tuple[Sums, ...] = ()
    changes: tuple[RoadChange, ...] = ()
    changes_left_out: int = 0
    changed_lights: int = 0
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=())

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What is not published unless both people accept it."""
        return tuple(one for one in self.findings if one.severity is Severity.BLOCKS)

    @property
    def city(self) -> Sums | None:
        """The whole city's sums."""
        return next((one for one in self.sums if one.by == "city"), None)


@dataclass(frozen=True, slots=True)
class LightProof:
    """One light's year: hours, kWh, and what is wrong with it; ``*_was`` are of what is in force."""

    target: str
    burn_h: float
    full_h: float
    kwh: float
    day_min: float
    gap_h: float
    saved_h: float
    switchings: float
    burn_h_was: float
    kwh_was: float


MEASURES = 9
"""Numbers per light in the answer of the proving process, in ``LightProof``'s order."""
