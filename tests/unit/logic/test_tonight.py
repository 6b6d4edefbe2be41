"""Many lights' night in a few lines."""

from __future__ import annotations

from controller.logic.lighting_words import both, cause_zh, half
from controller.logic.tonight import Crowd, Stretch, tonight

HOUR = 3600.0


def crowd(name: str, lights: int, *, dims: bool = False, landscape: bool = False) -> Crowd:
    return Crowd(name, name, name, "", lights, 8 * lights, 1000.0 * lights, dims, landscape, spread_s=15.0)


def test_switchings_of_one_cause_are_one_line_from_the_first_to_the_last_light() -> None:
    east = (crowd("all", 10), [Stretch(0, HOUR, 0, ""), Stretch(HOUR, 9 * HOUR, 100, "on at sunset")])
    west = (crowd("half", 4), [Stretch(0, HOUR + 300, 0, ""), Stretch(HOUR + 300, 5 * HOUR, 100, "on at sunset")])
    late = (crowd("half", 4), [Stretch(0, 4 * HOUR, 100, "on at sunset"), Stretch(4 * HOUR, 5 * HOUR, 40, "40% from")])
    lines, burning = tonight([east, west, late])
    assert [(one.turns, one.first_s, one.last_s, one.lights, one.lamps) for one in lines] == [
        ("on", 0, HOUR + 315, 18, 144)
    ]
    assert lines[0].programs == {("all", "all"): 10, ("half", "half"): 8}
    assert lines[0].kw == 18.0
    assert burning.light_h == 10 * 8 + 4 * (5 - 1 - 1 / 12) + 4 * 5


def test_a_light_that_dims_shows_its_levels_and_burns_their_share() -> None:
    dimmed = crowd("dim", 2, dims=True)
    lines, burning = tonight([(dimmed, [Stretch(0, HOUR, 100, "a"), Stretch(HOUR, 3 * HOUR, 50, "b")])])
    assert [(one.turns, one.kw) for one in lines] == [("on", 2.0), ("50%", -1.0)]
    assert burning.kwh == 2.0 + 2.0


def test_causes_are_told_in_chinese_and_an_unknown_form_stays() -> None:
    assert cause_zh("on at sunset-5m") == "日落前5分钟开灯"
    assert cause_zh("off from 23:30 until 05:00") == "23:30至05:00关灯（节能）"
    assert cause_zh("50% from 00:00 until the end of the night") == "00:00至当晚结束调至50%（节能）"
    assert cause_zh("off: a burn shorter than 15 min is left out") == "不足15分钟的亮灯略去"
    assert cause_zh("something new") == "something new"
    assert (half(both("dark", "暗"), zh=True), half(both("dark", "暗"), zh=False), half("x", zh=True)) == (
        "暗",
        "dark",
        "x",
    )


def test_what_a_scenes_steps_shows_and_ends_say_is_said_in_chinese_alone() -> None:
    assert cause_zh("on at dusk (亮灯 Lights on)") == "民用暮光终止开灯（亮灯）"
    assert cause_zh("60% at 21:30 (静态 Still)") == "21:30调至60%（静态）"
    assert cause_zh("on from 19:45 until 20:00 (主秀 Main show)") == "19:45至20:00开灯（主秀）"
    assert cause_zh("off from 22:00 (curfew 熄灯)") == "22:00起关灯（熄灯）"
    assert cause_zh("off from 23:30 (hard end 最晚熄灯)") == "23:30起关灯（最晚熄灯）"
