"""``schedule show`` and ``schedule year``: what the plan says of a night and of a year."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.asking import looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.failing import plain_words
from controller.cli.finding import Asked, Doubt, find
from controller.cli.options import DEFAULT_DATA, As, AsJson, DataDir, Token, Url
from controller.domain.errors import UnknownTarget

if TYPE_CHECKING:
    from controller.runtime.lighting_plans.views import PlannedNight

Night = Annotated[
    datetime | None,
    typer.Option("--night", "--date", formats=["%Y-%m-%d"], help="Dated by its sunset 当夜.", show_default="tonight"),
]


def add_to(schedule_app: typer.Typer) -> None:
    """Hang these commands under ``schedule``."""
    schedule_app.command("show")(show)
    schedule_app.command("year")(year)


def show(
    scope: Annotated[
        str,
        typer.Argument(
            metavar="LIGHT|SCOPE",
            help="330106-LC-0001/K1, 330106-LC-0001, road:文一路, grade:special, class:landscape, group:NAME, city.",
        ),
    ],
    night: Night = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Read this site folder instead of asking a running controller.")
    ] = None,
    no_hours: Annotated[
        bool, typer.Option("--no-hours", help="Switchings alone, not hour by hour 不显示逐时.")
    ] = False,
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """A night as it is planned 当夜计划: program, the rule that chose it, every switching, hour by hour, and why.

    00:30 belongs to the evening before. Lights treated alike are told once. Photocells and people may change it.

    Example: zhadao schedule show 330106-LC-0001 --night 2026-06-21

    Exit code 0; 1 when there are no such lights; 2 when the configuration cannot be read; 3 when no controller answers.
    """
    wanted = night.date() if night else None
    with plain_words():
        if config:
            found, zone = _from_config(config, scope, wanted)
        else:
            client = find(Asked(data, url, token, as_), Doubt.LOCAL)
            if as_json:
                from controller.cli.looking import _print_json

                _print_json(client.get(f"{API}/lighting/nights", scope=scope, night=_said(wanted)))
                return
            found, zone = _from_api(client, scope, wanted)
        if not found:
            raise UnknownTarget(f"{scope} has no lights that follow a schedule: name a cabinet, a pole, or a scope")
        from controller.cli.schedule_texts import night_lines

        print("\n\n".join("\n".join(night_lines(one, zone, hours=not no_hours)) for one in found))


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _from_api(client: ApiClient, scope: str, wanted: date | None) -> tuple[list[PlannedNight], ZoneInfo]:
    from controller.runtime.lighting_plans.views import PlannedNight

    found = client.get(f"{API}/lighting/nights", list[PlannedNight], scope=scope, night=_said(wanted))
    return found, client.zone()


def _from_config(config: Path, scope: str, wanted: date | None) -> tuple[list[PlannedNight], ZoneInfo]:
    from datetime import UTC

    from controller.logic.scopes import parse_scope
    from controller.runtime.lighting_plans.looking import nights_of
    from controller.settings import load_site
    from schedules.astro import night_of

    site = load_site(config)
    targets = site.scopes.targets(parse_scope(scope))
    zone = ZoneInfo(site.timezone)
    return nights_of(site, targets, wanted or night_of(datetime.now(UTC), zone)), zone


@looks
def year(
    client: ApiClient,
    light: Annotated[str, typer.Argument(metavar="LIGHT", help="330106-LC-0001/K1.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first night.", show_default="tonight"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A year of one light, condensed 全年计划: which program and mode on which nights, and the rule that chose it.

    Example: zhadao schedule year 330102-LC-0001/K5 --from 2026-09-20

    Exit code 0; 1 when there is no such light; 3 when no controller answers.
    """
    path = f"{API}/lighting/years/{in_path(light)}"
    query = _said(first.date() if first else None)
    if as_json:
        from controller.cli.looking import _print_json

        _print_json(client.get(path, first=query))
        return
    from controller.cli.schedule_texts import year_lines
    from controller.runtime.lighting_plans.views import PlannedYear

    print("\n".join(year_lines(client.get(path, PlannedYear, first=query))))
