"""``zhadao faults``: open faults of lighting, with what shows them 照明故障."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.asking import looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from controller.runtime.light_faults.views import BaselineView, LightFaultsView, LightFaultView

PATH = f"{API}/lighting/faults"
MOST_SHOWN = 40


@looks
def faults(
    client: ApiClient,
    scope: Annotated[str, typer.Argument(help="city, division:330106, road:文一路, group:NAME or a cabinet.")] = "city",
    baseline: Annotated[
        bool, typer.Option("--baseline", help="What a cabinet's circuits are compared with; needs a cabinet.")
    ] = False,
    every: Annotated[bool, typer.Option("--every", help="Every fault, not only the first ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open faults of lighting 照明故障: what, since when, by which method, and what shows it.

    Example: zhadao faults road:文一路

    Exit code 0, faults or not; 1 for what is no scope or no cabinet; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.light_faults.views import BaselineView, LightFaultsView

    if baseline:
        path = f"{PATH}/baselines/{in_path(scope)}"
        if as_json:
            _print_json(client.get(path))
        else:
            print("\n".join(_baselines(client.get(path, list[BaselineView]))))
        return
    if as_json:
        _print_json(client.get(PATH, scope=scope))
        return
    now: LightFaultsView = client.get(PATH, LightFaultsView, scope=scope)
    print(_head(now))
    zone = client.zone() if now.faults else ZoneInfo("UTC")
    shown = now.faults if every else now.faults[:MOST_SHOWN]
    print("\n".join(line for one in shown for line in _fault(one, zone)), end="\n" if shown else "")
    if len(shown) < len(now.faults):
        print(f"  and {len(now.faults) - len(shown)} more: --every shows them 其余用 --every 查看")


def _head(now: LightFaultsView) -> str:
    titles = {one.kind: f"{one.title_en} {one.title_zh}" for one in now.faults}
    kinds = " · ".join(f"{titles[kind]} {count}" for kind, count in now.by_kind.items())
    learning = now.circuits - now.learned
    waits = f"; {learning} of {now.circuits} circuits still learn 学习中" if learning else ""
    return f"{now.scope}: {len(now.faults)} open 未消除{': ' if kinds else ''}{kinds}{waits}"


def _fault(one: LightFaultView, zone: ZoneInfo) -> list[str]:
    from controller.cli.texts import clock_time

    usual = "" if one.baseline_w is None else f", baseline now 当前基线 {one.baseline_w:,.0f} W"
    since = clock_time(one.since, zone, "%m-%d %H:%M")
    lines = [
        f"{one.title_en.upper()} {one.title_zh}  {one.name}",
        f"    since 始于 {since}, confidence 可信度 {one.confidence:.0%}{usual}",
        f"    {one.text_en}",
        f"    {one.text_zh}",
        f"    method 判据: {one.method_en} / {one.method_zh}",
    ]
    if one.folded_under:
        lines.append(f"    folded under 归并于 {', '.join(one.folded_under)}")
    return lines


def _baselines(found: list[BaselineView]) -> list[str]:
    from controller.cli.texts import columns

    rows = [("circuit 回路", "lamps 灯", "baseline 基线", "V^k", "limit 限值", "least 最少可见", "off now 当前偏差")]
    for one in found:
        if not one.learned:
            rows.append((one.name, str(one.lamps), f"learning 学习中, {one.nights} nights", "", "", "", ""))
            continue
        rows.append(
            (
                one.name,
                str(one.lamps),
                f"{one.baseline_w or 0.0:,.0f} W at {one.level}%",
                f"{one.exponent or 0.0:.1f}",
                f"−{100 * (one.limit or 0.0):.1f}%",
                f"{one.least_lamps} lamp(s)",
                "—" if one.share_off is None else f"{100 * one.share_off:+.1f}%",
            )
        )
    return columns(rows)
