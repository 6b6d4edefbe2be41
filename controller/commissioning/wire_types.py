"""Data types as vendors print them, as the types a profile knows. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from controller.commissioning.addresses import NotUnderstood
from controller.commissioning.cell_text import plain
from drivers.profile import PointType, WordOrder


@dataclass(frozen=True, slots=True)
class WireType:
    """What a cell says of a point's type; ``doubt`` is what a person should look at, empty when nothing."""

    type: PointType
    order: WordOrder | None = None
    bit: int | None = None
    length: int | None = None
    doubt: str = ""


_UNREADABLE = (
    (r"(?<!a)bcd", "BCD is not read here"),
    (
        (
            r"u?int64|[su]?64位?整|uint64|int64|qword|lint|ulint|longlong|64位(有|无)符号|"
            r"64bit(un)?signed"
        ),
        "64-bit integers are not read here",
    ),
    (
        (r"badc|dcba|2143|4321"),
        "bytes swapped within words (BADC, DCBA) are not read here: set the device to ABCD or CDAB",
    ),
    (r"bytearray|blob|struct|数组|结构", "a block of bytes is no point"),
)
_KNOWN = (
    (r"float64|f64|double|lreal|双精度|浮点64|64位浮点|real64", PointType.F64, ""),
    (r"float|f32|浮点|ieee754|real|单精度", PointType.F32, ""),
    (r"string|ascii|字符|utf-?8|char\[?\(?\d+|^char$|文本|^str", PointType.STRING, ""),
    (r"枚举|enum", PointType.ENUM, ""),
    (
        (
            r"uint32|u32|unsigned32|udint|dword|ulong|unsignedlong|无符号(32|长|双)|"
            r"32位无符号|无符号整数32|uint\(32\)|32bitunsigned|unsigned.*32"
        ),
        PointType.U32,
        "",
    ),
    (
        (
            r"int32|i32|s32|signed32|dint|^long|有符号(32|长|双)|32位有符号|长整|sint32|"
            r"32bitsigned|signed.*32"
        ),
        PointType.I32,
        "",
    ),
    (r"uint8|byte|字节|int8|8位", PointType.U16, "8 bits in a 16-bit register: high or low byte?"),
    (
        (
            r"uint16|u16|unsigned16|无符号16|16位无符号|^word|ushort|^uint|^unsigned|^无符号|"
            r"16bitunsigned|unsigned.*16|^hex$|十六进制|^字$"
        ),
        PointType.U16,
        "",
    ),
    (r"int16|i16|s16|signed16|有符号16|16位有符号|^short|^有符号|^signed|16bitsigned|signed.*16", PointType.I16, ""),
    (r"32位?|32bit|双字", PointType.U32, "signed or not is not said"),
    (r"^(int|integer|整型|整数|整形)", PointType.I16, "taken as signed, 16 bits"),
    (r"16位?|16bit", PointType.U16, "signed or not is not said"),
    (r"bool|开关量|布尔|^(di|do|遥信|遥控|coil|线圈|状态量|位|开关)$", PointType.BOOL, ""),
)
_BIT = re.compile(r"^(?:bit|位|b|第)\.?\[?\(?(\d{1,2})(?:位|\]|\))?$")
_LENGTH = re.compile(r"(?:string|char|ascii|字符串?)\D{0,2}(\d{1,3})")


def wire_type(text: str) -> WireType | None:
    """The type a cell names; None when the cell is empty.

    Raises:
        NotUnderstood: a type that can't be read here, or no type known.
    """
    words = plain(text)
    if not words:
        return None
    for form, reason in _UNREADABLE:
        if re.search(form, words):
            raise NotUnderstood(f"type {text!r}: {reason}")
    if match := _BIT.match(words):
        return _bit(text, int(match[1]))
    if words == "bit":
        return WireType(PointType.BOOL)
    order, doubt = word_order(text)
    for form, kind, remark in _KNOWN:
        if re.search(form, words):
            length = _LENGTH.search(words) if kind is PointType.STRING else None
            characters = int(length[1]) if length else None
            return WireType(kind, order, length=characters and (characters + 1) // 2, doubt=remark or doubt)
    if order is not None:
        return WireType(PointType.F32, order, doubt="only an order of bytes is named; taken as a 32-bit float")
    raise NotUnderstood(f"type {text!r} is not known here")


def word_order(text: str) -> tuple[WordOrder | None, str]:
    """The order of words a cell names, and what of it is a guess.

    Raises:
        NotUnderstood: bytes swapped within words, which no profile can say.
    """
    words = plain(text)
    if re.search(r"badc|dcba|2143|4321|byteswap", words):
        raise NotUnderstood(f"order {text!r}: bytes swapped within words (BADC, DCBA) are not read here")
    if re.search(r"cdab|3412|低字(节)?在前|低位字在前|低16位在前|lowword(first)?|wordswap|littleendianwords?", words):
        return WordOrder.LITTLE, ""
    if re.search(r"abcd|1234|高字在前|高16位在前|highword(first)?", words):
        return WordOrder.BIG, ""
    if re.search(r"小端|little|低位在前|低字节在前|intel", words):
        return WordOrder.LITTLE, "little-endian taken as CDAB (words swapped, bytes not)"
    if re.search(r"大端|big|高位在前|高字节在前|motorola", words):
        return WordOrder.BIG, ""
    return None, ""


def _bit(text: str, bit: int) -> WireType:
    if bit > 15:
        raise NotUnderstood(f"type {text!r}: a register has bits 0 to 15")
    return WireType(PointType.BIT, bit=bit)


def by_registers(count: int) -> WireType:
    """What a point of so many registers most likely is, where nothing else is said.

    Raises:
        NotUnderstood: nothing is likely.
    """
    if count == 1:
        return WireType(PointType.U16, doubt="no type given; taken as u16")
    if count == 2:
        return WireType(PointType.U32, doubt="no type given; two registers taken as u32, could be a float")
    raise NotUnderstood(f"no type, and {count} registers")


def fitted(found: WireType, registers: int) -> WireType:
    """The type with what the column of lengths says of it: ``int`` of two registers has 32 bits.

    Raises:
        NotUnderstood: the two contradict each other.
    """
    wider = {PointType.U16: PointType.U32, PointType.I16: PointType.I32}
    if found.type is PointType.STRING:
        return WireType(found.type, length=found.length or registers)
    own = {PointType.U32: 2, PointType.I32: 2, PointType.F32: 2, PointType.F64: 4}.get(found.type, 1)
    if own == registers or found.type in (PointType.BOOL, PointType.BIT):
        return found
    if registers == 2 and found.type in wider:
        return WireType(wider[found.type], found.order, doubt="widened to 32 bits: the map says two registers")
    if registers == 4 and found.type is PointType.F32:
        return WireType(PointType.F64, found.order, doubt="widened to 64 bits: the map says four registers")
    if registers == 2 * own:
        return WireType(found.type, found.order, found.bit, doubt=f"the length {registers} taken as bytes")
    raise NotUnderstood(f"{found.type} takes {own} registers and the map says {registers}")
