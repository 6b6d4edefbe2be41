"""Names for points out of Chinese or English titles: a small glossary, the unit at the end. Pure."""

from __future__ import annotations

import re

from controller.commissioning.cell_text import plain, tidy
from controller.commissioning.glossary import GLOSSARY, UNITS

MOST_WORDS = 4


def name_from(tag: str, title: str, unit: str) -> str:
    """A name in small letters, or empty where nothing of the titles is known here.

    An identifier of the vendor's own comes first, then an English title, then what the glossary knows of a Chinese one.
    """
    for text in (tag, title):
        if re.search(r"[A-Za-z]", text) and not re.search(r"[\u4e00-\u9fff]", text):
            return with_unit(slug(text), unit)
    return with_unit(_translated(title or tag), unit)


def slug(text: str) -> str:
    """Small letters, digits and underscores, beginning with a letter; empty when nothing of it is left."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", tidy(text))
    made = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:60]
    return made if re.match(r"[a-z]", made) else f"p_{made}" if made else ""


def with_unit(name: str, unit: str) -> str:
    """``voltage_a`` in volts is ``voltage_a_v``; a name that says its unit keeps it."""
    suffix = UNITS.get(plain(unit), "")
    said = not name or not suffix or name.endswith(f"_{suffix}") or name == suffix
    return name if said else f"{name}_{suffix}"


def _translated(title: str) -> str:
    rest, found = plain(title), []
    for form, word in GLOSSARY:
        match = re.search(form, rest)
        if match:
            found.append((match.start(), word))
            rest = rest[: match.start()] + "\0" * len(match[0]) + rest[match.end() :]
    words = [word for _, word in sorted(found)][:MOST_WORDS]
    if not words:
        return ""
    phase = re.search(r"([abc])相|^([abc]{1,2})(?=\0)|u([abc])", rest)
    number = re.search(r"(\d{1,2})[#号路]?|第?([一二三四五六七八])[路号]", rest)
    if phase:
        words.append(phase[1] or phase[2] or phase[3])
    if number:
        words.append(number[1] or str("一二三四五六七八".index(number[2]) + 1))
    return "_".join(dict.fromkeys(words))
