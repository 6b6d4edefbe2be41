"""The commands the bench adds to ``zhadao``: ``demo``, ``simulate`` and ``drill start``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.drilling import drill_app
from controller.cli.failing import plain_words
from controller.cli.options import DEFAULT_DATA, DataDir, Host, Live, LogJson, Port
from controller.cli.running import wants_live
from controller.domain.errors import InvalidValue

PACKAGED = Path(__file__).parent / "demo_config" / "hangzhou"
"""The demo city inside an installed wheel."""
LOCAL_ZONE = "Asia/Shanghai"
"""A moment given without an offset is local time of the demo city."""

OptionalConfig = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", show_default="config/hangzhou", help="A site folder.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="2026-06-21T18:30", show_default="now", help="Demo time to begin at (local time of the city)."
    ),
]
Speed = Annotated[
    float, typer.Option("--speed", min=0.1, max=300.0, help="How many times faster than life demo time runs.")
]
FreePorts = Annotated[
    bool, typer.Option("--free-ports", help="Give every simulated device any free port instead of the configured one.")
]


def register_demo(app: typer.Typer) -> None:
    """Add ``demo`` and ``drill``: what is held against the simulated field."""
    app.command("demo", rich_help_panel="Run a site")(demo)
    if "start" not in {one.name for one in drill_app.registered_commands}:
        drill_app.command("start")(start_drill)
    app.add_typer(drill_app, name="drill", rich_help_panel="Run a site")


def register_simulate(app: typer.Typer) -> None:
    """Add ``simulate``."""
    app.command("simulate", rich_help_panel="Run a site")(simulate)


def demo(
    config: OptionalConfig = None,
    data: DataDir = DEFAULT_DATA,
    host: Host = None,
    port: Port = None,
    at: At = None,
    speed: Speed = 1.0,
    free_ports: FreePorts = False,
    log_json: LogJson = False,
    live: Live = None,
) -> None:
    """A simulated Hangzhou on real sockets under the real controller. Nothing leaves this machine.

    Prints the page's address and a one-time sign-in code; Ctrl-C stops all of it. Demo time may run faster than
    life and begin whenever you like; a controller of real devices (`zhadao run`) has real time only.
    """
    with plain_words():
        from hil.demo import run_demo
        from hil.demo_parts import Demo

        wanted = Demo(
            config=_config(config),
            data=data,
            host=host,
            port=port,
            at=_moment(at),
            speed=speed,
            free_ports=free_ports,
            log_json=log_json,
            live=wants_live(live),
        )
        code = run_demo(wanted)
    raise typer.Exit(code)


def simulate(
    config: OptionalConfig = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this device or endpoint; may be given again.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="All but this device or endpoint; may be given again.")
    ] = None,
    at: At = None,
    speed: Speed = 1.0,
    free_ports: FreePorts = False,
    log_json: LogJson = False,
) -> None:
    """The simulated devices alone, for a controller elsewhere. Prints their addresses as one JSON line; Ctrl-C ends.

    Two simulations share no water: what one pumps does not move the other's levels.
    """
    with plain_words():
        import asyncio

        from controller.runtime.clocks import RealClock, ScaledClock
        from controller.runtime.logs import configure_logs
        from controller.runtime.pace import paced
        from controller.settings.load import load_site
        from hil.sim_process import run_field
        from hil.world import load_world

        configure_logs(as_json=log_json)
        folder, moment = _config(config), _moment(at)
        real = moment is None and speed == 1.0
        clock = RealClock() if real else ScaledClock(moment or datetime.now(UTC), speed)
        asyncio.run(
            run_field(
                paced(load_site(folder), speed),
                load_world(folder / "world.yaml"),
                clock,
                only=frozenset(only or ()),
                without=frozenset(without or ()),
                ephemeral_ports=free_ports,
            )
        )


def start_drill(
    drill: Annotated[str, typer.Argument(metavar="DRILL", help="As `zhadao drill list` names it: sanbao-2021-07.")],
    config: OptionalConfig = None,
    data: DataDir = DEFAULT_DATA,
    port: Port = None,
    speed: Speed = 1.0,
    person: Annotated[
        list[str] | None,
        typer.Option("--person", metavar="NAME", show_default="officer, second", help="Takes part; may be repeated."),
    ] = None,
    from_city: Annotated[
        bool,
        typer.Option(
            "--from-city", help="Begin with the levels and forecasts of the controller that runs on --data; only read."
        ),
    ] = False,
    log_json: LogJson = False,
    live: Live = None,
) -> None:
    """Hold a drill 演练 until its time is over, `zhadao drill stop`, or Ctrl-C; then print its report.

    A city of its own on sockets of its own, with its own data folder below DATA/drills; nothing else is reached.
    Everything says 【演练 DRILL】. Prints the page's address and a one-time code for everybody who takes part.

    Example: zhadao drill start sanbao-2021-07 --speed 60

    Exit code 0; 1 when the site has no such drill; 2 when its configuration cannot be used.
    """
    with plain_words():
        from hil.drills.from_city import City
        from hil.drills.holding import PEOPLE, Wanted, hold

        city = None
        if from_city:
            from controller.cli.finding import Asked, Doubt, find

            city = City(find(Asked(data, None, None, "local-cli"), Doubt.LOCAL))
        people = tuple(person) if person else PEOPLE
        wanted = Wanted(drill, _config(config), data, port or 0, speed, people, city, log_json, wants_live(live))
        report = hold(wanted)
    from controller.cli.drill_texts import report_lines
    from controller.runtime.drills.folder import DRILLS, REPORT_HTML

    print("\n".join(report_lines(report)))
    print(data / DRILLS / report.run / REPORT_HTML)


def _config(said: Path | None) -> Path:
    if said is not None:
        return said
    here = Path("config") / "hangzhou"
    return here if here.is_dir() or not PACKAGED.is_dir() else PACKAGED


def _moment(said: str | None) -> datetime | None:
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as cause:
        raise InvalidValue(f"--at {said}: say a moment such as 2026-06-21T18:30") from cause
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(LOCAL_ZONE))
