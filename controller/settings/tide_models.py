"""The form of ``tides:`` under ``water/``: tidal waters, how far they are believed, and tide tables of the folder."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Duration, Model, Positive, Text
from controller.settings.lighting_models import TitleModel

_GAUGES = "its level points, best three or more: [330102-TG-0001/level_m, 330102-PS-0003/outer_level_m]"
Days = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class BoreModel(Model):
    """The bore of a water. ``margin`` is 30m at least: DESIGN's rule, which a site may only tighten."""

    margin: Annotated[Duration, Field(ge=1800, le=4 * 3600)] = 1800.0
    late: Annotated[Duration, Field(ge=0, le=3 * 3600)] = 1800.0
    hold: Annotated[Duration, Field(ge=0, le=6 * 3600)] = 3600.0
    named_every_days: Days = 20.0
    unseen: Annotated[Duration, Field(ge=0, le=6 * 3600)] = 3 * 3600.0


class TidalWaterModel(Model):
    """One tidal water; each number is explained at ``controller.logic.tidal.rules.TidalWater``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="small letters, digits, dashes: qiantang")]
    title: TitleModel
    gauges: Annotated[list[Text], Field(min_length=1, max_length=9)] = Field(description=_GAUGES)
    bore: BoreModel | None = None
    tolerance_m: Annotated[Positive, Field(le=2)] = 0.30
    shift: Annotated[Duration, Field(ge=0, le=2 * 3600)] = 1800.0
    agree_for: Annotated[Duration, Field(ge=60, le=6 * 3600)] = 600.0
    differ_for: Annotated[Duration, Field(ge=0, le=3600)] = 300.0
    spread_m: Annotated[Positive, Field(le=2)] = 0.20
    fast_m_per_min: Annotated[Positive, Field(le=1)] = 0.05
    fast_window: Annotated[Duration, Field(ge=60, le=900)] = 120.0
    calm: Annotated[Duration, Field(ge=0, le=6 * 3600)] = 1800.0
    frozen: Annotated[Duration, Field(ge=300, le=6 * 3600)] = 1200.0
    frozen_m: Annotated[Positive, Field(le=1)] = 0.15
    table_age_days: Days = 400.0
    warn_before_days: Days = 3.0


class TideFileModel(Model):
    """A tide table of the folder: a CSV file, read like one that comes in (docs: tide tables and the bore)."""

    file: Text = Field(description="a CSV file beside this one: tide-qiantang-2026.csv")
    of: Text = Field(description="the tidal water it speaks of: qiantang")


class TidesModel(Model):
    """``tides:``."""

    waters: Annotated[list[TidalWaterModel], Field(min_length=1)]
    tables: list[TideFileModel] = Field(default_factory=list)
