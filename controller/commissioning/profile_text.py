"""A register map as a profile file: one line a point, every guess marked for a human eye. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from controller.commissioning.cell_text import one_line, shown
from controller.commissioning.drafts import Draft
from controller.commissioning.register_map import RegisterMap
from drivers.profile import PointSpec, PointType, Table, WordOrder

_WITH_ORDER = (PointType.U32, PointType.I32, PointType.F32, PointType.F64)
_TO_CONFIRM = """
  # ---- The map says that what follows can be WRITTEN 可写点，逐一确认. For each: is it an output the controller
  # ---- should have? Then name the point that independently proves it (`feedback: NAME`), or say `feedback: none` on
  # ---- purpose. Otherwise take `access: read_write` out. Until then `zhadao check` refuses this profile.
"""


def profile_yaml(found: RegisterMap, id_: str, title: str, source: str) -> str:
    """The profile file's text."""
    read = [draft for draft in found.drafts if not draft.written]
    lines = [
        f"# Imported from {one_line(source)}. A line marked ? holds a guess: compare it with the vendor's manual.",
        *(
            f"# Sheet {one_line(sheet.name)}: {line}"
            for sheet in found.sheets
            if sheet.columns
            for line in _numbering(sheet.style)
        ),
        *(
            f"# Not taken: {row.sheet} row {row.row}: {one_line(' | '.join(row.cells))[:80]} ({one_line(row.why)})"
            for row in found.refused
        ),
        f"id: {_text(id_)}",
        f"title: {_text(title)}",
        "protocol: modbus",
        'revision: "1"',
        "max_gap: 0    # ? how many registers between two points may be read over; 0: the device may refuse any hole",
        "",
        "points:",
        *_aligned(read),
    ]
    if found.written:
        lines += [_TO_CONFIRM.rstrip("\n").removeprefix("\n"), *_aligned(found.written)]
    return "\n".join(lines) + "\n"


def _numbering(style: object) -> Iterator[str]:
    from controller.commissioning.addresses import AddressStyle

    if isinstance(style, AddressStyle):
        mark = "" if style.sure else " ? check with `zhadao profile test`"
        yield f"addresses {style.numbering}, the first register is {style.base} ({one_line(style.why)}){mark}"


def _aligned(drafts: Sequence[Draft]) -> list[str]:
    width = max((len(_key(draft.spec.name)) for draft in drafts), default=0)
    return [f"  {_key(draft.spec.name) + ':':<{width + 1}} {{{_members(draft)}}}{_remark(draft)}" for draft in drafts]


def _members(draft: Draft) -> str:
    return ", ".join(f"{key}: {value}" for key, value in _pairs(draft.spec, written=draft.written))


def _pairs(spec: PointSpec, *, written: bool) -> Iterator[tuple[str, str]]:
    yield "table", str(spec.table or Table.HOLDING)
    yield "address", str(spec.address)
    if spec.type is PointType.BIT:
        yield "bit", str(spec.bit)
    if spec.type is PointType.STRING:
        yield "length", str(spec.length)
    yield "type", str(spec.type)
    if spec.type in _WITH_ORDER and spec.word_order is WordOrder.LITTLE:
        yield "word_order", "little"
    for key, value, usual in (
        ("scale", spec.scale, 1.0),
        ("offset", spec.offset, 0.0),
        ("low", spec.low, None),
        ("high", spec.high, None),
    ):
        if value is not None and value != usual:
            yield key, _number(value)
    if spec.unit:
        yield "unit", _text(spec.unit)
    if spec.labels:
        yield "labels", "{" + ", ".join(f"{n}: {_text(label)}" for n, label in sorted(spec.labels.items())) + "}"
    if written:
        yield "access", "read_write"


def _remark(draft: Draft) -> str:
    doubts = "".join(f" ? {one_line(doubt)}" for doubt in draft.doubts)
    feedback = " ? feedback is to be filled in" if draft.written else ""
    return f"  # {one_line(draft.sheet)} row {draft.row}: {one_line(draft.title)}{doubts}{feedback}"


def _number(value: float) -> str:
    """A number YAML takes for a number: an exponent needs its dot."""
    text = shown(value)
    return f"{value:.12f}".rstrip("0") if "e" in text and abs(value) < 1 else f"{value:.1f}" if "e" in text else text


def _text(text: str) -> str:
    """Quoted as JSON, which YAML reads alike: units and labels may be %, off or 是."""
    return json.dumps(one_line(text), ensure_ascii=False)


def _key(name: str) -> str:
    plain_word = name.replace("_", "").isalnum() and name.isascii() and not name[0].isdigit()
    reserved = name in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    return name if plain_word and not reserved else _text(name)
