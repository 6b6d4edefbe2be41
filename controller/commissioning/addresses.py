"""Register addresses as vendors print them: 40001, 4x0001, 0x0100, 100H, 256, from 0 or from 1. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.commissioning.cell_text import plain
from drivers.profile import Table

LAST_ADDRESS = 0xFFFF
REFERENCE_DIGITS = {"4": Table.HOLDING, "3": Table.INPUT, "1": Table.DISCRETE, "0": Table.COIL}
"""First digit of a reference number: the table (Modbus application protocol, appendix; Modicon's old numbering)."""
MOSTLY = 0.8
"""A sheet is numbered one way when this share of its addresses is."""

_REFERENCE = re.compile(r"([0134])(\d{4,5})")
_CROSSED = re.compile(r"([0134])x(\d{1,5})")
_HEX = re.compile(r"0x([0-9a-f]{1,4})|([0-9a-f]{1,5})h")
_BARE_HEX = re.compile(r"[0-9a-f]{1,4}")
_MEMORY_WORD = re.compile(r"%mw(\d{1,5})")
_BIT = re.compile(r"(.*?[0-9a-fh])(?:[.:]|\.?(?:bit|位))\.?(?:bit|b|d)?(\d{1,2})")
_SPAN = re.compile(r"(.+?)(?:~|-|\.\.|—|–|至|到|_)(.+)")
_BRACKETED = re.compile(r"(.+?)[(\[](.+?)[)\]]")


class NotUnderstood(Exception):
    """A cell that can't be taken for what its column should hold; the message is for the list of such rows."""


class Numbering(StrEnum):
    """How a column of addresses is written."""

    REFERENCE = "reference"
    DECIMAL = "decimal"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class AddressStyle:
    """How a sheet numbers its registers: ``base`` is the number of the first one (0 or 1), as printed.

    ``sure``: nobody needs to look at it again. ``why`` says what led to it.
    """

    numbering: Numbering
    base: int
    sure: bool
    why: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point is on the wire: ``address`` counts from 0; ``last`` ends a span; ``table`` only where told."""

    address: int
    table: Table | None = None
    last: int | None = None
    bit: int | None = None


def style_of(
    addresses: Sequence[tuple[str, Table | None]],
    header: str = "",
    base: int | None = None,
    *,
    hexadecimal: bool = False,
) -> AddressStyle:
    """How these addresses (with the table their row tells of otherwise) are numbered; ``base`` when it was said."""
    words = plain(header)
    texts = [plain(text) for text, _ in addresses if text]
    if hexadecimal or re.search(r"hex|16进制|十六进制", words) or _looks_hex(texts):
        why = "--hex" if hexadecimal else "hexadecimal digits" if _looks_hex(texts) else f"the header {header}"
        return AddressStyle(Numbering.HEX, base or 0, base is not None or not _bare(texts), why)
    if _are_references(addresses):
        zero = any(_tail(text) == 0 for text in texts)
        guessed = 0 if zero else 1
        why = "reference numbers (4xxxx, 3xxxx, 1xxxx, 0xxxx)" + (", 40000 among them" if zero else "")
        return AddressStyle(Numbering.REFERENCE, guessed if base is None else base, base is not None or not zero, why)
    if base is not None:
        return AddressStyle(Numbering.DECIMAL, base, True, f"--base {base}")
    if re.search(r"(从|起始为?|基于)1|1-?based|from1", words):
        return AddressStyle(Numbering.DECIMAL, 1, True, f"the header {header}")
    numbers = [int(text) for text in texts if text.isdigit()]
    if 0 in numbers:
        return AddressStyle(Numbering.DECIMAL, 0, True, "decimal, and there is a 0")
    return AddressStyle(
        Numbering.DECIMAL, 0, not texts or bool(numbers) is False, "decimal; nothing says whether from 0 or 1"
    )


def parse_address(text: str, style: AddressStyle, table: Table | None = None) -> Place:
    """Where this address is. ``table``: what the row tells of it otherwise.

    Raises:
        NotUnderstood: not an address, or outside 0 to 65535.
    """
    word = plain(text)
    if not word:
        raise NotUnderstood("no address")
    bracketed = _BRACKETED.fullmatch(word)
    if bracketed:
        return _bracketed(bracketed[1], bracketed[2], style, table)
    whole = _whole(word, style, table)
    if whole is not None:
        return _within(whole, text)
    with_bit = _BIT.fullmatch(word)
    if with_bit and int(with_bit[2]) <= 15:
        found = _whole(with_bit[1], style, table)
        if found is not None:
            return _within(Place(found.address, found.table, bit=int(with_bit[2])), text)
    span = _SPAN.fullmatch(word)
    if span:
        first, last = _whole(span[1], style, table), _whole(span[2], style, table)
        if first is not None and last is not None and first.address <= last.address:
            return _within(Place(first.address, first.table, last.address), text)
    raise NotUnderstood(f"address {text!r} is in no form known here")


def _whole(word: str, style: AddressStyle, table: Table | None) -> Place | None:
    """One address by itself; None when it is none."""
    if match := _HEX.fullmatch(word):
        return Place(int(match[1] or match[2], 16) - (style.base if style.numbering is Numbering.HEX else 0))
    if match := _CROSSED.fullmatch(word):
        base = style.base if style.numbering is Numbering.REFERENCE else 1
        return Place(int(match[2]) - base, REFERENCE_DIGITS[match[1]])
    if match := _MEMORY_WORD.fullmatch(word):
        return Place(int(match[1]), Table.HOLDING)
    if style.numbering is Numbering.HEX:
        return Place(int(word, 16) - style.base) if _BARE_HEX.fullmatch(word) else None
    if not re.fullmatch(r"\d{1,6}", word):
        return None
    if style.numbering is Numbering.REFERENCE:
        match = _REFERENCE.fullmatch(word)
        if match and (table is None or REFERENCE_DIGITS[match[1]] is table):
            return Place(int(match[2]) - style.base, REFERENCE_DIGITS[match[1]])
        return Place(int(word) - style.base) if table is not None else None
    return Place(int(word) - style.base)


def _bracketed(outer: str, inner: str, style: AddressStyle, table: Table | None) -> Place:
    """``40001(0x0000)``: the hexadecimal one is what goes over the wire, the other says the table."""
    for wire, other in ((inner, outer), (outer, inner)):
        if _HEX.fullmatch(wire):
            place = _whole(wire, style, table)
            named = _whole(other, style, table)
            if place is not None:
                return _within(Place(place.address, named.table if named else None), wire)
    return parse_address(outer, style, table)


def _within(place: Place, text: str) -> Place:
    top = place.address if place.last is None else place.last
    if place.address < 0:
        raise NotUnderstood(f"address {text!r} lies before the first: is it numbered from 0? say --base 0")
    if top > LAST_ADDRESS:
        raise NotUnderstood(f"address {text!r} is {top}, beyond the last, {LAST_ADDRESS}")
    return place


def _are_references(addresses: Iterable[tuple[str, Table | None]]) -> bool:
    """Most look like 4xxxx … 0xxxx, and none of those contradicts what its row says of the table."""
    told = [(plain(text), table) for text, table in addresses if re.match(r"\d", plain(text))]
    crossed = sum(bool(_CROSSED.match(text)) for text, _ in told)
    matching = [(match, table) for text, table in told if (match := _reference(text))]
    if any(table is not None and REFERENCE_DIGITS[match[1]] is not table for match, table in matching):
        return False
    return bool(told) and len(matching) + crossed >= MOSTLY * len(told)


def _reference(text: str) -> re.Match[str] | None:
    return re.match(r"([0134])(\d{4,5})(?!\d)", text)


def _tail(text: str) -> int | None:
    match = _reference(text)
    return int(match[2]) if match and match[1] != "0" else None


def _looks_hex(texts: Sequence[str]) -> bool:
    """Bare hexadecimal: every address is up to four digits and one of them has a letter."""
    return _bare(texts) and all(_BARE_HEX.fullmatch(text) or _HEX.fullmatch(text) for text in texts)


def _bare(texts: Sequence[str]) -> bool:
    """Whether some address is hexadecimal without saying so."""
    return any(_BARE_HEX.fullmatch(text) and re.search(r"[a-f]", text) for text in texts)
