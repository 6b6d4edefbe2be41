"""The form of ``network:`` under ``water/``: the city's waters as the model sees them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.asset_models import DatedLevelModel
from controller.settings.fields import Duration, Finite, Model, NotNegative, Positive, Text

_ID = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
_STORAGE = "(level m, surface m²), lowest first: [[-1.0, 300000.0], [2.0, 450000.0]]"
_POINTS = "points that measure its level: [330105-LG-0001/level_m]"
Share = Annotated[float, Field(gt=0, le=1)]


class TitleModel(Model):
    """A name in both languages."""

    zh: Text
    en: Text


class ReachModel(Model):
    """A body of water at one level: ``storage``, or ``area_m2`` where nothing better is known."""

    id: _ID
    title: TitleModel
    storage: Annotated[list[list[Finite]], Field(min_length=2, description=_STORAGE)] | None = None
    area_m2: Positive | None = None
    floor_m: Finite = Field(description="never pumped below: navigation, intakes")
    warning: DatedLevelModel | None = None
    guarantee: DatedLevelModel | None = None
    gauges: list[Text] = Field(default_factory=list, description=_POINTS)


class OutsideModel(Model):
    """A water the city does not move."""

    id: _ID
    title: TitleModel
    usual_m: Finite = Field(description="the level it is taken to have where nothing is measured or foretold")
    gauges: list[Text] = Field(default_factory=list, description=_POINTS)


class ChannelModel(Model):
    """An open link."""

    between: Annotated[list[Text], Field(min_length=2, max_length=2)]
    conveyance_m2s: Positive = Field(description="m³/s per metre of level difference")


class PlacedModel(Model):
    """A station between its two waters; its units and their flows come from its asset."""

    id: Text
    inner: Text
    outer: Text
    rated_head_m: Positive | None = None
    shutoff_head_m: Positive | None = None


class GravityGateModel(Model):
    """A gate that lets water through by its own head, one way."""

    gate: Text = Field(description="the gate's id: 330102-PS-0003/G5")
    source: Annotated[str, Field(min_length=1, max_length=60, alias="from")]
    to: Text
    width_m: Positive
    height_m: Positive
    sill_m: Finite


class CatchmentModel(Model):
    """Land that drains into a reach."""

    name: Text
    into: Text
    gauge: Text = Field(description="the rain gauge that speaks for it: 330105-RG-0001")
    area_km2: Positive
    runoff: Share
    lag: Annotated[Duration, Field(ge=60, le=10 * 86_400)]
    base_m3s: NotNegative = 0.0


class EstimationModel(Model):
    """How gauges are judged; each field is explained at ``controller.logic.hydraulics.network.EstimationRules``."""

    gauge_sd_m: Annotated[float, Field(ge=0.001, le=0.2)] = 0.01
    apart_m: Annotated[float, Field(ge=0.02, le=1)] = 0.10
    jump_m: Annotated[float, Field(ge=0.02, le=2)] = 0.15
    moved_m: Annotated[float, Field(ge=0.01, le=1)] = 0.05
    still_m: Annotated[float, Field(ge=0, le=0.02)] = 0.002
    inflow_error: Annotated[float, Field(ge=0, le=1)] = 0.3
    residual: Annotated[Duration, Field(ge=600, le=86_400)] = 3600.0
    lost_m: Annotated[float, Field(ge=0.05, le=2)] = 0.30


class NetworkModel(Model):
    """All of it."""

    datum: Text
    reaches: Annotated[list[ReachModel], Field(min_length=1)]
    outside: list[OutsideModel] = Field(default_factory=list)
    channels: list[ChannelModel] = Field(default_factory=list)
    stations: list[PlacedModel] = Field(default_factory=list)
    gates: list[GravityGateModel] = Field(default_factory=list)
    catchments: list[CatchmentModel] = Field(default_factory=list)
    estimation: EstimationModel = Field(default_factory=EstimationModel)
