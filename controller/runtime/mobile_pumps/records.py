"""Reports on mobile pumps as the state store keeps them: the last one of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.domain.mobile_pumps import MobilePumpReport, MobilePumpState
from controller.domain.places import Place

MOBILE_PUMP = "mobile_pump"


def report_body(one: MobilePumpReport) -> dict[str, Any]:
    """A report as it is kept and journalled."""
    return {
        "state": one.state.value,
        "place": None if one.place is None else [one.place.lat, one.place.lon],
        "where": one.where,
        "by": one.by,
        "at": one.at.isoformat(),
        "note": one.note,
    }


def report_of(pump: str, body: Mapping[str, Any]) -> MobilePumpReport:
    """The report ``report_body`` wrote."""
    place = body["place"]
    return MobilePumpReport(
        pump=pump,
        state=MobilePumpState(body["state"]),
        place=None if place is None else Place(*place),
        where=body["where"],
        by=body["by"],
        at=datetime.fromisoformat(body["at"]),
        note=body["note"],
    )
