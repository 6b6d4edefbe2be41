"""The form of ``diversion:`` under ``water/``: stations that bring water in, and their programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.settings.fields import Duration, Finite, Model, Output, Positive, Text
from controller.settings.lighting_models import TitleModel

_POINT = "a point of this site: 330105-LG-0001/level_m"
_CLOCK = r"^([01]\d|2[0-4]):[0-5]\d$"
Clock = Annotated[str, Field(pattern=_CLOCK, description="a time of day: 06:30")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekend"]
Month = Annotated[int, Field(ge=1, le=12)]


class WindowModel(Model):
    """``{days: [weekdays], months: [4, 5], from: "06:00", until: "09:30"}``; an end before its beginning: next day."""

    days: list[Day] = Field(default_factory=list)
    months: list[Month] = Field(default_factory=list)
    begins: Clock = Field(alias="from", default="00:00")
    ends: Clock = Field(alias="until", default="24:00")


class FillModel(Model):
    """Fill: begin at or below ``below_m``, end at ``to_m``."""

    below_m: Finite
    to_m: Finite
    gauge: Text | None = Field(default=None, description=_POINT)


class FreshenModel(Model):
    """Freshen: begin while the value is worse than ``worse_than``, end at ``good_at``."""

    gauge: Text = Field(description="a quality point: 330105-WQ-0001/ammonia_mg_l")
    worse_than: Positive
    good_at: Positive


class FlushModel(Model):
    """Exchange water through a station's outfall in the falling tide, down to ``floor_m`` inside."""

    outfall: Text = Field(description="a station with a gravity rule: 330102-PS-0003")
    floor_m: Finite


class DiversionProgramModel(Model):
    """One program; each field is explained at ``controller.logic.diversion.rules.Program``."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="small letters, digits, dashes")]
    title: TitleModel
    station: Text = Field(description="a station under bringers: 330106-PS-0003")
    units: Annotated[int, Field(ge=0, le=64)] = 0
    gates: dict[Output, Annotated[float, Field(gt=0, le=100)]] = Field(default_factory=dict)
    when: list[WindowModel] = Field(default_factory=list)
    fill: FillModel | None = None
    freshen: FreshenModel | None = None
    flush: FlushModel | None = None
    least_run: Annotated[Duration, Field(ge=0, le=12 * 3600)] = 1800.0
    least_rest: Annotated[Duration, Field(ge=0, le=7 * 86_400)] = 1800.0
    at_most: Annotated[Duration, Field(ge=60, le=7 * 86_400)] = 12 * 3600.0


class MountainFloodModel(Model):
    """``{rain: 330106-RG-0001/rain_mm_h, mm: 30, within: 1h}`` and the same for a level and turbidity."""

    level: Text | None = Field(default=None, description=_POINT)
    level_m: Finite | None = None
    turbidity: Text | None = Field(default=None, description="a quality point: 330106-WQ-0001/turbidity_ntu")
    turbidity_ntu: Positive | None = None
    rain: Text | None = Field(default=None, description="a rain point: 330106-RG-0001/rain_mm_h")
    rain_mm: Positive | None = None
    within: Annotated[Duration, Field(ge=600, le=24 * 3600)] = 3600.0
    hold: Annotated[Duration, Field(ge=0, le=24 * 3600)] = 7200.0


class BringerModel(Model):
    """A station that brings water in; each field is explained at ``controller.logic.diversion.rules.Bringer``."""

    station: Text = Field(description="an intake or bidirectional station: 330106-PS-0003")
    response: Annotated[int, Field(ge=1, le=4)] = 4
    signal: Literal["blue", "yellow", "orange", "red"] = "blue"
    below_warning_m: Annotated[float, Field(ge=0, le=5)] = 0.30
    full_m: Finite | None = None
    drains: list[Text] = Field(default_factory=list)
    hold: Annotated[Duration, Field(ge=60, le=24 * 3600)] = 1800.0
    sources: list[Text] = Field(default_factory=list)
    mountain_flood: MountainFloodModel | None = None


class DiversionModel(Model):
    """``diversion:``."""

    bringers: list[BringerModel] = Field(default_factory=list)
    programs: list[DiversionProgramModel] = Field(default_factory=list)
