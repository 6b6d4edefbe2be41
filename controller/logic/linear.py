"""Linear inequalities over real numbers, decided exactly: is there a point that meets them all, and which.

Fourier–Motzkin elimination on fractions: right for the handful of levels, positions and currents an interlock speaks
of, and gives up loudly (``TooHard``) rather than slowly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST = 300
"""More inequalities than this in one step of elimination, and the question is given up."""


class TooHard(Exception):
    """The question needs more work than it is worth; nothing was decided."""


@dataclass(frozen=True, slots=True)
class Form:
    """A linear form: a constant and each variable with its factor (never 0)."""

    constant: Fraction
    terms: tuple[tuple[str, Fraction], ...] = ()

    def __add__(self, other: Form) -> Form:
        summed = dict(self.terms)
        for name, factor in other.terms:
            summed[name] = summed.get(name, Fraction(0)) + factor
        return Form(self.constant + other.constant, _tidy(summed))

    def __sub__(self, other: Form) -> Form:
        return self + other.times(Fraction(-1))

    def times(self, factor: Fraction) -> Form:
        """Each part multiplied by a number."""
        return Form(self.constant * factor, _tidy({name: own * factor for name, own in self.terms}))

    def factor(self, name: str) -> Fraction:
        """The factor of a variable; 0 when it does not occur."""
        return dict(self.terms).get(name, Fraction(0))

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        """Its value at a point."""
        return self.constant + sum((factor * values[name] for name, factor in self.terms), Fraction(0))


def _tidy(terms: Mapping[str, Fraction]) -> tuple[tuple[str, Fraction], ...]:
    return tuple(sorted((name, factor) for name, factor in terms.items() if factor))


@dataclass(frozen=True, slots=True)
class NotAbove:
    """``form ≤ 0``, or ``form < 0`` where strict."""

    form: Form
    strict: bool = False

    @property
    def broken(self) -> bool:
        """Whether it speaks of no variable and does not hold."""
        constant = self.form.constant
        return not self.form.terms and (constant > 0 or (self.strict and constant == 0))


def solve(inequalities: Iterable[NotAbove]) -> Mapping[str, Fraction] | None:
    """A point that meets all inequalities; None when there is provably none.

    Raises:
        TooHard: too many inequalities came up on the way.
    """
    standing = list(dict.fromkeys(inequalities))
    eliminated: list[tuple[str, list[NotAbove]]] = []
    while names := sorted({name for one in standing for name, _ in one.form.terms}):
        if any(one.broken for one in standing):
            return None
        name = min(names, key=lambda each: _cost(standing, each))
        about = [one for one in standing if one.form.factor(name)]
        eliminated.append((name, about))
        standing = _without(name, about, [one for one in standing if not one.form.factor(name)])
    if any(one.broken for one in standing):
        return None
    values: dict[str, Fraction] = {}
    for name, about in reversed(eliminated):
        for other in {each for one in about for each, _ in one.form.terms} - {name}:
            values.setdefault(other, Fraction(0))  # nothing else was left to say about it
        values[name] = _between(name, about, values)
    return values


def _cost(standing: Sequence[NotAbove], name: str) -> int:
    factors = [one.form.factor(name) for one in standing]
    return sum(factor > 0 for factor in factors) * sum(factor < 0 for factor in factors)


def _without(name: str, about: Sequence[NotAbove], others: list[NotAbove]) -> list[NotAbove]:
    above = [one for one in about if one.form.factor(name) > 0]
    below = [one for one in about if one.form.factor(name) < 0]
    if len(others) + len(above) * len(below) > MOST:
        raise TooHard
    paired = (_paired(name, upper, lower) for upper in above for lower in below)
    return list(dict.fromkeys([*others, *paired]))


def _paired(name: str, upper: NotAbove, lower: NotAbove) -> NotAbove:
    form = upper.form.times(-lower.form.factor(name)) + lower.form.times(upper.form.factor(name))
    return NotAbove(form, upper.strict or lower.strict)


def _between(name: str, about: Sequence[NotAbove], values: Mapping[str, Fraction]) -> Fraction:
    """A value the inequalities leave to this variable: the middle, or one past the only end."""
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    for one in about:
        factor = one.form.factor(name)
        rest = Form(one.form.constant, tuple(term for term in one.form.terms if term[0] != name))
        (highs if factor > 0 else lows).append(-rest.at(values) / factor)
    if lows and highs:
        return (max(lows) + min(highs)) / 2
    return max(lows) + 1 if lows else min(highs) - 1
