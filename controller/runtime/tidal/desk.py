"""Tidal waters for people: trust, table against gauges, the next high and low waters, bores, and the gates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from controller.domain.clock import Clock
from controller.domain.stations import Station
from controller.logic.contract import Moment
from controller.logic.station_scene import seen_closed
from controller.logic.tidal.rules import TidalWater
from controller.logic.tidal.side import river_gates, windows_of
from controller.logic.tidal.trust import WaterState
from controller.logic.water_around import OuterSide
from controller.runtime.table import ImageTable
from controller.runtime.tidal.tables import Chosen
from controller.runtime.tidal.views import (
    BoreWindowView,
    OutfallView,
    RiverGateView,
    TidalWaterView,
    TideGaugeView,
    TidesView,
    WaterMarkView,
)
from controller.runtime.tidal.watch import TidalWatch

AHEAD_S = 26 * 3600.0
"""Bores are shown this far ahead."""
MARKS = 4
Sees = Callable[[str], bool]


class TideDesk:
    """Only shows; tables come in at the forecasts' desk, gates are ordered like any other."""

    def __init__(self, watch: TidalWatch, table: ImageTable, clock: Clock) -> None:
        self._watch = watch
        self._table = table
        self._clock = clock

    def show(self, sees: Sees = lambda _: True) -> TidesView:
        """Every water of which the caller sees a gauge or a station."""
        moment = Moment(self._clock.now(), self._clock.monotonic())
        return TidesView(tuple(self._waters(sees, moment)))

    def _waters(self, sees: Sees, moment: Moment) -> Iterator[TidalWaterView]:
        for water in self._watch.waters.values():
            stations = [one for one in self._watch.stations(water.id) if sees(one.id)]
            if stations or any(sees(gauge.device) for gauge in water.gauges):
                yield self._water(water, stations, sees, moment)

    def _water(self, water: TidalWater, stations: list[Station], sees: Sees, moment: Moment) -> TidalWaterView:
        state, chosen = self._watch.states.get(water.id), self._watch.chosen(water, moment)
        text = (
            "not looked at yet / 尚未判断"
            if state is None
            else state.reason or "table and gauges agree / 潮汐表与实测一致"
        )
        near, table = chosen.near, chosen.table
        marks = [one for one in near.extremes if one.at > moment.wall][:MARKS] if near is not None else []
        return TidalWaterView(
            id=water.id,
            title_zh=water.title_zh,
            title_en=water.title_en,
            trust="" if state is None else state.trust.value,
            text_en=text.partition(" / ")[0],
            text_zh=text.rpartition(" / ")[2],
            level_m=None if state is None else state.vote.level_m,
            table_m=None if state is None else state.table_m,
            off_m=None if state is None else state.off_m,
            rise_m_per_min=None if state is None else state.rise_m_per_min,
            table_source="" if table is None else table.source,
            table_issued=None if table is None else table.issued,
            table_until=chosen.covered_until,
            gauges=tuple(self._gauges(water, state, sees, moment)),
            marks=tuple(WaterMarkView(one.at, one.level_m, one.high) for one in marks),
            outfalls=tuple(self._outfall(one, water, chosen, moment) for one in stations),
        )

    def _gauges(
        self, water: TidalWater, state: WaterState | None, sees: Sees, moment: Moment
    ) -> Iterator[TideGaugeView]:
        for gauge in water.gauges:
            if not sees(gauge.device):
                continue
            level_m = self._table.view(gauge.device, moment.s).number(gauge.point)
            frozen = state is not None and gauge in state.frozen
            said = "bad" if level_m is None else "frozen" if frozen else ""
            excluded = self._watch.excluded.excludes(str(gauge))
            yield TideGaugeView(str(gauge), level_m, "excluded" if excluded else said)

    def _outfall(self, station: Station, water: TidalWater, chosen: Chosen, moment: Moment) -> OutfallView:
        side = self._watch.at(station.id) or OuterSide()
        view = self._table.view(station.id, moment.s)
        near = chosen.near
        windows = windows_of(station, water, near, moment.wall, AHEAD_S) if near is not None else []
        text = side.reason or "its outfall may open by itself / 可自动开闸"
        return OutfallView(
            station=station.id,
            name=station.name,
            trust=side.trust.value,
            text_en=text.partition(" / ")[0],
            text_zh=text.rpartition(" / ")[2],
            gates=tuple(
                RiverGateView(
                    gate.id, gate.name, view.number(f"{gate.output}.position_percent"), seen_closed(gate, view)
                )
                for gate in river_gates(station)
            ),
            windows=tuple(
                BoreWindowView(one.bore.at, one.begins, one.closed_by, one.ends, one.bore.height_m)
                for one in windows
                if one.ends > moment.wall
            ),
        )
