"""The form of ``water_quality:`` under ``water/``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.logic.water_grades import Grade
from controller.logic.water_quality.rules import Parameter
from controller.settings.fields import Duration, Model, Positive, Text, Word


class TrendModel(Model):
    """``{by: 0.3, within: 2h}``: worse by so much within that time."""

    by: Positive
    within: Annotated[Duration, Field(ge=600, le=48 * 3600)]


class LimitsModel(Model):
    """``{unfit: 60, fit: 45, blue: 30, yellow: 60, trend: {by: 20, within: 1h}}``."""

    unfit: Positive
    fit: Positive
    blue: Positive | None = None
    yellow: Positive | None = None
    orange: Positive | None = None
    red: Positive | None = None
    trend: TrendModel | None = None

    def grades(self) -> dict[Grade, float]:
        """The grades it names, mildest first."""
        said = {Grade.BLUE: self.blue, Grade.YELLOW: self.yellow, Grade.ORANGE: self.orange, Grade.RED: self.red}
        return {grade: value for grade, value in said.items() if value is not None}


class QualityGaugeModel(Model):
    """One gauge and its own limits; what it does not name it takes from ``limits`` above all gauges."""

    gauge: Text = Field(description="a water-quality gauge: 330106-WQ-0001")
    limits: dict[Word[Parameter], LimitsModel] = Field(default_factory=dict)


class WaterQualityModel(Model):
    """``water_quality:``."""

    limits: dict[Word[Parameter], LimitsModel] = Field(default_factory=dict)
    gauges: list[QualityGaugeModel] = Field(default_factory=list)
    unfit_after: Annotated[Duration, Field(ge=0, le=3600)] = 120.0
    fit_after: Annotated[Duration, Field(ge=60, le=24 * 3600)] = 1800.0
    blind: Annotated[Duration, Field(ge=60, le=24 * 3600)] = 1800.0
