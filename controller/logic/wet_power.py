"""涉水断电: when a circuit in water is cut, when people are asked first, and when it may come back. Pure.

(a) Leakage past its limit or immersed live parts cut at once. (b) A zone level proven above the circuit's lowest live
part cuts at once; an evacuation or underpass circuit first raises a red alarm and is cut when nobody decided in time.
Signals that cannot be trusted ask people and never cut. A cut stays until it is returned (DESIGN section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from controller.logic.contract import Moment
from controller.logic.wet_zones import WetPowerRules


class Hazard(StrEnum):
    """What threatens a circuit at this moment, worst first.

    DIRECT: leakage or immersion, by GOOD signals. WATER: the zone's water over its live part, two of three.
    BLIND: it cannot be told. NEAR: the water is below it, but not by the margin. NONE: all signals say dry.
    """

    DIRECT = "direct"
    WATER = "water"
    BLIND = "blind"
    NEAR = "near"
    NONE = "none"


class Stage(StrEnum):
    """DRY: nothing to do. ASKED: people are asked. KEPT: a person keeps it lit. CUT: off and locked out."""

    DRY = "dry"
    ASKED = "asked"
    KEPT = "kept"
    CUT = "cut"


class Why(StrEnum):
    """What a cut was made for."""

    LEAKAGE = "leakage"
    IMMERSION = "immersion"
    WATER = "water"
    PERSON = "person"
    FOUND_LOCKED = "found_locked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the signals say of one circuit now, with the sentence people read."""

    hazard: Hazard
    why: Why | None = None
    text_en: str = ""
    text_zh: str = ""
    source: str = ""
    """Where the danger is: the zone's id, or the cabinet's."""
    suspected: bool = False
    """A GOOD signal says wet, or one is missing: not enough to cut or to ask, enough to hold a return."""

    @property
    def standing(self) -> bool:
        """Whether the cause of a cut is there, or cannot be ruled out."""
        return self.hazard is not Hazard.NONE or self.suspected


ALL_DRY = Finding(Hazard.NONE)


@dataclass(frozen=True, slots=True)
class Case:
    """Where a circuit stands.

    ``about``: what people are, or were, asked for. ``since``: wall time of the stage. ``ends_s`` (monotonic): ASKED:
    the cut follows then (None: never by itself); KEPT: it is asked again then. ``gone``: wall time since when the
    cause of a cut is away, None while it stands. ``blind_since_s``: since when the signals are missing.
    """

    stage: Stage = Stage.DRY
    about: Hazard = Hazard.NONE
    since: datetime | None = None
    ends_s: float | None = None
    blind_since_s: float | None = None
    why: Why | None = None
    text_en: str = ""
    text_zh: str = ""
    source: str = ""
    by: str = ""
    gone: datetime | None = None

    @property
    def cut(self) -> bool:
        """Whether it is cut."""
        return self.stage is Stage.CUT


DRY = Case()
"""The case of a circuit nothing was ever the matter with."""


def follow(case: Case, finding: Finding, moment: Moment, rules: WetPowerRules, *, reserved: bool) -> Case:
    """The case after looking at the signals. ``reserved``: an evacuation or underpass circuit.

    The same case (the same object) comes back while nothing changed.
    """
    if case.cut:
        return _watched(case, finding, moment, rules)
    if finding.hazard is Hazard.DIRECT:
        return cut_case(finding, moment)
    if finding.hazard is Hazard.WATER:
        return _flooded(case, finding, moment, rules) if reserved else cut_case(finding, moment)
    if finding.hazard is Hazard.BLIND:
        return _blind(case, finding, moment, rules)
    if finding.hazard is Hazard.NEAR and case.about is Hazard.WATER and not _lapsed(case, moment):
        return case
    return case if case == DRY else DRY


def cut_case(finding: Finding, moment: Moment, *, by: str = "") -> Case:
    """A fresh cut for what was found."""
    gone = None if finding.standing else moment.wall
    return Case(
        Stage.CUT,
        finding.hazard,
        moment.wall,
        why=finding.why or Why.PERSON,
        text_en=finding.text_en,
        text_zh=finding.text_zh,
        source=finding.source,
        by=by,
        gone=gone,
    )


def kept_case(case: Case, moment: Moment, rules: WetPowerRules, *, by: str, reason: str) -> Case:
    """A person keeps an asked circuit lit, for a while."""
    text = f"kept lit by {by}: {reason}"
    return replace(
        case,
        stage=Stage.KEPT,
        since=moment.wall,
        ends_s=moment.s + rules.keep_s,
        text_en=text,
        text_zh=f"{by} 决定保留供电: {reason}",
        by=by,
    )


