"""The form of ``alarms.yaml``: how each kind of alarm behaves, and where water levels are graded."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from controller.logic.water_grades import Grade
from controller.settings.asset_models import DatedLevelModel
from controller.settings.fields import Duration, Finite, Model, NotNegative, Positive, Text, Word
from controller.settings.lighting_models import TitleModel

Sentence = Annotated[str, Field(min_length=1, max_length=400)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class PriorityWord(StrEnum):
    """How urgent: 1 … 4."""

    EMERGENCY = "emergency"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def number(self) -> int:
        """1 (emergency) … 4 (low)."""
        return 1 + list(PriorityWord).index(self)


class SentencesModel(Model):
    """A sentence in both languages."""

    zh: Sentence
    en: Sentence


class AlarmModel(Model):
    """One kind of alarm; each field is explained at ``controller.logic.alarm_settings.AlarmSpec``."""

    kind: Kind = Field(description="the last part of the alarm's id: offline, mismatch, level_red")
    title: TitleModel | None = None
    priority: Word[PriorityWord] | None = None
    consequence: SentencesModel | None = None
    response: SentencesModel | None = None
    allowed: Duration | None = None
    on_delay: Duration | None = None
    off_delay: Duration | None = None
    deadband: NotNegative | None = None
    latch: bool | None = None
    life_safety: bool | None = None
    suppresses: list[Kind] | None = None
    tagged: bool | None = None


class ChatterModel(Model):
    """``chatter: {times: 5, within: 60s, quiet: 60s}``; 0 times switches it off."""

    times: Annotated[int, Field(ge=0, le=100)] = 5
    within: Duration = 60.0
    quiet: Duration = 60.0


class FloodModel(Model):
    """``flood: {alarms: 10, within: 10m, over_below: 5, operators: 1}``."""

    alarms: Annotated[int, Field(ge=1, le=1000)] = 10
    within: Duration = 600.0
    over_below: Annotated[int, Field(ge=1, le=1000)] = 5
    operators: Annotated[int, Field(ge=1, le=100)] = 1


class ShelvingModel(Model):
    """``shelving: {longest: 8h}``."""

    longest: Duration = 12 * 3600.0


class GradeModel(Model):
    """Where a grade begins: above or below the gauge's own warning or guarantee level, or at a level of its own."""

    base: Literal["warning", "guarantee"] | None = Field(None, alias="from")
    offset_m: Finite = 0.0
    at: DatedLevelModel | None = None


class RiseModel(Model):
    """``rise: {window: 30m, fast_m_per_h: 0.30, soon: 2h}``; null switches a part off."""

    window: Duration = 1800.0
    fast_m_per_h: Positive | None = 0.30
    soon: Duration | None = 7200.0


Grades = dict[Word[Grade], GradeModel]


class GaugeGradesModel(Model):
    """What is different for one gauge."""

    gauge: Text = Field(description="a level or tide gauge of this site: 330105-LG-0001")
    grades: Grades = Field(default_factory=dict)
    rise: RiseModel | None = None


def _usual_grades() -> Grades:
    return {
        Grade.BLUE: GradeModel.model_validate({"from": "warning", "offset_m": -0.30}),
        Grade.YELLOW: GradeModel.model_validate({"from": "warning"}),
        Grade.ORANGE: GradeModel.model_validate({"from": "guarantee", "offset_m": -0.20}),
        Grade.RED: GradeModel.model_validate({"from": "guarantee"}),
    }


class WaterLevelsModel(Model):
    """``water_levels:``: the grades of every gauge that has the levels they refer to."""

    grades: Grades = Field(default_factory=_usual_grades)
    rise: RiseModel = RiseModel()
    gauges: list[GaugeGradesModel] = Field(default_factory=list)


class AlarmsModel(Model):
    """``alarms.yaml``. All of it may be left out."""

    chatter: ChatterModel = ChatterModel()
    flood: FloodModel = FloodModel()
    shelving: ShelvingModel = ShelvingModel()
    settle: Duration = 60.0
    alarms: list[AlarmModel] = Field(default_factory=list)
    water_levels: WaterLevelsModel = WaterLevelsModel()
