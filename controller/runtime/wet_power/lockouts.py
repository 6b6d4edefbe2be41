"""Retained lock-outs: every latched stop of a circuit is also written into its cabinet, proven, and later lifted.

Level-triggered like everything else: while slot 1 or 2 holds a circuit off, its cabinet shall hold it locked out; when
the latch is gone, a lock-out this controller wrote is lifted. A cabinet that cannot hold one, or does not prove it,
is told to people: the breaker is then the only stop that outlives us (DESIGN section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from controller.domain.image import Image, View
from controller.domain.intents import Switch
from controller.domain.points import DeviceId, TargetId, device_of, output_of
from controller.domain.request import Decision
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment
from controller.logic.sequencers.level_triggered import LightTiming
from controller.logic.sequencers.lockout import locked_out, lockout_name, lockout_points, step_lockout
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.dispatch import Act
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.wet_power.records import LOCKOUT
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord

RETRY_S = (5.0, 10.0, 30.0)
"""Waits after unproven writes of what protects: it is not given up, and not written faster than this."""
NOT_RETAINED = "not_retained"
NOT_PROVEN = "cut_not_proven"


class Retention(StrEnum):
    """Whether a stop outlives us. NONE: it is not stopped. LIFTING: the latch is gone, the lock-out not yet."""

    NONE = ""
    WRITING = "WRITING"
    RETAINED = "RETAINED"
    UNPROVEN = "UNPROVEN"
    NOT_RETAINED = "NOT_RETAINED"
    LIFTING = "LIFTING"


class Later(Protocol):
    """Where outcomes are journalled (``Evidence``)."""

    def later(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Written soon."""
        ...


