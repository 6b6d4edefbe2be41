"""``mobile-pump list|report``: mobile pumps 移动泵车, where they are and what they do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import spoken
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from controller.runtime.mobile_pumps.views import MobilePumpView

mobile_pump_app = typer.Typer(no_args_is_help=True, help="Mobile pumps 移动泵车: where they are and what they do.")
PATH = f"{API}/mobile-pumps"


class Doing(StrEnum):
    """What a mobile pump does: 待命, 在途, 抽排, 故障."""

    READY = "ready"
    UNDERWAY = "underway"
    PUMPING = "pumping"
    FAULT = "fault"


@mobile_pump_app.callback()
def _mobile_pumps() -> None:
    """Mobile pumps 移动泵车: where they are and what they do."""


@mobile_pump_app.command("list")
@looks
def list_(client: ApiClient, as_json: AsJson = False) -> None:
    """Every mobile pump as it was last reported, who sends it, and how old the report is.

    Example: zhadao mobile-pump list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import columns
    from controller.runtime.mobile_pumps.views import MobilePumpsView

    if as_json:
        _print_json(client.get(PATH))
        return
    found: MobilePumpsView = client.get(PATH, MobilePumpsView)
    print(f"{found.pumping_m3s:g} of {found.capacity_m3s:g} m³/s pumping 抽排")
    print("\n".join(columns([_cells(one) for one in found.pumps]) or ["  none 无"]))


def _cells(one: MobilePumpView) -> tuple[str, ...]:
    age = "never reported 未上报" if one.age_s is None else f"{spoken(one.age_s)} ago by {one.by}"
    old = " OLD 已久" if one.old else ""
    place = one.where or f"{one.lat:.4f}, {one.lon:.4f}"
    state = f"{one.state} {one.state_zh}"
    return (one.id, one.name, state, place, f"{one.capacity_m3s:g} m³/s", one.contact, age + old, one.note)


@mobile_pump_app.command("report")
@acts
def report(
    client: ApiClient,
    pump: Annotated[str, typer.Argument(metavar="ID", help="As `zhadao mobile-pump list` shows it: 330102-MP-0001.")],
    state: Annotated[Doing, typer.Argument(help="What it does now.")],
    where: Annotated[str, typer.Option("--where", help="In words: 秋涛路下穿. Needed while it pumps.")] = "",
    lat: Annotated[float | None, typer.Option("--lat", help="WGS-84 degrees, with --lon.")] = None,
    lon: Annotated[float | None, typer.Option("--lon")] = None,
    note: Annotated[str, typer.Option("--note", help="Anything else people should know.")] = "",
) -> bool:
    """Report where a mobile pump is and what it does 上报泵车状态; nothing is switched by it.

    Example: zhadao mobile-pump report 330102-MP-0001 pumping --where 秋涛路下穿

    Exit code 0: noted. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"state": state.value, "where": where, "note": note} | (
        {"lat": lat, "lon": lon} if lat is not None or lon is not None else {}
    )
    return settle(client, f"{PATH}/{in_path(pump)}/report", body, SiteReceipt).accepted
