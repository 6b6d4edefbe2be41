"""``optimiser show|accept|withdraw``: the optimiser's plan beside the rules', and where it may set targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from controller.runtime.optimiser.views import OptimiserView, OutcomeView, StationPlanView

optimiser_app = typer.Typer(
    no_args_is_help=True, help="The optimiser 优化调度: its plan, and where it may set targets."
)
PATH = f"{API}/water/optimiser"
StationId = Annotated[str, typer.Argument(metavar="STATION", help="As `zhadao optimiser show` lists it.")]


@optimiser_app.callback()
def _optimiser() -> None:
    """The optimiser 优化调度: its plan, and where it may set targets."""


@optimiser_app.command("show")
@looks
def show(client: ApiClient, as_json: AsJson = False) -> None:
    """The last plan beside the rules', each reach's peak, and every station: units now, later, in whose hands.

    Example: zhadao optimiser show

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.optimiser.views import OptimiserView

    if as_json:
        _print_json(client.get(PATH))
        return
    seen: OptimiserView = client.get(PATH, OptimiserView)
    print("\n".join(lines(seen, client.zone())))


@optimiser_app.command("accept")
@acts
def accept(
    client: ApiClient,
    station: StationId,
    for_: Annotated[str, typer.Option("--for", help="How long: 4h, 90m; 15 minutes to 24 hours.")] = "4h",
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads it tonight.")] = "",
) -> bool:
    """Let the optimiser set this station's units 接受优化控制, until the time is over or you withdraw it.

    Example: zhadao optimiser accept 330102-PS-0003 --for 4h --reason "night tide"

    Protection, slot 4 and people's orders stand above it; without a good plan the rules go on.

    Exit code 0: accepted. 1: refused.
    """
    from controller.cli.durations import parse_duration
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"for_s": parse_duration(for_), "reason": reason}
    return settle(client, f"{PATH}/{in_path(station)}/accept", body, SiteReceipt).accepted


@optimiser_app.command("withdraw")
@acts
def withdraw(
    client: ApiClient,
    station: StationId,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads it tonight.")] = "",
) -> bool:
    """Take a station back 收回优化控制: the rules go on from what runs; nothing stops by this.

    Example: zhadao optimiser withdraw 330102-PS-0003

    Exit code 0: withdrawn. 1: refused, or it was not accepted.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    return settle(client, f"{PATH}/{in_path(station)}/withdraw", {"reason": reason}, SiteReceipt).accepted


def lines(seen: OptimiserView, zone: ZoneInfo) -> list[str]:
    """What is printed."""
    said = []
    if seen.at is not None:
        took = "" if seen.solve_s is None else f", solved in {seen.solve_s:.1f} s{_proven(seen.gap)}"
        said.append(f"worked out at {seen.at.astimezone(zone):%H:%M} 计算时间{took}")
    if not seen.better:
        said.append(f"the rules go on 由规则控制: {seen.why}")
    if seen.ours is not None:
        said.append(f"  optimiser 优化: {_outcome(seen.ours)}")
    if seen.rules is not None:
        said.append(f"  rules 规则:     {_outcome(seen.rules)}")
    for reach in seen.reaches:
        rules = "" if reach.peak_rules_m is None else f" (rules 规则 {reach.peak_rules_m:.2f} m)"
        said.append(
            f"  {reach.title_en} {reach.title_zh}: peak {reach.peak_m:.2f} m{rules}, "
            f"warning {reach.warning_m:.2f}, guarantee {reach.guarantee_m:.2f}"
        )
    for station in seen.stations:
        said += _station(station, zone)
    return said


def _proven(gap: float | None) -> str:
    if gap is None:
        return ", not proven 未证明"
    return f", at most {100 * gap:.1f} % from the best 距最优不超过 {100 * gap:.1f} %"


def _outcome(one: OutcomeView) -> str:
    return (
        f"{one.above_warning_min:g} min above warning 超警, {one.above_guarantee_min:g} min above guarantee 超保, "
        f"{one.starts:g} starts, {one.kwh:g} kWh"
    )


def _station(row: StationPlanView, zone: ZoneInfo) -> list[str]:
    units = "no plan" if row.units is None else f"{row.units} planned"
    gate = ", outfall free 自排" if row.gravity else ""
    later = ", ".join(f"{step.at.astimezone(zone):%H:%M} {step.units}" for step in row.ahead[1:7])
    said = [f"{row.station} {row.name}: {row.running} running, {units}{gate}" + (f"; {later}" if later else "")]
    if row.accepted_by and row.until is not None:
        hands = "steered by the optimiser 优化控制中" if row.steers else f"back with the rules 规则控制: {row.why}"
        said.append(f"    accepted by {row.accepted_by} until {row.until.astimezone(zone):%m-%d %H:%M}; {hands}")
    elif row.why:
        said.append(f"    {row.why}")
    return said
