"""Photocells that do not count, and areas with too few of them, made loud; said once, and once when over."""

from __future__ import annotations

from collections.abc import Iterable, Set

from controller.domain.points import DeviceId, device_of
from controller.logic.daylight_plan import LuxArea
from controller.logic.lighting_lux import Fault, Rejected, Trust, Vote
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

    def tell(self, area: LuxArea, said: Vote, out_of_reach: Set[DeviceId], wanted: int) -> None:
        """What an area's sensors just said. A device out of reach has its own alarm."""
        rejected = {one.sensor: one for one in said.rejected if device_of(one.sensor) not in out_of_reach}
        for sensor in map(str, area.sensors):
            self._sensor(area, sensor, rejected.get(sensor))
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

    def _sensor(self, area: LuxArea, sensor: str, fault: Rejected | None) -> None:
        word, name = "" if fault is None else fault.fault.value, _of(area, sensor)
        if self._told.get(name) == word:
            return
        self._told[name] = word
        if fault is None:
            self._clear(name)
            return
        en, zh = (text.format(_shown(fault)) for text in _WORDS[fault.fault])
        text = f"photocell {sensor} {en}: it does not count for {area.title_en} until it is right again"
        text_zh = f"光照传感器 {sensor} {zh}，暂不参与{area.title_zh}光控"
        self._alarms.set(device_of(sensor), f"{area.id}:{REJECTED}", text, Priority.LOW, text_zh=text_zh)

    def _clear(self, name: str) -> None:
        area, at, sensor = name.partition("@")
        if at:
            self._alarms.clear(device_of(sensor), f"{area}:{REJECTED}")
        else:
            self._alarms.clear(name, FEW)


def _source(area: LuxArea) -> str:
    return f"lux:{area.id}"


def _of(area: LuxArea, sensor: str) -> str:
    return f"{area.id}@{sensor}"


def _shown(fault: Rejected) -> str:
    return fault.detail if fault.lux is None else f"{fault.lux:g}"
