"""What people are told of wet power-off, in two languages: one red alarm a place cut, one a decision asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping

from controller.domain.points import TargetId, device_of
from controller.logic.dark_roads import DarkRoad, RoadMap
from controller.logic.wet_power import Case, Hazard, Stage
from controller.runtime.alarms import AlarmBook, Priority

CUT = "wet_power_cut"
DECIDE = "wet_power_decision"
BLIND = "wet_power_blind"
KEPT = "wet_power_kept"
VANISHED = "wet_power_vanished"
CONDITIONS = frozenset({CUT, DECIDE, BLIND, KEPT, VANISHED})

_Key = tuple[str, str]


class WetAlarms:
    """Keeps the alarms of wet power-off as the cases stand."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._shown: set[_Key] | None = None

    def show(
        self,
        cases: Mapping[TargetId, Case],
        roads: RoadMap,
        names: Mapping[str, str],
        known: Callable[[str], bool],
        lamps: Container[TargetId] = (),
    ) -> None:
        """Raise, renew and clear. ``names``: what people call a zone, by its id; ``known``: circuits of the site;
        ``lamps``: those of poles, which are put out and cannot be locked out."""
        wanted = dict(_wanted(cases, roads, names, known, lamps))
        if self._shown is None:
            self._shown = {(a.source, a.condition) for a in self._alarms.all() if a.condition in CONDITIONS}
        for source, condition in self._shown - wanted.keys():
            self._alarms.clear(source, condition)
        for (source, condition), (text, priority) in wanted.items():
            self._alarms.set(source, condition, text, priority)
        self._shown = set(wanted)


def cut_notice(
    circuits: Collection[TargetId], roads: Iterable[DarkRoad], place: str, cause: Case, lamps: Container[TargetId] = ()
) -> str:
    """The text of alarm and notice for a place that was cut: what, why, and which roads are dark."""
    outputs = ", ".join(sorted(circuits))
    if outputs and all(circuit in lamps for circuit in circuits):
        return (
            f"涉水断电 {place}: {outputs} put out, the pole itself stays live: {cause.text_en}. Open its breaker. / "
            f"{place} 已熄灭 {outputs}, 灯杆仍可能带电: {cause.text_zh}。请现场拉开断路器。"
        )
    roads = tuple(roads)
    dark_en = "; ".join(road.said_en() for road in roads) or "none"
    dark_zh = "; ".join(road.said_zh() for road in roads) or "无"
    return (
        f"涉水断电 {place}: cut and locked out {outputs}: {cause.text_en}. Roads gone dark: {dark_en}. / "
        f"{place} 已断电闭锁 {outputs}: {cause.text_zh}。熄灯道路: {dark_zh}。"
    )


def _wanted(
    cases: Mapping[TargetId, Case],
    roads: RoadMap,
    names: Mapping[str, str],
    known: Callable[[str], bool],
    lamps: Container[TargetId],
) -> Iterable[tuple[_Key, tuple[str, int]]]:
    cut: dict[str, dict[TargetId, Case]] = {}
    blind: dict[str, dict[TargetId, Case]] = {}
    for circuit, case in cases.items():
        place = case.source or device_of(circuit)
        if not known(circuit) and case.stage is not Stage.DRY:
            yield (circuit, VANISHED), (_vanished(circuit), Priority.HIGH)
        elif case.cut:
            cut.setdefault(place, {})[circuit] = case
        elif case.stage is Stage.ASKED and case.about is Hazard.BLIND:
            blind.setdefault(place, {})[circuit] = case
        elif case.stage is Stage.ASKED:
            yield (circuit, DECIDE), (_decide(circuit, case), Priority.EMERGENCY)
        elif case.stage is Stage.KEPT:
            yield (circuit, KEPT), (_kept(circuit, case), Priority.HIGH)
    for place, members in cut.items():
        dark, cause = roads.dark(members), next(iter(members.values()))
        text = cut_notice(tuple(members), dark, names.get(place, place), cause, lamps)
        yield (place, CUT), (text, Priority.EMERGENCY)
    for place, members in blind.items():
        yield (place, BLIND), (_blind(names.get(place, place), members), Priority.HIGH)


def _decide(circuit: TargetId, case: Case) -> str:
    return (
        f"{circuit} is an evacuation or underpass circuit in water: decide now, cut or keep; it is cut by itself when "
        f"nobody decides in time. {case.text_en} / {circuit} 为疏散或下穿照明回路且已涉水: 请立即决定断电或保留, "
        f"逾时未决将自动断电。{case.text_zh}"
    )


def _kept(circuit: TargetId, case: Case) -> str:
    return f"{circuit} stays lit in water: {case.text_en}. / {circuit} 涉水仍保留供电: {case.text_zh}。"


def _blind(place: str, members: Mapping[TargetId, Case]) -> str:
    case = next(iter(members.values()))
    outputs = ", ".join(sorted(members))
    return (
        f"{place}: it cannot be told whether {outputs} stand in water; nothing is cut by itself. Have somebody look, "
        f"and decide: cut or keep. {case.text_en} / {place}: 无法判断 {outputs} 是否涉水, 不会自动断电。"
        f"请派人查看并决定断电或保留。{case.text_zh}"
    )


def _vanished(circuit: TargetId) -> str:
    return (
        f"{circuit} is cut or asked about, and is no longer in the configuration: it is neither watched nor returned. "
        f"Put it back, or see to it on site. / {circuit} 处于涉水断电流程中, 但已不在配置内, 请恢复配置或现场处理。"
    )
