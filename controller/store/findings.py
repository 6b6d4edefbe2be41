"""What a look at the journal can find, told apart: each means something else to whoever must act on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What is wrong with a journal, in a word; ``whole`` when nothing is."""

    WHOLE = "whole"
    CHANGED = "line changed"
    REMOVED = "line removed"
    MOVED = "line moved or put in"
    CUT = "end cut off"
    REWRITTEN = "rewritten"
    CHECKPOINTS = "checkpoints altered"
    UNSIGNED = "not signed"
    SCHEMA = "table altered"
    DAMAGED = "file damaged"
    HEAD = "head missing or altered"
    NOTED = "found broken before"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One finding: in words, and the first line it is about (None: no single line)."""

    finding: Finding
    text: str
    bad_seq: int | None = None
