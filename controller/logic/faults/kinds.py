"""The kinds of lighting faults, how each is found, and what a detector finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from controller.logic.alarm_settings import Words


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
    """How a kind of fault is found, and what it is called."""

    title: Words
    how: Words


METHODS: Mapping[FaultKind, Method] = {
    FaultKind.LAMP_LOSS: Method(
        Words("缺亮", "lamp loss"),
        Words(
            "电压归一化功率与本回路同时段、同调光级基线比较，中位数偏低持续 15 分钟",
            "voltage-normalised watts against the circuit's own baseline of the hour and level; median low for 15 min",
        ),
    ),
    FaultKind.DAY_BURNER: Method(
        Words("关后仍亮", "burns while off"),
        Words("触点断开 10 分钟后功率仍超过基线 10 %", "over 10 % of its baseline 10 min after its contact opened"),
    ),
    FaultKind.STUCK_CONTACTOR: Method(
        Words("接触器卡滞", "stuck contactor"),
        Words("辅助触点与指令不一致超过 3 秒", "auxiliary contact other than the command for more than 3 s"),
    ),
    FaultKind.CABLE_THEFT: Method(
        Words("电缆被盗或断线", "cable theft"),
        Words(
            "一相功率骤降 25 % 以上而断路器未跳，或断开时线路检测不通",
            "one phase falls by 25 % or more at once without a breaker trip, or its line is found open while off",
        ),
    ),
    FaultKind.PHASE_LOSS: Method(
        Words("缺相", "phase loss"), Words("相电压低于额定的一半", "phase voltage below half of nominal")
    ),
    FaultKind.BREAKER_TRIP: Method(
        Words("断路器跳闸", "breaker trip"), Words("断路器信号", "the breaker's own signal")
    ),
    FaultKind.LEAKAGE: Method(
        Words("漏电预警", "leakage"), Words("漏电流超过 30 mA", "leakage current of 30 mA or more")
    ),
    FaultKind.DOOR: Method(Words("箱门打开", "door open"), Words("门磁信号", "the door contact")),
    FaultKind.IMMERSION: Method(Words("箱体浸水", "immersion"), Words("浸水信号", "the immersion contact")),
    FaultKind.PHOTOCELL: Method(
        Words("光控探头异常", "photocell"),
        Words(
            "与同区至少三只探头的中位数相差三倍以上，或 24 小时不变",
            "over three times off the median of three or more in its area, or the same value for 24 h",
        ),
    ),
    FaultKind.CLOCK: Method(
        Words("时钟偏差", "clock off"), Words("与中心对时，偏差超过 5 秒", "compared with the centre's; over 5 s off")
    ),
}
