"""A vendor's whole register map: what of every sheet and row was understood, and what was not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from controller.commissioning.addresses import AddressStyle, NotUnderstood, style_of
from controller.commissioning.cell_text import one_line, plain
from controller.commissioning.cell_words import functions, table_named
from controller.commissioning.columns import Columns, Field, header_of
from controller.commissioning.drafts import Context, Draft, drafts_of, section_of, told_functions
from controller.commissioning.sheets import Row, Sheet
from controller.domain.errors import ConfigError
from drivers.profile import PointType, Table, WordOrder


@dataclass(frozen=True, slots=True)
class Said:
    """What the person corrects: columns by header or letter, numbering, sheets, order of words, table."""

    columns: Mapping[Field, str] = field(default_factory=dict)
    base: int | None = None
    hexadecimal: bool = False
    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    word_order: WordOrder | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row nothing was made of, and why."""

    sheet: str
    row: int
    cells: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What was taken for what on one sheet; ``skipped`` says why nothing was taken from it."""

    name: str
    how: str
    columns: Columns | None = None
    style: AddressStyle | None = None
    skipped: str = ""
    titles: tuple[str, ...] = ()
    """Rows taken as titles between the rows, and the table they told of."""


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """Everything that was read: no row that holds something is missing from ``drafts`` and ``refused`` together."""

    sheets: tuple[ReadSheet, ...]
    drafts: tuple[Draft, ...]
    refused: tuple[Refused, ...]

    @property
    def written(self) -> tuple[Draft, ...]:
        """Points the map says can be written: for a person to confirm."""
        return tuple(draft for draft in self.drafts if draft.written)


def read_map(sheets: Sequence[Sheet], said: Said) -> RegisterMap:
    """Read these sheets.

    Raises:
        ConfigError: a sheet or column was named that is not there, or no sheet has a header with an address.
    """
    chosen = _chosen(sheets, said.sheets)
    read = [_read(sheet, said) if sheet in chosen else _skipped(sheet, "not asked for") for sheet in sheets]
    if not any(one.sheet.columns for one in read):
        raise ConfigError(
            f"no header row with a column of addresses was found in {', '.join(s.name for s in chosen)}: name it with "
            '--column address="its header" and --header ROW'
        )
    drafts, collided = _apart(_named(draft for one in read for draft in one.drafts))
    refused = [row for one in read for row in one.refused] + collided
    order = {sheet.name: sheet.position for sheet in sheets}
    return RegisterMap(
        tuple(one.sheet for one in read), drafts, tuple(sorted(refused, key=lambda r: (order[r.sheet], r.row)))
    )


@dataclass(slots=True)
class _Read:
    sheet: ReadSheet
    drafts: list[Draft] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def _chosen(sheets: Sequence[Sheet], wanted: Iterable[str]) -> list[Sheet]:
    """The sheets asked for by name or number; all of them where nobody asked."""
    found: list[Sheet] = []
    for one in wanted:
        hit = [s for s in sheets if s.name == one] or [s for s in sheets if str(s.position) == one]
        if not hit:
            there = ", ".join(f"{s.position} {s.name}" for s in sheets)
            raise ConfigError(f"--sheet {one}: there is no such sheet; there are {there}")
        found += hit
    return found or list(sheets)


def _skipped(sheet: Sheet, why: str) -> _Read:
    return _Read(ReadSheet(sheet.name, sheet.how, skipped=why))


def _read(sheet: Sheet, said: Said) -> _Read:
    """One sheet: its header, its numbering, then row by row; a second header further down starts anew."""
    columns = header_of(sheet.rows, said.columns, said.header_row)
    if columns is None:
        return _skipped(sheet, "no header row with a column of addresses")
    body = [row for row in sheet.rows if row.number > columns.row and not row.empty]
    section = said.table or table_named(sheet.name)
    style = style_of(
        list(_told_addresses(body, columns, section)),
        columns.header(Field.ADDRESS),
        said.base,
        hexadecimal=said.hexadecimal,
    )
    found = _Read(ReadSheet(sheet.name, sheet.how, columns, style))
    titles: list[str] = []
    context = Context(columns, style, section, said.word_order)
    for row in body:
        again = _header_again(row, context.columns)
        title = section_of(row)
        if again is not None:
            context = replace(context, columns=again)
        elif title and not _is_address(title):
            table = _section_table(title)
            context = replace(context, section=said.table or table or context.section)
            titles.append(f"row {row.number} {one_line(title)[:40]}" + (f": {table}" if table else ""))
        else:
            _take(found, sheet, row, context)
    found.sheet = replace(found.sheet, titles=tuple(titles))
    return found


def _take(found: _Read, sheet: Sheet, row: Row, context: Context) -> None:
    try:
        drafts = drafts_of(row, context)
    except NotUnderstood as why:
        cells = tuple(one_line(cell) for cell in row.cells if cell)
        found.refused.append(Refused(sheet.name, row.number, cells, str(why)))
        return
    found.drafts += [replace(draft, sheet=sheet.name) for draft in drafts]


def _told_addresses(rows: Iterable[Row], columns: Columns, section: Table | None) -> Iterator[tuple[str, Table | None]]:
    """Every row's address, with the table its own columns or the title above it tell of."""
    context = Context(columns, AddressStyle.__new__(AddressStyle))
    for row in rows:
        title = section_of(row)
        if title:
            section = _section_table(title) or section
            continue
        try:
            told = told_functions(row, context)
        except NotUnderstood:
            told = None
        yield columns.cell(row, Field.ADDRESS), told.table if told else section


