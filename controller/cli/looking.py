"""``status``, ``explain``, ``schedule show``: commands that only look."""

from __future__ import annotations

import json
import time
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from controller.cli.asking import looks
from controller.cli.client import ApiClient, in_path
from controller.cli.failing import plain_words
from controller.cli.finding import Asked, Doubt, find
from controller.cli.options import DEFAULT_DATA, As, AsJson, DataDir, Token, Url
from controller.domain.errors import UnknownTarget

if TYPE_CHECKING:
    from controller.runtime.views import NightView

schedule_app = typer.Typer(no_args_is_help=True, help="When the lights switch.")


class Lang(StrEnum):
    """Languages people are answered in."""

    EN = "en"
    ZH = "zh"


@looks
def status(
    client: ApiClient,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Keep showing it: live on a terminal.")] = False,
    as_json: AsJson = False,
) -> None:
    """The whole city on one screen 总览: lights by proven state, stations, gauges, alarms.

    Example: zhadao status --watch

    Exit code 0; 3 when no controller answers.
    """
    if as_json:
        _print_json(client.get("/api/v1/overview"))
    elif watch:
        _watch(client)
    else:
        _once(client)


def _once(client: ApiClient) -> None:
    from controller.cli.texts import overview

    scene = _scene(client)
    print("\n".join(overview(scene.overview, scene.alarms)))


def _watch(client: ApiClient) -> None:
    from controller.cli.live import viewer

    with viewer() as (show, every_s):
        while True:
            show(_scene(client))
            time.sleep(every_s)


def _scene(client: ApiClient) -> Any:
    from controller.cli.live import Scene
    from controller.runtime.views import AlarmView, Overview

    return Scene(client.get("/api/v1/overview", Overview), client.get("/api/v1/alarms", list[AlarmView]))


@looks
def explain(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="A station, or asset/output: 330106-LC-0001/K1.")],
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the answer.")] = Lang.EN,
    as_json: AsJson = False,
) -> None:
    """Why is it as it is 为什么? Who wins, who is masked, which interlock acts, what happens when each lease ends.

    Example: zhadao explain 330106-LC-0001/K1 --lang zh

    Exit code 0; 1 when there is no such target; 3 when no controller answers.
    """
    path = f"/api/v1/explain/{in_path(target)}"
    if as_json:
        _print_json(client.get(path))
        return
    from controller.cli.texts import explanation
    from controller.runtime.views import Explanation

    print("\n".join(explanation(client.get(path, Explanation), client.zone(), lang.value)))


@schedule_app.command("show")
def schedule_show(
    asset: Annotated[
        str, typer.Argument(help="A cabinet or pole (330106-LC-0001), or one of its outputs (330106-LC-0001/K1).")
    ],
    night: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The night, dated by its sunset.", show_default="tonight"),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Read this site folder instead of asking a running controller.")
    ] = None,
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_: As = None,
) -> None:
    """Exactly when an asset's circuits will switch in a night, and why. 00:30 belongs to the evening before.

    Example: zhadao schedule show 330106-LC-0001 --date 2026-06-21

    Exit code 0; 1 when it has no lights; 2 when the configuration cannot be read; 3 when no controller answers.
    """
    wanted = night.date() if night else None
    with plain_words():
        if config:
            nights, zone = _from_config(config, asset, wanted)
        else:
            nights, zone = _from_api(find(Asked(data, url, token, as_), Doubt.LOCAL), asset, wanted)
        from controller.cli.texts import night_lines

        print("\n\n".join("\n".join(night_lines(view, zone)) for view in nights))


def _from_api(client: ApiClient, asset: str, wanted: date | None) -> tuple[list[NightView], ZoneInfo]:
    from controller.runtime.views import AssetView, NightView

    if "/" in asset:
        targets = [asset]
    else:
        outputs = client.get(f"/api/v1/assets/{in_path(asset)}", AssetView).outputs
        targets = [output.target for output in outputs if output.kind in ("circuit", "luminaire")]
    query = wanted.isoformat() if wanted else None
    paths = [f"/api/v1/schedule/{in_path(target)}" for target in _some(targets, asset)]
    return [client.get(path, NightView, night=query) for path in paths], client.zone()


def _from_config(config: Path, asset: str, wanted: date | None) -> tuple[list[NightView], ZoneInfo]:
    from datetime import UTC

    from controller.domain.intents import TargetKind
    from controller.runtime.nights import night_view
    from controller.settings import load_site
    from schedules.astro import night_of

    site = load_site(config)
    lights = {TargetKind.CIRCUIT, TargetKind.LUMINAIRE}
    targets = [
        target.id
        for target in site.city.targets.values()
        if target.kind in lights and (target.id == asset or target.id.startswith(f"{asset}/"))
    ]
    zone = ZoneInfo(site.timezone)
    night = wanted or night_of(datetime.now(UTC), zone)
    return [night_view(site, target, night) for target in _some(targets, asset)], zone


def _some(targets: list[str], asset: str) -> list[str]:
    if not targets:
        raise UnknownTarget(
            f"{asset} has no lights that follow a schedule: name a cabinet, a pole, or one of their outputs"
        )
    return targets


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))
