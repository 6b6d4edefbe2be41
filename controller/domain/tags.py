"""Maintenance tags (检修挂牌): somebody works there, so nothing may be energised, started or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import TargetId, device_of


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag on an asset (then on all its outputs) or on one output.

    ``owner`` is the name it was hung under, ``person`` the human it guards: only they take it down, or two others
    with an on-site confirmation. ``person`` is empty where a machine hung it; that one always takes two people.
    ``since`` is told in the site's zone, as people read it.
    ``photo`` is a reference to a picture kept elsewhere, ``ticket`` one to the work ticket.
    """

    id: str
    on: TargetId
    owner: str
    person: str
    reason: str
    since: datetime
    ticket: str = ""
    photo: str = ""

    def covers(self, target: TargetId) -> bool:
        """Whether the target is what the tag hangs on, or an output of it."""
        return self.on in (target, device_of(target))

    @property
    def zh(self) -> str:
        """As ``str`` tells it, in Chinese."""
        ticket = f"（{self.ticket}）" if self.ticket else ""
        return f"{self.on} 已挂检修牌 {self.id}（{self.owner}，{self.since:%Y-%m-%d %H:%M}）：{self.reason}{ticket}"

    def __str__(self) -> str:
        ticket = f" ({self.ticket})" if self.ticket else ""
        return f"tag {self.id} of {self.owner} on {self.on} since {self.since:%Y-%m-%d %H:%M}: {self.reason}{ticket}"
