"""What people type into cells, made comparable: full-width forms, spaces and case say nothing. Pure."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_SPACES = re.compile(r"\s+")
MOST_CHARACTERS = 2000
"""A cell longer than this is prose; what is read from it is read from its beginning."""


def plain(text: str) -> str:
    """Half-width (NFKC), lower case, without spaces: for recognising words."""
    return _SPACES.sub("", tidy(text)).lower()


def tidy(text: str) -> str:
    """Half-width (NFKC), one line, single spaces: for taking values apart."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])).strip()


def one_line(text: str) -> str:
    """As it was typed, on one line: for showing, and for units and labels, where ``m³`` must stay ``m³``."""
    printable = "".join(character if character.isprintable() else " " for character in text[:MOST_CHARACTERS])
    return _SPACES.sub(" ", printable).strip()


def number_in(text: str) -> float | None:
    """The number the whole text is; None when it is anything else."""
    match = re.fullmatch(_NUMBER, plain(text).replace(",", "") if "," in text else plain(text))
    return float(match[0]) if match and abs(float(match[0])) < 1e300 else None


def shown(value: float) -> str:
    """A number as people write it: ``10``, ``0.1``."""
    return f"{value:.12g}"
