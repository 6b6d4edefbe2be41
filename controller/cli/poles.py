"""``poles`` and ``display``: smart poles 智慧灯杆, who calls for help there, and what their displays show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_duration
from controller.cli.options import AsJson
from controller.cli.setting import Follow, Lasting, Reason, Ticket, Yes

if TYPE_CHECKING:
    from controller.runtime.poles.views import DisplayView, PoleView, SensorSaid

display_app = typer.Typer(
    no_args_is_help=True, help="Messages on poles' displays 显示屏信息: ordered, leased and journalled like lights."
)
Where = Annotated[
    str,
    typer.Argument(metavar="SCOPE", help="A display (330106-SP-0001/D1), a pole, road:文三路, division:330106, city."),
]
Slot = Annotated[str, typer.Option("--slot", help="Priority: district_manual, city_manual, or emergency_order.")]
_SOS = {
    "quiet": "—",
    "calling": "SOS 求助!",
    "answered": "answered 已确认",
    "unknown": "? 不明",
    "none": "no button 无",
}
_SHORT = {
    "temperature_c": "°C",
    "humidity_percent": "% RH",
    "pm25_ug_m3": "PM2.5",
    "lux": "lx",
    "tilt_deg": "tilt°",
    "leakage_ma": "leak mA",
    "immersion": "wet 浸水",
    "charger_state": "charger 充电桩",
    "charger_power_w": "W",
}


@looks
def poles(
    client: ApiClient,
    scope: Annotated[
        str, typer.Argument(help="city, division:330106, road:文三路, group:NAME, or a pole; left out: all.")
    ] = "",
    calls: Annotated[
        bool, typer.Option("--calls", help="Only poles where somebody calls for help, or the button cannot be read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Smart poles on one board 智慧灯杆: sensors, SOS, lamps, displays, chargers. A trailing ? is not trusted.

    Example: zhadao poles road:文三路

    Exit code 0; 1 when no pole is so named; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json

    if as_json:
        _print_json(client.get(f"{API}/poles", scope=scope))
        return
    from controller.cli.texts import columns
    from controller.runtime.poles.views import PoleView

    found: list[PoleView] = client.get(f"{API}/poles", list[PoleView], scope=scope)
    shown = [one for one in found if not calls or one.sos in ("calling", "unknown")]
    calling = [one for one in found if one.sos == "calling"]
    print(f"poles 灯杆: {len(found)}, SOS 求助 {len(calling)}")
    if shown:
        print("\n".join(columns([_head(), *(_row(one) for one in shown)])))
    zone = client.zone() if calling else ZoneInfo("UTC")
    for one in calling:
        print("\n".join(_call(one, zone)))


def _head() -> tuple[str, ...]:
    return ("pole 灯杆", "link", "SOS", *_SHORT.values(), "lamps 灯", "display 显示")


def _row(one: PoleView) -> tuple[str, ...]:
    said = {sensor.point: sensor for sensor in one.sensors}
    lamps = " ".join(f"{lamp.actual}{'' if lamp.agrees else '?' if lamp.agrees is None else '!'}" for lamp in one.lamps)
    texts = " | ".join(_shown(display) for display in one.displays)
    cells = (_cell(said.get(point)) for point in _SHORT)
    return (f"{one.id} {one.name}", one.link, _SOS.get(one.sos, one.sos), *cells, lamps or "—", texts or "—")


def _cell(sensor: SensorSaid | None) -> str:
    if sensor is None or sensor.value is None:
        return "—" if sensor is None else "?"
    value = sensor.value
    text = (
        ("yes 是" if value else "no") if isinstance(value, bool) else f"{value:g}" if _is_number(value) else str(value)
    )
    return text if sensor.quality == "GOOD" else f"{text}?"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _shown(display: DisplayView) -> str:
    text = display.shown if display.shown is not None else "? 不明"
    return (text or "(dark 空)") + ("" if display.proven else " ≠ " + (display.wanted or "(dark 空)"))


def _call(one: PoleView, zone: ZoneInfo) -> list[str]:
    from controller.cli.texts import clock_time

    since = clock_time(one.sos_since, zone)
    by = f"answered by 已确认 {one.sos_answered_by}" if one.sos_answered_by else "NOT ANSWERED 未确认"
    do = "" if one.sos_answered_by else f'; zhadao answer-sos {one.id} --reason "…"'
    return [f"  {one.id} {one.name} SOS since {since}: {by}{do}"]


@acts
def answer_sos(
    client: ApiClient,
    pole: Annotated[str, typer.Argument(metavar="POLE", help="The pole that calls: 330106-SP-0001.")],
    reason: Reason,
) -> bool:
    """Answer a call for help 确认求助: its light goes back once the shortest time is over. A person's act.

    Acknowledging the call's alarm (`zhadao ack`) does the same.

    Example: zhadao answer-sos 330106-SP-0001 --reason "patrol 3 is on its way"

    Exit code 0: answered. 1: nobody calls there, or refused.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/poles/{in_path(pole)}/answer", {"reason": reason})


@display_app.callback()
def _display() -> None:
    """Messages on poles' displays 显示屏信息: ordered, leased and journalled like lights."""


