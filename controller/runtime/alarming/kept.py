"""An alarm as the state store keeps it: everything a restart must not forget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.domain.clock import Clock
from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.alarm import Alarm, Shelf


def alarm_data(alarm: Alarm) -> dict[str, Any]:
    """The alarm as plain JSON."""
    return {
        "id": alarm.id,
        "source": alarm.source,
        "condition": alarm.condition,
        "text": alarm.text,
        "text_zh": alarm.text_zh,
        "priority": alarm.priority,
        "asked": alarm.asked,
        "state": alarm.state.value,
        "beneath": None if alarm.beneath is None else alarm.beneath.value,
        "raised": alarm.raised.isoformat(),
        "cleared": _text(alarm.cleared),
        "acknowledged_by": alarm.acknowledged_by,
        "acknowledged": _text(alarm.acknowledged),
        "times": alarm.times,
        "shelf": None if alarm.shelf is None else _shelf_data(alarm.shelf),
        "roots": list(alarm.roots),
        "tag": alarm.tag,
    }


def alarm_of(data: Mapping[str, Any], clock: Clock) -> Alarm:
    """The alarm as it was; what is left of a shelf is counted from now. Reads what an older version wrote, too."""
    shelf, beneath = data.get("shelf"), data.get("beneath")
    return Alarm(
        id=data["id"],
        source=data["source"],
        condition=data["condition"],
        text=data["text"],
        priority=data["priority"],
        state=AlarmState(data["state"]),
        raised=datetime.fromisoformat(data["raised"]),
        cleared=_moment(data["cleared"]),
        acknowledged_by=data["acknowledged_by"],
        text_zh=data.get("text_zh", ""),
        asked=data.get("asked"),
        beneath=None if beneath is None else AlarmState(beneath),
        acknowledged=_moment(data.get("acknowledged")),
        times=data.get("times", 1),
        shelf=None if shelf is None else _shelf_of(shelf, clock),
        roots=tuple(data.get("roots", ())),
        tag=data.get("tag", ""),
    )


def _shelf_data(shelf: Shelf) -> dict[str, Any]:
    return {
        "by": shelf.by,
        "reason": shelf.reason,
        "since": shelf.since.isoformat(),
        "until": shelf.until.isoformat(),
    }


def _shelf_of(data: Mapping[str, Any], clock: Clock) -> Shelf:
    since, until = datetime.fromisoformat(data["since"]), datetime.fromisoformat(data["until"])
    # A wall clock that was set back while we were stopped must not keep an alarm aside for longer than was said.
    left_s = min((until - clock.now()).total_seconds(), (until - since).total_seconds())
    return Shelf(data["by"], data["reason"], since, until, clock.monotonic() + left_s)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
