"""Verification: a command is CONFIRMED by independent feedback read after it was acknowledged, by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from controller.domain.command import Cause, Command, CommandState
from controller.domain.image import Image
from controller.domain.points import DeviceId, Reading, TargetId
from controller.domain.quality import Quality
from controller.logic.contract import LastWrite
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.command_log import CommandLog

UNREACHED_GRACE_S = 20.0
"""How long a proof waits for a device that went away, beyond its own time, before it is given up as INDETERMINATE."""


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
        self._pending: dict[DeviceId, dict[str, _Pending]] = {}
        self.last: dict[TargetId, LastWrite] = {}
        self.settled: set[TargetId] = set()
        """Targets whose last write was settled since a cycle last took them."""

    def queued(self, command: Command, now_s: float) -> None:
        """A command was dispatched: its target has an unsettled write."""
        before = self.last.get(command.target)
        failures = before.failures if before is not None and before.point == command.write.point else 0
        self.last[command.target] = LastWrite(
            command.write.point, command.write.value, now_s, settled=False, confirmed=False, failures=failures
        )

    def acknowledged(self, command: Command, now_s: float) -> None:
        """The device acknowledged; from now on feedback counts."""
        if command.proof is None:
            self._settle(command, CommandState.ACKED, "this point has no feedback (declared)", confirmed=True)
            return
        self._commands.move(command.id, CommandState.VERIFYING)
        self._await(command, now_s, unsure=False)

    def unsure(self, command: Command, now_s: float) -> None:
        """Nobody knows whether it acted: only what is read back from now on decides."""
        if command.proof is None:
            self._settle(command, CommandState.INDETERMINATE, "no feedback to read back", confirmed=False)
            return
        self._await(command, now_s, unsure=True)

    def gone(self, command: Command, *, failed: bool) -> None:
        """The command ended without reaching the device."""
        last = self.last.get(command.target)
        if last is not None and not last.settled and last.point == command.write.point:
            failures = last.failures + 1 if failed else last.failures
            self.last[command.target] = replace(last, settled=True, confirmed=False, failures=failures)
            self.settled.add(command.target)

    def waits_for(self, device: DeviceId) -> bool:
        """Whether a proof is awaited from this device."""
        return device in self._pending

    def next_deadline_s(self) -> float:
        """When the next proof is overdue; infinite when none is awaited."""
        waiting = (pending for device in self._pending.values() for pending in device.values())
        return min((pending.deadline_s for pending in waiting), default=float("inf"))

    def look(self, image: Image, now_s: float, devices: Iterable[DeviceId] | None = None) -> None:
        """Compare every awaited proof with the image."""
        for device in list(self._pending if devices is None else set(devices) & self._pending.keys()):
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
            self._settle(command, CommandState.MISMATCH, f"{proof}, expected {command.proof.expected}", confirmed=False)
        elif pending.unsure:
            self._settle(command, CommandState.INDETERMINATE, "could not be read back", confirmed=False)
        else:
            text = f"acknowledged, but {command.proof.point} could not be read ({reading.detail.value or 'no news'})"
            self._settle(command, CommandState.FAILED, text, confirmed=False, cause=Cause.NO_FEEDBACK)

    def _settle(
        self, command: Command, state: CommandState, text: str, *, confirmed: bool, cause: Cause | None = None
    ) -> None:
        self._forget(command)
        last = self.last.get(command.target)
        if last is not None and last.point == command.write.point and last.value == command.write.value:
            failures = 0 if confirmed else last.failures + 1
            self.last[command.target] = replace(last, settled=True, confirmed=confirmed, failures=failures)
        self.settled.add(command.target)
        self._commands.move(command.id, state, text, cause)
        self._alarm(command, state, text)

    def _forget(self, command: Command) -> None:
        waiting = self._pending.get(command.write.device, {})
        if waiting.get(command.target) is not None and waiting[command.target].command is command:
            del waiting[command.target]
        if not waiting:
            self._pending.pop(command.write.device, None)

    def _alarm(self, command: Command, state: CommandState, text: str) -> None:
        if state is CommandState.MISMATCH:
            told = f"{command.target} was told {command.write.value} and acknowledged it, but {text}"
            self._alarms.set(command.target, "mismatch", told, Priority.HIGH)
        elif state is CommandState.CONFIRMED:
            self._alarms.clear(command.target, "mismatch")
