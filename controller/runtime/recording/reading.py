"""A recording read back: the snapshot a replay begins at, and every turn that follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.domain.errors import ConfigError, StoreError
from controller.domain.points import DeviceId, TargetId
from controller.logic.contract import LastWrite, Moment
from controller.runtime.recording.codec import decode
from controller.runtime.recording.core import Memories
from controller.runtime.recording.frames import Outcome, Said, Why
from controller.runtime.recording.tape import Call
from controller.store.recording import Segment, segments


@dataclass(frozen=True, slots=True)
class Beginning:
    """A snapshot as it was recorded."""

    why: Why
    moment: Moment
    config_hash: str
    speed: float
    lost: int
    held: Said
    memories: Memories
    last: dict[TargetId, LastWrite]
    blocks: dict[DeviceId, Any]


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """A turn as it was recorded."""

    discipline: str
    moment: Moment
    changed: frozenset[DeviceId]
    settled: frozenset[TargetId]
    blocks: tuple[list[list[str]], dict[DeviceId, Any]]
    calls: tuple[Call, ...]
    last: dict[TargetId, LastWrite | None]
    came: Outcome


@dataclass(frozen=True, slots=True)
class _Line:
    letter: str
    moment: Moment
    text: bytes


class Recording:
    """The recording in a folder. Reading it disturbs no controller that writes it."""

    def __init__(self, folder: Path) -> None:
        """Find it.

        Raises:
            ConfigError: there is none.
        """
        self.folder = folder
        self._segments = segments(folder)
        self.torn: list[str] = []
        """Segments whose tail was cut off, by their names: a process was killed while it wrote, or still writes."""
        if not self._segments:
            raise ConfigError(
                f"nothing is recorded in {folder}; say --data, and see `recording:` in docs/reference/site-folder.md"
            )

    def span(self) -> str:
        """From when to when it reaches, in words."""
        first, last = self._segments[0].begins, None
        for last in self._lines(self._segments[-1]):  # noqa: B007 - the last one is wanted
            pass
        ends = first if last is None else last.moment.wall
        return f"{first.isoformat(timespec='seconds')} to {ends.isoformat(timespec='seconds')}"

    def from_(self, since: datetime | None) -> Iterator[Beginning | RecordedTurn]:
        """Everything from the last snapshot before ``since`` on; from the oldest when that is later, or None.

        Raises:
            StoreError: it cannot be read.
        """
        first, skip = self._beginning(since)
        for index, segment in enumerate(self._segments[first:]):
            for number, one in enumerate(self._lines(segment)):
                if index or number >= skip:
                    yield _beginning(one) if one.letter == "S" else _turn(one)

    def _beginning(self, since: datetime | None) -> tuple[int, int]:
        """The segment and the line in it to begin at."""
        if since is None:
            return 0, 0
        before = [index for index, segment in enumerate(self._segments) if segment.begins <= since]
        first = before[-1] if before else 0
        snapshots = [
            number
            for number, one in enumerate(self._lines(self._segments[first]))
            if one.letter == "S" and one.moment.wall <= since
        ]
        return first, snapshots[-1] if snapshots else 0

    def _lines(self, segment: Segment) -> Iterator[_Line]:
        try:
            if segment.path.name not in self.torn and segment.torn():
                self.torn.append(segment.path.name)
            for block in segment.blocks():
                yield from map(_line, block.split(b"\n"))
        except OSError as error:
            raise StoreError(f"{segment.path} cannot be read: {error.strerror}") from error


def _line(raw: bytes) -> _Line:
    letter, wall, s, text = raw.split(b" ", 3)
    return _Line(letter.decode(), Moment(datetime.fromisoformat(wall.decode()), float(s)), text)


def _beginning(line: _Line) -> Beginning:
    head, memories, last, blocks = json.loads(line.text)
    why, config_hash, speed, lost, held = head
    return Beginning(Why(why), line.moment, config_hash, speed, lost, held, decode(memories), decode(last), blocks)


def _turn(line: _Line) -> RecordedTurn:
    (discipline,), (changed, settled, blocks), core, (decided, held, acts, failed) = json.loads(line.text)
    calls, last = decode(core) if core else ((), {})
    return RecordedTurn(
        discipline,
        line.moment,
        frozenset(changed),
        frozenset(settled),
        (blocks[0], blocks[1]),
        tuple(Call(part, name, arguments, named) for part, name, arguments, named in calls),
        last,
        Outcome(decided, held, tuple((target, write) for target, write in acts), failed),
    )
