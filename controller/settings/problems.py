"""What is wrong with a configuration: every problem at once, each with its place and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from controller.domain.errors import ConfigError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right. ``where`` is the path within the file, with ids instead of list positions.

    ``value`` is what stands there, as text; empty when the thing is missing.
    """

    file: str
    line: int
    where: str
    value: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.where}" if self.where else f"{self.file}:{self.line}"
        stands = f" = {self.value}" if self.value else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{stands}: {self.message}{hint}"


class ConfigProblems(ConfigError):
    """The configuration has problems; ``problems`` holds all of them, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def shown(value: Any) -> str:
    """A value as a short text for a message."""
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the nearest one, or the list when that is short."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    if not names:
        return "there are none"
    return "known here: " + some(names)


def some(names: Sequence[str], most: int = 12) -> str:
    """The first few of many names."""
    listed = ", ".join(names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"
