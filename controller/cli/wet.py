"""``wet-power``: circuits in water 涉水断电, decided about, checked, brought back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks, protects
from controller.cli.client import API, ApiClient
from controller.cli.setting import Follow, Reason

if TYPE_CHECKING:
    from controller.runtime.wet_power.views import WetCircuitView

wet_app = typer.Typer(
    no_args_is_help=True, help="Circuits in water 涉水断电: what is cut, what is asked, the way back."
)
PATH = f"{API}/wet-power"
Circuits = Annotated[list[str], typer.Argument(metavar="CIRCUIT...", help="Cut circuits: 330106-LC-0001/K1.")]


class Choice(StrEnum):
    """A person's decision."""

    CUT = "cut"
    KEEP = "keep"


class Kind(StrEnum):
    """What was measured."""

    INSULATION = "insulation"
    LEAKAGE = "leakage"


@wet_app.callback()
def _wet() -> None:
    """Circuits in water 涉水断电: what is cut, what is asked, the way back."""


@wet_app.command("zones")
@looks
def zones(client: ApiClient) -> None:
    """Circuits cut, asked about or kept; roads gone dark; every flood zone with its gauges.

    Example: zhadao wet-power zones

    Exit code 0; 3 when no controller answers.
    """
    from controller.runtime.wet_power.views import WetOverview, ZoneView

    now: WetOverview = client.get(PATH, WetOverview)
    print("Circuits 回路")
    print("\n".join(line for one in now.circuits for line in _circuit(one)) or "  all dry 均干燥")
    dark = [
        f"  {one.division} {one.road}: {one.cut} of {one.circuits} cut" + " DARK 全熄" * one.dark for one in now.roads
    ]
    print("\n".join(["Roads 道路", *dark]) if dark else "", end="\n" if dark else "")
    if now.neighbours:
        print(f"Turned to full beside them 邻路全亮: {', '.join(now.neighbours)}")
    zoned: list[ZoneView] = client.get(f"{PATH}/zones", list[ZoneView])
    for zone in zoned:
        print(f"Zone {zone.id} {zone.name_zh} {zone.name_en} ({zone.datum})")
        for gauge in zone.gauges:
            level = "—" if gauge.level_m is None else f"{gauge.level_m:.2f} m"
            print(f"  {gauge.device}  {level}  {gauge.quality} {gauge.detail}".rstrip())
        print("\n".join(line for one in zone.circuits for line in _circuit(one)))


def _circuit(one: WetCircuitView) -> list[str]:
    ends = f", cut by itself in {one.ends_in_s:.0f} s" if one.stage == "asked" and one.ends_in_s is not None else ""
    live = "" if one.live_part_m is None else f", live part at {one.live_part_m:.2f} m"
    lines = [f"  {one.circuit}  {one.name}  {one.stage.upper()} {one.retention}{ends}{live}".rstrip()]
    lines += [f"    {text}" for text in (one.text_en, one.text_zh) if text]
    if one.stage == "cut" and one.return_refusal:
        lines.append(f"    not yet back 暂不可恢复: {one.return_refusal}")
    return lines


@wet_app.command("decide")
@protects
def decide(
    client: ApiClient,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A circuit, a flood zone or a cabinet.")],
    choice: Annotated[Choice, typer.Argument(help="cut 断电: at once. keep 保电: for a while, never against leakage.")],
    reason: Reason,
) -> bool:
    """Decide about circuits in water 决定: one person. What is asked about is cut after 60 s without a decision.

    Example: zhadao wet-power decide 330106-LC-0001/K1 cut --reason "water at the lamp doors"

    Exit code 0: decided. 1: refused.
    """
    from controller.cli.failing import Refused
    from controller.cli.receipts import act

    if choice is Choice.KEEP and client.guessed:
        raise Refused(f"{client.name} and {', '.join(client.others)} are signed in here: say who decides, --as NAME")
    return act(client, f"{PATH}/decide", {"target": target, "choice": choice.value, "reason": reason})


@wet_app.command("check")
@acts
def check(
    client: ApiClient,
    circuits: Circuits,
    kind: Annotated[Kind, typer.Option("--kind", help="insulation 绝缘 in MΩ, or leakage 漏电 in mA.")],
    value: Annotated[float, typer.Option("--value", min=0, help="What was read.")],
    by: Annotated[str, typer.Option("--by", help="Who measured.")],
    at: Annotated[datetime | None, typer.Option("--at", help="When, in the site's time.", show_default="now")] = None,
    note: Annotated[str, typer.Option("--note", help="Anything else.")] = "",
) -> bool:
    """Put a measurement on record 检测记录; a circuit only comes back with one that passes.

    Example: zhadao wet-power check 330106-LC-0001/K1 --kind insulation --value 2.5 --by "Wang, electrician 3312"

    Exit code 0: on record. 1: refused.
    """
    from controller.cli.receipts import act

    body: dict[str, object] = {"circuits": circuits, "kind": kind.value, "value": value, "by": by, "note": note}
    if at is not None:
        body["at"] = (at if at.tzinfo else at.replace(tzinfo=client.zone())).isoformat()
    return act(client, f"{PATH}/checks", body)


@wet_app.command("return")
@acts
def return_(client: ApiClient, circuits: Circuits, reason: Reason, follow: Follow = True) -> bool:
    """Propose to bring cut circuits back 恢复送电: cause gone, check on record; a second person confirms.

    Example: zhadao wet-power return 330106-LC-0001/K1 --reason "water gone, insulation measured"

    Exit code 0: back, or waiting with --no-follow. 1: refused or not confirmed.
    """
    from controller.cli.ordering import propose

    return propose(client, f"{PATH}/returns", {"circuits": circuits, "reason": reason}, follow=follow)
