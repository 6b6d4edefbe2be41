"""Calendar rules that get into each other's way, found by trying every night of three years.

That one rule comes before another is no conflict: it is what an order is for. Told is what its writer can hardly have
meant: a rule that decides no night at all, and two exceptions that meet on some nights only and want different things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from controller.domain.points import TargetId
from schedules.calendar import Calendar, Rule

NIGHTS = 3 * 365 + 1
"""Three years: every weekday of every holiday of the tables, and a leap day."""


class Clash(StrEnum):
    """NOBODY: speaks of no light. NEVER: picks no night. SHADOWED: others always come first. MEETS: another exception
    wants something else on some of its nights."""

    NOBODY = "nobody"
    NEVER = "never"
    SHADOWED = "shadowed"
    MEETS = "meets"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is odd about a rule. ``others`` come before it or meet it; ``night`` is the first on which they do."""

    clash: Clash
    rule: str
    others: tuple[str, ...] = ()
    night: date | None = None
    nights: int = 0


def conflicts(calendar: Calendar, lights: Collection[TargetId], first: date, nights: int = NIGHTS) -> list[Conflict]:
    """Everything odd within so many nights from ``first``. ``lights``: all there are."""
    picked: dict[str, set[date]] = {rule.name: set() for rule in calendar.rules}
    for night in (first + timedelta(days=n) for n in range(nights)):
        for rule in calendar.applying(night):
            picked[rule.name].add(night)
    everybody = frozenset(lights)
    found: list[Conflict] = []
    for position, rule in enumerate(calendar.rules):
        found.extend(_of(rule, calendar.rules[:position], picked, everybody))
    return found


def _of(
    rule: Rule, before: tuple[Rule, ...], picked: Mapping[str, Set[date]], everybody: frozenset[TargetId]
) -> Iterator[Conflict]:
    mine = picked[rule.name]
    if rule.only is not None and not rule.only:
        yield Conflict(Clash.NOBODY, rule.name)
        return
    if not mine:
        yield Conflict(Clash.NEVER, rule.name)
        return
    covering = [other for other in before if _covers(other, rule, everybody) and picked[other.name] & mine]
    if covering and mine <= set().union(*(picked[other.name] for other in covering)):
        yield Conflict(Clash.SHADOWED, rule.name, tuple(other.name for other in covering), min(mine), len(mine))
        return
    for other in before:
        theirs = picked[other.name]
        both = mine & theirs
        if both and not (theirs <= mine or mine <= theirs) and _at_odds(other, rule):
            yield Conflict(Clash.MEETS, rule.name, (other.name,), min(both), len(both))


def _covers(other: Rule, rule: Rule, everybody: frozenset[TargetId]) -> bool:
    """Whether whatever ``rule`` would decide is decided by ``other`` where both apply."""
    scope = everybody if rule.only is None else rule.only
    if other.only is not None and not scope <= other.only:
        return False
    return other.every is not None or (rule.every is None and set(rule.use) <= set(other.use))


def _at_odds(other: Rule, rule: Rule) -> bool:
    """Whether two exceptions for the same lights want different things; a narrower scope before a wider is meant."""
    if not (other.when.exceptional and rule.when.exceptional) or (rule.scene and other.scene == rule.scene):
        return False
    if other.only is not None and (rule.only is None or other.only < rule.only):
        return False
    if other.only is not None and rule.only is not None and not other.only & rule.only:
        return False
    spoken = set(other.use) & set(rule.use)
    if other.every is not None or rule.every is not None:
        spoken = set(other.use) | set(rule.use)
        return not spoken or any(other.gives(program) != rule.gives(program) for program in spoken)
    return any(other.use[program] != rule.use[program] for program in spoken)
