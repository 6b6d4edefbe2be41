"""The other cells of a register map: function codes, access, scale, range, enumerations and bits in a remark. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.commissioning.addresses import NotUnderstood
from controller.commissioning.cell_text import number_in, one_line, plain, shown, tidy
from drivers.profile import Table

READS = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
WRITES = {5: Table.COIL, 15: Table.COIL, 6: Table.HOLDING, 16: Table.HOLDING, 23: Table.HOLDING, 22: Table.HOLDING}


@dataclass(frozen=True, slots=True)
class Functions:
    """What a cell of function codes says: the table, and whether it can be written and read."""

    table: Table
    reads: bool
    writes: bool


def functions(text: str) -> Functions | None:
    """Function codes (03, 0x03, 03H, FC3, 03/06/16) or a table by name; None when the cell says neither.

    Raises:
        NotUnderstood: codes of two tables, or none of Modbus's.
    """
    words = plain(text)
    if not words:
        return None
    named = table_named(words)
    digits = re.sub(r"\d+(位|bit|区|x{1,4}(?![0-9a-f]))", "", words)  # 4区, 4xxxx and 16位 are no codes
    codes = [_code(one) for one in re.findall(r"0x[0-9a-f]{1,2}|[0-9a-f]{1,2}h(?![a-z])|\d{1,2}", digits)]
    known = [code for code in codes if code in READS or code in WRITES]
    if not known:
        if named is not None:
            return Functions(named, reads=True, writes=False)
        if codes:
            raise NotUnderstood(f"function code {text!r} reads and writes no register")
        return None
    tables = {READS.get(code) or WRITES[code] for code in known} | ({named} if named else set())
    if len(tables) > 1:
        raise NotUnderstood(f"function codes {text!r} are of different tables")
    return Functions(tables.pop(), any(c in READS for c in known), any(c in WRITES for c in known))


def _code(text: str) -> int:
    if text.startswith("0x") or text.endswith("h"):
        return int(text.removeprefix("0x").removesuffix("h"), 16)
    return 16 if text == "10" else int(text)  # printed without its 0x: function 10 does not exist


def table_named(text: str) -> Table | None:
    """The table a text names in words; None when it names none, or several."""
    words = plain(text)
    found = {table for table, form in _TABLE_WORDS.items() if re.search(form, words)}
    return found.pop() if len(found) == 1 else None


_TABLE_WORDS = {
    Table.HOLDING: r"保持寄存器|保持型|holding|4区|4xxxx|\b4x|遥调|输出寄存器",
    Table.INPUT: r"输入寄存器|inputreg|3区|3xxxx|\b3x|遥测|^input$",
    Table.DISCRETE: r"离散|discrete|输入状态|输入位|1区|1xxxx|\b1x|遥信|状态位|inputstatus|开关量输入",
    Table.COIL: r"线圈|coils?|0区|0xxxx|遥控|开关量输出|继电器输出",
}


def writes(text: str) -> bool | None:
    """Whether a cell says that the point can be written; None when it says nothing known."""
    words = re.sub(r"[()\[\]]", "", plain(text))
    if re.fullmatch(r"r|ro|只读|读|read(-?only)?|可读|r/-|r/o|输入|查询", words):
        return False
    if re.fullmatch(
        (
            r"rw|r/?\\?w|wr|w/r|r&w|r\+w|r,w|读/?写|可?读/?可?写|可读、?可写|读、写|"
            r"read/?(and)?-?write|rw?/wo?|读写均可|写读"
        ),
        words,
    ):
        return True
    return True if re.fullmatch(r"w|wo|只写|写|write(-?only)?|可写|遥控|控制|w/o", words) else None


def only_written(text: str) -> bool:
    """Whether the map says that the point can't be read back."""
    return bool(re.fullmatch(r"w|wo|只写|write-?only|w/o", plain(text)))


@dataclass(frozen=True, slots=True)
class Scale:
    """``value = raw × scale + offset``; ``unit`` when it stood beside the number."""

    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    doubt: str = ""


_NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"


def scale(text: str, header: str = "") -> Scale:
    """``0.1``, ``×0.1``, ``/10``, ``1/10``, ``10^-1``, ``0.1V``, ``放大10倍``, ``0.1-40``.

    Raises:
        NotUnderstood: none of these.
    """
    words = re.sub(r"^(raw|value|val|寄存器值|原始值|读数|实际值=?)+", "", plain(text).rstrip("倍"))
    if words in ("", "-", "/", "—", "无", "n/a"):
        return Scale()
    magnified = bool(re.search(r"放大|扩大|倍数|magnif", plain(header) + words))
    words = re.sub(r"^(放大|扩大|缩小)", "", words)
    match = re.fullmatch(
        rf"(?P<sign>[*x×/÷:]|1/|1:)?(?P<number>10\^-?\d+|{_NUMBER})(?P<offset>[-+]{_NUMBER})?(?P<unit>[^\d.].*)?", words
    )
    if match is None:
        raise NotUnderstood(f"scale {text!r} is in no form known here")
    number = _power(match["number"])
    if number == 0:
        raise NotUnderstood(f"scale {text!r} makes every value the same")
    offset, unit = float(match["offset"] or 0), _unit_after(text, match["unit"])
    if match["sign"] in ("/", "÷", "1/", "1:", ":"):
        return Scale(_rounded(1 / number), offset, unit)
    if number > 1 and magnified:
        return Scale(
            _rounded(1 / number), offset, unit, f"the device multiplies by {shown(number)}: taken as ÷ {shown(number)}"
        )
    doubt = f"taken as × {shown(number)}, not ÷ {shown(number)}" if number > 1 else ""
    return Scale(number, offset, unit, doubt)


