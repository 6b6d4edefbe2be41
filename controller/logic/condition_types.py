"""Whether a condition makes sense in its inputs' kinds: what compares a text with a number can never be known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.domain.expression_grammar import COMPARISONS, Literal, Name, Node, Operation
from controller.logic.value_ranges import Flag, Numbers, Range, Texts

TRUTH, NUMBER, TEXT = "a truth", "a number", "a text"


@dataclass(frozen=True, slots=True)
class Misfit:
    """What can never be known, and the texts that would have been possible (none where that is not the trouble)."""

    message: str
    said: str = ""
    possible: frozenset[str] = frozenset()


def misfits(node: Node, ranges: Mapping[str, Range]) -> list[Misfit]:
    """Everything in a condition that its inputs' kinds make senseless; the condition itself must be a truth."""
    found = list(_misfits(node, ranges))
    if not found and _kind(node, ranges) != TRUTH:
        found.append(Misfit(f"a condition is true or false; this is {_kind(node, ranges)}"))
    return found


def _kind(node: Node, ranges: Mapping[str, Range]) -> str:
    if isinstance(node, Literal):
        return TRUTH if isinstance(node.value, bool) else TEXT if isinstance(node.value, str) else NUMBER
    if isinstance(node, Name):
        return {Flag: TRUTH, Texts: TEXT, Numbers: NUMBER}[type(ranges.get(node.point, Numbers()))]
    return TRUTH if node.symbol in COMPARISONS or node.symbol in ("and", "or", "not") else NUMBER


def _misfits(node: Node, ranges: Mapping[str, Range]) -> Iterator[Misfit]:
    if not isinstance(node, Operation):
        return
    for operand in node.operands:
        yield from _misfits(operand, ranges)
    if node.symbol in COMPARISONS:
        yield from _comparison(node, ranges)
        return
    wanted = TRUTH if node.symbol in ("and", "or", "not") else NUMBER
    for operand in node.operands:
        if _kind(operand, ranges) != wanted:
            yield Misfit(f"{_text(operand)} is {_kind(operand, ranges)}; {node.symbol} takes {wanted}")


def _comparison(node: Operation, ranges: Mapping[str, Range]) -> Iterator[Misfit]:
    left, right = node.operands
    kinds = _kind(left, ranges), _kind(right, ranges)
    if kinds[0] != kinds[1]:
        yield Misfit(f"{_text(left)} is {kinds[0]} and {_text(right)} is {kinds[1]}: they can never be compared")
    elif kinds[0] != NUMBER and node.symbol not in ("==", "!="):
        yield Misfit(f"{_text(left)} is {kinds[0]}: it is equal or not, never {node.symbol}")
    elif kinds[0] == TEXT:
        yield from _labels(left, right, ranges)
        yield from _labels(right, left, ranges)


def _labels(point: Node, said: Node, ranges: Mapping[str, Range]) -> Iterator[Misfit]:
    known = ranges.get(point.point) if isinstance(point, Name) else None
    if isinstance(known, Texts) and known.of is not None and isinstance(said, Literal) and said.value not in known.of:
        yield Misfit(f"{_text(point)} is never {_text(said)}", str(said.value), known.of)


def _text(node: Node) -> str:
    if isinstance(node, Name):
        return node.point
    if isinstance(node, Literal):
        return f"'{node.value}'" if isinstance(node.value, str) else f"{node.value:g}"
    return f"what {node.symbol} gives"
