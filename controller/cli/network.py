"""``whatif``, ``network show|calibrate``: the waters by the model."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import looks
from controller.cli.calibrating import calibrate
from controller.cli.client import API, ApiClient
from controller.cli.durations import parse_duration
from controller.cli.options import AsJson

network_app = typer.Typer(no_args_is_help=True, help="The waters by the model 水网模型: look at it, calibrate it.")
WATER = f"{API}/water"


@looks
def whatif(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="A station, a unit or a gate: 330102-PS-0001.")],
    value: Annotated[str, typer.Argument(help="As `zhadao set` takes it: 'count 3', hand-back, start, open, 50%.")],
    also: Annotated[
        list[str] | None, typer.Option("--also", help="A further act: '330102-PS-0002=count 2'; may be repeated.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", help="How far to look ahead, 0.25 to 48.")] = 6.0,
    lasting: Annotated[
        str, typer.Option("--for", help="How long the act lasts: 90m, 2h.", show_default="all these hours")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What would this do to the levels 预演: with it and without, with a band; nothing is ordered.

    Example: zhadao whatif 330102-PS-0001 "count 3" --hours 6

    Exit code 0; 1 when the model knows nothing of the target; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.network_texts import whatif_lines
    from controller.runtime.hydraulics.views import WhatIfView

    acts = [{"target": target, "value": value}]
    for one in also or []:
        name, equals, said = one.partition("=")
        if not equals:
            raise typer.BadParameter(f"{one!r}: write TARGET=VALUE, for example '330102-PS-0002=count 2'")
        acts.append({"target": name.strip(), "value": said.strip()})
    body: dict[str, object] = {"acts": acts, "hours": hours}
    if lasting:
        body["for_s"] = parse_duration(lasting)
    if as_json:
        _print_json(client.post(f"{WATER}/whatif", body))
        return
    seen: WhatIfView = client.post(f"{WATER}/whatif", body, WhatIfView)
    print("\n".join(whatif_lines(seen, client.zone())))


@network_app.callback()
def _network() -> None:
    """The waters by the model 水网模型."""


@network_app.command("show")
@looks
def show(client: ApiClient, as_json: AsJson = False) -> None:
    """Every reach 水域: level measured or estimated, trend, inflow, time to warning and guarantee; gauges not believed.

    Example: zhadao network show

    Exit code 0; 1 when this site describes no waters; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.network_texts import network_lines
    from controller.runtime.hydraulics.views import NetworkView

    path = f"{WATER}/network"
    if as_json:
        _print_json(client.get(path))
        return
    seen: NetworkView = client.get(path, NetworkView)
    print("\n".join(network_lines(seen, client.zone())))


network_app.command("calibrate")(calibrate)
