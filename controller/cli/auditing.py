"""``audit verify`` and ``audit show``: the evidence, read straight from the data folder."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.failing import REFUSED, complain, plain_words
from controller.cli.options import DEFAULT_DATA, AsJson, DataDir
from controller.domain.errors import InvalidValue

if TYPE_CHECKING:
    from controller.store.lines import Record

audit_app = typer.Typer(no_args_is_help=True, help="The journal: is it whole, and what does it say.")

_TIME_FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@audit_app.command("verify")
def verify_journal(data: DataDir = DEFAULT_DATA) -> None:
    """Prove that no line of the journal was changed, removed, reordered or cut off. Works while it is written.

    Exit code 0 when it is whole; 1 when it is not, naming the first bad line.
    """
    with plain_words():
        from controller.store.journal_verify import verify

        report = verify(data)
    for note in report.notes:
        print(f"note: {note}")
    if report.ok:
        print(f"The journal is whole: {report.entries} lines, ending in {report.head.hash[:16]}…")
        return
    complain(f"the journal is BROKEN: {report.problem}")
    proven = f"lines 1 to {report.entries} are proven" if report.entries else "no line is proven"
    complain(f"{proven}; keep {data} as it is, copy it, and find out who could write there")
    raise typer.Exit(REFUSED)


@audit_app.command("show")
def show_journal(
    target: Annotated[str, typer.Option("--target", help="Only this target, batches that list it included.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Only what this person or part did.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only this kind of line.")] = "",
    since: Annotated[
        datetime | None, typer.Option("--since", formats=_TIME_FORMS, help="From this moment on, in --zone.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=_TIME_FORMS, help="Before this moment, in --zone.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many, the newest.")] = 50,
    zone: Annotated[str, typer.Option("--zone", help="Time zone of the times said and shown.")] = "Asia/Shanghai",
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """What the journal says, oldest first: who did what, when, to what, and why."""
    with plain_words():
        from controller.store.journal_read import read

        local = _zone(zone)
        found = read(
            data,
            since=_in_zone(since, local),
            until=_in_zone(until, local),
            target=target,
            actor=actor,
            kind=kind,
            limit=limit,
            newest_first=True,
        )
        for record in reversed(list(found)):
            print(_as_json(record) if as_json else _as_line(record, local))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise InvalidValue(
            f"--zone {name}: no such time zone; an IANA name is wanted, such as Asia/Shanghai"
        ) from cause


def _in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment else None


def _as_line(record: Record, zone: ZoneInfo) -> str:
    from controller.cli.texts import clock_time

    about = " ".join(part for part in (record.actor, record.target) if part)
    data = json.dumps(dict(record.data), ensure_ascii=False)
    return f"{record.seq:>8}  {clock_time(record.wall, zone, '%Y-%m-%d %H:%M:%S')}  {record.kind}  {about}  {data}"


def _as_json(record: Record) -> str:
    return json.dumps(
        {
            "seq": record.seq,
            "wall": record.wall.isoformat(),
            "kind": record.kind,
            "actor": record.actor,
            "target": record.target,
            "data": dict(record.data),
            "hash": record.hash,
        },
        ensure_ascii=False,
    )
