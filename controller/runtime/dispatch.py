"""Dispatch: wanted writes become commands, are written down, and go out staggered; late ones never go out at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.command import Cause, Command, CommandState, Wanted
from controller.domain.intents import Dim, Show, Switch
from controller.domain.points import DeviceId, device_of
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.runtime.book import RequestBook
from controller.runtime.channel import Channel
from controller.runtime.command_log import CommandLog
from controller.runtime.evidence import Evidence
from controller.runtime.verification import Verifier
from controller.settings.timing import Timing

_LABELS = {slot: slot.label for slot in Slot}
_NOT_SENT = frozenset({CommandState.VALIDATED, CommandState.QUEUED})
_UNDELAYED = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION})


@dataclass(frozen=True, slots=True)
class Act:
    """A wanted write and the request it serves, after the interlocks."""

    wanted: Wanted
    winner: Request


class Dispatcher:
    """The only way from a decision to a device. Also the channels' ``Outcomes``."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        commands: CommandLog,
        verifier: Verifier,
        evidence: Evidence,
        timing: Timing,
        guard: Callable[[Command], Verdict] = lambda _: ALLOWED,
    ) -> None:
        self._clock = clock
        self._book = book
        self._commands = commands
        self._verifier = verifier
        self._evidence = evidence
        self._timing = timing
        self._guard = guard
        self._channels: dict[DeviceId, Channel] = {}
        self._current: dict[tuple[DeviceId, str], tuple[Command, Request]] = {}
        self._free_s: dict[DeviceId, float] = {}

    def route(self, channels: Mapping[DeviceId, Channel]) -> None:
        """Which channel leads to which device."""
        self._channels = dict(channels)

    async def dispatch(self, acts: Sequence[Act], cycle: str) -> None:
        """Write down one record for the batch, then send. Slots 1–2 are sent first and written alongside."""
        if not acts:
            return
        now_s = self._clock.monotonic()
        urgent = [self._command(act, now_s) for act in acts if act.winner.slot in _UNDELAYED]
        ordinary = [self._command(act, now_s) for act in acts if act.winner.slot not in _UNDELAYED]
        self._send(urgent)
        await self._evidence.before_automation("commands", cycle, "", _record([*urgent, *ordinary]))
        self._send(ordinary)

    def _command(self, act: Act, now_s: float) -> Command:
        wanted, winner = act.wanted, act.winner
        command = Command(
            id=secrets.token_hex(8),
            target=wanted.target,
            write=wanted.write,
            proof=wanted.proof,
            slot=winner.slot,
            owner=winner.owner,
            reason=winner.reason,
            created_s=now_s,
            not_after_s=now_s + self._timing.command_deadline_s,
            lease_id=winner.lease.id if winner.lease else None,
            protective=wanted.protective,
            request_id=winner.request_id,
            on_behalf_of=winner.target,
        )
        older = self._current.get((wanted.write.device, wanted.write.point))
        self._current[wanted.write.device, wanted.write.point] = (command, winner)
        if older is not None:
            self._commands.move(older[0].id, CommandState.SUPERSEDED, f"by {command.id}")
        self._commands.open(command)
        self._verifier.queued(command, now_s)
        return command

    def _send(self, commands: Sequence[Command]) -> None:
        for command in commands:
            channel = self._channels.get(command.write.device)
            if channel is None:  # a reload came while it was written down
                self._verifier.gone(command, failed=False)
                text = f"{command.write.device} left the configuration; never sent / 已从配置中移除，未发送"
                self._commands.move(command.id, CommandState.CANCELLED, text)
                continue
            self._commands.move(command.id, CommandState.QUEUED)
            channel.submit(command, self._slot_time_s(command))

    def _slot_time_s(self, command: Command) -> float:
        """When this command may go out: contactors of one device stand apart, protection never waits."""
        now_s = self._clock.monotonic()
        device = command.write.device
        if command.slot in _UNDELAYED:
            return now_s
        at_s = max(now_s, self._free_s.get(device, now_s))
        self._free_s[device] = at_s + self._timing.contactor_stagger_s
        return at_s

    def withdraw(self, owner: str, request_id: str, why: str) -> int:
        """Cancel what this request's commands have not sent yet; how many those were. What was sent is followed."""
        withdrawn = 0
        for command, _ in tuple(self._current.values()):
            track = self._commands.get(command.id)
            if track is None or (command.owner, command.request_id) != (owner, request_id):
                continue
            if track.state in _NOT_SENT:
                self._verifier.gone(command, failed=False)
                self._commands.move(command.id, CommandState.CANCELLED, why)
                withdrawn += 1
        return withdrawn

    # -- what the channels tell ---------------------------------------------------------------------------------

    def last_look(self, command: Command) -> tuple[CommandState, Cause, str] | None:
        """The deadline, the lease behind the value, the decision itself, tag and switch, checked before the socket."""
        track = self._commands.get(command.id)
        if track is not None and track.state is CommandState.CANCELLED:
            return CommandState.CANCELLED, Cause.EXPIRED, "withdrawn before it was sent / 发送前已撤回"
        ended = self._ended(command)
        if ended is not None:
            state, cause, text = ended
            self._verifier.gone(command, failed=False)
            self._commands.move(command.id, state, text, cause)
        return ended

    def _ended(self, command: Command) -> tuple[CommandState, Cause, str] | None:
        now_s = self._clock.monotonic()
        if now_s > command.not_after_s:
            late_s = now_s - command.not_after_s
            return (
                CommandState.EXPIRED,
                Cause.EXPIRED,
                f"{late_s:.1f} s past its deadline; never sent / 超时 {late_s:.1f} 秒，未发送",
            )
        if command.lease_id is not None:
            request = self._book.lease(command.lease_id)
            if request is None or (request.lease is not None and request.lease.over(now_s)):
                return (
                    CommandState.EXPIRED,
                    Cause.EXPIRED,
                    "the lease behind it ended; never sent / 所依租约已到期，未发送",
                )
        newest, behind = self._current[command.write.device, command.write.point]
        if newest is not command:
            return (
                CommandState.SUPERSEDED,
                Cause.EXPIRED,
                "a newer command took its place; never sent / 被新指令取代，未发送",
            )
        if self._decided_otherwise(behind):
            return (
                CommandState.SUPERSEDED,
                Cause.EXPIRED,
                "something else was decided meanwhile; never sent / 其间另有决策，未发送",
            )
        verdict = self._guard(command)
        if verdict.ruling is not Ruling.ALLOW:
            return CommandState.REJECTED, verdict.cause, f"{verdict.reason}; never sent 未发送"
        return None

    def _decided_otherwise(self, behind: Request) -> bool:
        """Whether a light's decision changed while its write waited.

        Where the light already is as now decided, no newer command comes to supersede it. A station's writes are
        steps of a sequence; its sequencer takes back what no longer fits.
        """
        if behind.target not in self._book:
            return True
        light = isinstance(behind.value, (Switch, Dim, Show))
        return light and self._book.decision(behind.target).winner.value != behind.value

    def sent(self, command: Command) -> None:
        """On the wire."""
        self._commands.move(command.id, CommandState.SENT)

    def acked(self, command: Command) -> None:
        """Acknowledged: not proven yet."""
        self._commands.move(command.id, CommandState.ACKED)
        self._verifier.acknowledged(command, self._clock.monotonic())

    def unsure(self, command: Command, text: str) -> None:
        """Sent, and nobody knows."""
        self._commands.move(command.id, CommandState.INDETERMINATE, text)
        self._verifier.unsure(command, self._clock.monotonic())

    def failed(self, command: Command, cause: Cause, text: str) -> None:
        """Certainly not done."""
        self._verifier.gone(command, failed=True)
        self._commands.move(command.id, CommandState.FAILED, text, cause)

    def waits(self, command: Command, text: str) -> None:
        """Certainly not done yet: back in its channel's queue, where its deadline and every check apply again."""
        self._commands.move(command.id, CommandState.QUEUED, text)

    def awaits(self, device: DeviceId) -> bool:
        """Whether a proof is still awaited from this device."""
        return self._verifier.waits_for(device)


def _record(commands: Sequence[Command]) -> dict[str, object]:
    return {
        "members": {
            command.target: {
                "id": command.id,
                "write": str(command.write),
                "slot": _LABELS[command.slot],
                "owner": command.owner,
                "reason": command.reason,
                "lease": command.lease_id,
                "request": command.request_id,
            }
            for command in commands
        },
        "devices": len({device_of(command.target) for command in commands}),
    }
