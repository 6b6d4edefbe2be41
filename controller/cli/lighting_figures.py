"""``lights``, ``energy``, ``report``: what the lights tell 亮灯率、电量、月报."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import looks
from controller.cli.client import API, ApiClient
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from controller.runtime.light_history.views import EnergiesView, EnergyView, RatesView, RateView

report_app = typer.Typer(no_args_is_help=True, help="Reports to send on 报表.")
SCOPE = "city, division:330106, road:文一路, grade:special, class:road, group:NAME, an asset's or one light's id."
REPORT_TIMEOUT_S = 120.0

Scope = Annotated[str, typer.Argument(help=SCOPE)]
By = Annotated[str, typer.Option("--by", help="Its parts: road, division, class or grade.")]


@looks
def lights(
    client: ApiClient,
    scope: Scope = "city",
    by: By = "",
    over: Annotated[str, typer.Option("--over", help="now, tonight, 7d, month (to date), or 2026-06.")] = "now",
    as_json: AsJson = False,
) -> None:
    """Lights-on rate 亮灯率: lamps proven by power to burn, of those that should. Unknown stands apart.

    Example: zhadao lights division:330106 --by road --over 7d

    Exit code 0; 1 when there is no such scope; 3 when no controller answers.
    """
    from controller.cli.printing import print_json

    path = f"{API}/lighting/rates"
    if as_json:
        print_json(client.get(path, scope=scope, by=by, over=over))
        return
    from controller.runtime.light_history.views import RatesView

    print("\n".join(_rates(client.get(path, RatesView, scope=scope, by=by, over=over))))


@looks
def energy(
    client: ApiClient,
    scope: Scope = "city",
    by: By = "",
    over: Annotated[str, typer.Option("--over", help="tonight, 7d, month (to date), or 2026-06.")] = "month",
    as_json: AsJson = False,
) -> None:
    """Energy and carbon 电量与碳: by the cabinets' meters, estimated apart; saved against the site's own baselines.

    Example: zhadao energy city --by class --over 2026-06

    Exit code 0; 1 when there is no such scope; 3 when no controller answers.
    """
    from controller.cli.printing import print_json

    path = f"{API}/lighting/energy"
    if as_json:
        print_json(client.get(path, scope=scope, by=by, over=over))
        return
    from controller.runtime.light_history.views import EnergiesView

    print("\n".join(_energies(client.get(path, EnergiesView, scope=scope, by=by, over=over))))


@report_app.callback()
def _report() -> None:
    """Reports to send on 报表."""


@report_app.command("lighting")
@looks
def report_lighting(
    client: ApiClient,
    month: Annotated[str, typer.Option("--month", help="2026-06.")],
    out: Annotated[Path, typer.Option("--out", help="The folder both files are written to.")],
    scope: Annotated[str, typer.Option("--scope", help=SCOPE)] = "city",
) -> None:
    """The month's lighting report 照明运行月报, as HTML to print and XLSX to reckon with.

    Example: zhadao report lighting --month 2026-06 --out /tmp/reports

    Exit code 0; 1 when there is no such month or scope, or the folder cannot be written; 3 when no controller answers.
    """
    from urllib.parse import urlencode

    client.timeout_s = REPORT_TIMEOUT_S
    out.mkdir(parents=True, exist_ok=True)
    part = "" if scope == "city" else "-" + "".join(sign if sign.isalnum() else "-" for sign in scope)
    for form in ("html", "xlsx"):
        said = urlencode({"month": month, "format": form, "scope": scope})
        content = client.fetch(f"{API}/lighting/report?{said}")
        path = out / f"lighting-{month}{part}.{form}"
        path.write_bytes(content)
        print(path)


_HEAD = ("", "灯 lamps", "应亮 due", "亮 lit", "未知 unknown", "亮灯率 rate", "保守 at worst", "指标", "完好 intact")


def _rates(view: RatesView) -> list[str]:
    from controller.cli.texts import columns

    when = "现在 now" if view.over == "now" else f"{view.first_night} … {view.last_night} ({view.nights} 夜 nights)"
    unit = "" if view.over == "now" else " 灯时 lamp-hours"
    lines = [f"{view.scope} 亮灯率 lights-on rate, {when}{unit}"]
    rows = [_rate_row("合计 all", view.total), *(_rate_row(one.name, one) for one in (*view.figures, *view.rows))]
    lines += columns([_HEAD, *rows])
    total = view.total
    if total.lamps_burning_unwanted >= 0.05:
        share = _percent(total.day_burning_percent)
        lines.append(f"burning though they should be off 不该亮而亮: {total.lamps_burning_unwanted:,.1f} ({share})")
    if total.lights_faulted:
        lines.append(f"circuits with an open fault 有故障回路: {total.lights_faulted} of {total.lights}")
    return lines + _gaps(view)


def _rate_row(name: str, one: RateView) -> tuple[str, ...]:
    low = " LOW 低" if "rate" in one.below else _among(one, "main_roads", "other_roads")
    not_intact = " LOW 低" if "intact" in one.below else _among(one, "roads_intact", "landscape_intact")
    return (
        name or one.key,
        f"{one.lamps:,}",
        f"{one.lamps_due:,.0f}",
        f"{one.lamps_lit:,.1f}",
        f"{one.lamps_unknown:,.0f}",
        _percent(one.rate_percent) + low,
        _percent(one.pessimistic_percent),
        "" if one.limit_percent is None else f"{one.limit_percent:g}%",
        _percent(one.intact_percent) + not_intact,
    )


_AMONG = {
    "main_roads": "主要 main",
    "other_roads": "其他 other",
    "roads_intact": "道路 roads",
    "landscape_intact": "景观 landscape",
}


def _among(one: RateView, *words: str) -> str:
    """Which kinds of lights among these are under their own limit."""
    found = [_AMONG[word] for word in words if word in one.below]
    return f" LOW 低: {', '.join(found)}" if found else ""


def _energies(view: EnergiesView) -> list[str]:
    from controller.cli.texts import columns

    head = ("", "计量 measured", "估算 estimated", "LED 前", "saved 节电", "dimming 调光节电", "kgCO2")
    lines = [f"{view.scope} 电量 energy (kWh), {view.first_night} … {view.last_night} ({view.nights} 夜 nights)"]
    rows = [_energy_row("合计 all", view.total), *(_energy_row(one.name or one.key, one) for one in view.rows)]
    lines += columns([head, *rows])
    if view.total.unseen_kwh >= 0.05:
        unseen = f"{view.total.unseen_kwh:,.1f} kWh"
        lines.append(
            f"  未记录时段计量 {unseen}，不计入节电 counted by meters while nothing was recorded, in no saving"
        )
    lines += [f"  {said}" for said in (*view.baselines, *view.factors)]
    return lines + _gaps(view)


def _gaps(view: RatesView | EnergiesView) -> list[str]:
    from controller.runtime.light_history.periods import in_spans

    return [f"GAPS 缺口: {view.gap_minutes} {view.note} ({in_spans(view.gap_nights)})"] if view.gap_minutes else []


def _energy_row(name: str, one: EnergyView) -> tuple[str, ...]:
    figures = (
        one.measured_kwh,
        one.estimated_kwh,
        one.before_led_kwh,
        one.saved_led_kwh,
        one.saved_dimming_kwh,
        one.carbon_kg,
    )
    return (name, *("—" if figure is None else f"{figure:,.1f}" for figure in figures))


def _percent(value: float | None) -> str:
    """One digit, rounded down: 97.99 is not 98.0."""
    return "—" if value is None else f"{int(value * 10 + 1e-9) / 10:.1f}%"
