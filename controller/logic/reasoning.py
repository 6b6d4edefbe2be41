"""Whether conditions can hold together, proven over all their inputs could be, and an example when they can.

Not by trying values: a condition is taken apart into the regions its comparisons make, and each combination of
regions is decided exactly (``linear`` for numbers, sets for switches and enumerations). What cannot be decided
counts as possible, so that nothing is called impossible without proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from controller.domain.expression_grammar import COMPARISONS, Literal, Name, Node, Operation
from controller.logic.linear import Form, NotAbove, TooHard, solve
from controller.logic.numeric_cases import numeric_cases
from controller.logic.value_ranges import Flag, Numbers, Range, Texts

MOST_STEPS = 20_000
"""More looks at parts of conditions than this, and the question is given up."""
MOST_CASES = 500
"""More combinations of regions than this, and the question is given up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An expression that is to be true (or not)."""

    node: Node
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """Values under which all claims hold. ``proven`` is false where the question had to be given up."""

    values: Mapping[str, bool | float | str]
    proven: bool = True

    def __str__(self) -> str:
        return ", ".join(f"{name} = {_shown(value)}" for name, value in sorted(self.values.items()))


def _shown(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.4g}" if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class _Case:
    """One combination of regions: what is left to switches and enumerations, and the inequalities of numbers."""

    left: Mapping[str, frozenset[bool] | frozenset[str]] = field(default_factory=dict)
    numbers: tuple[NotAbove, ...] = ()


@dataclass(slots=True)
class _Search:
    """What one question may still cost."""

    ranges: Mapping[str, Range]
    steps: int = MOST_STEPS
    cases: int = MOST_CASES

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise TooHard

    def case(self) -> None:
        self.cases -= 1
        if self.cases < 0:
            raise TooHard


def find(claims: Sequence[Claim], ranges: Mapping[str, Range]) -> Example | None:
    """An example that makes all claims true; None when there is provably none.

    Claims must fit their ranges (``condition_types.misfits`` finds none). A name without a range could be anything.
    """
    ordered = sorted(claims, key=lambda claim: _branching(claim.node))
    search = _Search(ranges)
    try:
        for case in _all(ordered, _Case(), search):
            search.case()
            numbers = solve((*case.numbers, *_bounds(case.numbers, ranges)))
            if numbers is not None:
                return Example(_values(case, numbers, ranges))
    except TooHard:
        return Example({}, proven=False)
    return None


def _branching(node: Node) -> int:
    """Comparisons first, alternatives last: most combinations then end before they begin."""
    if not isinstance(node, Operation):
        return 0
    return (node.symbol in ("and", "or")) * len(node.operands) + sum(_branching(one) for one in node.operands)


def _all(claims: Sequence[Claim], case: _Case, search: _Search) -> Iterator[_Case]:
    if not claims:
        yield case
        return
    for narrowed in _claimed(claims[0].node, claims[0].holds, case, search):
        yield from _all(claims[1:], narrowed, search)


def _claimed(node: Node, holds: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    """The cases within ``case`` in which the node is (or is not) true."""
    search.step()
    if isinstance(node, Literal):
        if node.value is holds:
            yield case
    elif isinstance(node, Name):
        yield from _one_of(node.point, frozenset({holds}), case, search)
    elif node.symbol == "not":
        yield from _claimed(node.operands[0], not holds, case, search)
    elif node.symbol in ("and", "or"):
        yield from _joined(node, holds, case, search)
    elif node.symbol in COMPARISONS:
        yield from _compared(node, holds, case, search)


def _joined(node: Operation, holds: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    claims = [Claim(operand, holds) for operand in node.operands]
    if (node.symbol == "and") is holds:
        yield from _all(sorted(claims, key=lambda claim: _branching(claim.node)), case, search)
        return
    for claim in claims:
        yield from _claimed(claim.node, claim.holds, case, search)


def _compared(node: Operation, holds: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    left, right = node.operands
    if _is_number(left, search.ranges) and _is_number(right, search.ranges):
        yield from _number_compared(node, holds, case, search)
    elif node.symbol in ("==", "!="):
        same = (node.symbol == "==") is holds
        texts = _is_text(left, search.ranges) or _is_text(right, search.ranges)
        alike = _texts_alike if texts else _truths_alike
        yield from alike(left, right, same, case, search)


def _number_compared(node: Operation, holds: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    for guards, form in numeric_cases(Operation("-", node.operands)):
        search.step()
        for region in _REGIONS[node.symbol if holds else _OPPOSITE[node.symbol]](form):
            narrowed = (*guards, *region)
            if not any(one.broken for one in narrowed):
                yield replace(case, numbers=(*case.numbers, *narrowed))


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MINUS = Fraction(-1)
_REGIONS: Mapping[str, Callable[[Form], list[tuple[NotAbove, ...]]]] = {
    "<": lambda form: [(NotAbove(form, True),)],
    "<=": lambda form: [(NotAbove(form),)],
    ">": lambda form: [(NotAbove(form.times(_MINUS), True),)],
    ">=": lambda form: [(NotAbove(form.times(_MINUS)),)],
    "==": lambda form: [(NotAbove(form), NotAbove(form.times(_MINUS)))],
    "!=": lambda form: [(NotAbove(form, True),), (NotAbove(form.times(_MINUS), True),)],
}


def _truths_alike(left: Node, right: Node, same: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    for truth in (True, False):
        for narrowed in _claimed(left, truth, case, search):
            yield from _claimed(right, truth is same, narrowed, search)


def _texts_alike(left: Node, right: Node, same: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    if isinstance(left, Literal) and isinstance(right, Literal):
        if (left.value == right.value) is same:
            yield case
        return
    for text in sorted(_texts_of(left, search.ranges) | _texts_of(right, search.ranges)):
        for narrowed in _is_said(left, text, True, case, search):
            yield from _is_said(right, text, same, narrowed, search)
        if not _texts_of(left, search.ranges):
            for narrowed in _is_said(left, text, same, case, search):
                yield from _is_said(right, text, True, narrowed, search)


def _texts_of(node: Node, ranges: Mapping[str, Range]) -> frozenset[str]:
    if isinstance(node, Literal):
        return frozenset({str(node.value)})
    known = ranges.get(node.point) if isinstance(node, Name) else None
    return known.of if isinstance(known, Texts) and known.of is not None else frozenset()


def _is_said(node: Node, text: str, same: bool, case: _Case, search: _Search) -> Iterator[_Case]:
    if isinstance(node, Literal):
        if (node.value == text) is same:
            yield case
    elif isinstance(node, Name):
        known = search.ranges.get(node.point)
        said = known.of if isinstance(known, Texts) else None
        if said is not None:
            yield from _one_of(node.point, said & {text} if same else said - {text}, case, search)
        elif same:
            yield from _one_of(node.point, frozenset({text}), case, search)
        else:
            yield case


def _one_of(name: str, wanted: frozenset[bool] | frozenset[str], case: _Case, search: _Search) -> Iterator[_Case]:
    so_far = case.left.get(name)
    if so_far is None and isinstance(search.ranges.get(name), Flag):
        so_far = frozenset({True, False})
    left = wanted if so_far is None else frozenset(value for value in so_far if value in wanted)
    if left:
        yield replace(case, left={**case.left, name: left})  # type: ignore[dict-item]  # a set of one kind only


def _is_number(node: Node, ranges: Mapping[str, Range]) -> bool:
    if isinstance(node, Literal):
        return not isinstance(node.value, (bool, str))
    if isinstance(node, Name):
        return isinstance(ranges.get(node.point, Numbers()), Numbers)
    return node.symbol not in COMPARISONS and node.symbol not in ("and", "or", "not")


def _is_text(node: Node, ranges: Mapping[str, Range]) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, str)
    return isinstance(node, Name) and isinstance(ranges.get(node.point), Texts)


def _bounds(numbers: Sequence[NotAbove], ranges: Mapping[str, Range]) -> Iterator[NotAbove]:
    for name in sorted({name for one in numbers for name, _ in one.form.terms}):
        known = ranges.get(name)
        if not isinstance(known, Numbers):
            continue
        if known.low is not None:
            yield NotAbove(Form(Fraction(str(known.low)), ((name, _MINUS),)))
        if known.high is not None:
            yield NotAbove(Form(-Fraction(str(known.high)), ((name, Fraction(1)),)))


def _values(
    case: _Case, numbers: Mapping[str, Fraction], ranges: Mapping[str, Range]
) -> Mapping[str, bool | float | str]:
    chosen: dict[str, bool | float | str] = {name: min(left) for name, left in case.left.items()}
    return chosen | {name: float(value) for name, value in numbers.items() if name in ranges}
