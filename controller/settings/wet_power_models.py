"""The form of ``wet_power:`` and ``flood_zones:`` under ``lighting/``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.asset_models import DatedLevelModel
from controller.settings.fields import Duration, Model, NotNegative, Positive, Text

_GAUGES = "three level points of three sensors: {device: 330102-LG-0001, point: level_m, datum: 吴淞高程}"
_LIVE = "the lowest live part, dated, in the zone's datum: {value_m: 4.30, datum: 吴淞高程, since: 2025-05-01}"


class WetPowerModel(Model):
    """The site's own numbers; each is explained at ``controller.logic.wet_zones.WetPowerRules``."""

    leakage_alarm_ma: Annotated[float, Field(gt=0, le=1000)] = 100.0
    decide_within: Duration = 60.0
    keep: Duration = 900.0
    blind_after: Duration = 30.0
    margin_m: Annotated[float, Field(gt=0, le=2)] = 0.10
    neighbours_within_m: Annotated[float, Field(ge=0, le=5000)] = 400.0
    insulation_min_mohm: Positive = 0.5
    leakage_check_ma: NotNegative = 30.0
    check_valid: Duration = 86_400.0
    prove_within: Duration = 15.0


class ZoneNameModel(Model):
    """What people call it."""

    zh: Text
    en: Text


class ZoneGaugeModel(Model):
    """One gauge of a zone."""

    device: Text = Field(description="a gauge or a station: 330102-LG-0001")
    point: Text = "level_m"
    datum: Text = Field(description="what its metres are counted from; the zone's")


class ZoneCircuitModel(Model):
    """One circuit of a zone."""

    circuit: Text = Field(description="a circuit: 330102-LC-0021/K1")
    lowest_live_part: DatedLevelModel = Field(description=_LIVE)


class FloodZoneModel(Model):
    """A place that floods as one."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")] = Field(
        description="a short name: qiutao-underpass"
    )
    name: ZoneNameModel
    datum: Text = Field(description="what every level of the zone is counted from: 吴淞高程")
    gauges: list[ZoneGaugeModel] = Field(description=_GAUGES)
    circuits: Annotated[list[ZoneCircuitModel], Field(min_length=1)]