@display_app.command("show")
@acts
def show(
    client: ApiClient,
    scope: Where,
    lasting: Lasting,
    reason: Reason,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="One line, at most 64 visible characters.")] = "",
    template: Annotated[str, typer.Option("--template", help="A message agreed on: `zhadao display templates`.")] = "",
    slot: Slot = "district_manual",
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Take the slot from whoever holds it; this is recorded.")
    ] = False,
    ticket: Ticket = "",
    yes: Yes = False,
    follow: Follow = True,
) -> bool:
    """Show a message for a time 发布信息. Several displays are selected first; many, or a whole city, take two people.

    A warning the controller shows by itself (water ahead) stands above it; yours shows again when that ends.

    Example: zhadao display show 330106-SP-0001/D1 "前方施工 减速慢行" --for 2h --reason "WO-1182"

    Example: zhadao display show road:文三路 --template typhoon --for 6h --reason "typhoon signal 3"

    Exit code 0: accepted (and not disproved while watching). 1: refused, not confirmed, or not shown.
    """
    from controller.cli.failing import Refused, UsageProblem
    from controller.cli.ordering import Ordering
    from controller.runtime.poles.views import DisplayView, TemplateView

    if bool(text) == bool(template):
        raise UsageProblem(
            'say the message, or --template ID; to take one down: zhadao display clear SCOPE --reason "…"'
        )
    if template:
        known: list[TemplateView] = client.get(f"{API}/display-templates", list[TemplateView])
        texts = {one.id: one.text for one in known}
        if template not in texts:
            raise Refused(f"no template {template!r}; there are {', '.join(sorted(texts)) or 'none'}")
        text = texts[template]
    found: list[DisplayView] = client.get(f"{API}/displays", list[DisplayView], scope=scope)
    if not found:
        raise Refused(f"no display is in {scope}; `zhadao display list` lists them 该范围无显示屏")
    order: dict[str, object] = {
        "targets": [one.target for one in found],
        "value": f"text: {text}",
        "for_s": parse_duration(lasting),
        "reason": reason,
        "slot": slot,
        "ticket": ticket,
        "take_over": take_over,
    }
    return Ordering(client, yes=yes, follow=follow).give(order)


@display_app.command("clear")
@acts
def clear(client: ApiClient, scope: Where, reason: Reason, slot: Slot = "district_manual") -> bool:
    """Take people's messages down before their time 撤下信息. Whatever they masked shows; else the display is dark.

    Example: zhadao display clear road:文三路 --reason "the event is over"

    Exit code 0: taken down. 1: refused, or none stands there.
    """
    from controller.cli.failing import Refused
    from controller.cli.receipts import act
    from controller.runtime.poles.views import DisplayView

    found: list[DisplayView] = client.get(f"{API}/displays", list[DisplayView], scope=scope)
    filled = [one.target for one in found if any(held.name == slot for held in (one.slot, *one.masked))]
    if not filled:
        raise Refused(f"no message stands in {slot} at {scope}; `zhadao display list {scope}` shows who decides")
    return act(client, f"{API}/displays/clear", {"displays": filled, "slot": slot, "reason": reason})


@display_app.command("list")
@looks
def list_(
    client: ApiClient,
    scope: Annotated[str, typer.Argument(help="A display, a pole, road:文三路, division:330106; left out: all.")] = "",
    as_json: AsJson = False,
) -> None:
    """What displays show, whether they report it themselves, who decides, and what shows again after it 显示屏一览.

    Example: zhadao display list road:文三路

    Exit code 0; 1 when no pole is so named; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json

    if as_json:
        _print_json(client.get(f"{API}/displays", scope=scope))
        return
    from controller.cli.texts import clock_time, columns
    from controller.runtime.poles.views import DisplayView, FloodWarningView

    found: list[DisplayView] = client.get(f"{API}/displays", list[DisplayView], scope=scope)
    zone = client.zone() if found else ZoneInfo("UTC")
    rows = [("display 显示屏", "shown 显示", "by 依据", "until 至", "then 之后")]
    for one in found:
        then = next((held.value.removeprefix("text: ") for held in one.masked), "")
        by = f"{one.slot.name} {one.slot.owner}" if one.slot.name != "default" else "—"
        rows.append((one.target, _shown(one), by, clock_time(one.slot.expires, zone, "%m-%d %H:%M"), then or "—"))
    print("\n".join(columns(rows)))
    warnings: list[FloodWarningView] = client.get(f"{API}/flood-warnings", list[FloodWarningView])
    for warning in warnings:
        if warning.stage != "clear":
            since = clock_time(warning.since, zone)
            print(f"  {warning.name_zh} {warning.name_en}: {warning.stage.upper()} since {since}")


@display_app.command("templates")
@looks
def templates(client: ApiClient) -> None:
    """Messages agreed on beforehand 信息模板.

    Example: zhadao display templates

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.texts import columns
    from controller.runtime.poles.views import TemplateView

    known: list[TemplateView] = client.get(f"{API}/display-templates", list[TemplateView])
    rows = [(one.id, f"{one.title_zh} {one.title_en}", one.text) for one in known]
    print("\n".join(columns(rows)) if rows else "  none; see display_templates in the site folder 无模板")
