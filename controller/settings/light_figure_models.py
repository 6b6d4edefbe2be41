"""The form of ``light_rates:`` and ``energy:``: what the lights' figures are measured against."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from controller.domain.lights import Grade, LightClass
from controller.logic.light_rates import FAULTS
from controller.settings.fields import Duration, Finite, Model, Positive, Text, Word

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=3650)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class RateLimitsModel(Model):
    """Percent below which a figure is too low."""

    main_roads: Percent = 98.0
    other_roads: Percent = 96.0
    intact: Percent = 95.0
    landscape: Percent = 90.0


class LightRatesModel(Model):
    """``light_rates:``; each field is explained at ``controller.logic.light_rates.RateRules``."""

    limits: RateLimitsModel = RateLimitsModel()
    main_grades: list[Word[Grade]] = Field(default_factory=lambda: [Grade.SPECIAL, Grade.FIRST])
    voltage_exponent: Annotated[float, Field(ge=0, le=3, allow_inf_nan=False)] = 0.0
    burning_above_percent: Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)] = 10.0
    under_for: Duration = 900.0
    keep_samples_days: Days = 40
    keep_nights_days: Annotated[int, Field(ge=400, le=3650)] = 800
    faults: list[Kind] = Field(default_factory=lambda: sorted(FAULTS))


class MeterModel(Model):
    """``meter: {rolls_over_kwh: [100000], margin: 1.5, slack_kwh: 1.5}``."""

    rolls_over_kwh: Annotated[list[Positive], Field(min_length=1)] | None = None
    margin: Annotated[float, Field(ge=1, le=10)] = 1.5
    slack_kwh: Annotated[float, Field(ge=0, le=100)] = 1.5


class LampWattsModel(Model):
    """Watts per lamp before LED, ballast included."""

    lights: Word[LightClass] = Field(description="road or landscape")
    grade: Word[Grade] | None = Field(None, description="left out: every grade that has no line of its own")
    lamp_w: Positive = Field(description="watts per lamp, ballast included")


class BeforeLedModel(Model):
    """``before_led: {source: …, lamps: [{lights: road, grade: special, lamp_w: 400}]}``."""

    source: Text = Field(description="where these watts stand: the retrofit's acceptance record")
    lamps: Annotated[list[LampWattsModel], Field(min_length=1)]


class UndimmedModel(Model):
    """``undimmed: {source: …}``: what "before dimming" means here."""

    source: Text


class CarbonFactorModel(Model):
    """One dated grid factor."""

    since: date = Field(description="the first night it holds for: YYYY-MM-DD")
    kg_per_kwh: Annotated[Finite, Field(gt=0, le=3)] = Field(description="kgCO2 per kWh")
    issued: date = Field(description="when it was issued: YYYY-MM-DD")
    source: Text = Field(description="where it was published")


class EnergyModel(Model):
    """``energy:``; explained at ``controller.logic.energy.EnergyRules``."""

    meter: MeterModel = MeterModel()
    before_led: BeforeLedModel | None = None
    undimmed: UndimmedModel | None = None
    carbon: list[CarbonFactorModel] = Field(default_factory=list)
