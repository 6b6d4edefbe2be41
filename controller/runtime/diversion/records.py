"""Diversion programs as the state store keeps them: what runs since when, and until when one rests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.logic.contract import Moment
from controller.logic.diversion.programs import ProgramMemory

PROGRAM = "diversion_program"


def program_body(memory: ProgramMemory, moment: Moment) -> dict[str, Any]:
    """A program's memory as it is kept: wall times instead of this process's own."""
    return {
        "running": memory.running,
        "since": _wall(memory.since_s, moment),
        "rest_until": _wall(memory.rest_until_s, moment),
    }


def program_of(body: Mapping[str, Any], moment: Moment, most_rest_s: float) -> ProgramMemory:
    """The memory ``program_body`` wrote. A wall clock that was set never makes a rest longer than it was."""
    since_s, rest_s = _s(body.get("since"), moment), _s(body.get("rest_until"), moment)
    return ProgramMemory(
        running=bool(body.get("running")),
        since_s=None if since_s is None else min(since_s, moment.s),
        rest_until_s=None if rest_s is None else min(rest_s, moment.s + most_rest_s),
        why="taken up after a restart / 重启后接续",
    )


def _wall(at_s: float | None, moment: Moment) -> str | None:
    return None if at_s is None else (moment.wall + timedelta(seconds=at_s - moment.s)).isoformat()


def _s(at: str | None, moment: Moment) -> float | None:
    return None if at is None else moment.s + (datetime.fromisoformat(at) - moment.wall).total_seconds()
