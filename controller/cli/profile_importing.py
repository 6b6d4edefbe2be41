"""``profile import``: what was read, what was made of it, and the file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from controller.cli.failing import UsageProblem
from controller.cli.texts import columns
from controller.commissioning.cell_text import one_line, shown
from controller.commissioning.drafts import Draft
from controller.commissioning.naming import slug
from controller.commissioning.profile_files import LACKS_FEEDBACK, problems_of
from controller.commissioning.profile_text import profile_yaml
from controller.commissioning.register_map import ReadSheet, RegisterMap, Said, read_map
from controller.commissioning.sheets import read_sheets
from controller.domain.errors import ConfigError
from drivers.profile import PointSpec, PointType


def import_map(map_: Path, said: Said, *, out: Path | None, id_: str, title: str, force: bool) -> bool:
    """Read the map, show what was taken for what, write or print the profile. Whether every row was understood.

    Raises:
        ConfigError: no register map in it, or the profile would not load. UsageProblem: the file is there already.
    """
    if out is not None and out.exists() and not force:
        raise UsageProblem(f"{out} is there already; say --force to write over it, or another --out")
    if out is not None and out.suffix != ".yaml":
        raise UsageProblem(f"{out}: a profile's file ends in .yaml")
    if out is not None and id_ and id_ != out.stem:
        raise UsageProblem(
            f"a profile's id is its file's name: --out {out.with_name(id_ + '.yaml')}, or leave --id out"
        )
    found = read_map(read_sheets(map_), said)
    name = id_ or (out.stem if out else slug(map_.stem).replace("_", "-") or "imported")
    text = profile_yaml(found, name, title or one_line(map_.stem), map_.name)
    _tell(found, sys.stdout if out else sys.stderr)
    wrong = [problem for problem in problems_of(text, name) if problem.message != LACKS_FEEDBACK]
    if not found.drafts:
        raise ConfigError(f"{map_}: not one row could be made a point; see the list above")
    if wrong:
        listed = "\n".join(map(str, wrong))
        raise ConfigError(
            f"the profile made of {map_} would not load; correct it with --column, --base, --sheet:\n{listed}"
        )
    if out is None:
        print(text, end="")
    else:
        _write(out, text)
        print(_next(found, out))
    return not found.refused


def _write(out: Path, text: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as cause:
        raise ConfigError(f"{out} can't be written ({cause.strerror}): choose another --out") from cause


def _next(found: RegisterMap, out: Path) -> str:
    written = (
        f", {len(found.written)} of them writable: they wait for their feedback at its end" if found.written else ""
    )
    return (
        f"\n{out}: {len(found.drafts)} points{written}.\nNext 下一步: look at every line marked ?, then "
        f"`zhadao profile test ENDPOINT {out} --unit N`"
    )


def _tell(found: RegisterMap, to: TextIO) -> None:
    for sheet in found.sheets:
        print("\n".join(_sheet_lines(sheet)), file=to)
    read = [draft for draft in found.drafts if not draft.written]
    print("\n".join(_point_lines(f"Points 测点 ({len(read)})", read)), file=to)
    if found.written:
        heading = f"Writable by the map, to be confirmed one by one 可写点待确认 ({len(found.written)})"
        print("\n".join(_point_lines(heading, found.written)), file=to)
    if found.refused:
        rows = [(f"{r.sheet} row {r.row}", r.why, " | ".join(r.cells)[:60]) for r in found.refused]
        print("\n".join([f"\nNOT understood 未能识别 ({len(rows)})", *columns(rows)]), file=to)
    guesses = sum(bool(draft.doubts) for draft in found.drafts)
    left = f"rows not understood: {len(found.refused)}"
    print(f"\n{len(found.drafts)} points, {guesses} with a guess to look at (?); {left}", file=to)


def _sheet_lines(sheet: ReadSheet) -> Iterator[str]:
    how = f" ({sheet.how})" if sheet.how else ""
    if sheet.columns is None or sheet.style is None:
        yield f"Sheet {sheet.name}{how}: nothing taken, {sheet.skipped}"
        return
    yield f"Sheet {sheet.name}{how}: header in row {sheet.columns.row}"
    taken = [
        (field.value, "←", sheet.columns.headers[at])
        for field, at in sorted(sheet.columns.at.items(), key=lambda one: one[1])
    ]
    yield from columns(taken)
    if sheet.columns.unused:
        yield f"  not used 未采用: {', '.join(sheet.columns.unused)}"
    mark = "" if sheet.style.sure else " ? say --base 0 or --base 1 if you know"
    yield f"  addresses are {sheet.style.numbering}, the first register is {sheet.style.base}: {sheet.style.why}{mark}"
    for title in sheet.titles:
        yield f"  title between rows: {title}"


def _point_lines(heading: str, drafts: Sequence[Draft]) -> list[str]:
    rows = [_cells(draft) for draft in drafts]
    return [f"\n{heading}", *(columns(rows) if rows else ["  none"])]


def _cells(draft: Draft) -> tuple[str, ...]:
    spec = draft.spec
    bit = f".{spec.bit}" if spec.type is PointType.BIT else ""
    doubts = "".join(f" ? {doubt}" for doubt in draft.doubts)
    return (
        f"row {draft.row}",
        spec.name,
        f"{spec.table} {spec.address}{bit}",
        spec.type.value,
        _worth(spec),
        draft.title + doubts,
    )


def _worth(spec: PointSpec) -> str:
    """Scale, unit, range and names in one cell."""
    parts = [f"×{shown(spec.scale)}" if spec.scale != 1 else "", f"{spec.offset:+g}" if spec.offset else "", spec.unit]
    if spec.low is not None or spec.high is not None:
        parts.append(
            f"[{'' if spec.low is None else shown(spec.low)} … {'' if spec.high is None else shown(spec.high)}]"
        )
    if spec.labels:
        parts.append(" ".join(f"{n}={label}" for n, label in sorted(spec.labels.items())))
    return " ".join(filter(None, parts))
