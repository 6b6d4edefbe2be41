"""The form of ``lux:``, ``lux_areas:``, ``dark_weather:`` and ``weather_signals:`` under ``lighting/``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.lights import Grade
from controller.settings.fields import Duration, Model, Positive, Text, Word

_ID = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
_SCOPES = "which lights: [city], [division:330106], [road:文一路, street:330106/北山街道]"
_SENSORS = "light sensors: [330106-LC-0001/photocell_lux, 330106-SP-0001/lux]"
Colour = Literal["blue", "yellow", "orange", "red"]
Percent = Annotated[float, Field(gt=0, le=100)]


class BothModel(Model):
    """A name in both languages."""

    zh: Text
    en: Text


class LuxModel(Model):
    """How photocells are judged; each field is explained at ``controller.logic.daylight_plan.LuxSettings``."""

    wanted: Annotated[int, Field(ge=1, le=15)] = 3
    frozen_after: Annotated[Duration, Field(ge=15 * 3600, le=14 * 86_400)] = Field(
        default=86_400.0, description="longer than the longest night: a photocell may show 0 lx all through it"
    )
    off_median: Annotated[float, Field(gt=1, le=100)] = 3.0
    max_age: Annotated[Duration, Field(ge=30, le=3600)] = Field(default=600.0)


class LuxAreaModel(Model):
    """Sensors that speak for the lights of some scopes."""

    id: _ID
    title: BothModel
    scopes: Annotated[list[Text], Field(min_length=1)] = Field(description=_SCOPES)
    sensors: Annotated[list[Text], Field(min_length=1, max_length=15)] = Field(description=_SENSORS)


class DarkWeatherModel(Model):
    """Early on in dark weather."""

    id: _ID
    title: BothModel
    scopes: Annotated[list[Text], Field(min_length=1)] = Field(description=_SCOPES)
    on_below_lx: Positive = Field(description="dark by day below this: 50")
    off_above_lx: Positive = Field(description="bright again above this: 100")
    on_hold: Duration = 180.0
    off_hold: Duration = 600.0
    min_burn: Duration = 900.0
    blind: Annotated[Duration, Field(ge=0, le=6 * 3600)] = Field(
        default=1800.0, description="how long the lamps stay on at most when no photocell can be trusted any more"
    )
    level: Percent = Field(default=100.0, description="percent, for what can be dimmed")
    grades: list[Word[Grade]] = Field(default_factory=lambda: list(Grade))
    after_sunrise_min: Annotated[float, Field(ge=0, le=240)] = 30.0
    until_sunset_min: Annotated[float, Field(ge=0, le=60)] = 15.0


class SignalModel(Model):
    """A weather signal."""

    id: _ID
    title: BothModel
    from_colour: Colour = "yellow"
    level: Percent = Field(default=100.0, description="percent, for what can be dimmed")
    grades: list[Word[Grade]] = Field(default_factory=lambda: list(Grade))
    default: Duration = 3 * 3600.0
    longest: Annotated[Duration, Field(ge=60, le=86_400)] = Field(default=12 * 3600.0)
