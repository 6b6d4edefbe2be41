"""Emergency orders go on only where a response is declared."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.command import Cause
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal
from controller.runtime.commanding.ports import Declared

TEXT = "no response is declared there any more: declare it anew, or order in a manual slot"


def undeclared(declared: Declared | None, requests: Iterable[Request]) -> dict[TargetId, Refusal]:
    """Requests that may not be made to go on, each with why; none when nobody knows what is declared."""
    if declared is None:
        return {}
    return {
        one.target: Refusal(Cause.NO_AUTHORITY, TEXT)
        for one in requests
        if one.slot is Slot.EMERGENCY_ORDER and not declared.allows(one.slot, one.target)
    }
