"""What the signals of a cabinet and of a zone say of one circuit, in the words people read. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from controller.domain.image import View
from controller.domain.points import DeviceId, Reading, TargetId
from controller.domain.quality import Detail
from controller.logic.wet_power import ALL_DRY, Finding, Hazard, Why
from controller.logic.wet_zones import FloodZone, Vote, Water, WetPowerRules, ZoneCircuit, vote

LEAKAGE = "leakage_ma"
IMMERSION = "immersion"

_OUT_OF_REACH = frozenset({Detail.OLD_DATA, Detail.NEVER_READ, Detail.COMM_FAULT})
"""A signal that is missing because its device is: the lost device has its own alarm, people are not asked again."""


@dataclass(frozen=True, slots=True)
class CabinetSignals:
    """A cabinet's leakage and immersion points, as far as its profile has them: for all of it, or by circuit.

    ``whole``: point names that speak for every circuit; ``single``: those of single circuits.
    """

    device: DeviceId
    whole: tuple[str, ...]
    single: tuple[tuple[TargetId, tuple[str, ...]], ...]

    @classmethod
    def of(cls, device: DeviceId, circuits: Sequence[tuple[TargetId, str]], points: Set[str]) -> CabinetSignals:
        """From the points the device has; ``circuits`` are (id, output)."""
        whole = tuple(name for name in (LEAKAGE, IMMERSION) if name in points)
        single = [
            (circuit, tuple(name for kind in (LEAKAGE, IMMERSION) if (name := f"{output}.{kind}") in points))
            for circuit, output in circuits
        ]
        return cls(device, whole, tuple((circuit, names) for circuit, names in single if names))


def cabinet_finding(signals: CabinetSignals, view: View, rules: WetPowerRules) -> Finding:
    """What the cabinet's own signals say of every circuit of it."""
    return _worst([_point_finding(name, view, rules) for name in signals.whole])


def circuit_findings(
    signals: CabinetSignals, whole: Finding, view: View, rules: WetPowerRules
) -> dict[TargetId, Finding]:
    """What they say of circuits that have signals of their own, the cabinet's counted in."""
    return {
        circuit: _worst([whole, *(_point_finding(name, view, rules) for name in names)])
        for circuit, names in signals.single
    }


def zone_finding(zone: FloodZone, member: ZoneCircuit, readings: Sequence[Reading], rules: WetPowerRules) -> Finding:
    """What a zone's gauges say of one circuit in it."""
    said = vote(readings, member.live_part.value_m, rules.margin_m)
    hazard = _HAZARDS[said.water]
    suspected = said.over > 0
    if hazard is Hazard.NONE and not suspected:
        return ALL_DRY
    levels = " / ".join(_shown(reading) for reading in readings)
    part = f"{member.live_part.value_m:.2f} m ({member.live_part.datum}, {member.live_part.since})"
    text_en = f"{zone.name_en}: {_water_en(said)}; gauges {levels} m, lowest live part {part}"
    text_zh = f"{zone.name_zh}: {_WATER_ZH[said.water]}; 水位 {levels} m, 最低带电部位 {part}"
    return Finding(hazard, Why.WATER, text_en, text_zh, zone.id, suspected)


def worse(one: Finding, other: Finding) -> Finding:
    """The graver of two findings; a suspicion of either stays."""
    return _worst([one, other])


_HAZARDS = {
    Water.OVER: Hazard.WATER,
    Water.NEAR: Hazard.NEAR,
    Water.CLEAR: Hazard.NONE,
    Water.UNKNOWN: Hazard.BLIND,
}
_GRAVITY = {hazard: rank for rank, hazard in enumerate(Hazard)}
_WATER_ZH = {
    Water.OVER: "水位高于最低带电部位 (三取二)",
    Water.NEAR: "水位接近最低带电部位",
    Water.CLEAR: "水位已低于最低带电部位, 但有一支水位计仍显示偏高",
    Water.UNKNOWN: "水位信号不可信 (不足两支有效且一致的水位计)",
}


def _water_en(said: Vote) -> str:
    counts = f"{said.over} above, {said.below} below, {said.silent} not to be trusted"
    return {
        Water.OVER: "the water stands above its lowest live part (two of three)",
        Water.NEAR: "the water stands close below its lowest live part",
        Water.CLEAR: "the water stands below its lowest live part, but one gauge says otherwise",
        Water.UNKNOWN: f"no two good gauges agree ({counts})",
    }[said.water]


def _worst(findings: Sequence[Finding]) -> Finding:
    for finding in findings:
        if finding is not ALL_DRY:
            break
    else:
        return ALL_DRY  # nearly always
    gravest = min(findings, key=lambda finding: _GRAVITY[finding.hazard], default=ALL_DRY)
    if gravest.suspected or not any(finding.suspected for finding in findings):
        return gravest
    doubt = next(finding for finding in findings if finding.suspected)
    if gravest.text_en:
        return replace(gravest, suspected=True)
    return replace(doubt, hazard=gravest.hazard)


def _point_finding(point: str, view: View, rules: WetPowerRules) -> Finding:
    reading, device = view.read(point), view.block.device
    if not reading.good:
        return _unreadable(point, reading, view)
    if point.endswith(IMMERSION):
        if not reading.value:
            return ALL_DRY
        return Finding(
            Hazard.DIRECT,
            Why.IMMERSION,
            f"{device}: live parts stand in water ({point})",
            f"{device}: 带电部位浸水 ({point})",
            device,
        )
    if not isinstance(reading.value, (int, float)) or reading.value < rules.leakage_alarm_ma:
        return ALL_DRY
    limit = f"{rules.leakage_alarm_ma:g} mA"
    return Finding(
        Hazard.DIRECT,
        Why.LEAKAGE,
        f"{device}: leakage {reading.value:g} mA is past its alarm limit of {limit} ({point})",
        f"{device}: 漏电 {reading.value:g} mA 超过报警限值 {limit} ({point})",
        device,
    )


def _unreadable(point: str, reading: Reading, view: View) -> Finding:
    device = view.block.device
    asks = view.ready and reading.detail not in _OUT_OF_REACH
    shown = "" if reading.value is None else f", shows {reading.value}"
    return Finding(
        Hazard.BLIND if asks else Hazard.NONE,
        Why.IMMERSION if point.endswith(IMMERSION) else Why.LEAKAGE,
        f"{device}: {point} cannot be trusted ({reading.detail.value or reading.quality.name}{shown})",
        f"{device}: {point} 信号不可信 ({reading.detail.value or reading.quality.name}{shown})",
        device,
        suspected=True,
    )


def _shown(reading: Reading) -> str:
    if isinstance(reading.value, (int, float)) and not isinstance(reading.value, bool):
        number = f"{reading.value:.2f}"
        return number if reading.good else f"[{number} {reading.detail.value or reading.quality.name}]"
    return f"[{reading.detail.value or reading.quality.name}]"