def _watched(case: Case, finding: Finding, moment: Moment, rules: WetPowerRules) -> Case:
    """A cut stays; only since when its cause is away is followed.

    A danger seen again begins that anew, and so do gauges that cannot be trusted for a while. A cabinet out of reach
    does not: whoever measures its insulation has switched it off.
    """
    if finding.hazard in (Hazard.DIRECT, Hazard.WATER):
        return case if (case.gone, case.blind_since_s) == (None, None) else replace(case, gone=None, blind_since_s=None)
    if finding.hazard is Hazard.BLIND:
        doubted = _counting_blind(case, moment)
        return doubted if doubted.gone is None or not _blind_long(doubted, moment, rules) else replace(case, gone=None)
    seeing = case if case.blind_since_s is None else replace(case, blind_since_s=None)
    return seeing if finding.standing or case.gone is not None else replace(seeing, gone=moment.wall)


def _flooded(case: Case, finding: Finding, moment: Moment, rules: WetPowerRules) -> Case:
    if case.stage is Stage.KEPT and case.about is Hazard.WATER and not _lapsed(case, moment):
        return case
    if case.stage is not Stage.ASKED or case.about is not Hazard.WATER:
        return _asked(finding, moment, ends_s=moment.s + rules.decide_within_s)
    if not _lapsed(case, moment):
        return case if case.blind_since_s is None else replace(case, blind_since_s=None)
    within = f"{rules.decide_within_s:.0f} s"
    unanswered = replace(
        finding,
        text_en=f"{finding.text_en}; nobody decided within {within}",
        text_zh=f"{finding.text_zh}; {within} 内无人决定",
    )
    return cut_case(unanswered, moment)


def _blind(case: Case, finding: Finding, moment: Moment, rules: WetPowerRules) -> Case:
    """Signals that cannot be trusted never cut. People are asked after a while, without an end.

    A question that runs towards a cut waits that long for its signals (a restart begins with none) before it becomes
    one without an end.
    """
    if case.stage is Stage.KEPT and not _lapsed(case, moment):
        return case
    if case.stage is Stage.ASKED and case.about is Hazard.BLIND:
        return case
    doubted = _counting_blind(case, moment)
    if case.stage is Stage.KEPT or _blind_long(doubted, moment, rules):
        return _asked(finding, moment, ends_s=None)
    return doubted


def _counting_blind(case: Case, moment: Moment) -> Case:
    return case if case.blind_since_s is not None else replace(case, blind_since_s=moment.s)


def _blind_long(case: Case, moment: Moment, rules: WetPowerRules) -> bool:
    return case.blind_since_s is not None and moment.s - case.blind_since_s >= rules.blind_after_s


def _asked(finding: Finding, moment: Moment, *, ends_s: float | None) -> Case:
    return Case(
        Stage.ASKED,
        finding.hazard,
        moment.wall,
        ends_s=ends_s,
        why=finding.why,
        text_en=finding.text_en,
        text_zh=finding.text_zh,
        source=finding.source,
    )


def _lapsed(case: Case, moment: Moment) -> bool:
    return case.ends_s is not None and moment.s >= case.ends_s


# -- the way back ------------------------------------------------------------------------------------------------


class CheckKind(StrEnum):
    """What was measured before a return: insulation in MΩ, or the leakage of the de-energised supply in mA."""

    INSULATION = "insulation"
    LEAKAGE = "leakage"

    @property
    def unit(self) -> str:
        """The unit its value is in."""
        return "MΩ" if self is CheckKind.INSULATION else "mA"


@dataclass(frozen=True, slots=True)
class Check:
    """A measurement on site: by whom, when (aware, told in the site's zone), and who wrote it down."""

    circuit: str
    kind: CheckKind
    value: float
    by: str
    at: datetime
    recorded_by: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.value:g} {self.kind.unit}, measured by {self.by} at {self.at:%Y-%m-%d %H:%M}"

    def passes(self, rules: WetPowerRules) -> bool:
        """Whether what was measured lets a circuit return."""
        if self.kind is CheckKind.INSULATION:
            return self.value >= rules.insulation_min_mohm
        return self.value <= rules.leakage_check_ma


def return_refusal(
    case: Case, finding: Finding, check: Check | None, now: datetime, rules: WetPowerRules
) -> str | None:
    """Why a cut circuit may not come back now; None when it may. Two people are asked for elsewhere."""
    if not case.cut:
        return "it is not cut"
    if case.gone is None or finding.standing:
        return f"the cause stands or cannot be ruled out: {finding.text_en or case.text_en}"
    if check is None:
        return "no insulation or leakage check is on record since the cut; measure, and record it"
    if case.since is not None and check.at < case.since:
        return f"the check is older than the cut: {check}; measure again"
    if check.at < case.gone:
        return f"the check was made while the cause still stood: {check}; measure again"
    if now - check.at > timedelta(seconds=rules.check_valid_s):
        return f"the check is too old: {check}; measure again"
    if not check.passes(rules):
        wanted = f"{rules.insulation_min_mohm:g} MΩ or more, or {rules.leakage_check_ma:g} mA or less"
        return f"the check did not pass: {check}; wanted is {wanted}"
    return None
