"""A proposal that a person dismissed stays down until its grounds change: another one joins, or it becomes graver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Key = tuple[str, str, str]
"""A ground as far as it counts here: its kind, what it is about, the state it proposes."""
FORGOTTEN_AFTER_S = 3600.0
"""Once nothing was proposed there for this long, the same grounds are news again."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """``gravity``: the response level dismissed (4 mildest … 1), 5 where the state has none."""

    discipline: str
    scope: str
    state: str
    gravity: int
    grounds: frozenset[Key]
    by: str
    reason: str
    at: datetime

    @property
    def place(self) -> tuple[str, str]:
        """One stands per discipline and scope."""
        return self.discipline, self.scope

    def hides(self, gravity: int, grounds: frozenset[Key]) -> bool:
        """Whether a proposal is no more than what was dismissed: not graver, and on no other ground."""
        return gravity >= self.gravity and grounds <= self.grounds


def dismissal_body(one: Dismissal) -> Mapping[str, Any]:
    """A dismissal as it is kept."""
    return {
        "discipline": one.discipline,
        "scope": one.scope,
        "state": one.state,
        "gravity": one.gravity,
        "grounds": sorted(map(list, one.grounds)),
        "by": one.by,
        "reason": one.reason,
        "at": one.at.isoformat(),
    }


def dismissal_of(body: Mapping[str, Any]) -> Dismissal:
    """The dismissal ``dismissal_body`` wrote."""
    grounds = frozenset((str(kind), str(about), str(state)) for kind, about, state in body["grounds"])
    return Dismissal(
        body["discipline"],
        body["scope"],
        body["state"],
        int(body["gravity"]),
        grounds,
        body["by"],
        body["reason"],
        datetime.fromisoformat(body["at"]),
    )
