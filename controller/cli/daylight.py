"""``tonight``, ``why``, ``weather show|set|clear``: what the lights will do, why they do it, and the weather."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_duration, spoken
from controller.cli.options import AsJson
from controller.cli.setting import Reason

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from controller.runtime.daylight.tonight_views import TonightView
    from controller.runtime.daylight.views import AreaView, SignalView

weather_app = typer.Typer(no_args_is_help=True, help="Weather signals 天气信号 and photocells 光控.")
PATH = f"{API}/weather"


class Colour(StrEnum):
    """Of a weather signal, mildest first."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


@looks
def tonight(
    client: ApiClient,
    scope: Annotated[
        str,
        typer.Argument(help="city, division:330106, street:…, road:…, grade:…, class:…, group:…, an asset or light."),
    ] = "city",
    night: Annotated[
        datetime | None,
        typer.Option("--night", formats=["%Y-%m-%d"], help="The night, dated by its sunset.", show_default="tonight"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What will happen tonight 今晚计划: when how many lights switch, what holds now, what the sky did so far.

    Example: zhadao tonight division:330106

    Exit code 0; 1 when there is no such scope; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json

    query = night.date().isoformat() if night else None
    path = f"{API}/lighting/tonight"
    if as_json:
        _print_json(client.get(path, scope=scope, night=query))
        return
    from controller.runtime.daylight.tonight_views import TonightView

    print("\n".join(_night(client.get(path, TonightView, scope=scope, night=query), client.zone())))


def _night(seen: TonightView, zone: ZoneInfo) -> list[str]:
    from controller.cli.texts import clock_time

    lines = [f"{seen.scope}  {seen.text_zh}", f"  {seen.text_en}"]
    lines += [f"  rules 日历规则: {', '.join(seen.rules)}"] if seen.rules else []
    lines += ["", "Tonight 今晚"]
    lines += [f"  {one.text_zh}\n    {one.text_en}" for one in seen.lines] or ["  nothing switches 无动作"]
    if seen.windows:
        lines += ["", "Photocells may act 光控窗口"]
        lines += [f"  {one.text_zh}\n    {one.text_en}" for one in seen.windows]
    lines += ["", "Above the programs now 当前例外"]
    lines += [f"  {one.text_zh}\n    {one.text_en}" for one in seen.exceptions] or ["  none 无"]
    since = clock_time(seen.daylight_since, zone, "%m-%d %H:%M") if seen.daylight_since else "—"
    lines += ["", f"Photocells and weather so far 光控与天气（{since} 起）"]
    lines += [f"  {one.text_zh}；{one.without_zh}\n    {one.text_en}; {one.without_en}" for one in seen.daylight] or [
        "  nothing beyond the programs 无"
    ]
    return lines


@looks
def why(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="A circuit or lamp: 330106-LC-0001/K1.")],
    as_json: AsJson = False,
) -> None:
    """Why is it on, or off 为什么亮着? One answer in Chinese, then English, to read to a citizen on the telephone.

    Example: zhadao why 330106-LC-0001/K1

    `zhadao explain` shows the same with every slot, lease and interlock.

    Exit code 0; 1 when there is no such target; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.views import Explanation

    path = f"{API}/explain/{in_path(target)}"
    if as_json:
        _print_json(client.get(path))
        return
    seen: Explanation = client.get(path, Explanation)
    print(f"{seen.zh or seen.text_zh}\n{seen.en or seen.text_en}")


@weather_app.callback()
def _weather() -> None:
    """Weather signals 天气信号 and photocells 光控."""


@weather_app.command("show")
@looks
def show(client: ApiClient, as_json: AsJson = False) -> None:
    """Signals that stand, signals that can be set, and what the photocells of every area say.

    Example: zhadao weather show

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import columns
    from controller.runtime.daylight.views import WeatherView

    if as_json:
        _print_json(client.get(PATH))
        return
    seen: WeatherView = client.get(PATH, WeatherView)
    print("Signals 信号")
    print("\n".join(columns([_signal(one) for one in seen.signals]) if seen.signals else ["  none 无"]))
    kinds = ", ".join(f"{one.kind} {one.title_zh} (lights from {one.from_colour} on)" for one in seen.kinds)
    print(f"  can be set 可设: {kinds or 'none 无'}")
    print("Photocells 光控")
    for area in seen.areas:
        print("\n".join(_area(area)))
    if not seen.areas:
        print("  none 无")


def _signal(one: SignalView) -> tuple[str, ...]:
    lights = f"{one.lights} lights" if one.lights else "only shown 仅提示"
    name = f"{one.kind} {one.title_zh}"
    return (one.id, name, one.colour, one.scope, lights, f"ends in {spoken(one.remaining_s)}", one.by, one.reason)


def _area(area: AreaView) -> list[str]:
    lux = "—" if area.lux is None else f"{area.lux:.0f} lx"
    skies = ", ".join(f"{one.sky} (<{one.on_below_lx:g}/>{one.off_above_lx:g})" for one in area.bands)
    lines = [f"  {area.title_zh} {area.title_en}: {lux}, {area.trust}: {area.text_zh} {area.text_en}"]
    lines += [f"    {skies}"] if skies else []
    for one in area.sensors:
        if one.fault:
            said = "" if one.lux is None else f" {one.lux:g} lx"
            lines.append(f"    {one.sensor}: {one.fault.upper()}{said} {one.detail}".rstrip())
    return lines


@weather_app.command("set")
@acts
def set_(
    client: ApiClient,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As `zhadao weather show` names it: rainstorm, fog.")],
    colour: Annotated[Colour, typer.Argument(help="How grave it is.")],
    reason: Reason,
    scope: Annotated[str, typer.Option("--scope", help="city, division:330106, road:文一路, group:NAME …")] = "city",
    lasting: Annotated[
        str, typer.Option("--for", help="1m to the kind's longest.", show_default="the kind's own")
    ] = "",
) -> bool:
    """Set a weather signal 设置天气信号: the road lights of the scope burn until it ends.

    Example: zhadao weather set rainstorm orange --scope division:330106 --for 3h --reason "weather office, signal 7"

    Exit code 0: it stands. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body: dict[str, object] = {"kind": kind, "colour": colour.value, "scope": scope, "reason": reason}
    if lasting:
        body["for_s"] = parse_duration(lasting)
    receipt = settle(client, f"{PATH}/signals", body, SiteReceipt)
    if receipt.accepted:
        print(f"  id {receipt.id}")
    return receipt.accepted


@weather_app.command("clear")
@acts
def clear(
    client: ApiClient,
    signal: Annotated[str, typer.Argument(metavar="ID", help="As `zhadao weather show` shows it.")],
    reason: Reason,
) -> bool:
    """End a weather signal before its time 解除; its lights go back to their programs.

    Example: zhadao weather clear 4be1907c --reason "weather office, signal lifted"

    Exit code 0: ended. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    return settle(client, f"{PATH}/signals/{in_path(signal)}/clear", {"reason": reason}, SiteReceipt).accepted
