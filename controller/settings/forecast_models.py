"""The form of ``forecasts:`` under ``water/``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Duration, Finite, Model, Positive, Text


class PlaceModel(Model):
    """A place others forecast for, and which gauge measures there."""

    name: Text = Field(description="as forecasts name it: 杭州主城区")
    gauge: Text = Field(description="a rain, level or tide gauge of this site: 330105-RG-0001")


class ForecastsModel(Model):
    """``forecasts:``; each field is explained at ``controller.logic.forecasts.settings``."""

    stale_after: Annotated[Duration, Field(ge=3600, le=48 * 3600)] = 12 * 3600.0
    keep: Annotated[Duration, Field(ge=26 * 3600, le=96 * 3600)] = 30 * 3600.0
    longest_horizon: Annotated[Duration, Field(ge=3 * 3600, le=360 * 3600)] = 240 * 3600.0
    most_rain_mm_h: Annotated[Positive, Field(le=500)] = 300.0
    lowest_tide_m: Finite = -10.0
    highest_tide_m: Finite = 20.0
    inbox_every: Annotated[Duration, Field(ge=5, le=3600)] = 10.0
    rain_signals: list[Text] = Field(default_factory=lambda: ["rainstorm"])
    places: list[PlaceModel] = Field(default_factory=list)
