"""What is found, as alarms: raised, renewed and cleared as the findings stand, each folded under its cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.domain.points import DeviceId, TargetId
from controller.logic.faults.kinds import FaultKind, Finding
from controller.runtime.alarms import AlarmBook, Priority

Key = tuple[TargetId, FaultKind]

OURS: Mapping[FaultKind, int] = {
    FaultKind.LAMP_LOSS: Priority.MEDIUM,
    FaultKind.DAY_BURNER: Priority.MEDIUM,
    FaultKind.STUCK_CONTACTOR: Priority.MEDIUM,
    FaultKind.CABLE_THEFT: Priority.HIGH,
    FaultKind.PHASE_LOSS: Priority.HIGH,
    FaultKind.BREAKER_TRIP: Priority.HIGH,
    FaultKind.LEAKAGE: Priority.HIGH,
    FaultKind.DOOR: Priority.MEDIUM,
}
"""The kinds alarmed here. Immersion, photocells and clocks have their alarms already."""
FAILED = "fault_watch_failed"
"""A cabinet's faults could not be looked for: ours to mend, not the field's."""
RENEW_S = 60.0
"""The words of a standing alarm follow the readings no faster."""


class FaultAlarms:
    """Keeps the alarms of a cabinet as its findings stand."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._shown: dict[DeviceId, dict[Key, float]] = {}
        self._failed: set[DeviceId] = set()

    def failed(self, device: DeviceId, name: str, why: str) -> None:
        """Looking for the faults of a cabinet raised: what stands of it is old, and new faults are not found."""
        self._alarms.set(
            device,
            FAILED,
            f"{name}: its faults are not looked for, a look failed ({why}); tried again every minute. Watch it by its "
            "readings, and send the log line light_fault_look_failed to whoever keeps this software",
            Priority.MEDIUM,
            text_zh=f"{name}：故障判别出错（{why}），暂不判别；每分钟重试。请人工查看读数，"
            "并将日志 light_fault_look_failed 交软件维护方",
        )
        self._failed.add(device)

    def works(self, device: DeviceId) -> None:
        """A look of the cabinet came to its end."""
        if device in self._failed:
            self._failed.discard(device)
            self._alarms.clear(device, FAILED)

    def stands_for(self, device: DeviceId) -> bool:
        """Whether any alarm of ours was raised for the cabinet."""
        return device in self._shown

    def show(
        self,
        device: DeviceId,
        findings: Iterable[tuple[TargetId, Finding]],
        names: Mapping[TargetId, str],
        behind: Iterable[TargetId],
        now_s: float,
    ) -> bool:
        """Raise, renew, clear; whether anything began or ended. ``behind``: the circuits on lost phases."""
        before = self._shown.get(device, {})
        found = {(about, one.kind): one for about, one in findings if one.kind in OURS}
        after: dict[Key, float] = {}
        for key, one in found.items():
            told_s = before.get(key)
            if told_s is not None and now_s - told_s < RENEW_S:
                after[key] = told_s
                continue
            after[key] = now_s
            self._tell(key, one, names, behind)
        for about, kind in before.keys() - after.keys():
            self._alarms.clear(about, kind.value)
            if kind is FaultKind.PHASE_LOSS:
                self._alarms.unfold(about, kind.value)
        if after:
            self._shown[device] = after
        else:
            self._shown.pop(device, None)
        return before.keys() != after.keys()

    def adopt_standing(self, device: DeviceId) -> None:
        """Alarms of ours that stand since before a restart: what is not found again is cleared at the next look."""
        standing = {
            (alarm.source, FaultKind(alarm.condition)): float("-inf")
            for alarm in self._alarms.about(device)
            if alarm.stands and alarm.condition in OURS
        }
        if standing:
            self._shown[device] = standing
        if self._alarms.standing(device, FAILED):
            self._failed.add(device)

    def forget(self, about: TargetId) -> None:
        """It left the site: its alarms are over."""
        for alarm in self._alarms.about(about.partition("/")[0]):
            if alarm.stands and alarm.condition in (*OURS, FAILED) and alarm.source == about:
                self._alarms.clear(alarm.source, alarm.condition)
        self._failed.discard(about)
        for shown in self._shown.values():
            for key in [key for key in shown if key[0] == about]:
                del shown[key]

    def _tell(self, key: Key, one: Finding, names: Mapping[TargetId, str], behind: Iterable[TargetId]) -> None:
        about, kind = key
        name = names.get(about, about)
        if kind is FaultKind.PHASE_LOSS:
            self._alarms.fold(about, kind.value, behind)
        self._alarms.set(about, kind.value, f"{name}: {one.en}", OURS[kind], text_zh=f"{name}：{one.zh}")
