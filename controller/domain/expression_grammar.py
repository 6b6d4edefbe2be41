"""The grammar of ``controller.domain.expression``: from text to a tree, with errors that name the column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from controller.domain.errors import InvalidValue

MAX_LENGTH = 500
"""Longest expression in characters: what is longer should be several interlocks."""
MAX_DEPTH = 24
"""Deepest nesting of parentheses, signs and calls."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or a truth written in the expression."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A point's name."""

    point: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or function and what it is applied to."""

    symbol: str
    operands: tuple[Node, ...]


Node = Literal | Name | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression and the text it came from."""

    text: str
    root: Node

    def __str__(self) -> str:
        return self.text


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<string>'[^']*')|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<symbol><=|>=|==|!=|[-+*/()<>,]))",
    re.ASCII,
)
_FUNCTIONS = {"median": (1, 15), "min": (1, 15), "max": (1, 15), "abs": (1, 1)}
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        InvalidValue: with the column (from 1) and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidValue(f"an expression has at most {MAX_LENGTH} characters; this one has {len(text)}: split it")
    parser = _Parser(text, _tokens(text))
    root = parser.disjunction(0)
    parser.end()
    return Expression(text, root)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            hint = " (equality is written ==)" if text[column - 1] == "=" else ""
            raise InvalidValue(f"column {column} of {text!r}: {text[column - 1]!r} is not understood{hint}")
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match.group(kind), match.start(kind) + 1))
        at = match.end()
    return [*tokens, _Token("end", "the end", len(text) + 1)]


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> _Token | None:
        token = self._next
        if token.text not in texts or token.kind not in ("symbol", "name"):
            return None
        self._at += 1
        return token

    def _fail(self, expected: str) -> NoReturn:
        token = self._next
        found = token.text if token.kind == "end" else repr(token.text)
        raise InvalidValue(f"column {token.column} of {self._text!r}: expected {expected}, found {found}")

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            self._fail(repr(text))

    def end(self) -> None:
        if self._next.kind != "end":
            self._fail("an operator or the end")

    def disjunction(self, depth: int) -> Node:
        return self._chain("or", self._conjunction, depth)

    def _conjunction(self, depth: int) -> Node:
        return self._chain("and", self._negation, depth)

    def _chain(self, word: str, part: Callable[[int], Node], depth: int) -> Node:
        parts = [part(depth)]
        while self._take(word):
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else Operation(word, tuple(parts))

    def _negation(self, depth: int) -> Node:
        if self._take("not"):
            return Operation("not", (self._negation(self._deeper(depth)),))
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Node:
        left = self._sum(depth)
        token = self._take(*COMPARISONS)
        if token is None:
            return left
        node = Operation(token.text, (left, self._sum(depth)))
        if self._next.text in COMPARISONS:
            self._fail("'and' between two comparisons")
        return node

    def _sum(self, depth: int) -> Node:
        left = self._product(depth)
        while token := self._take("+", "-"):
            left = Operation(token.text, (left, self._product(depth)))
        return left

    def _product(self, depth: int) -> Node:
        left = self._signed(depth)
        while token := self._take("*", "/"):
            left = Operation(token.text, (left, self._signed(depth)))
        return left

    def _signed(self, depth: int) -> Node:
        if self._take("-"):
            return Operation("negate", (self._signed(self._deeper(depth)),))
        return self._atom(depth)

    def _atom(self, depth: int) -> Node:
        if self._take("("):
            inside = self.disjunction(self._deeper(depth))
            self._expect(")")
            return inside
        token = self._next
        if token.kind == "number":
            self._at += 1
            return Literal(float(token.text))
        if token.kind == "string":
            self._at += 1
            return Literal(token.text[1:-1])
        if token.kind == "name" and token.text not in ("and", "or", "not"):
            self._at += 1
            return self._named(token, depth)
        return self._fail("a point name, a number, a 'text', a function or '('")

    def _named(self, token: _Token, depth: int) -> Node:
        if self._next.text != "(" or self._next.kind != "symbol":
            return Literal(token.text == "true") if token.text in ("true", "false") else Name(token.text)
        if token.text not in _FUNCTIONS:
            self._at -= 1
            self._fail(f"one of the functions {', '.join(_FUNCTIONS)}")
        self._expect("(")
        arguments = [self.disjunction(self._deeper(depth))]
        while self._take(","):
            arguments.append(self.disjunction(self._deeper(depth)))
        least, most = _FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            self._fail(f"{least} to {most} values for {token.text}(), not {len(arguments)}")
        self._expect(")")
        return Operation(token.text, tuple(arguments))

    def _deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            self._fail(f"at most {MAX_DEPTH} nested parentheses, signs and calls")
        return depth + 1
