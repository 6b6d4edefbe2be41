"""``run`` and ``check``: a site's configuration, controlled or only looked at."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.failing import USAGE, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir, Host, Live, LogJson, Port

CheckedData = Annotated[
    Path | None,
    typer.Option(
        "--data", show_default=False, help="Data folder of a controller: with the lighting published there laid over."
    ),
]
SiteFolder = Annotated[Path, typer.Argument(metavar="CONFIG", help="A site folder, for example config/hangzhou.")]


def run(
    config: SiteFolder,
    data: DataDir = DEFAULT_DATA,
    host: Host = None,
    port: Port = None,
    log_json: LogJson = False,
    live: Live = None,
) -> None:
    """Control a real site: read CONFIG, take up its devices, serve page and API until Ctrl-C.

    Nothing is written to a device before it has been read completely. Leases and latched stops of the last run are
    still there; what ran, runs on. SIGHUP takes up a changed configuration; a bad one changes nothing.

    Exit code 2 when the configuration cannot be used; `zhadao check CONFIG` names every problem at once.
    """
    with plain_words():
        from controller.runtime.startup import hurry

        hurry()
        from controller.cli.banner import announce
        from controller.cli.live import live_view
        from controller.main import run_controller

        view = live_view if wants_live(live) else None
        code = run_controller(config, data, host, port, log_json=log_json, live=view, announce=announce)
    raise typer.Exit(code)


def wants_live(said: bool | None) -> bool:
    """Whether to show the live view: as said, else when standard output is a terminal."""
    return sys.stdout.isatty() if said is None else said


def check(config: SiteFolder, data: CheckedData = None) -> None:
    """Look a configuration over without touching anything: every problem at once, as file:line.

    Warnings are worth a look and stop nothing: rules that pick no night, or meet another on some nights.

    With --data it is looked over as that controller runs it, published lighting over the folder's own; you are told
    when the folder's own was changed since, and is not in force.

    Exit code 0 when it can be used, 2 when it cannot.
    """
    with plain_words():
        from controller.runtime.publishing.startup import overlay_in
        from controller.settings import look_over

        overlay = None if data is None else overlay_in(data)
        checked = look_over(config, overlay, today=datetime.now(UTC).date())
    site, problems = checked.site, checked.problems
    for problem in problems:
        print(problem)
    for warning in checked.warnings:
        print(f"warning 提示: {warning}")
    if problems or site is None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(f"{config}: {count}; nothing of it would be applied", file=sys.stderr)
        raise typer.Exit(USAGE)
    if overlay is not None:
        print(f"lighting version {overlay.number} is in force, as published 执行已发布的照明方案第 {overlay.number} 版")
    for notice in filter(None, site.lighting_version.notice()):
        print(notice)
    city = site.city
    lamps = sum(circuit.lamps for cabinet in city.cabinets.values() for circuit in cabinet.circuits)
    print(
        f"{config}: OK. {len(city.cabinets)} cabinets with {lamps} lamps, {len(city.poles)} poles, "
        f"{len(city.stations)} stations, {len(city.gauges)} gauges, {len(city.targets)} targets "
        f"behind {len(site.endpoints)} endpoints; {len(site.profiles)} profiles"
    )
