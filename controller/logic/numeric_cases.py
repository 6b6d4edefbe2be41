"""Arithmetic of a condition as linear forms, case by case: ``abs(a)`` is ``a`` where a ≥ 0 and ``−a`` elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations

from controller.domain.expression_grammar import Literal, Name, Node, Operation
from controller.logic.linear import Form, NotAbove

Case = tuple[tuple[NotAbove, ...], Form]
"""Where it holds, and what the number is there."""

_ZERO, _ONE, _MINUS = Fraction(0), Fraction(1), Fraction(-1)


def numeric_cases(node: Node) -> Iterator[Case]:
    """Every case of a number, one after the other: there may be very many.

    What is not linear (a product of two points, a median of more than three) becomes a number of its own that could
    be anything: then less is proven impossible, never more.
    """
    if isinstance(node, Literal):
        yield (), Form(Fraction(repr(node.value)))
    elif isinstance(node, Name):
        yield (), Form(_ZERO, ((node.point, _ONE),))
    else:
        yield from _operation(node)


def _operation(node: Operation) -> Iterator[Case]:
    for where, forms in _each(node.operands):
        for more, form in _applied(node, forms):
            yield (*where, *more), form


def _each(operands: Sequence[Node]) -> Iterator[tuple[tuple[NotAbove, ...], list[Form]]]:
    """Every combination of the operands' cases."""
    if not operands:
        yield (), []
        return
    for where, form in numeric_cases(operands[0]):
        for more, forms in _each(operands[1:]):
            yield (*where, *more), [form, *forms]


def _applied(node: Operation, forms: list[Form]) -> Iterator[Case]:
    match node.symbol:
        case "+":
            yield (), forms[0] + forms[1]
        case "-":
            yield (), forms[0] - forms[1]
        case "negate":
            yield (), forms[0].times(_MINUS)
        case "*" | "/":
            yield (), _scaled(node, forms)
        case "abs":
            yield (NotAbove(forms[0].times(_MINUS)),), forms[0]
            yield (NotAbove(forms[0]),), forms[0].times(_MINUS)
        case "min":
            yield from (_extreme(forms, one, _ONE) for one in forms)
        case "max":
            yield from (_extreme(forms, one, _MINUS) for one in forms)
        case _:
            yield from _median(node, forms)


def _extreme(forms: list[Form], one: Form, sign: Fraction) -> Case:
    return tuple(NotAbove((one - other).times(sign)) for other in forms if other is not one), one


def _scaled(node: Operation, forms: list[Form]) -> Form:
    left, right = forms
    if node.symbol == "*" and not right.terms:
        return left.times(right.constant)
    if node.symbol == "*" and not left.terms:
        return right.times(left.constant)
    if node.symbol == "/" and not right.terms and right.constant:
        return left.times(1 / right.constant)
    return _anything(node)


def _median(node: Operation, forms: list[Form]) -> Iterator[Case]:
    if len(forms) == 1:
        yield (), forms[0]
    elif len(forms) == 2:
        yield (), (forms[0] + forms[1]).times(Fraction(1, 2))
    elif len(forms) == 3:
        for low, middle, high in permutations(forms):
            yield (NotAbove(low - middle), NotAbove(middle - high)), middle
    else:
        yield (), _anything(node)


def _anything(node: Operation) -> Form:
    return Form(_ZERO, ((repr(node), _ONE),))
