"""From the watch's cases and the image of this moment to the views of wet power-off."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.domain.image import Image
from controller.domain.points import TargetId
from controller.logic.contract import Moment
from controller.logic.wet_power import Check, return_refusal
from controller.logic.wet_zones import FloodZone, ZoneGauge
from controller.runtime.table import ImageTable
from controller.runtime.wet_power.views import (
    CheckView,
    GaugeSaid,
    RoadView,
    WetCircuitView,
    WetOverview,
    ZoneView,
)
from controller.runtime.wet_power.watch import WetPowerWatch


class WetPowerLook:
    """Answers questions; changes nothing. ``checks`` is the desk's own register."""

    def __init__(
        self, clock: Clock, watch: WetPowerWatch, table: ImageTable, city: City, checks: Mapping[TargetId, Check]
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._table = table
        self._checks = checks
        self.city = city

    def moment(self) -> Moment:
        """Now."""
        return Moment(self._clock.now(), self._clock.monotonic())

    def zones(self) -> tuple[ZoneView, ...]:
        """Every flood zone with what its gauges say of each circuit in it."""
        moment, image = self.moment(), self._table.snapshot()
        return tuple(self._zone(zone, image, moment) for zone in self._watch.zones.values())

    def overview(self) -> WetOverview:
        """What is cut, asked about and kept."""
        moment, image = self.moment(), self._table.snapshot()
        cases = self._watch.cases()
        roads = self._watch.roads.dark(circuit for circuit, case in cases.items() if case.cut)
        return WetOverview(
            tuple(self._circuit(circuit, image, moment) for circuit in sorted(cases)),
            tuple(RoadView(r.division, r.road, r.cut, r.circuits, r.wholly) for r in roads),
            tuple(sorted(self._watch.beside)),
        )

    def circuit(self, circuit: TargetId) -> WetCircuitView:
        """One circuit.

        Raises:
            UnknownTarget: no such circuit.
        """
        if self._watch.circuit(circuit) is None and circuit not in self._watch.cases():
            raise UnknownTarget(f"no circuit {circuit} in this site; `zhadao status` lists assets and outputs")
        return self._circuit(circuit, self._table.snapshot(), self.moment())

    def refusal(self, circuit: TargetId) -> str | None:
        """Why the circuit may not be returned now."""
        moment = self.moment()
        case = self._watch.case(circuit)
        finding = self._watch.finding(circuit, self._table.snapshot(), moment)
        return return_refusal(case, finding, self._checks.get(circuit), moment.wall, self._watch.rules)

    def _zone(self, zone: FloodZone, image: Image, moment: Moment) -> ZoneView:
        gauges = tuple(_gauge(gauge, image, moment) for gauge in zone.gauges)
        circuits = tuple(
            self._circuit(member.circuit, image, moment, member.live_part.value_m) for member in zone.circuits
        )
        return ZoneView(zone.id, zone.name_zh, zone.name_en, zone.datum, gauges, circuits)

    def _circuit(
        self, circuit: TargetId, image: Image, moment: Moment, live_part_m: float | None = None
    ) -> WetCircuitView:
        case, known = self._watch.case(circuit), self._watch.circuit(circuit)
        check, rules = self._checks.get(circuit), self._watch.rules
        finding = self._watch.finding(circuit, image, moment)
        refusal = return_refusal(case, finding, check, moment.wall, rules)
        return WetCircuitView(
            circuit=circuit,
            name=known.name if known else "",
            stage=case.stage.value,
            hazard=finding.hazard.value,
            why=case.why.value if case.why else "",
            text_en=case.text_en,
            text_zh=case.text_zh,
            since=case.since,
            by=case.by,
            ends_in_s=None if case.ends_s is None else max(0.0, case.ends_s - moment.s),
            reserved=known is not None and (known.evacuation or known.underpass),
            live_part_m=self._live_part_m(circuit) if live_part_m is None else live_part_m,
            retention=self._watch.lockouts.retention(circuit).value,
            check=None if check is None else check_view(check, passes=check.passes(rules)),
            return_refusal=(refusal or "") if case.cut else "",
        )

    def _live_part_m(self, circuit: TargetId) -> float | None:
        parts = [
            m.live_part.value_m for zone in self._watch.zones.values() for m in zone.circuits if m.circuit == circuit
        ]
        return min(parts, default=None)


def check_view(check: Check, *, passes: bool) -> CheckView:
    """A check as it is shown."""
    return CheckView(
        check.kind.value, check.value, check.kind.unit, check.by, check.at, check.recorded_by, check.note, passes
    )


def _gauge(gauge: ZoneGauge, image: Image, moment: Moment) -> GaugeSaid:
    reading = image.view(gauge.device, moment.s).read(gauge.point)
    number = isinstance(reading.value, (int, float)) and not isinstance(reading.value, bool)
    level_m = float(reading.value) if number and isinstance(reading.value, (int, float)) else None
    return GaugeSaid(gauge.device, gauge.point, gauge.datum, level_m, reading.quality.name, reading.detail.value)
