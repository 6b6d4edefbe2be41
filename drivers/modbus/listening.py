"""What a port for devices that dial in allows, and how a refused caller is told of."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

log = structlog.get_logger("dialin")

BEYOND_LOOPBACK = "I accept that whoever reaches this port and knows a registration can pose as that device"
"""Who lets devices dial in from other machines says so in these words."""
SAID_AGAIN_S = 60.0
"""The same refusal is logged once in this time: devices redial, and the internet knocks at every port."""
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Listening:
    """``dialin:`` in ``endpoints.yaml``, the same for all its listening ports.

    ``beyond_loopback``: what stands in the config about listening to other machines. ``max_unregistered``: connections
    that have not yet said who they are (the oldest makes room); ``register_within_s``: how long one may take to say it.
    """

    beyond_loopback: str = ""
    max_unregistered: int = 64
    register_within_s: float = 10.0
    backlog: int = 1024


LOOPBACK_ONLY = Listening()


class Refused(StrEnum):
    """Why a caller was not let in."""

    UNKNOWN = "unknown"
    MORE = "more"
    DUPLICATE = "duplicate"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"


_SENTENCES = {
    Refused.UNKNOWN: "no endpoint expects this registration: compare the device's packet with the endpoint's id",
    Refused.MORE: "its registration is known, but more came that is not its heartbeat: CR LF belongs into the id, too",
    Refused.DUPLICATE: "this device is connected and answers: a second one has its registration; give it another",
    Refused.TOO_MANY: "too many connections that do not say who they are: a port scan? put a firewall before it",
    Refused.TOO_SLOW: "it did not say who it is in time: switch on the registration packet of the device",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody dialled in and was refused.

    ``where``: the listening address. ``caller``: its address and port. ``said``: what it sent, for a message.
    ``endpoint``: whose registration a duplicate has.
    """

    why: Refused
    where: str
    caller: str
    said: str
    endpoint: str = ""

    def __str__(self) -> str:
        whose = f" (endpoint {self.endpoint})" if self.endpoint else ""
        return f"{self.caller} dialled in to {self.where} and said {self.said}{whose}: {_SENTENCES[self.why]}"


class RefusalLog:
    """Logs refusals, each once a minute, and hands every one to who wants to know."""

    def __init__(self, told: Callable[[Refusal], None] | None = None) -> None:
        self.latest: deque[Refusal] = deque(maxlen=_REMEMBERED)
        self._told = told
        self._logged_s: dict[tuple[Refused, str, str], float] = {}

    def note(self, refusal: Refusal) -> None:
        """Somebody was refused."""
        self.latest.append(refusal)
        now_s = asyncio.get_running_loop().time()
        key = (refusal.why, refusal.where, refusal.said)
        if now_s - self._logged_s.pop(key, float("-inf")) >= SAID_AGAIN_S:
            log.warning("dial_in_refused", why=refusal.why.value, endpoint=refusal.endpoint, reason=str(refusal))
            self._logged_s[key] = now_s
            if len(self._logged_s) > _REMEMBERED:
                del self._logged_s[next(iter(self._logged_s))]
        if self._told is not None:
            self._told(refusal)
