"""``audit``: the evidence, read straight from the data folder or from an export; no controller is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.evidence_texts import as_json_line, as_text_line, in_zone, zone_named
from controller.cli.failing import REFUSED, complain, plain_words
from controller.cli.options import DEFAULT_DATA, AsJson, DataDir
from controller.domain.errors import StoreError

if TYPE_CHECKING:
    from controller.store.journal_verify import VerifyReport

audit_app = typer.Typer(
    no_args_is_help=True, help="The journal: is it whole, what does it say, and proof to take away."
)

_TIME_FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

Since = Annotated[datetime | None, typer.Option("--since", formats=_TIME_FORMS, help="From this moment on, in --zone.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=_TIME_FORMS, help="Before this moment, in --zone.")]
Zone = Annotated[str, typer.Option("--zone", help="Time zone of the times said and shown.")]
Keys = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        help="Public key kept elsewhere (`zhadao audit key` printed it): only its signatures count. May be repeated.",
    ),
]


@audit_app.command("verify")
def verify_journal(
    data: DataDir = DEFAULT_DATA,
    key: Keys = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option("--checkpoints", help="Copy of journal.checkpoints kept elsewhere, to hold the journal against."),
    ] = None,
    second: Annotated[
        Path | None, typer.Option("--second", help="The second medium's folder: prove that its lines fill the gaps.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Prove this export instead; it needs nothing but itself.")
    ] = None,
) -> None:
    """Prove that no line of the journal was changed, removed, reordered or cut off. Works while it is written.

    Says which of these it is, and names the first bad line. Signed checkpoints also show a journal that was
    rewritten as a whole. Exit code 0 when it is whole; 1 when it is not.
    """
    with plain_words():
        from controller.store.signing import read_public

        keys = frozenset(read_public(path) for path in key or ())
        whole = _verify_export(export, keys) if export else _verify_data(data, keys, checkpoints, second)
    if not whole:
        raise typer.Exit(REFUSED)


def _verify_data(data: Path, keys: frozenset[str], checkpoints: Path | None, second: Path | None) -> bool:
    from controller.store.journal_verify import verify
    from controller.store.second_verify import verify_second

    report = verify(data, keys, checkpoints)
    for note in report.notes:
        print(f"note: {note}")
    if not report.ok:
        _tell_broken(report, data)
        return False
    signed = f"signed up to line {report.signed}" if report.signed else "not signed"
    print(f"The journal is whole: {report.entries} lines, {signed}, ending in {report.head.hash[:16]}…")
    if second is None:
        return True
    trouble = verify_second(data, second)
    if trouble:
        complain(f"the second medium does NOT fit: {trouble}")
        return False
    print(f"The second medium {second} is whole, and every line the journal counts on is there.")
    return True


def _tell_broken(report: VerifyReport, data: Path) -> None:
    complain(f"the journal is BROKEN ({report.finding}): {report.problem}")
    proven = f"lines 1 to {report.entries} are proven" if report.entries else "no line is proven"
    complain(f"{proven}; keep {data} as it is, copy it, and find out who could write there")


def _verify_export(path: Path, keys: frozenset[str]) -> bool:
    from controller.store.export_verify import verify_export

    report = verify_export(path, keys)
    for note in report.notes:
        print(f"note: {note}")
    if report.trouble is not None:
        complain(f"the export is BROKEN ({report.trouble.finding}): {report.trouble.text}")
        return False
    print(f"The export is whole: lines {report.first} to {report.head.seq}, signed up to line {report.signed}.")
    return True


@audit_app.command("show")
def show_journal(
    target: Annotated[str, typer.Option("--target", help="Only this target, batches that list it included.")] = "",
    who: Annotated[str, typer.Option("--who", "--actor", help="Only what this person or part did.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only this kind of line.")] = "",
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many, the newest.")] = 50,
    zone: Zone = "Asia/Shanghai",
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """What the journal says, oldest first: who did what, when, to what, and why."""
    with plain_words():
        from controller.store.journal_read import read

        local = zone_named(zone)
        found = read(
            data,
            since=in_zone(since, local),
            until=in_zone(until, local),
            target=target,
            actor=who,
            kind=kind,
            limit=limit,
            newest_first=True,
        )
        for record in reversed(list(found)):
            print(as_json_line(record) if as_json else as_text_line(record, local))


@audit_app.command("export")
def export_journal(
    file: Annotated[Path, typer.Argument(help="New file to write; nothing is overwritten.")],
    since: Since = None,
    until: Until = None,
    zone: Zone = "Asia/Shanghai",
    data: DataDir = DEFAULT_DATA,
) -> None:
    """Write the journal, or the part of it between two moments, to one signed text file.

    `zhadao audit verify --export FILE` proves it anywhere, without the controller. Lines in between are never left
    out: that is what makes it proof. Exit code 1 when the journal is broken there, or the file cannot be written.
    """
    with plain_words():
        from controller.store.export import export

        local = zone_named(zone)
        done = export(data, file, datetime.now(UTC), in_zone(since, local), in_zone(until, local))
        if not done.first:
            print(f"{file}: no line lies between these moments")
        else:
            signed = f"signed with {done.public[:12]}…" if done.public else "NOT signed: its key is not here"
            print(f"{file}: lines {done.first} to {done.last}, {signed}")


@audit_app.command("key")
def show_key(data: DataDir = DEFAULT_DATA) -> None:
    """Print the public key the journal is signed with: keep it somewhere else, for `audit verify --key`."""
    with plain_words():
        from controller.store.signing import PUBLIC_FILE, read_public

        path = data / PUBLIC_FILE
        if not path.exists():
            raise StoreError(f"there is no key at {path}: a controller makes one at its first start")
        print(read_public(path))
