"""The form of ``smart_poles:``, ``display_templates:`` and ``flood_warnings:`` under ``lighting/``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.asset_models import DatedLevelModel, PlaceModel
from controller.settings.fields import Duration, Model, Positive, Text
from controller.settings.lighting_models import TitleModel
from controller.settings.wet_power_models import ZoneGaugeModel

_CLOSES = "water at which the road is closed, dated, in the zone's datum: {value_m: 4.15, datum: …, since: 2025-05-01}"
_ID = r"^[a-z0-9][a-z0-9-]{0,59}$"


class SosModel(Model):
    """Explained at ``controller.logic.poles.SosRules``."""

    hold: Duration = 600.0
    within_m: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] = 150.0
    whole_road: bool = False
    neighbours_by_day: bool = False
    stuck_after: Duration = 14_400.0
    blind_after: Duration = 60.0


class SmartPolesModel(Model):
    """The site's own numbers for poles."""

    sos: SosModel = Field(default_factory=SosModel)
    tilt_alarm_deg: Annotated[float, Field(gt=0, le=45, allow_inf_nan=False)] = 5.0
    leakage_warn_ma: Positive = 30.0


class TemplateModel(Model):
    """A message agreed on beforehand."""

    id: Annotated[str, Field(pattern=_ID)] = Field(description="a short name: flood-closed")
    title: TitleModel = Field(description="when it is used: {zh: 积水封路, en: closed by water}")
    text: Text = Field(description="what is shown, in one line: 前方积水 禁止通行 / FLOODED AHEAD – DO NOT ENTER")


class NearModel(Model):
    """Displays near a place."""

    place: PlaceModel
    within_m: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)]


class FloodWarningModel(Model):
    """An underpass and the displays on the way to it.

    Its gauges and datum are a flood zone's (``zone``), or its own. Displays: those of ``poles``, of the poles of
    ``roads``, and ``near`` a place, all together.
    """

    id: Annotated[str, Field(pattern=_ID)] = Field(description="a short name: qiutao-ahead")
    zone: str | None = None
    name: TitleModel | None = None
    gauges: list[ZoneGaugeModel] | None = None
    closes_at: DatedLevelModel = Field(description=_CLOSES)
    margin_m: Annotated[float, Field(gt=0, le=2)] = 0.05
    hold: Duration = 600.0
    blind_after: Duration = 60.0
    poles: list[str] = Field(default_factory=list)
    roads: list[str] = Field(default_factory=list)
    near: NearModel | None = None
    template: Text = Field(description="a template of display_templates: shown while the road is closed by water")
    doubt_template: str | None = None