def decimals(text: str) -> Scale:
    """A number of decimal places: 2 is a scale of 0.01.

    Raises:
        NotUnderstood: none.
    """
    places = number_in(text)
    if places is None or places != int(places) or not 0 <= places <= 6:
        raise NotUnderstood(f"decimals {text!r}: a number from 0 to 6 is wanted")
    return Scale(_rounded(10.0 ** -int(places)))


def unit_with_scale(text: str) -> tuple[str, float]:
    """``0.1V`` in a column of units is the unit V and the scale 0.1."""
    match = re.fullmatch(rf"[*x×]?\s*({_NUMBER})\s*([^\d\s].*)", tidy(text), re.IGNORECASE)
    if match and float(match[1]) > 0:
        return _unit_after(text, match[2]), float(match[1])
    unit = one_line(text)
    return ("" if unit in ("-", "/", "—", "无", "--", "N/A") else unit), 1.0


def span(text: str) -> tuple[float | None, float | None]:
    """``0~100``, ``-40..85``, ``[0,100]``, ``≤100``; nothing at all where the cell is empty.

    Raises:
        NotUnderstood: neither.
    """
    words = re.sub(r"[%℃°a-z]+$", "", re.sub(r"[\[\]()]", "", plain(text)))
    if words in ("", "-", "/", "—", "无"):
        return None, None
    number = r"[-+]?\d+(?:\.\d+)?"
    if match := re.fullmatch(rf"({number})[^\d]*?(?:~|-|\.\.|至|到|to|,|—|–|…)({number})", words):
        low, high = float(match[1]), float(match[2])
        if low < high:
            return low, high
    if match := re.fullmatch(rf"(?:≤|<=|<|0-)({number})", words):
        return None, float(match[1])
    raise NotUnderstood(f"range {text!r} is in no form known here")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a remark enumerates: names of numbers, or of single bits."""

    labels: Mapping[int, str] = field(default_factory=dict)
    bits: Mapping[int, str] = field(default_factory=dict)


_LABEL = r"\s*(?:[:=]|[-—–]+>?|表示|为)\s*([^\s\d:=,;、/|~.\-—–>][^:=,;、|\n]*?)"
_NUMBERED = re.compile(
    (
        rf"(?<![\w.])(0x[0-9a-f]{{1,4}}|\d{{1,5}}){_LABEL}(?=\s*(?:[,;、|/]|"
        rf"(?<!\w)?\s(?:0x[0-9a-f]+|\d+)\s*(?:[:=\-—–]|表示|为)|$))"
    ),
    re.IGNORECASE,
)
_BITTED = re.compile(
    rf"(?:bit|位|第|\bb|\bd)\s*\[?(\d{{1,2}})\]?\s*位?{_LABEL}(?=\s*(?:[,;、|]|\s*(?:bit|位|第|b|d)\s*\[?\d{{1,2}}|$))",
    re.IGNORECASE,
)


def remark(text: str) -> Remark:
    """``0:关 1:开``, ``0-停止；1-运行``, ``bit0:过压 bit1:欠压``."""
    words = tidy(text)
    bits = {int(number): one_line(label) for number, label in _BITTED.findall(words) if int(number) <= 15}
    if len(bits) >= 2 or (bits and re.search(r"bit", words, re.IGNORECASE)):
        return Remark(bits=bits)
    labels = {
        int(number, 0 if number.lower().startswith("0x") else 10): one_line(label).strip("。.;, ")
        for number, label in _NUMBERED.findall(words)
    }
    return Remark(labels={n: label for n, label in labels.items() if label and n <= 0xFFFF} if len(labels) >= 2 else {})


def _power(text: str) -> float:
    return 10.0 ** int(text[3:]) if text.startswith("10^") else float(text)


def _rounded(number: float) -> float:
    """1/3 stays what it is; 0.1 is 0.1."""
    return float(f"{number:.12g}")


def _unit_after(text: str, found: str | None) -> str:
    """The unit as it was typed: comparing made it lower case."""
    if not found:
        return ""
    match = re.search(r"[\d.]\s*([^\d\s.][^\d]*)$", one_line(text))
    return match[1].strip() if match else found
