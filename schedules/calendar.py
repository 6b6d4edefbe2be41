"""Calendars: which variant of a program a light's night gets, and the mode of a night.

Rules are tried in order and the first that applies to the night, holds for the light *and* says something about its
program wins; a program no rule speaks of stays as it is. A night is one day, dated by its sunset, so a rule for
1 October covers the early hours of the 2nd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from schedules.holidays import DayKind, Holidays, HolidayTable
from schedules.program import ProgramId, Title
from schedules.when import Days, InRange, InSeason, Mode, OnDates, OnDayKinds, OnWeekdays, When

__all__ = [
    "Calendar",
    "Choice",
    "DayKind",
    "HolidayTable",
    "Holidays",
    "InRange",
    "InSeason",
    "Mode",
    "ModeRule",
    "OnDates",
    "OnDayKinds",
    "OnWeekdays",
    "Rule",
    "When",
]

NOTICE_MONTH = 12
"""From 1 December on, next year's holiday table is expected to be there."""
REMEMBERED_NIGHTS = 4096
"""Nights whose rules are kept worked out: eleven years."""
NOT_RULED = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """On nights ``when`` picks, each program named in ``use`` is replaced by its variant.

    ``every`` replaces whatever program a light has; it needs ``only``. ``only``: the lights it holds for, None for
    all. Which scopes it was written with is ``scopes``, for people.
    """

    name: str
    when: When
    use: Mapping[ProgramId, ProgramId] = field(default_factory=lambda: MappingProxyType({}))
    only: frozenset[TargetId] | None = None
    every: ProgramId | None = None
    scopes: tuple[str, ...] = ()
    scene: str = ""
    """The scene it was compiled from; empty: a rule of the calendar's own."""

    def __post_init__(self) -> None:
        if self.every is not None and (self.only is None or self.use):
            raise InvalidValue(
                f"rule {self.name!r}: a program for every light of a scope needs its scope and nothing else"
            )

    def gives(self, program: ProgramId) -> ProgramId | None:
        """What a light of this rule gets in place of its program; None: nothing is said."""
        return self.every if self.every is not None else self.use.get(program)

    def holds_for(self, target: TargetId) -> bool:
        """Whether it speaks of that light."""
        return self.only is None or target in self.only


@dataclass(frozen=True, slots=True)
class ModeRule:
    """Nights ``when`` picks are of this mode."""

    mode: Mode
    when: When
    title: Title


@dataclass(frozen=True, slots=True)
class Choice:
    """The program of a night and the rule that chose it (empty: no rule, the ordinary program)."""

    program: ProgramId
    rule: str = ""
    exceptional: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Ordered rules over the holiday tables. ``modes``: the first that applies names the night's mode."""

    rules: tuple[Rule, ...] = ()
    holidays: Holidays = field(default_factory=Holidays)
    modes: tuple[ModeRule, ...] = ()
    _applying: dict[date, tuple[Rule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _standings: dict[TargetId, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._standings.update(_standings(self.rules))

    def resolve(self, program: ProgramId, night: date, target: TargetId = "") -> ProgramId:
        """The program variant of a night; the program itself when no rule speaks of it."""
        return self.choose(program, night, target).program

    def choose(self, program: ProgramId, night: date, target: TargetId = "") -> Choice:
        """The program variant of a light's night, and why."""
        return self._first(program, night, target, with_exceptions=True)

    def ordinary(self, program: ProgramId, night: date, target: TargetId = "") -> Choice:
        """What the night would have without its exceptional rules: what an exception masks."""
        return self._first(program, night, target, with_exceptions=False)

    def mode(self, night: date) -> Mode:
        """平日, 节假日 or 重大活动. Where the calendar's list does not say, a public holiday is a HOLIDAY."""
        return self.mode_of(night)[0]

    def mode_of(self, night: date) -> tuple[Mode, Title | None]:
        """The mode of a night and the name of what made it one, where it has a name."""
        plain = Days(self.holidays)
        for rule in self.modes:
            if rule.when.applies(night, plain):
                return rule.mode, rule.title
        if self.holidays.kind(night) is DayKind.HOLIDAY:
            name = self.holidays.why(night)
            return Mode.HOLIDAY, Title(name, name)
        return Mode.ORDINARY, None

    def standing(self, target: TargetId) -> int:
        """Lights of one standing are treated alike by every rule; 0: no rule singles the light out."""
        return self._standings.get(target, NOT_RULED)

    def applying(self, night: date) -> tuple[Rule, ...]:
        """The rules that pick this night, in their order."""
        found = self._applying.get(night)
        if found is None:
            days = Days(self.holidays, self.mode)
            if len(self._applying) >= REMEMBERED_NIGHTS:
                self._applying.clear()
            found = self._applying[night] = tuple(rule for rule in self.rules if rule.when.applies(night, days))
        return found

    def _first(self, program: ProgramId, night: date, target: TargetId, *, with_exceptions: bool) -> Choice:
        for rule in self.applying(night):
            if (rule.when.exceptional and not with_exceptions) or not rule.holds_for(target):
                continue
            chosen = rule.gives(program)
            if chosen is not None:
                return Choice(chosen, rule.name, rule.when.exceptional)
        return Choice(program)

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Years whose holiday table should be there and is not: this year's, and from 1 December on the next one's.

        Empty for a calendar none of whose rules asks what kind of day it is.
        """
        if not any(
            when.asks_holidays for when in [*(rule.when for rule in self.rules), *(mode.when for mode in self.modes)]
        ):
            return ()
        expected = [today.year, today.year + 1] if today.month >= NOTICE_MONTH else [today.year]
        return tuple(year for year in expected if year not in self.holidays.tables)


def _standings(rules: tuple[Rule, ...]) -> dict[TargetId, int]:
    """A number for every light some rule singles out, the same for lights the same rules speak of."""
    spoken: dict[TargetId, tuple[int, ...]] = {}
    for position, rule in enumerate(rules):
        for target in rule.only or ():
            spoken[target] = (*spoken.get(target, ()), position)
    numbers: dict[tuple[int, ...], int] = {}
    return {target: numbers.setdefault(held, len(numbers) + 1) for target, held in spoken.items()}
