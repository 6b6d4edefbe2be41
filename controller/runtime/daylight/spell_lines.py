"""What photocells, weather and values did so far, in words, and what would have happened had they not acted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from controller.domain.points import TargetId
from controller.logic.lighting_automatic import Origin
from controller.logic.lighting_words import half
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.daylight.tally import Spell
from controller.runtime.daylight.tonight_views import SpellLine, TonightLine
from controller.runtime.local_time import LocalTime

_NAMES = {
    Origin.LUX: ("photocells", "光控"),
    Origin.WEATHER: ("dark weather", "白天昏暗"),
    Origin.SIGNAL: ("weather signal", "天气信号"),
    Origin.VALUE: ("value condition", "数值条件"),
}


def spell_lines(
    targets: frozenset[TargetId],
    asked: Daylight,
    lines: Sequence[TonightLine],
    now: datetime,
    local: LocalTime,
    *,
    since: datetime,
) -> tuple[SpellLine, ...]:
    """Those that touched these lights, oldest first; figures of a part of a spell's lights are its share of them."""
    found = []
    for spell, light_s, kwh in asked.tally.spells(now.timestamp()):
        mine = len(spell.lights & targets)
        if mine and (spell.now or spell.last >= since):
            share = mine / len(spell.lights)
            found.append(_line(spell, mine, light_s * share / 60.0, kwh * share, lines, local, share))
    return tuple(sorted(found, key=lambda one: (one.first, one.origin, one.source)))


def _line(
    spell: Spell,
    mine: int,
    light_min: float,
    kwh: float,
    lines: Sequence[TonightLine],
    local: LocalTime,
    share: float,
) -> SpellLine:
    en, zh = _NAMES[spell.origin]
    first, last = local.hour(spell.first), local.hour(spell.last)
    over = spell.now == 0
    span = f"{first}–{last}" if over else f"{first} on"
    span_zh = f"{first}–{last}" if over else f"{first} 起"
    did = ("lit", "点亮") if spell.lit else ("put out early", "提前关闭")
    balance = f"{light_min:+,.0f} light-minutes, {kwh:+,.1f} kWh"
    balance_zh = f"{light_min:+,.0f} 灯·分，{kwh:+,.1f} kWh"
    without_en, without_zh = _without(spell, lines, local)
    return SpellLine(
        origin=spell.origin.value,
        source=spell.source,
        first=spell.first,
        last=spell.last if over else None,
        lights=mine,
        holds=round(spell.now * share),
        light_min=light_min,
        kwh=kwh,
        text_en=f"{span} {en} {did[0]} {mine} lights: {half(spell.reason, zh=False)} ({balance})",
        text_zh=f"{span_zh} {zh}{did[1]} {mine} 路：{half(spell.reason, zh=True)}（{balance_zh}）",
        without_en=without_en,
        without_zh=without_zh,
    )


def _without(spell: Spell, lines: Sequence[TonightLine], local: LocalTime) -> tuple[str, str]:
    """When the programs alone would have switched these lights."""
    wanted = "on" if spell.lit else "off"
    coming = [one for one in lines if one.to == wanted and one.light_class == "road" and one.last >= spell.first]
    if not coming:
        return "without it: as the programs say", "若无此动作：按方案运行"
    one = coming[0]
    first, last = local.hour(one.first), local.hour(one.last)
    when = first if first == last else f"{first}–{last}"
    word = ("ON", "开灯") if spell.lit else ("OFF", "关灯")
    return f"without it: {word[0]} at {when} by the programs", f"若无此动作：按方案于 {when} {word[1]}"
