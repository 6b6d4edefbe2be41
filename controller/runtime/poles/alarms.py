"""What people are told of smart poles, in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from controller.domain.image import View
from controller.domain.lights import Pole
from controller.domain.points import DeviceId
from controller.logic.poles import FloodWarning, PoleSettings
from controller.logic.poles_flood import FloodCase, FloodStage
from controller.logic.poles_sos import SosCase
from controller.runtime.alarms import AlarmBook, Priority

CALL = "sos"
STUCK = "sos_stuck"
BLIND = "sos_blind"
TILT = "tilt"
LIVE = "pole_live"
LEAKS = "pole_leakage"
CHARGER = "charger_fault"
SHOWN = "flood_warning"
CONDITIONS = frozenset({CALL, STUCK, BLIND, TILT, LIVE, LEAKS, CHARGER})
"""What is raised of a pole itself."""


class PoleAlarms:
    """Raises and clears; remembers nothing a decision depends on."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms

    def call(self, pole: Pole, case: SosCase, lights: int, *, anew: bool) -> None:
        """A call stands. ``anew``: it is another call than the one people saw."""
        if anew:
            self._alarms.clear(pole.id, CALL)
        en = (
            f"{pole.id} {pole.name}: SOS pressed. Somebody needs help there; {lights} lights beside it go to full, "
            "until this is acknowledged and the shortest time is over"
        )
        zh = f"{pole.id} {pole.name} SOS 求助; 灯杆及周边 {lights} 盏灯全亮, 直至值班员确认且满最短时长"
        said_en = f"{en}. Answered by {case.answered_by}" if case.answered_by else en
        said_zh = f"{zh}。已由 {case.answered_by} 确认" if case.answered_by else zh
        self._alarms.set(pole.id, CALL, said_en, Priority.EMERGENCY, text_zh=said_zh)

    def button(self, pole: Pole, *, calling: bool, stuck: bool, blind: bool, hours: float) -> None:
        """Whether the button calls, sticks, or cannot be read."""
        name = f"{pole.id} {pole.name}"
        if not calling:
            self._alarms.clear(pole.id, CALL)
        self._keep(
            pole.id,
            STUCK,
            stuck,
            f"{name}: the SOS button has been pressed for more than {hours:g} h: stuck, or held down on purpose. Its "
            "light goes back once the call is acknowledged; until it is seen released no new call can be made there",
            f"{name}: SOS 按钮持续按下超过 {hours:g} 小时, 疑似卡滞; 确认求助后恢复照明, 按钮复位前无法再次求助",
        )
        self._keep(
            pole.id,
            BLIND,
            blind,
            f"{name}: the SOS button cannot be read: nobody can call for help there. A call that stands goes on",
            f"{name}: SOS 按钮信号不可信, 该处无法求助; 已有求助保持",
        )

    def of_button(self, pole: DeviceId) -> tuple[bool, bool]:
        """Whether people are told that it sticks, and that it cannot be read, be it since before a restart."""
        return self._alarms.standing(pole, STUCK), self._alarms.standing(pole, BLIND)

    def look(self, pole: Pole, view: View, settings: PoleSettings, cut_ma: float) -> None:
        """A pole's own sensors, by GOOD readings only: what cannot be read neither raises nor clears."""
        name = f"{pole.id} {pole.name}"
        tilt = view.number("tilt_deg")
        if tilt is not None:
            en = f"{name} leans {abs(tilt):.1f}° (limit {settings.tilt_alarm_deg:g}°): struck, or about to fall"
            zh = f"{name} 倾斜 {abs(tilt):.1f}° (限值 {settings.tilt_alarm_deg:g}°), 可能被撞或将倒"
            limit = settings.tilt_alarm_deg
            self._alarms.above(pole.id, TILT, abs(tilt), limit, en, Priority.HIGH, text_zh=zh)
        self._leakage(pole, name, view, settings, cut_ma)
        state = view.value("charger_state")
        if state is not None:
            self._keep(pole.id, CHARGER, state == "FAULT", f"{name}: its charger reports a fault", f"{name} 充电桩故障")

    def _leakage(self, pole: Pole, name: str, view: View, settings: PoleSettings, cut_ma: float) -> None:
        leakage, wet = view.number("leakage_ma"), view.value("immersion")
        if leakage is not None:
            en = f"{name}: leakage {leakage:g} mA (told from {settings.leakage_warn_ma:g} mA)"
            zh = f"{name} 漏电 {leakage:g} mA (预警值 {settings.leakage_warn_ma:g} mA)"
            self._alarms.above(pole.id, LEAKS, leakage, settings.leakage_warn_ma, en, Priority.HIGH, text_zh=zh)
        hazard = bool(wet) or (leakage is not None and leakage >= cut_ma)
        if hazard or (wet is False and leakage is not None):
            why_en = "live parts stand in water" if wet else f"leakage {leakage or 0:g} mA"
            why_zh = "带电部位浸水" if wet else f"漏电 {leakage or 0:g} mA"
            self._keep(
                pole.id,
                LIVE,
                hazard,
                f"{name}: {why_en}. Its lamps are put out, but THE POLE STAYS LIVE: nothing here can take its supply, "
                "display and charger away. Keep people off and open its breaker "
                f"(feeder {pole.feeder or 'not on file'})",
                f"{name} {why_zh}。灯具已熄灭, 但灯杆仍可能带电: 中心不能切断其供电、显示屏与充电桩; "
                f"请隔离人员并现场拉开其断路器 (馈线 {pole.feeder or '未登记'})",
                Priority.EMERGENCY,
            )

    def warning(self, warning: FloodWarning, case: FloodCase, shown: int) -> None:
        """A warning is shown, or not."""
        closed = case.stage is FloodStage.WARNING
        en_why = "water stands at the closing level" if closed else "its gauges cannot be believed"
        zh_why = "水位达到封路水位" if closed else "水位信号不可信"
        self._keep(
            warning.id,
            SHOWN,
            case.stage is not FloodStage.CLEAR,
            f"{warning.name_en}: {en_why}; {shown} displays before it are told to warn. Close the road on site",
            f"{warning.name_zh}: {zh_why}; 其前方 {shown} 块显示屏发布警示, 请现场封控道路",
            Priority.HIGH if closed else Priority.MEDIUM,
        )

    def forget(self, poles: Mapping[DeviceId, Pole], warnings: Sequence[FloodWarning]) -> None:
        """Clear what stands of poles and warnings the site no longer has."""
        known = {warning.id for warning in warnings}
        for alarm in self._of(CONDITIONS):
            if alarm[0] not in poles:
                self._alarms.clear(*alarm)
        for source, condition in self._of({SHOWN}):
            if source not in known:
                self._alarms.clear(source, condition)

    def acknowledged_by(self, pole: DeviceId, since: datetime | None) -> str:
        """Who acknowledged the call of that moment; empty when nobody did."""
        for alarm in self._alarms.of_kind(CALL):
            seen = alarm.acknowledged
            if alarm.source == pole and alarm.stands and seen and since and seen >= since:
                return alarm.acknowledged_by
        return ""

    def _of(self, conditions: Iterable[str]) -> list[tuple[str, str]]:
        return [(a.source, a.condition) for kind in conditions for a in self._alarms.of_kind(kind)]

    def _keep(self, source: str, condition: str, stands: bool, en: str, zh: str, priority: int = Priority.HIGH) -> None:
        if stands:
            self._alarms.set(source, condition, en, priority, text_zh=zh)
        else:
            self._alarms.clear(source, condition)
