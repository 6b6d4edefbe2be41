"""``point watch``: values as they change, from the controller that owns the wire, or from the device itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.durations import parse_duration
from controller.cli.failing import UsageProblem, plain_words
from controller.cli.finding import Asked, Doubt, find
from controller.cli.options import DEFAULT_DATA, As, DataDir, Token, Url

point_app = typer.Typer(no_args_is_help=True, help="Single points 测点.")
LEAST_EVERY_S = 0.2


@point_app.callback()
def _point() -> None:
    """Single points 测点."""


@point_app.command("watch")
def watch(
    wanted: Annotated[
        list[str],
        typer.Argument(
            metavar="ASSET[/POINT]…", help="330106-LC-0001 for all of it, 330106-LC-0001/K1.feedback for one."
        ),
    ],
    every: Annotated[str, typer.Option("--every", help="How often to look.")] = "1s",
    lasting: Annotated[str, typer.Option("--for", help="Stop after so long: 30s.", show_default="until Ctrl-C")] = "",
    direct: Annotated[
        bool, typer.Option("--direct", help="Ask the device itself, with --endpoint and --profile.")
    ] = False,
    endpoint: Annotated[str, typer.Option("--endpoint", help="With --direct: the wire's URL.")] = "",
    profile: Annotated[str, typer.Option("--profile", help="With --direct: the device's profile.")] = "",
    unit: Annotated[int, typer.Option("--unit", min=0, max=255, help="With --direct: Modbus unit id.")] = 1,
    root: Annotated[str, typer.Option("--root", help="With --direct, OPC UA: what stands before every node.")] = "",
    site: Annotated[
        Path | None, typer.Option("--site", help="With --direct: the site folder of --endpoint NAME.")
    ] = None,
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_: As = None,
) -> None:
    """Watch points live 实时值: value, quality and age; what changed is highlighted, in a pipe one line a change.

    The running controller is asked, which owns the connection. --direct asks the device itself: two masters on one
    serial line disturb each other, so only where no controller polls it.

    Example: zhadao point watch 330106-LC-0001/K1.command 330106-LC-0001/K1.feedback

    Exit code 0; 1 when there is no such asset or point; 3 when no controller answers.
    """
    with plain_words():
        from controller.cli.point_watching import controller_look, device_look, watching

        every_s = max(LEAST_EVERY_S, parse_duration(every))
        for_s = parse_duration(lasting) if lasting else None
        if not direct and (endpoint or profile):
            raise UsageProblem(
                "--endpoint and --profile ask the device itself: say --direct too, and mind what it means"
            )
        if not direct:
            asyncio.run(
                watching(controller_look(find(Asked(data, url, token, as_), Doubt.LOCAL), wanted), every_s, for_s)
            )
            return
        if not endpoint or not profile:
            raise UsageProblem("--direct needs --endpoint URL and --profile PROFILE")
        from controller.cli.profile_testing import subject_of

        subject, _ = subject_of(endpoint, profile, unit=unit, root=root, site=site, timeout_s=2.0, data=data)
        asyncio.run(watching(device_look(subject, wanted, data), every_s, for_s))
