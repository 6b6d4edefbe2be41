"""The city live in a terminal, and one plain line a minute where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from controller.cli.texts import alarm_lines, clock_time, lit_share, overview_line
from controller.runtime.facade import ControllerFacade
from controller.runtime.views import AlarmView, Overview

REFRESH_S = 1.0
PLAIN_EVERY_S = 60.0
MOST_ALARMS = 8


@dataclass(frozen=True, slots=True)
class Scene:
    """What one refresh shows."""

    overview: Overview
    alarms: Sequence[AlarmView]


async def live_view(facade: ControllerFacade) -> None:
    """Show the running controller until cancelled: on a terminal a live table, else a line a minute.

    Intervals are real seconds whatever the speed of demo time.
    """
    clock = facade.clock
    with viewer() as (show, every_s):
        while True:
            show(Scene(facade.overview(), facade.alarms()))
            await clock.sleep(every_s * clock.speed)


@contextmanager
def viewer(console: Console | None = None) -> Iterator[tuple[Callable[[Scene], None], float]]:
    """Something that shows scenes, and how often (real seconds) it is worth asking for one."""
    console = console or Console()
    if not console.is_terminal:
        yield _plain, PLAIN_EVERY_S
        return
    with Live(console=console, auto_refresh=False) as live:
        yield (lambda scene: live.update(render(scene), refresh=True)), REFRESH_S


def _plain(scene: Scene) -> None:
    print(overview_line(scene.overview), file=sys.stdout, flush=True)


def render(scene: Scene) -> RenderableType:
    """The scene for a terminal. Grey and plain; colour only for what is abnormal.

    Alarms stand high: on a small terminal what is below is cut off.
    """
    now = scene.overview
    alarms = _alarms(scene.alarms, ZoneInfo(now.timezone))
    return Group(_heading(now), _lighting(now), alarms, _stations(now), _gauges(now))


def _heading(now: Overview) -> Text:
    clock = clock_time(now.now, ZoneInfo(now.timezone), "%Y-%m-%d %H:%M:%S")
    text = Text(f"闸刀 {now.site}  {clock}", style="bold")
    if now.speed != 1:
        text.append(f"  demo ×{now.speed:g}", style="dim")
    for line in now.bypassed:
        _abnormal(text, True, line, "bold red")
    for one in now.states:
        _abnormal(text, True, f"{one.state} {one.title_zh} ({one.scope})", "yellow")
    _abnormal(text, not now.ready, "reading the field for the first time", "yellow")
    _abnormal(text, not now.journal_ok, "JOURNAL CANNOT BE WRITTEN", "bold red")
    return text


def _abnormal(text: Text, condition: bool, words: str, style: str) -> None:
    if condition:
        text.append(f"  {words}", style=style)


def _lighting(now: Overview) -> Text:
    lights = now.lighting
    text = Text(f"亮灯率 {lit_share(lights)}  lamps {lights.lamps_on}/{lights.lamps}  {lights.power_kw:.0f} kW")
    text.append(
        f"  devices {now.devices_online}/{now.devices}", style="" if now.devices_online == now.devices else "yellow"
    )
    text.append(f"  leases {now.leases}")
    _abnormal(text, now.tags > 0, f"tags 挂牌 {now.tags}", "yellow")
    _abnormal(text, now.switches_away > 0, f"at LOCAL 就地 {now.switches_away}", "yellow")
    _abnormal(text, now.gauges_excluded > 0, f"gauges excluded 剔除水位计 {now.gauges_excluded}", "yellow")
    _abnormal(text, lights.lamps_unknown > 0, f"unknown {lights.lamps_unknown} lamps", "yellow")
    _abnormal(text, lights.circuits_disagree > 0, f"{lights.circuits_disagree} circuits not as wanted", "red")
    return text


def _stations(now: Overview) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("站 station", "control 控制权", "order"):
        table.add_column(heading, no_wrap=True)
    for heading in ("running", "inner m", "outer m"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("quality", no_wrap=True)
    for s in now.stations:
        levels = (_number(s.inner_level_m), _number(s.outer_level_m))
        table.add_row(
            s.name,
            s.control,
            s.order,
            f"{'—' if s.running is None else s.running}/{s.units}",
            *levels,
            _quality(s.quality),
        )
    return table


def _gauges(now: Overview) -> Table:
    """Name, value, unit, quality: they need no heading."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "left", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for _id, name, value, unit, quality in now.gauges:
        table.add_row(name, _number(value), unit, _quality(quality))
    return table


def _alarms(alarms: Sequence[AlarmView], zone: ZoneInfo) -> Text:
    unseen = sum(alarm.state in ("UNACK", "RTNUN") for alarm in alarms)
    text = Text(f"告警 alarms {len(alarms)}", style="bold red" if unseen else "dim")
    for line in alarm_lines(alarms[:MOST_ALARMS], zone) if alarms else ():
        text.append(f"\n{line}", style="not bold")
    if len(alarms) > MOST_ALARMS:
        text.append(f"\n  and {len(alarms) - MOST_ALARMS} more: zhadao alarms", style="not bold dim")
    return text


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _quality(word: str) -> Text:
    return Text(word, style={"GOOD": "dim", "UNCERTAIN": "yellow"}.get(word, "red"))
