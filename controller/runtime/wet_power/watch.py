"""涉水断电 as it runs: looks at cabinets and zone gauges every turn, cuts, asks, and lights the dry neighbours.

It is part of the lighting cycle: what it latches in slot 1 is decided, sent and proven in the same turn. Journal and
state are written alongside, never before (slots 1 and 2 are not delayed). While a case is cut its slot 1 is held,
whoever empties it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

import structlog

from controller.domain.image import Image
from controller.domain.intents import Dim, Switch
from controller.domain.lights import Circuit, LightClass, Luminaire, Pole
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Moment
from controller.logic.dark_roads import RoadMap
from controller.logic.neighbours import Neighbourhood
from controller.logic.sequencers.lockout import locked_out, lockout_points
from controller.logic.wet_power import (
    ALL_DRY,
    DRY,
    Case,
    Finding,
    Hazard,
    Stage,
    Why,
    cut_case,
    follow,
    kept_case,
)
from controller.logic.wet_signals import CabinetSignals, cabinet_finding, circuit_findings, worse, zone_finding
from controller.logic.wet_zones import FloodZone
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.wet_power.alarms import WetAlarms
from controller.runtime.wet_power.lockouts import Later, Lockouts
from controller.runtime.wet_power.records import CASE, LOCKOUT, case_data, case_from
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord, PutRequest
from controller.store.state import StoredState

log = structlog.get_logger("wet_power")

OWNER = "wet power-off 涉水断电"
"""Owner of the cuts in slot 1 and of the neighbours' light in slot 4."""
ORIGIN = "wet_power"

_OFF = (Switch(False), Dim(0.0))
_DANGEROUS = frozenset({Hazard.DIRECT, Hazard.WATER, Hazard.BLIND})


