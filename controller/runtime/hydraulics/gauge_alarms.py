"""Gauges that lie and reaches nobody measures, made loud: which gauge, since when, and what is believed instead."""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain.points import device_of
from controller.logic.hydraulics.estimate import LYING, Estimate, GaugeFault, GaugeState, Trust
from controller.logic.hydraulics.network import Network, Reach
from controller.runtime.alarms import AlarmBook, Priority

GAUGE_LIES, LEVEL_FILLED, LEVEL_LOST = "gauge_lies", "level_filled", "level_lost"
_WORDS = {
    GaugeFault.FROZEN: ("has not moved while the water did", "读数冻结，而水位在变化"),
    GaugeFault.JUMPED: ("stepped as no water does", "读数突跳"),
    GaugeFault.DRIFTING: ("drifts away from what the water can do", "读数漂移"),
    GaugeFault.APART: ("contradicts the other gauges of its water", "与同一水域其他水位计不符"),
}


class GaugeAlarms:
    """``tell`` after every look: level-triggered, so a restart or a reload tells what stands."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._told: dict[tuple[str, str], str] = {}

    def tell(self, network: Network, estimate: Estimate) -> None:
        """What stands now; what no longer stands is cleared."""
        standing = dict(self._standing(network, estimate))
        for key in self._told.keys() - standing.keys():
            self._alarms.clear(*key)
        for key, (word, text, text_zh, priority) in standing.items():
            if self._told.get(key) != word:
                self._alarms.set(*key, text, priority, text_zh=text_zh)
        self._told = {key: said[0] for key, said in standing.items()}

    def adopt_standing(self) -> None:
        """Alarms of before a restart stand until a look says otherwise: they are cleared by it, not by forgetting."""
        for view in self._alarms.views():
            if view.condition in (GAUGE_LIES, LEVEL_FILLED, LEVEL_LOST) and not view.cleared:
                self._told.setdefault((view.source, view.condition), "")

    def _standing(
        self, network: Network, estimate: Estimate
    ) -> Iterator[tuple[tuple[str, str], tuple[str, str, str, int]]]:
        for name, reach in network.reaches.items():
            state = estimate.reaches.get(name)
            if state is None:
                continue
            lying = [(p, estimate.gauges[p]) for p in reach.gauges if _lies(estimate.gauges.get(p))]
            by_device: dict[str, list[tuple[str, GaugeState]]] = {}
            for point, gauge in lying:
                by_device.setdefault(device_of(point), []).append((point, gauge))
            for device, gauges in by_device.items():
                yield (device, GAUGE_LIES), _gauge(reach, gauges, estimate)
            if state.trust is Trust.SUBSTITUTED:
                yield (f"network/{name}", LEVEL_FILLED), _filled(reach, estimate)
            elif state.trust is Trust.UNKNOWN:
                yield (f"network/{name}", LEVEL_LOST), _lost(reach)


def _lies(gauge: GaugeState | None) -> bool:
    return gauge is not None and gauge.fault in LYING


def _gauge(reach: Reach, gauges: list[tuple[str, GaugeState]], estimate: Estimate) -> tuple[str, str, str, int]:
    state = estimate.reaches[reach.name]
    points = ", ".join(point for point, _ in gauges)
    fault = gauges[0][1].fault
    said = ", ".join("—" if gauge.value_m is None else f"{gauge.value_m:.2f}" for _, gauge in gauges)
    en, zh = _WORDS[fault]
    level = "unknown" if state.trust is Trust.UNKNOWN else f"{state.level_m:.2f} m ({state.trust.value})"
    level_zh = "不明" if state.trust is Trust.UNKNOWN else f"{state.level_m:.2f} m（{TRUST_ZH[state.trust]}）"
    text = (
        f"level gauge {points} {en}: it says {said} m, {reach.title_en or reach.name} is believed at {level}. Compare "
        "it with the staff gauge; the station's own control still uses it until `zhadao gauge exclude`"
    )
    believed_zh = f"{reach.title}按 {level_zh} 采信"
    text_zh = f"水位计 {points} {zh}：显示 {said} m，{believed_zh}。请现场核对水尺；未剔除前泵站自身控制仍用该水位计"
    return f"{points} {fault}", text, text_zh, Priority.HIGH


def _filled(reach: Reach, estimate: Estimate) -> tuple[str, str, str, int]:
    state = estimate.reaches[reach.name]
    text = (
        f"no gauge of {reach.title_en or reach.name} can be believed; the model puts it at {state.level_m:.2f} m "
        f"± {2 * state.sd_m:.2f} m, less sure with every minute. Read the staff gauge"
    )
    text_zh = (
        f"{reach.title}无可信水位计，模型推算 {state.level_m:.2f} m ± {2 * state.sd_m:.2f} m，随时间变差。请人工读水尺"
    )
    return Trust.SUBSTITUTED.value, text, text_zh, Priority.MEDIUM


def _lost(reach: Reach) -> tuple[str, str, str, int]:
    text = (
        f"the level of {reach.title_en or reach.name} is not known: no gauge, and the model has lost it. Send someone"
    )
    text_zh = f"{reach.title}水位不明：无可信水位计，模型亦已失去依据。请派人到现场"
    return Trust.UNKNOWN.value, text, text_zh, Priority.HIGH


TRUST_ZH = {Trust.MEASURED: "实测", Trust.DOUBTED: "存疑", Trust.SUBSTITUTED: "模型推算", Trust.UNKNOWN: "不明"}
