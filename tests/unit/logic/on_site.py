"""Tags and switches of a test's own, as guards ask for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from controller.domain.image import View
from controller.domain.places import KeyPlace
from controller.domain.points import TargetId
from controller.domain.tags import Tag
from controller.logic.site_conditions import OnSite
from controller.logic.switch_guard import NOTHING_SEEN, SwitchMemory, follow_switch

SINCE = datetime(2026, 6, 21, 1, 0, tzinfo=UTC)


def tag(on: TargetId, owner: str = "zhou") -> Tag:
    """A tag that hangs there."""
    return Tag(f"T-{on}", on, owner, owner, "changes the impeller", SINCE, ticket="WT-7")


@dataclass
class FakeSite:
    """One device's switch, followed as the runtime follows it, and any tags."""

    wait_s: float = 0.0
    tags: list[Tag] = field(default_factory=list)
    switch: SwitchMemory = NOTHING_SEEN
    key: KeyPlace = field(default_factory=lambda: KeyPlace("值班室", "duty room"))

    def at(self, target: TargetId) -> OnSite:
        found = next((one for one in self.tags if one.covers(target)), None)
        return OnSite(found, self.switch, self.wait_s, self.key)

    def look(self, view: View) -> None:
        self.switch = follow_switch(self.switch, view, self.wait_s)
