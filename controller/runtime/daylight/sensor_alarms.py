"""Photocells that do not count, and areas with too few of them, made loud; said once, and once when over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from controller.domain.points import DeviceId, device_of
from controller.logic.daylight_plan import LuxArea
from controller.logic.lighting_lux import NO_VOTE, Fault, Rejected, Suspect, Trust, Vote
from controller.runtime.alarms import AlarmBook, Priority

REJECTED = "photocell_rejected"
FEW = "photocells_few"
_WORDS = {
    Fault.DEAD: ("cannot be read ({})", "无法读取（{}）"),
    Fault.FROZEN: ("has shown {} lx without moving for a day", "读数 {} lx 已超过一昼夜不变"),
    Fault.LYING: ("says {} lx, far off what its neighbours see", "读数 {} lx，与相邻光照传感器相差过大"),
}
HOLDS = {
    Trust.FULL: ("their median decides", "取中位数"),
    Trust.PAIR: ("the darker of two that agree decides", "两支一致，取较暗者"),
    Trust.SPLIT: (
        "they contradict each other: they may bring lamps on at dusk, never off; nothing is lit by day for them",
        "读数互相矛盾：黄昏仅可提前开灯，不得关灯；白天不据此开灯",
    ),
    Trust.SINGLE: (
        "one alone may bring lamps on at dusk, never off; nothing is lit by day for it",
        "仅剩一支：黄昏仅可提前开灯，不得关灯；白天不据此开灯",
    ),
    Trust.NONE: (
        "nothing is known: lamps go on at the end of their evening window and off at the end of the morning's",
        "无信号：在傍晚窗口结束时开灯，清晨窗口结束时关灯",
    ),
}
"""What holds with so much trust, in both languages."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Who is probably wrong, by sensor, and what shows it: the area's vote, the light elsewhere (None: unknown)."""

    of: Mapping[str, Suspect] = field(default_factory=dict)
    said: Vote = NO_VOTE
    elsewhere: float | None = None


NO_SUSPECTS = Suspects()


class SensorAlarms:
    """``tell`` after every hearing; the alarm book's own delay keeps a passing shadow from ringing."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._told: dict[str, str] = {}

    def adopt(self, areas: Iterable[LuxArea]) -> None:
        """Areas and sensors that left the configuration ring no more."""
        known = {one for area in areas for one in (_source(area), *(_of(area, str(sensor)) for sensor in area.sensors))}
        for name in [name for name, word in self._told.items() if name not in known and word]:
            self._clear(name)
        self._told = {name: word for name, word in self._told.items() if name in known}

    def tell(
        self,
        area: LuxArea,
        said: Vote,
        out_of_reach: Set[DeviceId],
        wanted: int,
        suspects: Suspects = NO_SUSPECTS,
    ) -> None:
        """What an area's sensors just said. A device out of reach has its own alarm."""
        rejected = {one.sensor: one for one in said.rejected if device_of(one.sensor) not in out_of_reach}
        for sensor in map(str, area.sensors):
            self._sensor(area, sensor, rejected.get(sensor), suspects)
        word = "" if len(said.used) >= wanted and said.trust is not Trust.SPLIT else f"{said.trust} {len(said.used)}"
        if self._told.get(_source(area)) == word:
            return
        self._told[_source(area)] = word
        if not word:
            self._clear(_source(area))
            return
        en, zh = HOLDS[said.trust]
        count = f"{len(said.used)}/{len(area.sensors)}"
        text = f"photocells of {area.title_en}: {count} count; {en}. Look at the photocells alarmed"
        text_zh = f"{area.title_zh}光照传感器有效 {count}：{zh}。请检修告警的光照传感器"
        priority = Priority.MEDIUM if said.trust is Trust.NONE else Priority.LOW
        self._alarms.set(_source(area), FEW, text, priority, text_zh=text_zh)

    def _sensor(self, area: LuxArea, sensor: str, fault: Rejected | None, suspects: Suspects) -> None:
        who = suspects.of.get(sensor, Suspect.ITSELF)
        word, name = "" if fault is None else f"{fault.fault} {who}", _of(area, sensor)
        if self._told.get(name) == word:
            return
        self._told[name] = word
        if fault is None:
            self._clear(name)
            return
        en, zh = (text.format(_shown(fault)) for text in _WORDS[fault.fault])
        text = f"photocell {sensor} {en}: it does not count for {area.title_en} until it is right again"
        text_zh = f"光照传感器 {sensor} {zh}，暂不参与{area.title_zh}光控"
        more, more_zh = _who(who, suspects)
        self._alarms.set(
            device_of(sensor), f"{area.id}:{REJECTED}", text + more, Priority.LOW, text_zh=text_zh + more_zh
        )

    def _clear(self, name: str) -> None:
        area, at, sensor = name.partition("@")
        if at:
            self._alarms.clear(device_of(sensor), f"{area}:{REJECTED}")
        else:
            self._alarms.clear(name, FEW)


def _who(who: Suspect, suspects: Suspects) -> tuple[str, str]:
    """Whom to look at, where it may not be the cell that is named. It goes on not counting: the vote stays the vote."""
    said = f"{suspects.said.lux or 0.0:g}"
    if who is Suspect.OTHERS:
        elsewhere = f"{suspects.elsewhere or 0.0:g}"
        return (
            f". But the other areas see {elsewhere} lx now, as it does: its neighbours, at {said} lx, are probably "
            "dirty or shaded alike. Clean and compare every cell of the area",
            f"。但其他区域此刻约 {elsewhere} lx，与其相符：同区其余传感器（{said} lx）可能同样脏污或被遮挡，"
            "请逐一清洁比对",
        )
    if who is Suspect.EITHER:
        return (
            f". It is the brighter one: its neighbours, at {said} lx, may be dirty alike. Look at every cell there",
            f"。其读数较亮：同区其余传感器（{said} lx）也可能同样脏污，请逐一检查",
        )
    return "", ""


def _source(area: LuxArea) -> str:
    return f"lux:{area.id}"


def _of(area: LuxArea, sensor: str) -> str:
    return f"{area.id}@{sensor}"


def _shown(fault: Rejected) -> str:
    return fault.detail if fault.lux is None else f"{fault.lux:g}"
