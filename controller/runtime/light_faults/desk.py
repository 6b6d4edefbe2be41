"""Where people and other parts ask for open faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.faults.baseline import expected_w, limit_of, seen_lamps
from controller.logic.faults.circuit import CircuitWatch
from controller.logic.faults.kinds import METHODS, FaultKind, Finding, how_told
from controller.logic.scopes import Scopes, parse_scope
from controller.runtime.alarming.alarm import Alarm
from controller.runtime.alarms import AlarmBook
from controller.runtime.light_faults.office import LightFaults
from controller.runtime.light_faults.views import BaselineView, LightFaultsView, LightFaultView

ELSEWHERE = (FaultKind.PHOTOCELL, FaultKind.CLOCK)
"""Found and alarmed by other parts; their alarms are listed among the faults."""
CUT = "wet_power_cut"


class LightFaultDesk:
    """Answers for faults of lighting."""

    def __init__(self, office: LightFaults, *, alarms: AlarmBook, clock: Clock, scopes: Callable[[], Scopes]) -> None:
        self._office = office
        self._alarms = alarms
        self._clock = clock
        self._scopes = scopes

    def open_faults(self, target: TargetId) -> tuple[LightFaultView, ...]:
        """What is open on a circuit (with what its whole cabinet suffers), or on a cabinet and all in it."""
        device = device_of(target)
        about = {target, device}
        return tuple(one for one in self._of(device, self._elsewhere()) if target == device or one.about in about)

    def intact(self, target: TargetId) -> bool | None:
        """Whether nothing is open on a circuit; None while it cannot be judged (no baseline yet, or out of reach)."""
        if self.open_faults(target):
            return False
        watch = self._office.circuit(target)
        reached = not self._alarms.standing(device_of(target), "offline")
        return True if watch is not None and watch.baseline.trained and reached else None

    def of_scope(self, scope: str = "city", sees: Callable[[DeviceId], bool] = lambda _: True) -> LightFaultsView:
        """The open faults of a scope, the gravest kinds first.

        Raises:
            InvalidValue: that is no scope. UnknownTarget: no light is so named (which is not "no faults").
        """
        asked, scopes = parse_scope(scope), self._scopes()
        if not scopes.known(asked):
            raise UnknownTarget(f"no lights are named {asked}, so nothing can be said of them; see `zhadao status`")
        targets = [one for one in scopes.targets(asked) if self._office.circuit(one) is not None]
        inside, devices = set(targets), dict.fromkeys(device_of(one) for one in targets)
        elsewhere = self._elsewhere()
        faults = [
            fault
            for device in devices
            if sees(device)
            for fault in self._of(device, elsewhere)
            if fault.about == device or fault.about in inside
        ]
        order = {kind.value: rank for rank, kind in enumerate(_GRAVEST)}
        faults.sort(key=lambda one: (order[one.kind], one.about))
        mine = [watch for one in targets if sees(device_of(one)) and (watch := self._office.circuit(one))]
        return LightFaultsView(
            scope=str(asked),
            circuits=len(mine),
            learned=sum(watch.baseline.trained for watch in mine),
            by_kind=dict(Counter(one.kind for one in faults)),
            faults=tuple(faults),
        )

    def baselines(self, cabinet: DeviceId) -> tuple[BaselineView, ...]:
        """What the circuits of a cabinet are compared with. Raises UnknownTarget."""
        watch = self._office.watches().get(cabinet)
        if watch is None:
            raise UnknownTarget(f"there is no cabinet {cabinet}; `zhadao status` shows what there is")
        return tuple(self._baseline(target, one) for target, one in watch.circuits.items())

    # -- inside -----------------------------------------------------------------------------------------------------

    def _elsewhere(self) -> dict[DeviceId, list[Alarm]]:
        """The standing alarms of faults that other parts find, by device."""
        found: dict[DeviceId, list[Alarm]] = {}
        for kind in ELSEWHERE:
            for alarm in self._alarms.of_kind(kind.value):
                if alarm.stands:
                    found.setdefault(alarm.source, []).append(alarm)
        return found

    def _of(self, device: DeviceId, elsewhere: Mapping[DeviceId, Sequence[Alarm]]) -> Iterator[LightFaultView]:
        found = list(self._office.findings(device))
        alarms = {(alarm.source, alarm.kind): alarm for alarm in self._alarms.about(device) if alarm.stands}
        for about, one in found:
            name = CUT if one.kind is FaultKind.IMMERSION else one.kind.value
            yield self._view(about, one, alarms.get((about, name)))
        for alarm in elsewhere.get(device, ()):
            yield self._view(device, Finding(FaultKind(alarm.kind), alarm.text, alarm.text_zh, 0.9), alarm)

    def _view(self, about: TargetId, found: Finding, alarm: Alarm | None) -> LightFaultView:
        method = METHODS[found.kind]
        how = how_told(found.kind, self._office.rules, self._office.sensors)
        return LightFaultView(
            about=about,
            cabinet=device_of(about),
            name=self._office.name(about),
            kind=found.kind.value,
            title_zh=method.title.zh,
            title_en=method.title.en,
            since=self._since(alarm),
            text_zh=found.zh,
            text_en=found.en,
            method_zh=how.zh,
            method_en=how.en,
            confidence=found.confidence,
            lost_w=round(found.lost_w, 1),
            baseline_w=self._usual_w(about),
            alarm="" if alarm is None else alarm.id,
            alarm_state="" if alarm is None else alarm.state.value,
            folded_under=() if alarm is None else alarm.roots,
        )

    def _since(self, alarm: Alarm | None) -> datetime:
        return self._clock.now() if alarm is None else alarm.raised

    def _usual_w(self, about: TargetId) -> float | None:
        watch = self._office.circuit(about)
        if watch is None or not watch.baseline.trained:
            return None
        nominal_v = self._office.rules.nominal_v
        return round(expected_w(watch.baseline, self._office.hour(), nominal_v, nominal_v), 1)

    def _baseline(self, target: TargetId, watch: CircuitWatch) -> BaselineView:
        kept, rules, lamps = watch.baseline, self._office.rules, watch.circuit.lamps
        known = kept.trained
        middle_v = (kept.low_v + kept.high_v) / 2.0
        return BaselineView(
            circuit=target,
            name=self._office.name(target),
            lamps=lamps,
            rated_w=watch.circuit.rated_w,
            learned=known,
            nights=rules.learn_nights if known else kept.nights,
            level=watch.level,
            baseline_w=self._usual_w(target),
            exponent=round(kept.exponent, 2) if known else None,
            limit=round(limit_of(kept, lamps, middle_v, rules), 4) if known else None,
            least_lamps=seen_lamps(kept, lamps, rules) if known else None,
            share_off=None if watch.off is None else round(watch.off, 4),
        )


_GRAVEST = (
    FaultKind.IMMERSION,
    FaultKind.CABLE_THEFT,
    FaultKind.LEAKAGE,
    FaultKind.PHASE_LOSS,
    FaultKind.BREAKER_TRIP,
    FaultKind.STUCK_CONTACTOR,
    FaultKind.DAY_BURNER,
    FaultKind.LAMP_LOSS,
    FaultKind.DOOR,
    FaultKind.PHOTOCELL,
    FaultKind.CLOCK,
)
