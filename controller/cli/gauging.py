"""``gauge exclusions|exclude|include``: level gauges that people took out of the vote."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient
from controller.cli.durations import parse_duration
from controller.cli.options import AsJson
from controller.cli.setting import Lasting, Reason

gauge_app = typer.Typer(no_args_is_help=True, help="Level gauges 水位计: which ones people took out of the vote.")
Gauge = Annotated[str, typer.Argument(metavar="GAUGE", help="Its level point: 330102-PS-0001/inner_level_2_m.")]


@gauge_app.callback()
def _gauge() -> None:
    """Level gauges 水位计: which ones people took out of the vote."""


@gauge_app.command("exclusions")
@looks
def exclusions(client: ApiClient, as_json: AsJson = False) -> None:
    """Gauges that are out of the vote 已剔除水位计: who, why, until when, what they read, what is left.

    Example: zhadao gauge exclusions

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import clock_time
    from controller.runtime.gauge_exclusions.views import GaugeExclusionView

    if as_json:
        _print_json(client.get(f"{API}/gauges/exclusions"))
        return
    found: list[GaugeExclusionView] = client.get(f"{API}/gauges/exclusions", list[GaugeExclusionView])
    zone = client.zone()
    for one in found:
        left = "" if one.left is None else f"; left 其余可用 {one.left}"
        again = f", renewed 续期 {one.renewed}" if one.renewed else ""
        since, until = (clock_time(at, zone, "%m-%d %H:%M") for at in (one.since, one.until))
        print(f"  {one.gauge}  {one.name}  reads 读数 {one.reads}{left}")
        print(f"    {since} … {until}  {one.by}{again}: {one.reason}")
    if not found:
        print("  none: every gauge has its vote 无剔除")


@gauge_app.command("exclude")
@acts
def exclude(client: ApiClient, gauge: Gauge, lasting: Lasting, reason: Reason) -> bool:
    """Take a lying gauge out of every vote 剔除, or renew that. Nothing is started or stopped by it; it ends by itself.

    Example: zhadao gauge exclude 330102-PS-0001/inner_level_2_m --for 4h --reason "stands still, staff gauge 3.20 m"

    Exit code 0: it is out. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"gauge": gauge, "for_s": parse_duration(lasting), "reason": reason}
    return settle(client, f"{API}/gauges/exclude", body, SiteReceipt).accepted


@gauge_app.command("include")
@acts
def include(client: ApiClient, gauge: Gauge, reason: Reason) -> bool:
    """Give a gauge its vote back 恢复 before its time; what runs goes on.

    Example: zhadao gauge include 330102-PS-0001/inner_level_2_m --reason "cleaned, reads as the staff gauge"

    Exit code 0: it votes again. 1: refused, for example where it was not excluded.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    return settle(client, f"{API}/gauges/include", {"gauge": gauge, "reason": reason}, SiteReceipt).accepted
