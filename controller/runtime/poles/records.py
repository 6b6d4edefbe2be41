"""SOS calls and flood warnings over a restart, as the state store keeps them.

Times that count on the monotonic clock while running are kept as wall times, and counted on from those.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.logic.contract import Moment
from controller.logic.poles_flood import FloodCase, FloodStage
from controller.logic.poles_sos import SosCase, SosStage

SOS = "sos"
"""Record kind of a pole's call; its id is the pole's."""
FLOOD = "flood_warning"
"""Record kind of a warning that is shown; its id is the warning's."""


def sos_data(case: SosCase) -> dict[str, Any]:
    """A call as it is kept."""
    since = None if case.since is None else case.since.isoformat()
    return {"stage": case.stage.value, "since": since, "answered_by": case.answered_by, "released": case.released}


def sos_from(data: Mapping[str, Any], moment: Moment) -> SosCase:
    """The call ``sos_data`` wrote. A wall clock set back meanwhile makes its light last longer, never shorter.

    A button not seen released since its call counts as pressed since then: a restart does not unstick it.
    """
    since = datetime.fromisoformat(data["since"]) if data["since"] else None
    age_s = 0.0 if since is None else max(0.0, (moment.wall - since).total_seconds())
    stage = SosStage(data["stage"])
    since_s, released = moment.s - age_s, bool(data["released"])
    pressed_s = None if since is None or released else since_s
    return SosCase(stage, since, since_s, data["answered_by"], released, pressed_s)


def flood_data(case: FloodCase) -> dict[str, Any]:
    """A warning as it is kept."""
    return {"stage": case.stage.value, "since": None if case.since is None else case.since.isoformat()}


def flood_from(data: Mapping[str, Any]) -> FloodCase:
    """The warning ``flood_data`` wrote; how long it has been clear is counted anew."""
    since = data["since"]
    return FloodCase(FloodStage(data["stage"]), datetime.fromisoformat(since) if since else None)
