"""``status``, ``explain``: commands that only look."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.asking import looks
from controller.cli.client import ApiClient, in_path
from controller.cli.options import AsJson

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


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))
