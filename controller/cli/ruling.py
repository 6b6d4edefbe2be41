"""``rules``: what the network's rules ask of each station now, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.cli.asking import looks
from controller.cli.client import API, ApiClient
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from controller.runtime.water_rules.views import OverflowView, RulesView, RuleView


@looks
def rules(client: ApiClient, as_json: AsJson = False) -> None:
    """The network's rules 河网规则: how many units each station is asked for, gravity or pumps, and why.

    Example: zhadao rules

    A station's own level control carries them out in slot 12; any order of a person stands above them.

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.water_rules.views import RulesView

    if as_json:
        _print_json(client.get(f"{API}/water/rules"))
        return
    seen: RulesView = client.get(f"{API}/water/rules", RulesView)
    print("\n".join(lines(seen, client.zone())))


def lines(seen: RulesView, zone: ZoneInfo) -> list[str]:
    """What is printed."""
    if seen.at is None:
        return [f"{seen.text_en} {seen.text_zh}".strip()]
    said = [f"worked out at {seen.at.astimezone(zone):%H:%M} 计算时间"]
    for row in seen.stations:
        said += _station(row, zone)
    said += [_overflow(one, zone) for one in seen.overflows]
    if seen.blind:
        said.append(f"no rain forecast for {', '.join(seen.blind)}: own levels decide there 无预报")
    return said


def _station(row: RuleView, zone: ZoneInfo) -> list[str]:
    units = f"{row.least} wanted" if row.least else "none wanted"
    cap = "" if row.most is None else f", at most {row.most}"
    ease = ", others may stop" if row.ease and row.running > row.least else ""
    way = ", outfall free" if row.gravity else ""
    level = f"{row.level_m:.2f} m (ceiling {row.ceiling_m:.2f}, warning {row.warning_m:.2f})"
    peak = (
        "" if row.peak_m is None or row.peak_at is None else f"; plan: at most {row.peak_m:.2f} m at {_at(row, zone)}"
    )
    return [
        f"{row.station} {row.name}: {row.running} running, {units}{cap}{ease}{way}",
        f"    {row.reach} {level}{peak}",
        f"    {row.text_en} {row.text_zh}",
    ]


def _at(row: RuleView, zone: ZoneInfo) -> str:
    return "" if row.peak_at is None else f"{row.peak_at.astimezone(zone):%H:%M}"


def _overflow(one: OverflowView, zone: ZoneInfo) -> str:
    name = one.title_en or one.title_zh
    return (
        f"OVER ITS CEILING {name}: by {one.excess_m:.2f} m at {one.at.astimezone(zone):%H:%M}, whatever is pumped "
        f"{one.title_zh}将超控制上限 {one.excess_m:.2f} m"
    )