def _section_table(title: str) -> Table | None:
    """The table a title between the rows tells of: 遥测量（功能码04）."""
    code = re.search(r"(?:功能码|fc|function(?:code)?)[:\s]*(0x)?(\d{1,2})", plain(title))
    try:
        found = functions(code[2]) if code else None
    except NotUnderstood:
        found = None
    return found.table if found else table_named(title)


def _is_address(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fx.]{1,7}h?", plain(text)))


def _header_again(row: Row, columns: Columns) -> Columns | None:
    """The same header printed again for the next page: at least two of its words in their places."""
    same = [p for p in columns.at.values() if p < len(row.cells) and plain(row.cells[p]) == plain(columns.headers[p])]
    return columns if len(same) >= 2 else None


def _named(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Every point has a name of its own; what no glossary knows is called after its place."""
    taken: dict[str, int] = {}
    for draft in drafts:
        spec, doubts = draft.spec, draft.doubts
        name = spec.name
        if not name:
            name = f"{spec.table}_{spec.address}" + (f"_{spec.bit}" if spec.type is PointType.BIT else "")
            doubts = (*doubts, "named after its address")
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            name = f"{name}_{taken[name]}"
            while name in taken:
                name += "_"
            taken[name] = 1
        yield replace(draft, spec=replace(spec, name=name), doubts=doubts)


def _apart(drafts: Iterable[Draft]) -> tuple[tuple[Draft, ...], list[Refused]]:
    """Two points can't use one register, but bits of it can: the later row is refused, and says whose it is.

    The same register listed once to be read and once to be written is one point that can be written.
    """
    kept: list[Draft] = []
    refused: list[Refused] = []
    holders: dict[tuple[Table | None, int], list[int]] = {}
    for draft in drafts:
        places = [(draft.spec.table, draft.spec.address + n) for n in range(draft.spec.registers)]
        rival = next((i for place in places for i in holders.get(place, ()) if _clash(draft, kept[i])), None)
        if rival is None:
            for place in places:
                holders.setdefault(place, []).append(len(kept))
            kept.append(draft)
        elif _same(draft, kept[rival]):
            doubt = f"row {draft.row} lists it again; one point of both"
            kept[rival] = replace(
                kept[rival], written=kept[rival].written or draft.written, doubts=(*kept[rival].doubts, doubt)
            )
        else:
            other = kept[rival]
            whose = f"{other.title or other.spec.name} of row {other.row}"
            why = f"uses {draft.spec.table} {draft.spec.address} as {whose} does"
            refused.append(Refused(draft.sheet, draft.row, (draft.title or draft.spec.name,), why))
    return tuple(kept), refused


def _clash(one: Draft, other: Draft) -> bool:
    both_bits = one.spec.type is PointType.BIT and other.spec.type is PointType.BIT
    return not both_bits or one.spec.bit == other.spec.bit


def _same(one: Draft, other: Draft) -> bool:
    a, b = one.spec, other.spec
    return (a.table, a.address, a.type, a.bit) == (b.table, b.address, b.type, b.bit) and plain(one.title) == plain(
        other.title
    )
