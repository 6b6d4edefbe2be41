"""An exclusion as it stands and as the state store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.domain.points import DeviceId, device_of

KIND = "gauge_exclusion"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One gauge that a person took out of the vote. ``point``: ``330102-PS-0001/inner_level_2_m``."""

    point: str
    by: str
    reason: str
    since: datetime
    granted: datetime
    """When it was last given or renewed; ``since`` is when it began."""
    expires: datetime
    expires_s: float
    renewed: int = 0

    @property
    def device(self) -> DeviceId:
        """The station or gauge it belongs to."""
        return device_of(self.point)

    @property
    def name(self) -> str:
        """The point within its device."""
        return self.point.partition("/")[2]

    def body(self) -> dict[str, Any]:
        """As it is kept and journalled."""
        return {
            "by": self.by,
            "reason": self.reason,
            "since": self.since.isoformat(),
            "granted": self.granted.isoformat(),
            "expires": self.expires.isoformat(),
            "renewed": self.renewed,
        }


def exclusion_of(point: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> Exclusion:
    """What ``body`` wrote. A wall clock that was set back while we were stopped never makes it longer.

    Raises:
        KeyError, ValueError, TypeError: the record is damaged.
    """
    granted, expires = datetime.fromisoformat(body["granted"]), datetime.fromisoformat(body["expires"])
    left_s = min(expires - wall, expires - granted).total_seconds()
    since = datetime.fromisoformat(body["since"])
    return Exclusion(
        point, body["by"], body["reason"], since, granted, expires, now_s + left_s, renewed=int(body["renewed"])
    )
