"""What a site says of its alarms: how each behaves, what it means and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId
from controller.logic.water_grades import GaugeRules

HOUR_S = 3600.0
LONGEST_SHELF_S = 12 * HOUR_S
"""No alarm is ever shelved longer; a site may be stricter, never laxer."""
MOST_URGENT, LEAST_URGENT = 1, 4


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class AlarmSpec:
    """One kind of alarm.

    ``priority`` 1 (emergency) … 4 (low); None leaves it to whoever raises it. ``allowed_s``: how long people may take
    to answer it. ``on_delay_s`` / ``off_delay_s``: how long its condition must stand, or be gone, before that counts.
    ``deadband``: how far a measured value must fall below its limit before it counts as gone, in the value's own
    unit. ``latch``: gone is not enough, a person resets it. ``life_safety``: never shelved, never out of service, and
    hidden by no cause but a graver life-safety alarm. ``suppresses``: the kinds that are hidden, on the same device
    and on devices folded under it, while this one stands. ``tagged``: out of service while a maintenance tag hangs on
    what it is about.
    """

    kind: str
    title: Words = Words()
    priority: int | None = None
    consequence: Words = Words()
    response: Words = Words()
    allowed_s: float | None = None
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    deadband: float = 0.0
    latch: bool = False
    life_safety: bool = False
    suppresses: frozenset[str] = frozenset()
    tagged: bool = False


@dataclass(frozen=True, slots=True)
class ChatterRule:
    """An alarm that comes ``times`` within ``within_s`` chatters: it then stands until its condition was gone for
    ``quiet_s``. 0 times switches this off."""

    times: int = 0
    within_s: float = 60.0
    quiet_s: float = 60.0


@dataclass(frozen=True, slots=True)
class FloodRule:
    """``alarms`` new ones for one operator within ``within_s`` are a flood (ISA-18.2: 10 in 10 minutes); it is over
    once fewer than ``over_below`` came in that time."""

    alarms: int = 10
    within_s: float = 600.0
    over_below: int = 5
    operators: int = 1


def kind_of(condition: str) -> str:
    """What kind of alarm a condition is: ``rack`` of ``330102-PS-0001:rack``, ``offline`` of ``offline``."""
    return condition.rpartition(":")[2]


WAVES_M = 0.02
"""A water level's dead-band (m) where nothing is said, so that waves do not make it chatter."""
RIPPLE_M_PER_H = 0.05
"""The same for its rise (m/h)."""

_MILDER = {
    "red": frozenset({"quality_orange", "quality_yellow", "quality_blue"}),
    "orange": frozenset({"quality_yellow", "quality_blue"}),
    "yellow": frozenset({"quality_blue"}),
}
"""The grades of one parameter that say nothing more once a graver one stands."""

OF_LAMPS = frozenset({"lamp_loss", "cable_theft"})
"""Faults of lamps and cables: whatever takes the power away explains them."""
OF_LIGHTING = OF_LAMPS | {
    "day_burner",
    "stuck_contactor",
    "phase_loss",
    "breaker_trip",
    "door_open",
}
"""Faults read from a cabinet: nothing is known of them while it is out of reach. Leakage stays in sight: it kills."""

