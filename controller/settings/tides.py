"""Tidal waters and the folder's tide tables from their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.logic.forecasts.csv_read import Read, Reading, read_csv
from controller.logic.forecasts.series import TideTable
from controller.logic.forecasts.soundness import ForecastLimits
from controller.logic.tidal.rules import BoreRule, GaugePoint, TidalRules, TidalWater
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import Problem, did_you_mean
from controller.settings.tide_models import BoreModel, TidalWaterModel, TideFileModel, TidesModel
from controller.settings.yaml_lines import Document

DAY_S = 86_400.0
ANY_TIME = datetime(2200, 1, 1, tzinfo=UTC)
"""A table of the folder is read without regard to today: whether it is valid is asked when it is used."""
Points = Mapping[str, Set[str]]
"""What each device has."""


@dataclass(frozen=True, slots=True)
class Tides:
    """The rules, and the table files read for them: they belong to what a configuration's hash is made of."""

    rules: TidalRules = field(default_factory=TidalRules)
    documents: tuple[Document, ...] = ()


def tides_of(entries: Sequence[Entry[TidesModel]], zone: ZoneInfo, points: Points, findings: Findings) -> Tides:
    """Every tidal water and table; what is wrong with them is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second tides:", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return Tides()
    entry = entries[0]
    waters = dict(_waters(entry, points, findings))
    documents: list[Document] = []
    tables: list[TideTable] = []
    for position, one in enumerate(entry.value.tables):
        spot = entry.spot.at("tables", position)
        if one.of not in waters:
            findings.add(spot.at("of"), "no such tidal water", did_you_mean(one.of, waters))
        else:
            tables += _read(one, spot, zone, documents, findings)
    return Tides(TidalRules(MappingProxyType(waters), tuple(tables)), tuple(documents))


def check_outer_waters(city: City, rules: TidalRules, spots: Mapping[str, Spot], findings: Findings) -> None:
    """Every tidal water a station stands at is described. ``spots``: where each asset's id stands."""
    for station in city.stations.values():
        spot = spots.get(station.id)
        if spot is None or not station.outer_water:
            continue
        here = Spot(spot.document, (*spot.path[:-1], "outer_water"))
        if station.outer_water not in rules.waters:
            hint = did_you_mean(station.outer_water, rules.waters)
            findings.add(here, "no such tidal water under tides: in water/", hint)
        elif station.outer_level is None:
            findings.add(here, "at a tidal water without an outer level", "name its point: outer_level: outer_level_m")


def gauge_point(text: str, spot: Spot, points: Points, findings: Findings) -> GaugePoint | None:
    """``330102-TG-0001/level_m``; None, and noted, for what is no point of this site."""
    device, _, point = text.partition("/")
    if device not in points:
        findings.add(spot, "no such device", did_you_mean(device, points))
    elif point not in points[device]:
        findings.add(spot, f"{device} has no such point", did_you_mean(point, points[device]))
    else:
        return GaugePoint(device, point)
    return None


def _waters(entry: Entry[TidesModel], points: Points, findings: Findings) -> Iterator[tuple[str, TidalWater]]:
    known: set[str] = set()
    for position, model in enumerate(entry.value.waters):
        spot = entry.spot.at("waters", position)
        if model.id in known:
            findings.add(spot.at("id"), "duplicate tidal water", "leave one of them out")
        known.add(model.id)
        found = [
            gauge_point(text, spot.at("gauges", number), points, findings) for number, text in enumerate(model.gauges)
        ]
        if len(set(model.gauges)) < len(model.gauges):
            findings.add(spot.at("gauges"), "a gauge twice: it would vote twice", "name each once")
        yield model.id, _water(model, tuple(gauge for gauge in found if gauge is not None))


def _water(model: TidalWaterModel, gauges: tuple[GaugePoint, ...]) -> TidalWater:
    return TidalWater(
        id=model.id,
        title_zh=model.title.zh,
        title_en=model.title.en,
        gauges=gauges,
        bore=_bore(model.bore),
        tolerance_m=model.tolerance_m,
        shift_s=model.shift,
        agree_for_s=model.agree_for,
        differ_for_s=model.differ_for,
        spread_m=model.spread_m,
        fast_m_per_min=model.fast_m_per_min,
        fast_window_s=model.fast_window,
        calm_s=model.calm,
        frozen_s=model.frozen,
        frozen_m=model.frozen_m,
        table_age_s=model.table_age_days * DAY_S,
        warn_before_s=model.warn_before_days * DAY_S,
    )


def _bore(model: BoreModel | None) -> BoreRule | None:
    if model is None:
        return None
    return BoreRule(model.margin, model.late, model.hold, model.named_every_days * DAY_S, model.unseen)


def _read(
    model: TideFileModel, spot: Spot, zone: ZoneInfo, documents: list[Document], findings: Findings
) -> tuple[TideTable, ...]:
    file = Path(spot.document.name).parent / model.file
    if Path(model.file).name != model.file or not file.is_file():
        findings.add(spot.at("file"), "no such file beside this one", "tide-qiantang-2026.csv")
        return ()
    content = file.read_bytes()
    documents.append(Document(str(file), None, content, None))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        findings.add(spot.at("file"), "is not text in UTF-8", "save it as CSV, UTF-8")
        return ()
    found = _said(text, zone, file.stem, model.of)
    findings.problems += [Problem(str(file), one.line, one.column, "", one.en, one.zh) for one in found.problems]
    strange = [table.of for table in found.tables if table.of != model.of]
    if strange:
        findings.add(spot.at("of"), f"the file speaks of {strange[0]}", "one file speaks of one water")
    if not found.tables and not found.problems:
        findings.add(spot.at("file"), "holds no tide table", "columns: time, high_low, level_m, bore, bore_m")
    return tuple(table for table in found.tables if table.of == model.of)


@lru_cache(maxsize=8)
def _said(text: str, zone: ZoneInfo, source: str, of: str) -> Read:
    """What a table's file says. Remembered by its text: a year is 1,400 tides, and a reload mostly finds the same."""
    eyes = Reading(zone, ANY_TIME, ForecastLimits(), lambda _, name: name or None, source=source, of=of)
    return read_csv(text, eyes)
