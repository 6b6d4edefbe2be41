from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from controller.api import examples
from controller.api.examples_site import PROPOSED_STATE
from controller.cli.live import Scene, live_view, render, viewer
from controller.cli.texts import columns, overview_line, standing_lines
from controller.runtime.clocks import ScaledClock
from tests.unit.api.fake_controller import FakeController

SCENE = Scene(examples.OVERVIEW, [examples.ALARM])


def drawn(scene: Scene) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=140, color_system="standard")
    console.print(render(scene))
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def test_the_live_view_shows_lights_stations_gauges_and_alarms() -> None:
    text = drawn(SCENE)
    for part in ("亮灯率 96.9 %", "七堡", "count 2", "拱宸桥", "has not answered for 12 s", "19:20:00"):
        assert part in text


def test_a_state_proposed_for_two_disciplines_is_one_line_that_names_both_and_says_why_in_both_languages() -> None:
    water = PROPOSED_STATE
    light = replace(water, discipline="lighting")
    other = replace(light, why_en="elsewhere", why_zh="别处")
    lines = standing_lines(replace(examples.OVERVIEW, states=(), bypassed=(), proposed=(water, light, other)))
    told = [line for line in lines if "proposed 建议" in line]
    assert len(told) == 2
    assert f"water, lighting in {water.scope}: {water.why_en} / {water.why_zh}" in told[0]
    assert f"lighting in {water.scope}: elsewhere / 别处" in told[1]


def test_colour_is_kept_for_what_is_abnormal() -> None:
    quiet = replace(
        examples.OVERVIEW,
        devices_online=292,
        lighting=replace(examples.OVERVIEW.lighting, circuits_unknown=0, circuits_disagree=0, lamps_unknown=0),
    )
    red, yellow = "\x1b[31m", "\x1b[33m"
    calm = drawn(Scene(quiet, []))
    assert red not in calm
    assert yellow not in calm
    assert red in drawn(SCENE)


def test_the_demo_city_fits_a_small_terminal() -> None:
    stations = tuple(replace(examples.OVERVIEW.stations[0], name="天目山路下穿立交泵站") for _ in range(11))
    gauges = examples.OVERVIEW.gauges * 8
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    lines = console.render_lines(render(Scene(replace(examples.OVERVIEW, stations=stations, gauges=gauges), [])))
    assert len(lines) <= 24


def test_what_is_wrong_is_said_in_words_too() -> None:
    text = drawn(Scene(replace(examples.OVERVIEW, journal_ok=False, ready=False), []))
    assert "JOURNAL CANNOT BE WRITTEN" in text
    assert "reading the field" in text
    assert "JOURNAL FAILING" in overview_line(replace(examples.OVERVIEW, journal_ok=False))


def test_a_bypass_stands_in_red_as_long_as_it_does() -> None:
    now = replace(
        examples.OVERVIEW, bypassed=("BYPASSED sanbao.rack-clear on 330102-PS-0001",), tags=2, switches_away=1
    )
    text = drawn(Scene(now, []))
    assert "\x1b[1;31m  BYPASSED sanbao.rack-clear" in text
    assert "挂牌 2" in text
    assert "就地 1" in text
    assert "BYPASSED 1" in overview_line(now)


async def test_without_a_terminal_it_is_one_plain_line_a_real_minute(capsys: pytest.CaptureFixture[str]) -> None:
    clock = ScaledClock(datetime(2026, 6, 21, tzinfo=UTC), speed=60, source=asyncio.get_running_loop().time)
    task = asyncio.create_task(live_view(FakeController(clock)))
    await asyncio.sleep(150)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16] for line in lines] == ["2026-06-21 08:00", "2026-06-21 09:00", "2026-06-21 10:00"]


def test_on_a_terminal_it_is_drawn_in_place_every_second() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with viewer(console) as (show, every_s):
        show(SCENE)
        assert every_s == 1.0
    output = console.file
    assert isinstance(output, io.StringIO)
    assert "七堡" in output.getvalue()


def test_chinese_names_line_up() -> None:
    assert columns([("三堡", "1"), ("八堡站", "2"), ("ab", "3")], indent="") == ["三堡    1", "八堡站  2", "ab      3"]


def test_a_site_without_lamps_or_stations_still_has_a_line() -> None:
    empty = replace(examples.OVERVIEW.lighting, lamps=0, lamps_on=0, lamps_unknown=0)
    assert "pumping none" in overview_line(replace(examples.OVERVIEW, lighting=empty, stations=()))
