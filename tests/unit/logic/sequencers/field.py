"""Small builders of one device's image for sequencer and guard tests."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.domain.image import Block, LinkState, View
from controller.domain.intents import Intent
from controller.domain.points import Reading, TargetId, Value, device_of, good
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.logic.contract import Moment

NOW_S = 1000.0


def view(
    target: TargetId,
    readings: dict[str, Reading | Value],
    *,
    link: LinkState = LinkState.ONLINE,
    complete: bool = True,
    now_s: float = NOW_S,
) -> View:
    """The device's view; bare values are GOOD and just received."""
    read = {
        point: value if isinstance(value, Reading) else good(value, received_s=now_s)
        for point, value in readings.items()
    }
    return View(Block(device_of(target), read, link, complete, 1), now_s)


def decided(target: TargetId, value: Intent, slot: Slot = Slot.SCHEDULE) -> Decision:
    """A decision won by that value."""
    return Decision(target, Request(target, slot, value, "somebody", "because"))


def moment(now_s: float = NOW_S) -> Moment:
    """A cycle's time."""
    return Moment(datetime(2026, 11, 1, 12, tzinfo=UTC), now_s)
