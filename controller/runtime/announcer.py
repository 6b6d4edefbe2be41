"""Telling the journal, the state store and the live stream what the parts report."""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.command import FINAL, CommandState
from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.runtime.alarming.kept import alarm_data
from controller.runtime.alarms import Alarm, AlarmState
from controller.runtime.command_log import Track
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.store.changes import DropAlarm, PutAlarm

FEW = 20
"""So many slots are told one by one."""
MOST_NAMED = 500
"""Targets named in one change."""


class Announcer:
    """Tells the journal, the state store and the live stream what the parts report; decides nothing."""

    def __init__(self, stream: ChangeStream, evidence: Evidence, keeper: Keeper) -> None:
        self._stream = stream
        self._evidence = evidence
        self._keeper = keeper

    def command(self, track: Track) -> None:
        """A command made a step; final ones are journalled."""
        command, ends = track.command, track.state in FINAL or track.state is CommandState.INDETERMINATE
        listened = self._stream.listeners
        if not (listened or ends):
            return
        data: dict[str, object] = {"id": command.id, "state": track.state.value, "remark": track.remark}
        if listened:
            self._stream.publish("command", command.target, data)
        if ends:
            cause = track.cause.value if track.cause else ""
            outcome = {**data, "write": str(command.write), "cause": cause}
            self._evidence.later("outcome", command.owner, command.target, outcome)

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed its state."""
        data: dict[str, object] = {"state": alarm.state.value, "text": alarm.text, "priority": alarm.priority}
        if alarm.roots:
            data["suppressed_by"] = list(alarm.roots)
        self._stream.publish("alarm", alarm.id, {**data, "source": alarm.source})
        self._evidence.later("alarm", alarm.acknowledged_by or "controller", alarm.source, {"id": alarm.id, **data})
        gone = alarm.state is AlarmState.NORM
        self._keeper.keep(DropAlarm(alarm.id) if gone else PutAlarm(alarm.id, alarm_data(alarm)))

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Targets were decided anew."""
        if self._stream.listeners:
            for decision in decisions:
                winner = decision.winner
                self._stream.publish(
                    "decision", decision.target, {"value": str(winner.value), "slot": winner.slot.label}
                )

    def ordered(self, requests: Sequence[Request]) -> None:
        """Slots were filled or emptied: told target by target, or, of many, request by request with its targets.

        Ten thousand changes at once would end every listener that is not very quick.
        """
        if not self._stream.listeners:
            return
        if len(requests) <= FEW:
            for request in requests:
                data: dict[str, object] = {"slot": request.slot.label, "value": str(request.value)}
                self._stream.publish("lease", request.target, data)
            return
        alike: dict[tuple[str, str, Slot, Intent], list[TargetId]] = {}
        for request in requests:
            alike.setdefault((request.owner, request.request_id, request.slot, request.value), []).append(
                request.target
            )
        for (owner, request_id, slot, value), targets in alike.items():
            about = {"slot": slot.label, "value": str(value), "owner": owner, "request_id": request_id}
            for begin in range(0, len(targets), MOST_NAMED):
                named = targets[begin : begin + MOST_NAMED]
                self._stream.publish("lease", request_id or named[0], {**about, "targets": named})
