"""Every command's life, kept for people and for the journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.domain.clock import Clock
from controller.domain.command import FINAL, Cause, Command, CommandState
from controller.runtime.views import CommandView

KEPT = 5_000
"""How many commands are kept in memory; all of them are in the journal."""
CROWD = 200
"""With more commands than this under way, what only follows (totals, recording, faults) leaves them the machine."""
QUIET = timedelta(seconds=5.0)
"""A crowd of which none made a step for this long is none: those commands are stuck, and nothing waits for them."""
KEPT_UNDER_WAY = 50_000
"""How many more are kept because they have no final state yet: the members of a city-wide order."""


_UNDER_WAY = frozenset(
    {CommandState.VALIDATED, CommandState.QUEUED, CommandState.SENT, CommandState.VERIFYING}
)  # not ACKED: without a proof that is its end


@dataclass(slots=True)
class Track:
    """One command and how far it got."""

    command: Command
    created: datetime
    state: CommandState
    cause: Cause | None = None
    remark: str = ""
    history: list[tuple[CommandState, datetime, str]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When it made its last step."""
        return self.history[-1][1]

    def view(self) -> CommandView:
        """As it is shown."""
        command = self.command
        return CommandView(
            command.id,
            command.target,
            str(command.write),
            command.slot.label,
            command.owner,
            command.reason,
            self.state.value,
            "" if self.cause is None else self.cause.value,
            self.created,
            tuple((state.value, at, remark) for state, at, remark in self.history),
        )


Listener = Callable[[Track], None]


class CommandLog:
    """The running and recent commands; ``listener`` is told every step."""

    def __init__(self, clock: Clock, listener: Listener) -> None:
        self._clock = clock
        self._tell = listener
        self._tracks: dict[str, Track] = {}
        self._order: deque[str] = deque()
        self._late: dict[str, None] = {}
        """Older than the kept ones and still under way, oldest first."""
        self._under_way = 0
        self._moved = clock.now()
        self.counts: dict[CommandState, int] = dict.fromkeys(CommandState, 0)
        """How many commands ever reached each state."""

    def open(self, command: Command) -> Track:
        """A new command, VALIDATED."""
        now = self._clock.now()
        state = CommandState.VALIDATED
        track = Track(command, now, state, history=[(state, now, "")])
        self._tracks[command.id] = track
        self._order.append(command.id)
        self._forget_oldest()
        self.counts[state] += 1
        self._under_way += 1
        return track

    def crowded(self) -> bool:
        """Whether a large switch is under way."""
        return self._under_way > CROWD and abs(self._clock.now() - self._moved) < QUIET

    def move(self, command_id: str, state: CommandState, remark: str = "", cause: Cause | None = None) -> None:
        """One step on; a final state is never left."""
        track = self._tracks.get(command_id)
        if track is None or track.state in FINAL:
            return
        self._under_way += (state in _UNDER_WAY) - (track.state in _UNDER_WAY)
        self._moved = now = self._clock.now()
        track.state, track.remark, track.cause = state, remark, cause
        track.history.append((state, now, remark))
        self.counts[state] += 1
        if state in FINAL and command_id in self._late:
            del self._late[command_id], self._tracks[command_id]
        self._tell(track)

    def _forget_oldest(self) -> None:
        while len(self._order) > KEPT:
            oldest = self._order.popleft()
            if self._tracks[oldest].state in FINAL:
                del self._tracks[oldest]
            else:
                self._late[oldest] = None
        while len(self._late) > KEPT_UNDER_WAY:
            oldest = next(iter(self._late))
            self._under_way -= self._tracks[oldest].state in _UNDER_WAY
            del self._late[oldest], self._tracks[oldest]

    def get(self, command_id: str) -> Track | None:
        """One command."""
        return self._tracks.get(command_id)

    def recent(self, target: str | None = None) -> Iterator[Track]:
        """Newest first; of one target, its outputs included, when given."""
        for command_id in reversed(self._order):
            track = self._tracks.get(command_id)
            if track is None:
                continue
            if target is None or track.command.target == target or track.command.target.startswith(f"{target}/"):
                yield track
