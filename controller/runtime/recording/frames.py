"""What the recorder hands over, and its lines: a letter, the wall time, the rest as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision, Request
from controller.logic.contract import LastWrite, Moment, Verdict
from controller.runtime.dispatch import Act
from controller.runtime.recording.core import Memories
from controller.runtime.recording.tape import Call

Said = dict[TargetId, str]


class Why(StrEnum):
    """Why everything remembered was written down. PERIODIC: nothing happened, a replay may begin here.

    Any other begins anew: the process started, the configuration was swapped, or something went unrecorded before.
    """

    START = "start"
    RELOAD = "reload"
    GAP = "gap"
    PERIODIC = "periodic"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a replay needs to begin. ``lost``: turns that went unrecorded just before."""

    why: Why
    moment: Moment
    config_hash: str
    speed: float
    memories: Memories
    last: Mapping[TargetId, LastWrite]
    held: Said
    image: Image
    lost: int = 0


@dataclass(frozen=True, slots=True)
class TurnFrame:
    """One turn: what it was given, and what came of it. ``failed``: it raised.

    ``touched``: no other device's block was replaced since the frame, or snapshot, before it.
    """

    discipline: str
    moment: Moment
    image: Image
    changed: frozenset[DeviceId]
    settled: frozenset[TargetId]
    calls: tuple[Call, ...]
    last: Mapping[TargetId, LastWrite | None]
    decided: tuple[Decision, ...]
    acts: tuple[Act, ...]
    verdicts: Mapping[TargetId, Sequence[Verdict] | None]
    failed: bool
    touched: frozenset[DeviceId]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn made of its inputs, in words that are compared: by target, and every write wanted."""

    decided: Said
    held: Said
    acts: tuple[tuple[TargetId, str], ...]
    failed: bool = False


def outcome(
    decided: Iterable[Decision],
    acts: Iterable[Act],
    verdicts: Mapping[TargetId, Sequence[Verdict] | None],
    *,
    failed: bool,
) -> Outcome:
    """The outcome of a turn."""
    return Outcome(
        decided={one.target: said_of(one.winner) for one in decided},
        held=held_of(verdicts),
        acts=tuple(sorted((act.wanted.target, f"{act.wanted.write} ({act.winner.slot.label})") for act in acts)),
        failed=failed,
    )


def said_of(winner: Request) -> str:
    """Who wins, in one line."""
    return f"{winner.value} by {winner.slot.label} ({winner.owner})"


def held_of(verdicts: Mapping[TargetId, Sequence[Verdict] | None]) -> Said:
    """The interlocks that act, by target; empty where none does."""
    return {target: _held(given or ()) for target, given in verdicts.items()}


def _held(verdicts: Sequence[Verdict]) -> str:
    return ", ".join(f"{one.ruling.value} by {one.interlock}" for one in verdicts if one.interlock)


def line(letter: str, moment: Moment, *parts: str | Any) -> bytes:
    """A line; parts that are text are JSON already."""
    told = (part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in parts)
    return f"{letter} {moment.wall.isoformat()} {moment.s!r} [{','.join(told)}]".encode()
