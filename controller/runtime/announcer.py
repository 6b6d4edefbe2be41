"""Telling the journal, the state store and the live stream what the parts report."""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.command import CommandState
from controller.domain.request import Decision, Request
from controller.runtime.alarms import Alarm, AlarmState
from controller.runtime.command_log import Track
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.restoring import alarm_data
from controller.runtime.stream import ChangeStream
from controller.store.changes import DropAlarm, PutAlarm


class Announcer:
    """Tells the journal, the state store and the live stream what the parts report; decides nothing."""

    def __init__(self, stream: ChangeStream, evidence: Evidence, keeper: Keeper) -> None:
        self._stream = stream
        self._evidence = evidence
        self._keeper = keeper

    def command(self, track: Track) -> None:
        """A command made a step; final ones are journalled."""
        command = track.command
        data: dict[str, object] = {"id": command.id, "state": track.state.value, "remark": track.remark}
        self._stream.publish("command", command.target, data)
        if track.state.final or track.state is CommandState.INDETERMINATE:
            cause = track.cause.value if track.cause else ""
            outcome = {**data, "write": str(command.write), "cause": cause}
            self._evidence.later("outcome", command.owner, command.target, outcome)

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed its state."""
        data: dict[str, object] = {"state": alarm.state.value, "text": alarm.text, "priority": alarm.priority}
        self._stream.publish("alarm", alarm.id, data)
        self._evidence.later("alarm", alarm.acknowledged_by or "controller", alarm.source, {"id": alarm.id, **data})
        gone = alarm.cleared is not None and alarm.state is AlarmState.ACKED
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
        """Slots were filled or emptied."""
        for request in requests:
            data: dict[str, object] = {"slot": request.slot.label, "value": str(request.value)}
            self._stream.publish("lease", request.target, data)
