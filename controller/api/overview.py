"""The part of the overview one caller may see."""

from __future__ import annotations

from dataclasses import replace

from controller.api.security import only_visible
from controller.api.state import Shared
from controller.runtime.authority import Session
from controller.runtime.views import Overview


def visible_part(shared: Shared, session: Session, whole: Overview) -> Overview:
    """Without the stations, gauges and bypasses the caller may not see. Totals and declared states are the city's."""
    return replace(
        whole,
        stations=tuple(only_visible(shared, session, whole.stations, lambda station: station.id)),
        gauges=tuple(only_visible(shared, session, whole.gauges, lambda gauge: gauge[0])),
        bypassed=visible_bypasses(shared, session) if whole.bypassed else (),
    )


def visible_bypasses(shared: Shared, session: Session) -> tuple[str, ...]:
    """One line per bypassed interlock the caller may see."""
    bypasses = shared.facade.desks.bypasses.list()
    return tuple(one.text_en for one in only_visible(shared, session, bypasses, lambda bypass: bypass.target))