BUILT_IN: Mapping[str, AlarmSpec] = {
    spec.kind: spec
    for spec in (
        AlarmSpec(
            "offline",
            Words("失联", "out of reach"),
            suppresses=frozenset({"offline", "mismatch", "level_unknown", *OF_LIGHTING}),
            tagged=True,
        ),
        AlarmSpec(
            "no_path",
            Words("网关无路由", "no way behind the gateway"),
            suppresses=frozenset({"offline", "mismatch", "level_unknown", *OF_LIGHTING}),
        ),
        AlarmSpec("busy", Words("持续设备忙", "always busy"), tagged=True),
        AlarmSpec("refuses_reads", Words("拒绝读取部分点", "refuses some reads"), tagged=True),
        AlarmSpec("button_stuck", Words("按钮输出卡滞", "button stuck"), tagged=True),
        AlarmSpec(
            "mismatch", Words("拒动或误动", "does not follow"), suppresses=frozenset({"stuck_contactor"}), tagged=True
        ),
        AlarmSpec("fault_watch_failed", Words("故障判别失效", "faults are not looked for")),
        AlarmSpec("lamp_loss", Words("缺亮", "lamp loss"), tagged=True),
        AlarmSpec("day_burner", Words("关后仍亮", "burns while off"), tagged=True),
        AlarmSpec("stuck_contactor", Words("接触器卡滞", "stuck contactor"), on_delay_s=30.0, tagged=True),
        AlarmSpec(
            "cable_theft", Words("电缆被盗或断线", "cable theft"), suppresses=frozenset({"lamp_loss"}), tagged=True
        ),
        AlarmSpec("phase_loss", Words("缺相", "phase loss"), suppresses=OF_LAMPS, tagged=True),
        AlarmSpec("breaker_trip", Words("断路器跳闸", "breaker trip"), suppresses=OF_LAMPS, tagged=True),
        AlarmSpec("leakage", Words("漏电预警", "leakage"), tagged=True),
        AlarmSpec("door_open", Words("箱门打开", "door open"), tagged=True),
        AlarmSpec("sos", Words("SOS 求助", "call for help"), life_safety=True),
        AlarmSpec("tripped", Words("保护跳闸", "tripped"), life_safety=True),
        AlarmSpec(
            "flood_critical",
            Words("接近保证水位，越过停机令开机", "near the guarantee level, starts past a stop"),
            priority=MOST_URGENT,
            life_safety=True,
        ),
        AlarmSpec(
            "critical_unaided",
            Words("接近保证水位，中心无法开机", "near the guarantee level, units stand still"),
            priority=MOST_URGENT,
            life_safety=True,
        ),
        AlarmSpec(
            "level_holds",
            Words("水位不可信，水位控制保持", "level control holds, its level is not trusted"),
            on_delay_s=30.0,
            suppresses=frozenset({"level"}),
        ),
        AlarmSpec("exercise", Words("建议试运行", "exercise is due"), priority=LEAST_URGENT),
        AlarmSpec("supply", Words("动力电源失电", "supply lost"), tagged=True),
        AlarmSpec("drift", Words("闸门无指令移位", "gate moved without an order"), on_delay_s=5.0, tagged=True),
        AlarmSpec("limits", Words("闸门限位矛盾", "limit switches contradict"), tagged=True),
        AlarmSpec("late", Words("闸门未按时到位", "gate late"), suppresses=frozenset(), tagged=True),
        AlarmSpec("undercurrent", Words("机组欠电流", "undercurrent"), tagged=True),
        AlarmSpec("auxiliary", Words("辅机失效", "auxiliary failed"), tagged=True),
        AlarmSpec("flap", Words("拍门未关", "flap not closed"), on_delay_s=30.0, tagged=True),
        AlarmSpec("emergency_lower", Words("紧急落闸", "let down by its release"), life_safety=True),
        AlarmSpec("target", Words("目标水位无法执行", "target level not followed")),
        AlarmSpec("feeder_power", Words("馈线超限", "feeder past its limit")),
        AlarmSpec(
            "road_no_pass",
            Words("下穿积水，禁止通行", "underpass flooded, nobody passes"),
            priority=MOST_URGENT,
            life_safety=True,
            suppresses=frozenset({"road_closed", "road_soon"}),
        ),
        AlarmSpec(
            "road_closed",
            Words("下穿积水，封闭道路", "underpass flooded, close the road"),
            priority=MOST_URGENT,
            life_safety=True,
            suppresses=frozenset({"road_soon"}),
        ),
        AlarmSpec(
            "road_not_closed",
            Words("封路信号未证实", "road not proven closed"),
            priority=MOST_URGENT,
            life_safety=True,
        ),
        AlarmSpec("road_waits", Words("道路待开放", "road waits to be opened")),
        AlarmSpec("road_soon", Words("下穿积水上涨", "underpass water rising"), priority=2, life_safety=True),
        AlarmSpec("road_unknown", Words("下穿水位不明", "underpass water unknown"), priority=2, life_safety=True),
        AlarmSpec(
            "level_red",
            Words("水位红色", "red water level"),
            deadband=WAVES_M,
            life_safety=True,
            suppresses=frozenset({"level_orange", "level_yellow", "level_blue", "limit_soon"}),
        ),
        AlarmSpec(
            "level_orange",
            Words("水位橙色", "orange water level"),
            deadband=WAVES_M,
            life_safety=True,
            suppresses=frozenset({"level_yellow", "level_blue"}),
        ),
        AlarmSpec(
            "level_yellow",
            Words("水位黄色", "yellow water level"),
            deadband=WAVES_M,
            suppresses=frozenset({"level_blue"}),
        ),
        AlarmSpec("level_blue", Words("水位蓝色", "blue water level"), deadband=WAVES_M),
        AlarmSpec(
            "rain_red",
            Words("暴雨红色", "red rain"),
            suppresses=frozenset({"rain_orange", "rain_yellow", "rain_blue"}),
        ),
        AlarmSpec("rain_orange", Words("暴雨橙色", "orange rain"), suppresses=frozenset({"rain_yellow", "rain_blue"})),
        AlarmSpec("rain_yellow", Words("暴雨黄色", "yellow rain"), suppresses=frozenset({"rain_blue"})),
        AlarmSpec("rain_blue", Words("暴雨蓝色", "blue rain")),
        AlarmSpec("forecast_stale", Words("预报过旧", "forecast too old")),
        AlarmSpec("forecast_refused", Words("预报文件被拒", "a forecast file refused")),
        AlarmSpec("fast_rise", Words("水位急涨", "water rises fast"), deadband=RIPPLE_M_PER_H),
        AlarmSpec("limit_soon", Words("即将超限", "limit near"), life_safety=True),
        AlarmSpec("level_unknown", Words("水位不明", "level unknown"), on_delay_s=60.0, tagged=True),
        AlarmSpec(
            "river_gate_open",
            Words("临江闸门未关", "river gate not closed"),
            priority=MOST_URGENT,
            life_safety=True,
        ),
        AlarmSpec("left_site", Words("泵站已移出配置", "a station left the configuration")),
        AlarmSpec("rules_failed", Words("河网调度规则失效", "the network's rules failed")),
        AlarmSpec("tide_table_missing", Words("无有效潮汐表", "no valid tide table")),
        AlarmSpec("tide_table_ends", Words("潮汐表即将到期", "tide table ends soon")),
        AlarmSpec("tide_disagrees", Words("潮汐表与实测不符", "tide table and gauges apart"), on_delay_s=60.0),
        AlarmSpec("tide_gauge_out", Words("外江水位计异常", "outer gauge out"), on_delay_s=60.0, tagged=True),
        AlarmSpec("gauge_lies", Words("水位计失真", "a level gauge lies"), tagged=True),
        AlarmSpec("gauge_excluded", Words("水位计已剔除", "a level gauge is excluded")),
        AlarmSpec("gauge_exclusion_ends", Words("水位计剔除即将到期", "a gauge votes again soon")),
        AlarmSpec("level_filled", Words("水位由模型推算", "level filled in by the model"), on_delay_s=150.0),
        AlarmSpec("level_lost", Words("水域水位不明", "a reach's level lost"), on_delay_s=150.0),
        AlarmSpec("tide_fast", Words("外江急涨", "river rises fast")),
        AlarmSpec("quality_red", Words("水质红色", "red water quality"), suppresses=_MILDER["red"]),
        AlarmSpec("quality_orange", Words("水质橙色", "orange water quality"), suppresses=_MILDER["orange"]),
        AlarmSpec("quality_yellow", Words("水质黄色", "yellow water quality"), suppresses=_MILDER["yellow"]),
        AlarmSpec("quality_blue", Words("水质蓝色", "blue water quality")),
        AlarmSpec("quality_trend", Words("水质变差", "water quality gets worse")),
        AlarmSpec("quality_unknown", Words("水质不明", "water quality unknown"), on_delay_s=60.0, tagged=True),
        AlarmSpec("source_unfit", Words("水源不宜取水", "source not fit to draw from")),
        AlarmSpec("mountain_flood", Words("山洪", "mountain flood")),
        AlarmSpec("diversion_blind", Words("引水水质不明", "diversion on unknown quality")),
        AlarmSpec("interlock_unknown", Words("联锁条件不明", "interlock not known"), tagged=True),
        AlarmSpec("dial_in_refused", Words("拨入设备被拒", "a dial-in refused")),
        AlarmSpec("fallback_differs", Words("失联方案不一致", "own fallback differs"), tagged=True),
        AlarmSpec("clock_off", Words("设备时钟偏差", "clock off"), tagged=True),
        AlarmSpec(
            "photocell_rejected", Words("光照传感器异常", "photocell does not count"), on_delay_s=600.0, tagged=True
        ),
        AlarmSpec("photocells_few", Words("有效光照传感器不足", "too few photocells"), on_delay_s=600.0),
        AlarmSpec("restored", Words("身份数据来自备份", "identities come from a backup"), latch=True),
        AlarmSpec("flood", Words("告警泛滥", "flood of alarms")),
        AlarmSpec("unwritable", Words("无法写入", "cannot be written"), life_safety=True),
        AlarmSpec(
            "wet_power_cut",
            Words("涉水断电", "cut for water"),
            life_safety=True,
            suppresses=frozenset({"leakage"}),
        ),
        AlarmSpec("wet_power_decision", Words("涉水断电待决定", "a cut to be decided"), life_safety=True),
        AlarmSpec("wet_power_blind", Words("涉水信号不可信", "water not known"), life_safety=True),
        AlarmSpec("emergency_stop", Words("紧急停止", "emergency stop"), life_safety=True),
        AlarmSpec("wet_power_kept", Words("涉水仍保持供电", "kept on in water"), life_safety=True),
        AlarmSpec("wet_power_vanished", Words("断电对象已不在配置中", "a cut without its circuit"), life_safety=True),
        AlarmSpec("not_retained", Words("断电未能就地保持", "cut not retained in the device"), life_safety=True),
        AlarmSpec("cut_not_proven", Words("断电未证实", "cut not proven"), life_safety=True),
    )
}
"""What the controller knows of its own alarms before a site says anything."""


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Everything a site says of its alarms. ``levels``: the rules of each gauge with water-level alarms.

    ``settle_s``: how long the devices behind a gateway that answers again may take to come back one by one before
    those still missing have alarms of their own.
    """

    specs: Mapping[str, AlarmSpec] = field(default_factory=lambda: dict(BUILT_IN))
    chatter: ChatterRule = ChatterRule()
    flood: FloodRule = FloodRule()
    longest_shelf_s: float = LONGEST_SHELF_S
    settle_s: float = 60.0
    levels: Mapping[DeviceId, GaugeRules] = field(default_factory=dict)

    def spec(self, condition: str) -> AlarmSpec:
        """How this kind of alarm behaves; one nobody said anything of is simply raised and cleared."""
        kind = kind_of(condition)
        found = self.specs.get(kind)
        return AlarmSpec(kind) if found is None else found
