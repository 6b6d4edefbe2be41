"""``replay``: what was recorded, run again through the logic of today. Reads the data folder; asks no controller."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.evidence_texts import in_zone, zone_named
from controller.cli.failing import REFUSED, complain, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir
from controller.domain.errors import ConfigError

if TYPE_CHECKING:
    from controller.runtime.recording.comparing import Difference
    from controller.runtime.recording.reading import Recording
    from controller.runtime.recording.replaying import Report, SiteOf

SHOWN_MAX = 200
"""Differences printed as text; ``--json`` prints all."""
_FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def replay(
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=_FORMS, help="Compare from this moment on, in --zone.", show_default="all"),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_FORMS, help="Up to this moment, in --zone.", show_default="all")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Replay with this site folder.", show_default="the one it was recorded with"),
    ] = None,
    target: Annotated[str, typer.Option("--target", help="Only this device or output.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Time zone of the times said and shown.")] = "Asia/Shanghai",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, for programs.")] = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """Run what was recorded through the logic of today and list what it would decide otherwise, and write otherwise.

    What the field answered stays as recorded: after a first difference, read what follows with care. Works while the
    controller runs. Exit code 0: all the same; 1: differences; 2: nothing recorded there, or an unusable folder.
    """
    with plain_words():
        from controller.runtime.recording.reading import Recording
        from controller.runtime.recording.replaying import Replay
        from controller.store.recording import FOLDER

        local = zone_named(zone)
        begins, ends = in_zone(since, local), in_zone(until, local)
        recording = Recording(data / FOLDER)
        run = Replay(_site_of(recording, config), since=begins, until=ends, wanted=_wanted(target))
        report = run.run(recording.from_(begins))
        if not report.turns:
            raise ConfigError(f"nothing is recorded between these moments; {recording.folder} holds {recording.span()}")
        print(_as_json(report, recording) if as_json else "\n".join(_lines(report, recording, local)))
    if report.differences:
        raise typer.Exit(REFUSED)


def _wanted(target: str) -> Callable[[str], bool]:
    return lambda other: not target or other == target or other.startswith(f"{target}/")


def _site_of(recording: Recording, config: Path | None) -> SiteOf:
    """Loads a site once. A folder that was kept must be the one that ran, to the letter."""
    from controller.runtime.pace import paced
    from controller.settings.load import load_site
    from controller.settings.site import Site
    from controller.store.recording import kept_site

    loaded: dict[tuple[str, float], Site] = {}

    def site_of(config_hash: str, speed: float) -> Site:
        folder = config or kept_site(recording.folder, config_hash)
        if folder is None:
            raise ConfigError(
                f"the configuration {config_hash[:12]} was not kept beside this recording; say --config FOLDER"
            )
        key = (str(folder), speed)
        if key not in loaded:
            loaded[key] = paced(load_site(folder), speed)
        if config is None and loaded[key].config_hash != config_hash:
            raise ConfigError(f"{folder} is not what ran when this was recorded; say --config FOLDER")
        return loaded[key]

    return site_of


def _lines(report: Report, recording: Recording, zone: ZoneInfo) -> list[str]:
    lines = [f"note: {note}" for note in report.notes]
    lines += [f"note: {name}: its last seconds are missing" for name in recording.torn]
    if report.not_applied:
        lines.append(f"note: {report.not_applied} recorded acts are on what this configuration does not have")
    lines += [_line(one, zone) for one in report.differences[:SHOWN_MAX]]
    left = len(report.differences) - SHOWN_MAX
    if left > 0:
        complain(f"{left} more differences; --json prints them all, --target narrows them")
    assert report.first is not None  # noqa: S101 - narrows the type; there were turns
    assert report.last is not None  # noqa: S101 - narrows the type
    span = f"{_local(report.first, zone)} to {_local(report.last, zone)}"
    found = f"{len(report.differences)} differences" if report.differences else "all decided and written the same"
    return [*lines, f"{report.turns} turns, {span}: {found}"]


def _line(one: Difference, zone: ZoneInfo) -> str:
    since = _local(one.since, zone)
    when = since if one.turns == 1 else f"{since} … {_local(one.until, zone)} ({one.turns} turns)"
    return f"{when}  {one.target or 'turn'}  {one.about.value}: recorded {one.recorded}; now {one.now}"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _as_json(report: Report, recording: Recording) -> str:
    return json.dumps(
        {
            "turns": report.turns,
            "first": report.first.isoformat() if report.first else None,
            "last": report.last.isoformat() if report.last else None,
            "same": not report.differences,
            "differences": [
                {
                    "about": one.about.value,
                    "target": one.target,
                    "recorded": one.recorded,
                    "now": one.now,
                    "since": one.since.isoformat(),
                    "until": one.until.isoformat(),
                    "turns": one.turns,
                }
                for one in report.differences
            ],
            "notes": report.notes,
            "torn": recording.torn,
            "not_applied": report.not_applied,
        },
        ensure_ascii=False,
        indent=2,
    )
