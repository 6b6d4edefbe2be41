"""Conditions of interlocks as people write them: a small expression grammar with three-valued answers.

``G1.position_percent <= 2 and (control_switch == 'REMOTE' or not P1.running)``

Names are point names; ``+ - * /``, comparisons, ``and or not``, parentheses, ``median() min() max() abs()``,
``true`` and ``false``. A reading that is not GOOD makes what depends on it UNKNOWN (Kleene), unless the outcome is
decided anyway: numbers are carried as spans of what they could be, so ``median(a, b, dead) > 3`` is TRUE where both
live gauges read more than 3. Nothing is ever handed to Python's own ``eval``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from statistics import median

from controller.domain.expression_grammar import COMPARISONS, Expression, Literal, Name, Node, Operation, parse
from controller.domain.points import Reading

__all__ = ["Expression", "Lookup", "Truth", "evaluate", "names", "parse", "truth"]


class Truth(Enum):
    """Kleene's three values."""

    FALSE = "false"
    UNKNOWN = "unknown"
    TRUE = "true"


Lookup = Callable[[str], Reading]
"""Where a point name gets its reading from."""


def names(expression: Expression) -> frozenset[str]:
    """The point names an expression asks for: what a config check compares with the profile."""
    return frozenset(_names(expression.root))


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.point
    elif isinstance(node, Operation):
        for operand in node.operands:
            yield from _names(operand)


@dataclass(frozen=True, slots=True)
class _Span:
    """All a number could be; one point when it is known."""

    low: float
    high: float


_Outcome = _Span | Truth | str
_ANYTHING = _Span(-math.inf, math.inf)


def evaluate(expression: Expression, lookup: Lookup) -> Truth | float:
    """The expression's truth, or its number; UNKNOWN where readings or types leave it open. Never raises."""
    outcome = _outcome(expression.root, lookup)
    if isinstance(outcome, Truth):
        return outcome
    if isinstance(outcome, _Span) and outcome.low == outcome.high:
        return outcome.low
    return Truth.UNKNOWN


def truth(expression: Expression, lookup: Lookup) -> Truth:
    """The expression's truth; a number or a text is not a condition and counts as UNKNOWN."""
    outcome = evaluate(expression, lookup)
    return outcome if isinstance(outcome, Truth) else Truth.UNKNOWN


def _outcome(node: Node, lookup: Lookup) -> _Outcome:
    if isinstance(node, Literal):
        return _known(node.value)
    if isinstance(node, Name):
        reading = lookup(node.point)
        return _known(reading.value) if reading.good and reading.value is not None else Truth.UNKNOWN
    values = [_outcome(operand, lookup) for operand in node.operands]
    if node.symbol in _LOGIC:
        return _LOGIC[node.symbol]([_as_truth(value) for value in values])
    if node.symbol in COMPARISONS:
        return _compare(node.symbol, values[0], values[1])
    return _finite(_ARITHMETIC[node.symbol]([_as_span(value) for value in values]))


def _known(value: float | str | bool) -> _Outcome:
    if isinstance(value, bool):
        return _truth(value)
    if isinstance(value, str):
        return value
    return _Span(float(value), float(value)) if math.isfinite(value) else Truth.UNKNOWN


def _truth(value: bool) -> Truth:
    return Truth.TRUE if value else Truth.FALSE


def _as_truth(value: _Outcome) -> Truth:
    return value if isinstance(value, Truth) else Truth.UNKNOWN


def _as_span(value: _Outcome) -> _Span:
    return value if isinstance(value, _Span) else _ANYTHING


def _finite(span: _Span) -> _Span:
    return _ANYTHING if math.isnan(span.low) or math.isnan(span.high) else span


def _not(values: list[Truth]) -> Truth:
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(values[0], Truth.UNKNOWN)


def _and(values: list[Truth]) -> Truth:
    if Truth.FALSE in values:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in values else Truth.TRUE


def _or(values: list[Truth]) -> Truth:
    return _not([_and([_not([value]) for value in values])])


_LOGIC: dict[str, Callable[[list[Truth]], Truth]] = {"not": _not, "and": _and, "or": _or}


def _compare(symbol: str, left: _Outcome, right: _Outcome) -> Truth:
    if symbol == "!=":
        return _not([_compare("==", left, right)])
    if Truth.UNKNOWN not in (left, right) and not isinstance(left, _Span) and type(left) is type(right):
        return _truth(left == right) if symbol == "==" else Truth.UNKNOWN
    low, high = _as_span(left), _as_span(right)
    if symbol == "==":
        if low.high < high.low or high.high < low.low:
            return Truth.FALSE
        return Truth.TRUE if low.low == low.high == high.low == high.high else Truth.UNKNOWN
    if symbol in (">", ">="):
        low, high, symbol = high, low, {">": "<", ">=": "<="}[symbol]
    holds = operator.lt if symbol == "<" else operator.le
    if holds(low.high, high.low) and low.high < math.inf:
        return Truth.TRUE
    return Truth.UNKNOWN if holds(low.low, high.high) else Truth.FALSE


def _corners(values: list[_Span], apply: Callable[[float, float], float]) -> _Span:
    left, right = values
    if _ANYTHING in values:
        return _ANYTHING
    found = [apply(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return _ANYTHING if any(map(math.isnan, found)) else _Span(min(found), max(found))


def _divide(values: list[_Span]) -> _Span:
    if values[1].low <= 0 <= values[1].high:
        return _ANYTHING
    return _corners(values, operator.truediv)


def _absolute(values: list[_Span]) -> _Span:
    low, high = values[0].low, values[0].high
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return _Span(nearest, max(abs(low), abs(high)))


def _each_end(pick: Callable[[list[float]], float]) -> Callable[[list[_Span]], _Span]:
    return lambda values: _Span(pick([value.low for value in values]), pick([value.high for value in values]))


_ARITHMETIC: dict[str, Callable[[list[_Span]], _Span]] = {
    "+": lambda values: _corners(values, operator.add),
    "-": lambda values: _corners(values, operator.sub),
    "*": lambda values: _corners(values, operator.mul),
    "/": _divide,
    "negate": lambda values: _Span(-values[0].high, -values[0].low),
    "abs": _absolute,
    "median": _each_end(median),
    "min": _each_end(min),
    "max": _each_end(max),
}
