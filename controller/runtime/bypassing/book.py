"""The bypasses in force: which interlock, where, by whom, until when. Ends on time whoever is looking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from controller.domain.points import TargetId, device_of
from controller.logic.interlocks import NOTHING_BYPASSED, Bypassed

BYPASS = "bypass"
"""The kind of record a bypass is kept as."""


@dataclass(frozen=True, slots=True)
class Bypass:
    """One interlock lifted from a target (an output, or a whole station or cabinet) by two people.

    ``expires`` is wall time for people and restarts; ``expires_s`` (monotonic) decides while the process runs.
    """

    id: str
    interlock: str
    target: TargetId
    reason: str
    ticket: str
    proposer: str
    confirmer: str
    granted: datetime
    expires: datetime
    expires_s: float

    def covers(self, target: TargetId) -> bool:
        """Whether it lifts the interlock from this target, or from a part of it."""
        return self.target in (target, device_of(target)) or device_of(self.target) == target

    def __str__(self) -> str:
        until = self.expires.isoformat(timespec="minutes")
        return (
            f"BYPASSED {self.interlock} on {self.target} until {until} by {self.proposer} and {self.confirmer} "
            f"({self.reason})"
        )


@dataclass(frozen=True, slots=True)
class BypassView:
    """A bypass as people see it. ``text_en`` and ``text_zh`` begin with the word BYPASSED / 已旁路."""

    id: str
    interlock: str
    target: TargetId
    reason: str
    ticket: str
    proposer: str
    confirmer: str
    granted: datetime
    expires: datetime
    remaining_s: float
    text_en: str
    text_zh: str


class BypassBook:
    """Everything bypassed now. Asked by every cycle, so the answer is kept until something changes."""

    def __init__(self) -> None:
        self._all: dict[str, Bypass] = {}
        self._in_force: Bypassed = NOTHING_BYPASSED
        self._until_s = float("inf")

    def put(self, bypass: Bypass) -> None:
        """It is in force from now on."""
        self._all[bypass.id] = bypass
        self._until_s = float("-inf")

    def take(self, bypass_id: str) -> Bypass | None:
        """It is over."""
        self._until_s = float("-inf")
        return self._all.pop(bypass_id, None)

    def get(self, bypass_id: str) -> Bypass | None:
        """The bypass of this id."""
        return self._all.get(bypass_id)

    def all(self) -> tuple[Bypass, ...]:
        """Every bypass, the one that ends first in front."""
        return tuple(sorted(self._all.values(), key=lambda one: one.expires_s))

    def on(self, target: TargetId, now_s: float) -> Iterator[Bypass]:
        """Those in force on a target."""
        return (one for one in self.all() if one.covers(target) and one.expires_s > now_s)

    def of(self, interlock: str, target: TargetId, now_s: float) -> Bypass | None:
        """Who already lifted this interlock from this very target."""
        mine = (one for one in self._all.values() if (one.interlock, one.target) == (interlock, target))
        return next((one for one in mine if one.expires_s > now_s), None)

    def over(self, now_s: float) -> list[Bypass]:
        """Those whose time is over and that were not taken yet."""
        return [one for one in self.all() if one.expires_s <= now_s]

    def next_end_s(self) -> float:
        """When the next one ends (monotonic); infinite when none does."""
        return min((one.expires_s for one in self._all.values()), default=float("inf"))

    def in_force(self, now_s: float) -> Bypassed:
        """Where interlocks are bypassed at this moment: what the cycles judge by."""
        if now_s >= self._until_s or self._until_s == float("-inf"):
            living = [one for one in self._all.values() if one.expires_s > now_s]
            lifted: dict[str, frozenset[TargetId]] = {}
            for one in living:
                lifted[one.interlock] = lifted.get(one.interlock, frozenset()) | {one.target}
            self._in_force = lifted or NOTHING_BYPASSED
            self._until_s = min((one.expires_s for one in living), default=float("inf"))
        return self._in_force


def view_of(bypass: Bypass, now_s: float) -> BypassView:
    """The bypass as people see it."""
    until = bypass.expires.isoformat(timespec="minutes")
    return BypassView(
        id=bypass.id,
        interlock=bypass.interlock,
        target=bypass.target,
        reason=bypass.reason,
        ticket=bypass.ticket,
        proposer=bypass.proposer,
        confirmer=bypass.confirmer,
        granted=bypass.granted,
        expires=bypass.expires,
        remaining_s=max(0.0, bypass.expires_s - now_s),
        text_en=str(bypass),
        text_zh=(
            f"已旁路 BYPASSED：{bypass.target} 的联锁 {bypass.interlock}，至 {until}，"
            f"由{bypass.proposer}、{bypass.confirmer}（{bypass.reason}）"
        ),
    )


def bypass_body(bypass: Bypass) -> dict[str, Any]:
    """The bypass as the state store keeps it."""
    return {
        "interlock": bypass.interlock,
        "target": bypass.target,
        "reason": bypass.reason,
        "ticket": bypass.ticket,
        "proposer": bypass.proposer,
        "confirmer": bypass.confirmer,
        "granted": bypass.granted.isoformat(),
        "expires": bypass.expires.isoformat(),
    }


def bypass_of(bypass_id: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> Bypass:
    """The bypass of a record, with what is left of its time at ``wall``, counted from ``now_s``.

    A wall clock that stepped back while we were down never makes it longer than it was granted for.
    """
    granted, expires = datetime.fromisoformat(body["granted"]), datetime.fromisoformat(body["expires"])
    left = max(min(expires - wall, expires - granted), timedelta())
    return Bypass(
        id=bypass_id,
        interlock=body["interlock"],
        target=body["target"],
        reason=body["reason"],
        ticket=body["ticket"],
        proposer=body["proposer"],
        confirmer=body["confirmer"],
        granted=granted,
        expires=expires,
        expires_s=now_s + left.total_seconds(),
    )
