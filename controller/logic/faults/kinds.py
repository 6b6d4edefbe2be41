"""The kinds of lighting faults, how each is found, and what a detector finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from controller.logic.alarm_settings import Words
from controller.logic.faults.rules import FaultRules


class FaultKind(StrEnum):
    """What is wrong. The value is also the kind of its alarm.

    Three are found, and alarmed, elsewhere, and only listed among the others: immersion by wet power-off, photocells by
    the light vote (``lighting_lux``), clocks by the timetables.
    """

    LAMP_LOSS = "lamp_loss"
    DAY_BURNER = "day_burner"
    STUCK_CONTACTOR = "stuck_contactor"
    CABLE_THEFT = "cable_theft"
    PHASE_LOSS = "phase_loss"
    BREAKER_TRIP = "breaker_trip"
    LEAKAGE = "leakage"
    DOOR = "door_open"
    IMMERSION = "immersion"
    PHOTOCELL = "photocell_rejected"
    CLOCK = "clock_off"


class Finding(NamedTuple):
    """A fault and what shows it, in both languages. ``confidence`` 0–1: how sure the kind is, not that something is."""

    kind: FaultKind
    en: str
    zh: str
    confidence: float = 1.0
    lost_w: float = 0.0


@dataclass(frozen=True, slots=True)
class Method:
    """How a kind of fault is found, and what it is called. ``how`` names the site's numbers: see ``how_told``."""

    title: Words
    how: Words


METHODS: Mapping[FaultKind, Method] = {
    FaultKind.LAMP_LOSS: Method(
        Words("缺亮", "lamp loss"),
        Words(
            "电压归一化功率与本回路同时段、同调光级基线比较，{loss_min:g} 分钟中位数低于本回路限值"
            "（平稳回路至多 {loss_percent:g} %）",
            "voltage-normalised watts against the circuit's own baseline of the hour and level: the median of "
            "{loss_min:g} min below its own limit ({loss_percent:g} % at most in a quiet circuit)",
        ),
    ),
    FaultKind.DAY_BURNER: Method(
        Words("关后仍亮", "burns while off"),
        Words(
            "触点断开 {day_min:g} 分钟后功率仍超过基线 {day_percent:g} %",
            "over {day_percent:g} % of its baseline {day_min:g} min after its contact opened",
        ),
    ),
    FaultKind.STUCK_CONTACTOR: Method(
        Words("接触器卡滞", "stuck contactor"),
        Words(
            "辅助触点与指令不一致超过 {contact_s:g} 秒",
            "auxiliary contact other than the command for more than {contact_s:g} s",
        ),
    ),
    FaultKind.CABLE_THEFT: Method(
        Words("电缆被盗或断线", "cable theft"),
        Words(
            "一相功率骤降 {theft_percent:g} % 以上而断路器未跳，或断开时线路检测不通",
            "one phase falls by {theft_percent:g} % or more at once without a breaker trip, "
            "or its line is found open while off",
        ),
    ),
    FaultKind.PHASE_LOSS: Method(
        Words("缺相", "phase loss"), Words("相电压低于额定的一半", "phase voltage below half of nominal")
    ),
    FaultKind.BREAKER_TRIP: Method(
        Words("断路器跳闸", "breaker trip"), Words("断路器信号", "the breaker's own signal")
    ),
    FaultKind.LEAKAGE: Method(
        Words("漏电预警", "leakage"),
        Words("漏电流达到 {leakage_ma:g} mA", "leakage current of {leakage_ma:g} mA or more"),
    ),
    FaultKind.DOOR: Method(Words("箱门打开", "door open"), Words("门磁信号", "the door contact")),
    FaultKind.IMMERSION: Method(Words("箱体浸水", "immersion"), Words("浸水信号", "the immersion contact")),
    FaultKind.PHOTOCELL: Method(
        Words("光控探头异常", "photocell"),
        Words(
            "与同区至少三只探头的中位数相差 {off_median:g} 倍以上，或 {frozen_h:g} 小时不变，或读不到",
            "over {off_median:g} times off the median of three or more in its area, the same value for {frozen_h:g} h, "
            "or not readable",
        ),
    ),
    FaultKind.CLOCK: Method(
        Words("时钟偏差", "clock off"),
        Words(
            "与中心对时，偏差超过 {clock_s:g} 秒且未能校准，或每日走快走慢超过 {drift_s:g} 秒",
            "compared with the centre's: over {clock_s:g} s off and not set, or gaining over {drift_s:g} s a day",
        ),
    ),
}


class SensorNumbers(NamedTuple):
    """The numbers by which photocells and clocks are told, by other parts. Defaults: FACTS, and the keeper's own."""

    off_median: float = 3.0
    frozen_s: float = 86_400.0
    clock_s: float = 5.0
    drift_s: float = 10.0


def how_told(kind: FaultKind, rules: FaultRules, sensors: SensorNumbers | None = None) -> Words:
    """The method of a kind in words, with the numbers the site goes by."""
    said = sensors or SensorNumbers()
    numbers = {
        "loss_min": rules.loss_for_s / 60.0,
        "loss_percent": 100.0 * rules.loss_share,
        "day_min": rules.day_for_s / 60.0,
        "day_percent": 100.0 * rules.day_share,
        "contact_s": rules.contact_for_s,
        "theft_percent": 100.0 * rules.theft_share,
        "leakage_ma": rules.leakage_ma,
        "off_median": said.off_median,
        "frozen_h": said.frozen_s / 3600.0,
        "clock_s": said.clock_s,
        "drift_s": said.drift_s,
    }
    how = METHODS[kind].how
    return Words(how.zh.format(**numbers), how.en.format(**numbers))