class WetPowerWatch:
    """Every circuit's case. ``lockouts`` writes the cuts into the cabinets."""

    def __init__(
        self,
        site: Site,
        book: RequestBook,
        lockouts: Lockouts,
        alarms: AlarmBook,
        evidence: Later,
        keep: Callable[[Change], None],
    ) -> None:
        self.lockouts = lockouts
        self._book = book
        self._alarms = WetAlarms(alarms)
        self._evidence = evidence
        self._keep = keep
        self._cases: dict[TargetId, Case] = {}
        self._changed = True
        self.beside: frozenset[TargetId] = frozenset()
        """The dry neighbours of what is cut: turned to full while the sun's default wants them lit."""
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload); cases are kept, of circuits that left it too."""
        self._site = site
        self.rules = site.wet_power.rules
        self.zones: Mapping[str, FloodZone] = {zone.id: zone for zone in site.wet_power.zones}
        self._names = {zone.id: f"{zone.name_zh} {zone.name_en}" for zone in site.wet_power.zones}
        points = {b.device: b.points.keys() for endpoint in site.endpoints for b in endpoint.devices}
        self._circuits: dict[TargetId, Circuit] = {}
        self._lamps: dict[TargetId, Luminaire] = {}
        self._signals: dict[DeviceId, CabinetSignals] = {}
        self._lock_points: dict[DeviceId, tuple[tuple[TargetId, str], ...]] = {}
        for cabinet in site.city.cabinets.values():
            self._circuits |= {circuit.id: circuit for circuit in cabinet.circuits}
            outputs = [(circuit.id, circuit.output) for circuit in cabinet.circuits]
            known: Set[str] = points.get(cabinet.id, frozenset())
            self._signals[cabinet.id] = CabinetSignals.of(cabinet.id, outputs, known)
            self._lock_points[cabinet.id] = tuple(
                (circuit, point) for circuit, output in outputs if (point := lockout_points(output)[1]) in known
            )
        for pole in site.city.poles.values():
            self._adopt_pole(pole, points.get(pole.id, frozenset()))
        self._members = {
            **{cabinet.id: tuple(one.id for one in cabinet.circuits) for cabinet in site.city.cabinets.values()},
            **{pole.id: tuple(lamp.id for lamp in pole.luminaires) for pole in site.city.poles.values()},
        }
        self._neighbourhood = Neighbourhood(site.city, self.rules.neighbours_within_m)
        self.roads = RoadMap(site.city)
        self._direct: dict[TargetId, Finding] = {}
        self._suspects: set[DeviceId] = set()
        self._read: dict[str, tuple[Reading, ...]] = {}
        self._in_zones: dict[str, dict[TargetId, Finding]] = {}
        self._fresh: set[DeviceId] = set(self._signals)
        self._changed = True

    def _adopt_pole(self, pole: Pole, points: Set[str]) -> None:
        """A pole's lamps are cut like circuits, by the pole's own signals: they go dark; its supply stays."""
        for lamp in pole.luminaires:
            name = f"{pole.name} {lamp.output}"
            self._lamps[lamp.id] = lamp
            self._circuits[lamp.id] = Circuit(
                lamp.id, lamp.output, name, LightClass.ROAD, lamp.program, lamps=1, rated_w=lamp.rated_w
            )
        if pole.luminaires:
            outputs = [(lamp.id, lamp.output) for lamp in pole.luminaires]
            self._signals[pole.id] = CabinetSignals.of(pole.id, outputs, points)

    def restore(self, stored: StoredState, moment: Moment) -> None:
        """What was cut, asked and kept before a restart still is; slot 1 is held at once."""
        self._cases = {circuit: case_from(data, moment) for circuit, data in stored.of(CASE).items()}
        self.lockouts.restore(stored.of(LOCKOUT))
        self._hold_cuts()
        self._changed = True

    # -- every turn ---------------------------------------------------------------------------------------------

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> frozenset[TargetId]:
        """Look at the signals, follow every case; gives back the lights whose wish to be lit changed."""
        findings = self._find(image, changed, moment)
        for circuit in sorted(findings.keys() | self._cases.keys()):
            known = self._circuits.get(circuit)
            if known is None:
                continue
            case = self._cases.get(circuit, DRY)
            reserved = known.evacuation or known.underpass
            after = follow(case, findings.get(circuit, ALL_DRY), moment, self.rules, reserved=reserved)
            if after is not case:
                self._put(circuit, after, moment)
        self._hold_cuts()
        if not self._changed:
            return frozenset()
        self._changed = False
        self._alarms.show(self._cases, self.roads, self._names, self._circuits.__contains__, self._lamps)
        return self._relight(findings)

    def lift(self, target: TargetId, defaults: Iterable[Request]) -> tuple[Request, ...]:
        """Full light for a dry neighbour of what was cut, while its default (the sun's) wants it lit."""
        if target not in self.beside or not any(_lit(request) for request in defaults):
            return ()
        value = Dim(100.0) if target in self._lamps else Switch(True)
        reason = "lights beside it were cut for water: full light / 相邻照明涉水断电, 全亮补偿"
        return (Request(target, Slot.FLOOD_CRITICAL, value, OWNER, reason, origin=ORIGIN),)

    # -- asked by the desk --------------------------------------------------------------------------------------

    def case(self, circuit: TargetId) -> Case:
        """Where the circuit stands."""
        return self._cases.get(circuit, DRY)

    def cases(self) -> Mapping[TargetId, Case]:
        """Every circuit that is cut, asked about or kept."""
        return {circuit: case for circuit, case in self._cases.items() if case.stage is not Stage.DRY}

    def concerns(self, circuit: TargetId) -> bool:
        """Whether it is cut, asked about or kept: nothing else lights it up for the time being."""
        return self._cases.get(circuit, DRY).stage is not Stage.DRY

    def circuit(self, circuit: TargetId) -> Circuit | None:
        """A circuit of the site."""
        return self._circuits.get(circuit)

    def finding(self, circuit: TargetId, image: Image, moment: Moment) -> Finding:
        """What the signals say of a circuit at this very moment."""
        found = self._cabinet(device_of(circuit), image, moment).get(circuit, ALL_DRY)
        for zone in self.zones.values():
            readings = self.readings(zone, image, moment)
            for member in zone.circuits:
                if member.circuit == circuit:
                    found = worse(found, zone_finding(zone, member, readings, self.rules))
        return found

    def readings(self, zone: FloodZone, image: Image, moment: Moment) -> tuple[Reading, ...]:
        """What the zone's gauges show."""
        return tuple(image.view(gauge.device, moment.s).read(gauge.point) for gauge in zone.gauges)

    def cut(self, circuit: TargetId, moment: Moment, by: str, reason: str) -> None:
        """A person cuts it, at once."""
        case = self.case(circuit)
        finding = Finding(
            case.about,
            Why.PERSON,
            f"cut by {by}: {reason}" + (f" ({case.text_en})" if case.text_en else ""),
            f"{by} 决定断电: {reason}" + (f" ({case.text_zh})" if case.text_zh else ""),
            case.source or device_of(circuit),
        )
        self._put(circuit, cut_case(finding, moment, by=by), moment)
        self._hold_cuts()

    def kept(self, circuit: TargetId, moment: Moment, by: str, reason: str) -> Case:
        """The case as a person's decision to keep it lit would make it; nothing is changed."""
        return kept_case(self.case(circuit), moment, self.rules, by=by, reason=reason)

    def put_kept(self, circuit: TargetId, case: Case) -> None:
        """The decision to keep it lit is written down: it holds, unless the circuit was cut meanwhile."""
        if not self.case(circuit).cut:
            self._cases[circuit] = case
            self._changed = True

    def returned(self, circuit: TargetId) -> None:
        """The cut is over: slot 1 is emptied if it is ours, and the lock-out is lifted by itself."""
        self._cases.pop(circuit, None)
        self._keep(DropRecord(CASE, circuit))  # after whatever was still on its way to the store
        if self.holds(circuit):
            self._book.release(circuit, Slot.LIFE_SAFETY)
        self._changed = True

    def holds(self, circuit: TargetId) -> bool:
        """Whether slot 1 of the circuit is held by wet power-off, not by an emergency stop."""
        holder = self._book.holder(circuit, Slot.LIFE_SAFETY)
        return holder is not None and holder.origin == ORIGIN

    # -- inside -------------------------------------------------------------------------------------------------

    def _find(self, image: Image, changed: Set[DeviceId], moment: Moment) -> dict[TargetId, Finding]:
        again = {device_of(circuit) for circuit in self._cases}
        for device in (changed & self._signals.keys()) | self._fresh | (again & self._signals.keys()):
            findings = self._cabinet(device, image, moment)
            if findings or device in self._suspects:
                self._suspects.discard(device)
                self._take_in(device, findings)
            self._adopt_locked(device, image, moment)
        self._fresh = set()
        found = dict(self._direct)
        for zone in self.zones.values():
            for circuit, finding in self._zone(zone, image, moment).items():
                found[circuit] = worse(found.get(circuit, ALL_DRY), finding)
        return found

    def _take_in(self, device: DeviceId, findings: Mapping[TargetId, Finding]) -> None:
        for circuit in self._members[device]:
            finding = findings.get(circuit, ALL_DRY)
            if finding.hazard is Hazard.NONE and circuit not in self._cases:
                self._direct.pop(circuit, None)
            else:
                self._direct[circuit] = finding
                self._suspects.add(device)

    def _cabinet(self, device: DeviceId, image: Image, moment: Moment) -> dict[TargetId, Finding]:
        """By circuit; empty when every signal says dry, which is nearly always."""
        signals, view = self._signals.get(device), image.view(device, moment.s)
        if signals is None:
            return {}
        whole = cabinet_finding(signals, view, self.rules)
        if whole is ALL_DRY and not signals.single:
            return {}
        found = dict.fromkeys(self._members[device], whole)
        return found | circuit_findings(signals, whole, view, self.rules)

    def _zone(self, zone: FloodZone, image: Image, moment: Moment) -> Mapping[TargetId, Finding]:
        """By circuit; worked out again only when a reading changed or aged."""
        readings, before = self.readings(zone, image, moment), self._read.get(zone.id)
        if before is None or any(one is not other for one, other in zip(readings, before, strict=True)):
            self._read[zone.id] = readings
            self._in_zones[zone.id] = {
                member.circuit: zone_finding(zone, member, readings, self.rules) for member in zone.circuits
            }
        return self._in_zones[zone.id]

    def _adopt_locked(self, device: DeviceId, image: Image, moment: Moment) -> None:
        """A circuit its cabinet holds locked out, of which nothing is known here, counts as cut: never lit blindly."""
        view = image.view(device, moment.s)
        for circuit, point in self._lock_points.get(device, ()):
            shown = view.block.readings.get(point)
            if shown is None or not shown.value or self.lockouts.written(circuit) or self.case(circuit).cut:
                continue
            if locked_out(circuit, view) and not self._stopped(circuit):
                text_en = "its cabinet holds it locked out, and no cut of it is on record here"
                text_zh = "箱体处于闭锁状态, 本系统无断电记录"
                finding = Finding(Hazard.NONE, Why.FOUND_LOCKED, text_en, text_zh, device)
                self._put(circuit, cut_case(finding, moment), moment)

    def _stopped(self, circuit: TargetId) -> bool:
        holders = (self._book.holder(circuit, slot) for slot in (Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION))
        return any(holder is not None and holder.value in _OFF for holder in holders)

    def _put(self, circuit: TargetId, case: Case, moment: Moment) -> None:
        before = self._cases.get(circuit, DRY)
        if case is DRY:
            self._cases.pop(circuit, None)
        else:
            self._cases[circuit] = case
        if case.stage is Stage.DRY:
            if before.stage is not Stage.DRY:
                self._keep(DropRecord(CASE, circuit))
        else:
            self._keep(PutRecord(CASE, circuit, case_data(case, moment)))
        if case.stage is not before.stage or case.about is not before.about:
            self._changed = True
            self._tell(circuit, before, case)

    def _tell(self, circuit: TargetId, before: Case, case: Case) -> None:
        if case.stage is Stage.DRY and before.stage is Stage.DRY:
            return
        data: dict[str, Any] = {
            "stage": case.stage.value,
            "before": before.stage.value,
            "about": case.about.value,
            "why": case.why.value if case.why else "",
            "text": case.text_en,
            "by": case.by,
        }
        log.warning("wet_power", circuit=circuit, **{key: data[key] for key in ("stage", "why", "text")})
        self._evidence.later("wet_power", OWNER, circuit, data)

    def _hold_cuts(self) -> None:
        """Slot 1 of every cut circuit holds OFF, whoever emptied it; an emergency stop there serves as well."""
        for circuit, case in self._cases.items():
            if not case.cut or circuit not in self._book:
                continue
            holder = self._book.holder(circuit, Slot.LIFE_SAFETY)
            if holder is not None and holder.value in _OFF:
                continue
            reason = f"{case.text_en} / {case.text_zh}"
            off = Dim(0.0) if circuit in self._lamps else Switch(False)
            request = Request(circuit, Slot.LIFE_SAFETY, off, OWNER, reason, origin=ORIGIN, since=case.since)
            self._book.hold(request)
            self._keep(PutRequest(request))

    def _relight(self, findings: Mapping[TargetId, Finding]) -> frozenset[TargetId]:
        cut = {circuit for circuit, case in self._cases.items() if case.cut}
        wet = {circuit for circuit, finding in findings.items() if finding.hazard in _DANGEROUS}
        wet |= {circuit for circuit, case in self._cases.items() if case.stage is not Stage.DRY}
        beside = self._neighbourhood.beside(cut, wet) if cut else frozenset()
        turned, self.beside = beside ^ self.beside, beside
        return turned


def _lit(request: Request) -> bool:
    value = request.value
    return value.on if isinstance(value, Switch) else isinstance(value, Dim) and value.percent > 0.0
