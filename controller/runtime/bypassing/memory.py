"""What interlocks remember (delays under way, latches), kept over a restart; and what a latch asks before its reset."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.domain.command import Cause
from controller.domain.request import Request
from controller.logic.arbitration import Refusal
from controller.logic.contract import InterlockMemory, Moment
from controller.logic.interlocks import InterlockSpec
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.store.changes import Change, DropRecord, PutRecord, PutRequest

INTERLOCK = "interlock"
"""The kind of record an interlock's memory is kept as; its id is the interlock's."""

Keep = Callable[[Change], None]


class InterlockRecords:
    """Keeps the memories of one discipline's interlocks whenever one changes in a way that matters later."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._kept: dict[str, InterlockMemory] = {}

    def restore(self, memories: Mapping[str, InterlockMemory]) -> None:
        """These are in the store already."""
        self._kept.update(memories)

    def note(self, memories: Mapping[str, InterlockMemory], moment: Moment) -> None:
        """Keep what changed. An interlock that does nothing and waits for nothing leaves no record."""
        for name, memory in memories.items():
            kept = self._kept.get(name)
            if memory == kept:
                continue
            if _matters(memory):
                self._kept[name] = memory
                if kept is None or _lasting(memory) != _lasting(kept):
                    self._keep(PutRecord(INTERLOCK, name, memory_body(memory, moment)))
            elif kept is not None:
                del self._kept[name]
                self._keep(DropRecord(INTERLOCK, name))

    def only(self, names: Collection[str]) -> None:
        """Forget interlocks that left the configuration."""
        for name in [name for name in self._kept if name not in names]:
            del self._kept[name]
            self._keep(DropRecord(INTERLOCK, name))


def _matters(memory: InterlockMemory) -> bool:
    return memory.acting or memory.latched or memory.false_since_s is not None


def _lasting(memory: InterlockMemory) -> tuple[float | None, bool, bool]:
    """What a restart must find again; the release delay begins anew by itself."""
    return memory.false_since_s, memory.acting, memory.latched


def memory_body(memory: InterlockMemory, moment: Moment) -> dict[str, Any]:
    """The memory as the state store keeps it."""
    since_s = memory.false_since_s
    since = None if since_s is None else (moment.wall - timedelta(seconds=moment.s - since_s)).isoformat()
    return {"acting": memory.acting, "latched": memory.latched, "false_since": since}


def memory_of(body: Mapping[str, Any], moment: Moment) -> InterlockMemory:
    """The memory of a record. The delay before it acts ran on while nobody looked; the one before it lets go begins
    anew, because nobody saw the condition hold meanwhile."""
    since_s = None
    if body["false_since"] is not None:
        lasted_s = (moment.wall - datetime.fromisoformat(body["false_since"])).total_seconds()
        since_s = moment.s - max(0.0, lasted_s)
    return InterlockMemory(since_s, None, bool(body["acting"]), bool(body["latched"]))


def not_clear(spec: InterlockSpec, past: InterlockMemory) -> Refusal | None:
    """Why a latched interlock cannot be reset now: its cause must be proven gone. None when it can."""
    if past.true_since_s is not None and not past.acting:
        return None
    stands = "its cause cannot be known now" if past.false_since_s is None else "its cause still stands"
    return Refusal(Cause.INTERLOCK, f"interlock {spec.id} is not clear, {stands}: {spec.text_en}")


def hold_trip(request: Request, book: RequestBook, keep: Keep, alarms: AlarmBook) -> None:
    """A trip stays until a person resets it, also across a restart."""
    if book.holder(request.target, request.slot) is None:
        book.hold(request)
        keep(PutRequest(request))
        text = f"{request.target} tripped: {request.reason}; reset it once the cause is gone"
        alarms.set(request.target, "tripped", text, Priority.EMERGENCY)
