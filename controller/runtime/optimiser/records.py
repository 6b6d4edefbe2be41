"""Acceptances as the state store keeps them: one a station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.domain.points import DeviceId
from controller.domain.rights import Caller

KIND = "optimiser_acceptance"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person lets the optimiser set a station's target until a moment, for a reason."""

    station: DeviceId
    by: str
    person: str
    at: datetime
    until: datetime
    reason: str = ""
    session: str = ""
    """The session it was accepted in: while that lives its grants count, then what the person's book gives."""

    @property
    def caller(self) -> Caller:
        """Who stands behind it: their rights are asked anew before every target."""
        return Caller(self.by, self.person, self.session, origin="optimiser")


def acceptance_body(one: Acceptance) -> dict[str, Any]:
    """As it is kept and journalled."""
    return {
        "by": one.by,
        "person": one.person,
        "at": one.at.isoformat(),
        "until": one.until.isoformat(),
        "reason": one.reason,
        "session": one.session,
    }


def acceptance_of(station: str, body: Mapping[str, Any]) -> Acceptance:
    """The acceptance ``acceptance_body`` wrote."""
    return Acceptance(
        station,
        body["by"],
        body["person"],
        datetime.fromisoformat(body["at"]),
        datetime.fromisoformat(body["until"]),
        body["reason"],
        body["session"],
    )
