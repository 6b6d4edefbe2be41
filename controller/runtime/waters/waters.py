"""Puts ``WaterAround`` together: asks every source before each turn of water, and tells water what changed.

Water hears it as calls between its turns, so it is on the recording's tape like an order, and a replay comes out the
same whatever the sources (a model, a forecast, a person's word) would say today.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

import structlog

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.water_around import WaterAround
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.table import ImageTable
from controller.runtime.waters.source import Source
from controller.settings.site import Site

log = structlog.get_logger("waters")

FIELDS = frozenset(one.name for one in fields(WaterAround))
SOURCE, FAILED = "waters", "source_failed"
LEVEL_STEP_M = 0.01
"""Levels are told in steps of this (m): what moves less is no news, and no recording."""


class Listener(Protocol):
    """Who is told: the water discipline."""

    def told(self, what: str, station: DeviceId, known: object | None) -> None:
        """A field of ``WaterAround`` has this for a station now; None: not known any more."""
        ...


@dataclass(slots=True)
class _Asked:
    source: Source[object]
    seen: int | None = None
    failing: bool = False
    told: dict[DeviceId, object] = field(default_factory=dict)


class Waters:
    """One source per field, plugged in by the assembly; a field without one stays not known."""

    def __init__(self, site: Site, listener: Listener, table: ImageTable, alarms: AlarmBook) -> None:
        self._stations: Iterable[DeviceId] = tuple(site.city.stations)
        self._listener = listener
        self._table = table
        self._alarms = alarms
        self._asked: dict[str, _Asked] = {}

    def ask(self, what: str, source: Source[Any]) -> None:
        """From now on this source answers for a field of ``WaterAround``, in place of any other.

        Raises:
            ValueError: ``WaterAround`` has no such field.
        """
        if what not in FIELDS:
            raise ValueError(f"WaterAround has no field {what}; it has {', '.join(sorted(FIELDS))}")
        before = self._asked.get(what)
        self._asked[what] = _Asked(source, told=before.told if before else {})

    def asked(self) -> Set[str]:
        """The fields somebody answers for."""
        return self._asked.keys()

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): every source is asked anew. Sources adopt it themselves, before."""
        self._stations = tuple(site.city.stations)
        for asked in self._asked.values():
            asked.seen = None
            asked.told = {station: known for station, known in asked.told.items() if station in site.city.stations}

    def look(self, moment: Moment) -> None:
        """Before a turn of water: ask who has something new, and pass it on.

        Supervision boundary: a source that fails says nothing from then on ("not known"), people are told, and the
        stations go on by their own levels.
        """
        image = Image(self._table.devices())
        for what, asked in self._asked.items():
            try:
                self._look(what, asked, image, moment)
            except Exception as error:  # noqa: BLE001 - supervision boundary: a model's fault must not touch control
                self._fails(what, asked, error)
            else:
                if asked.failing:
                    asked.failing = False
                    self._alarms.clear(f"{SOURCE}/{what}", FAILED)

    def _look(self, what: str, asked: _Asked, image: Image, moment: Moment) -> None:
        seen = asked.source.look(image, moment)
        if seen == asked.seen:
            return
        answers = {station: asked.source.at(station) for station in self._stations}
        asked.seen = seen
        for station, known in answers.items():
            self._tell(what, asked, station, _in_steps(known))

    def _tell(self, what: str, asked: _Asked, station: DeviceId, known: object | None) -> None:
        if asked.told.get(station) == known:
            return
        if known is None:
            del asked.told[station]
        else:
            asked.told[station] = known
        self._listener.told(what, station, known)

    def _fails(self, what: str, asked: _Asked, error: Exception) -> None:
        if not asked.failing:
            log.exception("water_source_failed", what=what)
        asked.seen, asked.failing = None, True
        for station in list(asked.told):
            self._tell(what, asked, station, None)
        self._alarms.set(
            f"{SOURCE}/{what}",
            FAILED,
            f"what is known around the stations as {what} failed ({type(error).__name__}: {error}); they go on by "
            "their own levels",
            Priority.MEDIUM,
            text_zh=f"泵站周边信息（{what}）计算失败，各站按自身水位继续运行",
        )


def _in_steps(known: object | None) -> object | None:
    return round(known / LEVEL_STEP_M) * LEVEL_STEP_M if isinstance(known, float) else known
