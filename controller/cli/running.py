"""``run`` and ``check``: a site's configuration, controlled or only looked at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.failing import USAGE, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir, Host, Live, LogJson, Port

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


def check(config: SiteFolder) -> None:
    """Look a configuration over without touching anything: every problem at once, as file:line.

    Exit code 0 when it can be used, 2 when it cannot.
    """
    with plain_words():
        from controller.settings import check_site

        site, problems = check_site(config)
    for problem in problems:
        print(problem)
    if problems or site is None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(f"{config}: {count}; nothing of it would be applied", file=sys.stderr)
        raise typer.Exit(USAGE)
    city = site.city
    lamps = sum(circuit.lamps for cabinet in city.cabinets.values() for circuit in cabinet.circuits)
    print(
        f"{config}: OK. {len(city.cabinets)} cabinets with {lamps} lamps, {len(city.poles)} poles, "
        f"{len(city.stations)} stations, {len(city.gauges)} gauges, {len(city.targets)} targets "
        f"behind {len(site.endpoints)} endpoints; {len(site.profiles)} profiles"
    )
