"""``forecast add|list``, ``warnings``: what is foreseen, and what a duty officer looks at first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from controller.runtime.forecasts.views import ForecastView, TideTableView

forecast_app = typer.Typer(no_args_is_help=True, help="Forecasts 预报: rain and tide tables that come in.")
PATH = f"{API}/forecasts"
MOST_BYTES = 2_000_000


@forecast_app.callback()
def _forecast() -> None:
    """Forecasts 预报: rain and tide tables that come in."""


@forecast_app.command("add")
@acts
def add(
    client: ApiClient,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: rain per gauge or catchment, or a tide table.")],
    source: Annotated[
        str, typer.Option("--source", help="Whose it is, where the file does not say.", show_default="its first word")
    ] = "",
    of: Annotated[str, typer.Option("--of", help="The gauge or catchment, where the file names none.")] = "",
) -> bool:
    """Bring a CSV file of forecasts 导入预报: all of it is taken, or nothing, with line and column of what is wrong.

    Example: zhadao forecast add meteo_20260622.csv

    The columns: docs/reference/forecast-files.md; Chinese headers do.

    Exit code 0: taken. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.domain.errors import InvalidValue
    from controller.runtime.forecasts.inbox import text_of
    from controller.runtime.forecasts.views import ForecastReceipt

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidValue(f"{file} cannot be read ({error.strerror})") from error
    body = {"name": file.name, "text": text_of(content), "source": source, "of": of}
    receipt = settle(client, f"{PATH}/file", body, ForecastReceipt)
    for one in receipt.taken:
        print(f"  {one.kind} {one.of} {one.source} {_stamp(one.issued, client.zone())}: {one.standing}")
    return bool(receipt.accepted)


@forecast_app.command("list")
@looks
def list_(client: ApiClient, as_json: AsJson = False) -> None:
    """What is foreseen, by whom, how old it is, and how wrong that source usually was.

    Example: zhadao forecast list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import columns
    from controller.runtime.forecasts.views import ForecastsView

    if as_json:
        _print_json(client.get(PATH))
        return
    seen: ForecastsView = client.get(PATH, ForecastsView)
    zone = client.zone()
    print(f"{seen.text_zh}\n{seen.text_en}")
    if seen.forecasts:
        print("Rain 雨量预报")
        print("\n".join(columns([_rain_row(one, zone) for one in seen.forecasts])))
    if seen.tables:
        print("Tide tables 潮汐表")
        print("\n".join(columns([_tide_row(one, zone) for one in seen.tables])))


def _rain_row(one: ForecastView, zone: ZoneInfo) -> tuple[str, ...]:
    from controller.cli.durations import spoken

    ahead = ", ".join(f"{hours}h {mm:.1f} mm" for hours, mm in one.next_mm) or "nothing ahead"
    errors = ", ".join(
        f"{e.lead_h}h ±{e.mae_mm:.1f} (bias {e.bias_mm:+.1f}, {e.cases}×)" for e in one.errors if e.cases
    )
    use = "STALE 过旧" if one.stale else "in use 在用" if one.used else "older 较旧"
    return (
        one.of,
        one.title,
        one.source,
        f"issued {_stamp(one.issued, zone)}",
        f"{spoken(one.age_s)} old",
        use,
        ahead,
        f"usual error 误差 {errors}" if errors else "error not known yet 误差未知",
    )


def _tide_row(one: TideTableView, zone: ZoneInfo) -> tuple[str, ...]:
    until = f"until {_stamp(one.ends, zone)}" if one.speaks else "SAYS NOTHING OF NOW 不含当前时段"
    high = "—" if one.next_high is None else f"high 高潮 {one.next_high[1]:.2f} m {_stamp(one.next_high[0], zone)}"
    bore = "" if one.next_bore is None else f"bore 涌潮 {_stamp(one.next_bore, zone)}"
    return (one.of, one.title, one.source, until, high, bore)


def _stamp(moment: object, zone: ZoneInfo) -> str:
    from datetime import datetime

    from controller.cli.texts import clock_time

    return clock_time(moment if isinstance(moment, datetime) else None, zone, "%m-%d %H:%M")


@looks
def warnings(client: ApiClient, as_json: AsJson = False) -> None:
    """The flood-season screen 防汛一览: levels against their limits, rain, forecasts, tide, what is proposed.

    Example: zhadao warnings

    The gravest first. Times to a limit by the trend of the last half hour, and by the model where a site has one.

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.warning_texts import screen
    from controller.runtime.forecasts.warning_views import WarningsView

    path = f"{API}/water/warnings"
    if as_json:
        _print_json(client.get(path))
        return
    print("\n".join(screen(client.get(path, WarningsView), client.zone(), client.again)))
