"""Verification: a command is CONFIRMED by independent feedback read after it was acknowledged, by nothing else."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from controller.domain.command import Cause, Command, CommandState
from controller.domain.image import Image
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.quality import Quality
from controller.logic.contract import LastWrite
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.command_log import CommandLog
from controller.runtime.noted import Noted
from controller.runtime.schedule_heap import DueHeap

UNREACHED_GRACE_S = 20.0
"""How long a proof waits for a device that went away, beyond its own time, before it is given up as INDETERMINATE."""
NO_FEEDBACK = "this point has no feedback (declared) / 该点无反馈（已声明）"
NOTHING_TO_READ = "no feedback to read back / 无反馈可回读"
NOT_READ_BACK = "could not be read back / 无法回读"
"""Remarks: what became of a command, in both languages."""


@dataclass(slots=True)
class _Pending:
    command: Command
    since_s: float
    deadline_s: float
    unsure: bool


class Verifier:
    """What was last written for each target and how it ended; the memory sequencers are given."""

    def __init__(self, commands: CommandLog, alarms: AlarmBook) -> None:
        self._commands = commands
        self._alarms = alarms
        self._pending: dict[DeviceId, dict[TargetId, _Pending]] = {}
        self._overdue = DueHeap()
        self.last: Noted[TargetId, LastWrite] = Noted()
        self.settled: set[TargetId] = set()
        """Targets whose last write was settled since a cycle last took them."""

    def queued(self, command: Command, now_s: float) -> None:
        """A command was dispatched: its target has an unsettled write."""
        self._withdraw(command)
        before = self.last.get(command.target)
        again = before is not None and (before.point, before.value) == (command.write.point, command.write.value)
        failures = before.failures if before is not None and again else 0
        self.last[command.target] = LastWrite(
            command.write.point, command.write.value, now_s, settled=False, confirmed=False, failures=failures
        )

    def acknowledged(self, command: Command, now_s: float) -> None:
        """The device acknowledged; from now on feedback counts."""
        if command.proof is None:
            self._settle(command, CommandState.ACKED, NO_FEEDBACK, confirmed=True)
            return
        self._commands.move(command.id, CommandState.VERIFYING)
        self._await(command, now_s, unsure=False)

    def unsure(self, command: Command, now_s: float) -> None:
        """Nobody knows whether it acted: only what is read back from now on decides."""
        if command.proof is None:
            self._settle(command, CommandState.INDETERMINATE, NOTHING_TO_READ, confirmed=False)
            return
        self._await(command, now_s, unsure=True)

    def gone(self, command: Command, *, failed: bool) -> None:
        """The command ended without acting: refused or out of reach (``failed``), or dead before it was sent.

        What was never sent is forgotten, so that nobody waits for its proof or counts it as an attempt. A newer
        command's memory is left alone.
        """
        last = self.last.get(command.target)
        if last is None or last.settled or not _remembers(last, command):
            return
        if failed:
            self.last[command.target] = replace(last, settled=True, confirmed=False, failures=last.failures + 1)
        else:
            del self.last[command.target]
        self.settled.add(command.target)

    def waits_for(self, device: DeviceId) -> bool:
        """Whether a proof is awaited from this device."""
        return device in self._pending

    def next_deadline_s(self) -> float:
        """When the next proof is overdue; infinite when none is awaited."""
        return self._overdue.next_s()

    def look(self, image: Image, now_s: float, read: Set[DeviceId]) -> None:
        """Compare awaited proofs with the image: of the devices just read, and those whose time is over."""
        overdue = {device_of(target) for target in self._overdue.take(now_s)}
        for device in sorted((read | overdue) & self._pending.keys()):
            waiting = self._pending[device]
            view = image.view(device, now_s)
            for pending in list(waiting.values()):
                assert pending.command.proof is not None  # noqa: S101 - narrows the type; nothing else is awaited
                self._judge(pending, view.read(pending.command.proof.point), now_s)

    def _await(self, command: Command, now_s: float, *, unsure: bool) -> None:
        assert command.proof is not None  # noqa: S101 - narrows the type; callers checked
        grace_s = UNREACHED_GRACE_S if unsure else 0.0
        pending = _Pending(command, now_s, now_s + command.proof.within_s + grace_s, unsure)
        self._pending.setdefault(command.write.device, {})[command.target] = pending
        self._overdue.put(command.target, pending.deadline_s)

    def _judge(self, pending: _Pending, reading: Reading, now_s: float) -> None:
        command = pending.command
        assert command.proof is not None  # noqa: S101 - narrows the type
        fresh = reading.received_s >= pending.since_s
        proof = f"{command.proof.point} reads {reading.value}"
        if fresh and reading.quality is Quality.GOOD and command.proof.met_by(reading.value):
            self._settle(command, CommandState.CONFIRMED, proof, confirmed=True)
        elif now_s < pending.deadline_s:
            return
        elif fresh and reading.quality is Quality.GOOD:
            expected = command.proof.expected
            text = f"{proof}, expected {expected}"
            text_zh = f"{command.proof.point} 为 {reading.value}，应为 {expected}"
            self._settle(command, CommandState.MISMATCH, f"{text} / {text_zh}", confirmed=False)
            self._alarm(command, text, text_zh, unsure=pending.unsure)
        elif pending.unsure:
            self._settle(command, CommandState.INDETERMINATE, NOT_READ_BACK, confirmed=False)
        else:
            point, why = command.proof.point, reading.detail.value or "no news"
            text = f"acknowledged, but {point} could not be read ({why}) / 已应答，但反馈 {point} 无法读取（{why}）"
            self._settle(command, CommandState.FAILED, text, confirmed=False, cause=Cause.NO_FEEDBACK)

    def _settle(
        self, command: Command, state: CommandState, text: str, *, confirmed: bool, cause: Cause | None = None
    ) -> None:
        self._forget(command)
        last = self.last.get(command.target)
        if last is not None and _remembers(last, command):
            failures = 0 if confirmed else last.failures + 1
            self.last[command.target] = replace(last, settled=True, confirmed=confirmed, failures=failures)
        self.settled.add(command.target)
        self._commands.move(command.id, state, text, cause)
        if state is CommandState.CONFIRMED:
            self._alarms.clear(command.target, "mismatch")

    def _withdraw(self, newer: Command) -> None:
        """An older write of the same point is not judged any more: it was superseded."""
        pending = self._pending.get(newer.write.device, {}).get(newer.target)
        if pending is not None and pending.command.write.point == newer.write.point:
            self._forget(pending.command)

    def _forget(self, command: Command) -> None:
        waiting = self._pending.get(command.write.device, {})
        if waiting.get(command.target) is not None and waiting[command.target].command is command:
            del waiting[command.target]
            self._overdue.drop(command.target)
        if not waiting:
            self._pending.pop(command.write.device, None)

    def _alarm(self, command: Command, text: str, text_zh: str, *, unsure: bool) -> None:
        heard, heard_zh = ("never answered", "未应答") if unsure else ("acknowledged it", "已应答")
        told = f"{command.target} was told {command.write.value} and {heard}, but {text}"
        told_zh = f"{command.target} 下令 {command.write.value}，{heard_zh}，但 {text_zh}"
        self._alarms.set(command.target, "mismatch", told, Priority.HIGH, text_zh=told_zh)


def _remembers(last: LastWrite, command: Command) -> bool:
    """Whether this memory is of this very command, not of an older or newer one."""
    return (last.point, last.value, last.sent_s) == (command.write.point, command.write.value, command.created_s)
