"""The form of ``water_rules:`` under ``water/``: what the network's rules go by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Duration, Finite, Model, NotNegative, Text

_Share = Annotated[float, Field(ge=0, le=1)]
_Metres = Annotated[float, Field(ge=0, le=2)]
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$", description="a time of day: 22:00")]


class TariffModel(Model):
    """``{from: "22:00", until: "08:00", price: 0.35}``: yuan per kWh; an end before its beginning: over midnight."""

    begins: _Clock = Field(alias="from")
    ends: _Clock = Field(alias="until")
    price: NotNegative


class RestModel(Model):
    """``{reach: canal, level_m: 1.60}``: where a reach is brought back to when nothing presses."""

    reach: Text
    level_m: Finite


class WaterRulesModel(Model):
    """``water_rules:``; each field is explained at ``controller.logic.water_rules.settings``."""

    rests: list[RestModel] = Field(default_factory=list)
    rest_below_warning_m: _Metres = 0.5
    ceiling_below_warning_m: _Metres = 0.05
    doubt_m_per_h: _Metres = 0.001
    doubt_most_m: _Metres = 0.03
    error_m: _Metres = 0.08
    error_share: _Share = 0.15
    blind_above_rest_m: _Metres = 0.05
    above_floor_m: _Metres = 0.05
    end_share: _Share = 0.5
    price: NotNegative = 0.70
    tariff: list[TariffModel] = Field(default_factory=list)
    start_yuan: NotNegative = 20.0
    inflow_share: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    learned: Annotated[Duration, Field(ge=600, le=86400)] = 4 * 3600.0
    fades: Annotated[Duration, Field(ge=600, le=86400)] = 6 * 3600.0