class Lockouts:
    """The lock-outs of one site's circuits. Used by the lighting cycle only."""

    def __init__(
        self,
        site: Site,
        last: Mapping[TargetId, LastWrite],
        alarms: AlarmBook,
        evidence: Later,
        keep: Callable[[Change], None],
    ) -> None:
        self._last = last
        self._alarms = alarms
        self._evidence = evidence
        self._keep = keep
        self._written: set[TargetId] = set()
        self._stopped: dict[TargetId, float] = {}
        self._told: dict[TargetId, Retention] = {}
        self._alarmed: set[tuple[DeviceId, str]] | None = None
        self._retries = DueHeap()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        points = {b.device: b.points.keys() for endpoint in site.endpoints for b in endpoint.devices}
        self._able = frozenset(
            circuit.id
            for cabinet in site.city.cabinets.values()
            for circuit in cabinet.circuits
            if lockout_points(circuit.output)[0] in points.get(cabinet.id, ())
        )
        self._names = {cabinet.id: cabinet.name for cabinet in site.city.cabinets.values()}
        self._prove_s = site.wet_power.rules.prove_within_s
        self._timing = LightTiming(verify_s=site.timing.verify_s, retry_s=RETRY_S)
        for target in [target for target in self._stopped if target not in site.city.targets]:
            del self._stopped[target]

    def restore(self, records: Iterable[TargetId]) -> None:
        """Lock-outs written before a restart are still this controller's to lift."""
        self._written.update(records)

    def able(self, circuit: TargetId) -> bool:
        """Whether the circuit's cabinet can hold a lock-out."""
        return circuit in self._able

    def written(self, circuit: TargetId) -> bool:
        """Whether this controller wrote one that it has not seen lifted."""
        return circuit in self._written

    def retention(self, circuit: TargetId) -> Retention:
        """How far the circuit's stop is kept, as last looked at."""
        if circuit in self._stopped:
            return self._told.get(circuit, Retention.WRITING)
        return Retention.LIFTING if circuit in self._written else Retention.NONE

    def due(self, moment: Moment) -> Iterable[TargetId]:
        """Circuits whose lock-out is due to be looked at by time."""
        return self._retries.take(moment.s)

    def step(
        self,
        circuit: TargetId,
        decision: Decision,
        view: View,
        moment: Moment,
        tagged: Callable[[TargetId], bool] = lambda _: False,
    ) -> Act | None:
        """The lock-out's write that is due for this decision, if any. None is lifted where a maintenance tag hangs."""
        stopped = _is_stop(decision)
        if not stopped and circuit not in self._stopped and circuit not in self._written:
            return None
        if stopped:
            self._stopped.setdefault(circuit, moment.s)
        else:
            self._stopped.pop(circuit, None)
            self._told.pop(circuit, None)
        if circuit not in self._able or (not stopped and circuit not in self._written):
            return None
        if stopped and circuit not in self._written:
            self._written.add(circuit)
            self._keep(PutRecord(LOCKOUT, circuit, {"since": moment.wall.isoformat()}))
        if not stopped and self._lifted(circuit, view):
            return None
        if not stopped and tagged(circuit):
            self._retries.put(circuit, moment.s + RETRY_S[0])
            return None
        last = self._last.get(lockout_name(circuit))
        step = step_lockout(circuit, view, last, moment, self._timing, locked=stopped)
        self._retries.put(circuit, max(step.next_s or moment.s + RETRY_S[0], moment.s + 1.0))
        return Act(step.wanted[0], decision.winner) if step.wanted else None

    def watch(self, image: Image, moment: Moment) -> None:
        """Tell people which stops are not retained, and which are not proven in time."""
        wanted: dict[tuple[DeviceId, str], list[TargetId]] = {}
        for circuit, since_s in self._stopped.items():
            view = image.view(device_of(circuit), moment.s)
            overdue = moment.s - since_s >= self._prove_s
            retention = self._judge(circuit, view, overdue=overdue)
            self._note(circuit, retention)
            if retention is Retention.NOT_RETAINED:
                wanted.setdefault((device_of(circuit), NOT_RETAINED), []).append(circuit)
            lit = view.value(f"{output_of(circuit)}.feedback") is True
            if overdue and (lit or retention is Retention.UNPROVEN):
                wanted.setdefault((device_of(circuit), NOT_PROVEN), []).append(circuit)
        self._show(wanted)

    def _judge(self, circuit: TargetId, view: View, *, overdue: bool) -> Retention:
        if circuit not in self._able:
            return Retention.NOT_RETAINED
        held = locked_out(circuit, view)
        if held or (held is None and self._told.get(circuit) is Retention.RETAINED):
            return Retention.RETAINED  # once proven it is kept where no lost link reaches it
        return Retention.UNPROVEN if overdue else Retention.WRITING

    def _note(self, circuit: TargetId, retention: Retention) -> None:
        if self._told.get(circuit) is retention:
            return
        self._told[circuit] = retention
        if retention is not Retention.WRITING:
            self._evidence.later("cut_retention", "controller", circuit, {"outcome": retention.value})

    def _lifted(self, circuit: TargetId, view: View) -> bool:
        """Whether the cabinet has reported the lock-out gone since it was last written; it is forgotten then."""
        point = lockout_points(output_of(circuit))[1]
        reading, last = view.read(point), self._last.get(lockout_name(circuit))
        if last is not None and (not last.settled or reading.received_s <= last.sent_s):
            return False
        if not view.ready or locked_out(circuit, view) is not False:
            return False
        self._written.discard(circuit)
        self._keep(DropRecord(LOCKOUT, circuit))
        self._evidence.later("lockout_lifted", "controller", circuit, {})
        return True

    def _show(self, wanted: Mapping[tuple[DeviceId, str], list[TargetId]]) -> None:
        for (device, condition), circuits in wanted.items():
            text = _TEXTS[condition].format(
                cabinet=f"{device} {self._names.get(device, '')}".strip(),
                outputs=", ".join(output_of(circuit) for circuit in sorted(circuits)),
            )
            self._alarms.set(device, condition, text, Priority.EMERGENCY)
        if self._alarmed is None:
            mine = (a for kind in _TEXTS for a in self._alarms.of_kind(kind) if a.source == a.device)
            self._alarmed = {(alarm.source, alarm.condition) for alarm in mine}
        for device, condition in self._alarmed - wanted.keys():
            self._alarms.clear(device, condition)
        self._alarmed = set(wanted)


_TEXTS = {
    NOT_RETAINED: (
        "{cabinet}: {outputs} cut, but NOT_RETAINED: this cabinet has no lock-out of its own and may light them again "
        "by its own program when it loses the centre. Send a crew to open the breakers. / "
        "{cabinet}: {outputs} 已断电但无法保持闭锁, 失联后箱体可能自行送电; 请派人到现场拉开断路器。"
    ),
    NOT_PROVEN: (
        "{cabinet}: {outputs} were to be cut and locked out, and that is not proven. Treat them as live; send a crew "
        "to open the breakers. / {cabinet}: {outputs} 断电或闭锁未得到证实, 按带电处理; 请派人到现场拉开断路器。"
    ),
}


def _is_stop(decision: Decision) -> bool:
    winner = decision.winner
    return winner.slot <= Slot.EQUIPMENT_PROTECTION and winner.value == Switch(False)
