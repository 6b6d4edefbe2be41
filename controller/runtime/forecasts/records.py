"""Forecasts, tide tables, scores and measured rain as the state store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.logic.forecasts.series import (
    BoreArrival,
    Forecast,
    ForecastKind,
    ForecastStep,
    TideExtreme,
    TideTable,
)

FORECAST, TIDE_TABLE, SCORES, RAIN = "forecast", "tide_table", "forecast_scores", "rain"


def forecast_id(one: Forecast) -> str:
    """The key a forecast is kept under: one per kind, place, source and issue."""
    return f"{one.kind}|{one.of}|{one.source}|{one.issued.isoformat()}"


def table_id(one: TideTable) -> str:
    """The key a tide table is kept under: one per water and source."""
    return f"{one.of}|{one.source}"


def forecast_body(one: Forecast) -> Mapping[str, Any]:
    """A forecast as it is kept; steps as [begin and end (Unix seconds), value]."""
    return {
        "kind": one.kind.value,
        "of": one.of,
        "issued": one.issued.isoformat(),
        "source": one.source,
        "steps": [[step.begins.timestamp(), step.ends.timestamp(), step.value] for step in one.steps],
    }


def forecast_of(body: Mapping[str, Any]) -> Forecast:
    """The forecast ``forecast_body`` wrote."""
    issued = datetime.fromisoformat(body["issued"])
    zone = issued.tzinfo
    return Forecast(
        ForecastKind(body["kind"]),
        body["of"],
        issued,
        body["source"],
        tuple(
            ForecastStep(datetime.fromtimestamp(begins, zone), datetime.fromtimestamp(ends, zone), value)
            for begins, ends, value in body["steps"]
        ),
    )


def table_body(one: TideTable) -> Mapping[str, Any]:
    """A tide table as it is kept; extremes as [Unix seconds, m, high], bores as [Unix seconds, m or nothing]."""
    return {
        "of": one.of,
        "issued": one.issued.isoformat(),
        "source": one.source,
        "extremes": [[each.at.timestamp(), each.level_m, each.high] for each in one.extremes],
        "bores": [[each.at.timestamp(), each.height_m] for each in one.bores],
    }


def table_of(body: Mapping[str, Any]) -> TideTable:
    """The tide table ``table_body`` wrote."""
    issued, of, source = datetime.fromisoformat(body["issued"]), body["of"], body["source"]
    zone = issued.tzinfo
    return TideTable(
        of,
        issued,
        source,
        tuple(TideExtreme(datetime.fromtimestamp(at, zone), level_m, high) for at, level_m, high in body["extremes"]),
        tuple(
            BoreArrival(of, datetime.fromtimestamp(at, zone), height_m, issued, source)
            for at, height_m in body["bores"]
        ),
    )
