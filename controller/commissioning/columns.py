"""Which column means what: guessed from the headers people really write, and corrected by whoever knows. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.commissioning.cell_text import one_line, plain
from controller.commissioning.sheets import Row
from controller.domain.errors import ConfigError

HEADER_WITHIN = 60
"""Titles, revision tables and legends stand above a header, but not more of them than this many rows."""


class Field(StrEnum):
    """What a column can tell of a point."""

    ADDRESS = "address"
    FUNCTION = "function"
    TABLE = "table"
    TYPE = "type"
    COUNT = "count"
    ACCESS = "access"
    UNIT = "unit"
    SCALE = "scale"
    DECIMALS = "decimals"
    OFFSET = "offset"
    ORDER = "order"
    RANGE = "range"
    LOW = "low"
    HIGH = "high"
    BIT = "bit"
    TAG = "tag"
    NAME = "name"
    NOTE = "note"


_EXACT: Mapping[Field, str] = {
    Field.ADDRESS: (
        r"(寄存器|起始|首|modbus|通[讯信]|plc|点|数据|参数|协议)*地址|寄存器号?|(start|"
        r"register|modbus|plc|data)*"
        r"(address|addr)|reg(ister)?s?\.?(no\.?|number)?|offset\(?hex\)?"
    ),
    Field.FUNCTION: r"(读|modbus)?功能(代)?码|(modbus)?function(code)?s?|fc|func|命令码",
    Field.TABLE: r"寄存器(类型|种类|区)|存储区|区域?|(register|object|memory)type|objecttype|区块|table",
    Field.TYPE: r"(数据|变量|值|参数)?(类型|格式)|(data|value|variable)?(type|format)",
    Field.COUNT: (
        r"(数据|寄存器|字节)?(长度|个数|数量|字数|数目)|字节数|寄存器数|(data)?(length|"
        r"len|size|count|words|qty"
        r"|quantity|registers?count)|(no|number|num)\.?ofreg(ister)?s?"
    ),
    Field.ACCESS: (
        r"读写(属性|类型|权限|方式)?|读/写|r/w|rw|r/w属性|access|属性|权限|操作(权限)?|"
        r"(read/write)|可读写|mode"
    ),
    Field.UNIT: r"(数据|工程)?单位|units?|量纲",
    Field.SCALE: (
        r"(放大|缩放|换算|比例)?(倍率|系数|比例|倍数|因子)|精度|分辨率|scal(e|"
        r"ing)(factor)?|factor|multiplier|gain"
        r"|resolution|ratio|变比"
    ),
    Field.DECIMALS: r"小数(位|点)(数|位)?|decimals?|(decimal)?digits",
    Field.OFFSET: r"偏移量?|offset|基值|零点",
    Field.ORDER: r"(字节|字)(顺)?序|大小端|(byte|word)(order|swap)|endian(ness)?|字节排列",
    Field.RANGE: r"(取值|数值|数据|有效|测量|参数)?范围|值域|量程|有效值|(valid|value)?range",
    Field.LOW: r"最小值?|下限|min(imum)?|low(er)?(limit)?",
    Field.HIGH: r"最大值?|上限|max(imum)?|high|upper(limit)?",
    Field.BIT: r"位|位号|bit(no|number|位)?|位地址",
    Field.TAG: r"标识符?|标签|变量名|(英文|点)名|点号|tag(name)?|symbol|identifier|id|标志",
    Field.NAME: (
        r"(参数|信号|数据|变量|点|中文|寄存器|测点|项目|功能)?名称?|信号|参数|测点|项目|"
        r"含义|内容|定义|(signal|point|"
        r"parameter|register)?name|parameter|signal|description|描述|功能|item|数据内容|名称及?说明"
    ),
    Field.NOTE: r"备注|(取值|参数|功能|数据)?说明|注释?|notes?|remarks?|comments?|解释|枚举|取值",
}
_WITHIN: Mapping[Field, str] = {
    Field.ADDRESS: r"地址|address|寄存器号",
    Field.FUNCTION: r"功能码|functioncode",
    Field.TYPE: r"数据类型|数据格式|datatype",
    Field.COUNT: r"寄存器(个|数)|长度|字节数|length",
    Field.ACCESS: r"读写|r/w|access",
    Field.UNIT: r"单位|unit",
    Field.SCALE: r"倍率|系数|精度|分辨率|scale|factor|放大",
    Field.DECIMALS: r"小数",
    Field.ORDER: r"字节序|字序|endian|byteorder|wordorder",
    Field.RANGE: r"范围|range|量程",
    Field.NAME: r"名称|name|描述|description",
    Field.NOTE: r"备注|说明|remark|note",
}
_NEVER = re.compile(r"(设备|从站|从机|站|仪表|slave|device|unit)(地址|号|id|address)|序号|ip")
"""The unit id, or a mere count of rows."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What was taken for what: column positions (from 0) by field; ``headers`` as they stand in the sheet."""

    row: int
    headers: tuple[str, ...]
    at: Mapping[Field, int]

    def cell(self, row: Row, field: Field) -> str:
        """The row's text in that column; empty when there is no such column or nothing stands there."""
        position = self.at.get(field)
        return row.cells[position] if position is not None and position < len(row.cells) else ""

    def header(self, field: Field) -> str:
        """The header the field was taken from; empty when there is none."""
        position = self.at.get(field)
        return self.headers[position] if position is not None else ""

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers nothing was taken from."""
        return tuple(one for position, one in enumerate(self.headers) if one and position not in self.at.values())


def header_of(rows: Sequence[Row], said: Mapping[Field, str], at_row: int | None = None) -> Columns | None:
    """The header row (two joined ones where the second goes on): the one in which most columns are recognised.

    ``said`` names columns by header text or letter; ``at_row`` the row itself. None: nothing here looks like a
    header with an address.

    Raises:
        ConfigError: a column was named that the header does not have.
    """
    if at_row is not None:
        found = next((n for n, row in enumerate(rows) if row.number == at_row), None)
        if found is None:
            raise ConfigError(f"--header {at_row}: the sheet has no such row")
        return columns_of(rows[found], said)
    best: Columns | None = None
    for position in range(min(HEADER_WITHIN, len(rows))):
        columns = _perhaps(rows, position, said)
        if columns is not None and (best is None or len(columns.at) > len(best.at)):
            best = columns
    return best


def _perhaps(rows: Sequence[Row], position: int, said: Mapping[Field, str]) -> Columns | None:
    row = rows[position]
    if sum(_score(cell, field) >= _SURE for cell in row.cells for field in Field) < (1 if said else 2):
        return None
    try:
        columns = columns_of(row, said)
    except ConfigError:
        return None
    if Field.ADDRESS not in columns.at or len(columns.at) < 2:
        return None
    if position + 1 < len(rows) and _goes_on(row, rows[position + 1]):
        below = rows[position + 1]
        joined = tuple(a if a == b else f"{a} {b}".strip() for a, b in zip(row.cells, below.cells, strict=False))
        return columns_of(Row(below.number, joined), said)
    return columns


def _goes_on(row: Row, below: Row) -> bool:
    """Whether the row below belongs to the header: merged from above, or it says 十进制 / HEX under an address."""
    pairs = [(a, b) for a, b in zip(row.cells, below.cells, strict=False) if b]
    merged = sum(a == b for a, b in pairs)
    words = sum(
        bool(
            re.fullmatch(
                r"(十|16|10|十六)?进制|hex|dec|\(?hex\)?|\(?dec\)?|plc|高|低|min|max|最小值?|最大值?", plain(b)
            )
        )
        for _, b in pairs
    )
    return bool(pairs) and words > 0 and merged + words == len(pairs)


def columns_of(row: Row, said: Mapping[Field, str] | None = None) -> Columns:
    """Guess the fields of a header row; what was said goes first.

    Raises:
        ConfigError: a column was named that this header does not have.
    """
    headers = tuple(one_line(cell) for cell in row.cells)
    at = {field: _named(name, headers, field) for field, name in (said or {}).items()}
    scored = sorted(
        (
            (-_score(header, field), rank, position, field)
            for position, header in enumerate(headers)
            for rank, field in enumerate(Field)
            if _score(header, field)
        ),
    )
    for _, _, position, field in scored:
        if field not in at and position not in at.values():
            at[field] = position
    return Columns(row.number, headers, at)


_SURE = 2


def _score(header: str, field: Field) -> int:
    """2: the header is a word for this field; 1: it holds one; 0: neither. Units in brackets do not count."""
    words = re.sub(r"[(\[【].*?[)\]】]", "", plain(header)) or plain(header)
    if not words or len(words) > 24 or _NEVER.fullmatch(words):
        return 0
    if re.fullmatch(_EXACT[field], words):
        return 2
    within = _WITHIN.get(field)
    return 1 if within and re.search(within, words) and not _NEVER.search(words) else 0


def _named(name: str, headers: Sequence[str], field: Field) -> int:
    wanted = plain(name)
    exact = [position for position, header in enumerate(headers) if header and plain(header) == wanted]
    within = [position for position, header in enumerate(headers) if header and wanted in plain(header)]
    if exact or within:
        return (exact or within)[0]
    if re.fullmatch(r"[a-z]{1,2}", wanted):
        position = _letters(wanted)
        if position < len(headers):
            return position
    shown = ", ".join(header for header in headers if header)
    raise ConfigError(f"--column {field}={name}: no such column; the header has {shown}")


def _letters(name: str) -> int:
    """``a`` is 0, ``z`` 25, ``aa`` 26."""
    position = 0
    for letter in name:
        position = position * 26 + ord(letter) - ord("a") + 1
    return position - 1
