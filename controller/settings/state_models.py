"""The form of ``states.yaml``: what operating states change, and what would propose them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.operating import DisciplineName, OperatingState
from controller.settings.fields import Duration, Model, NotNegative, Positive, Text, Word


class BothModel(Model):
    """A text in both languages."""

    zh: Text
    en: Text


class ShiftModel(Model):
    """Alarms that weigh otherwise: ``{condition: warning, by: -1}``; negative is more urgent."""

    condition: Text = Field(description="a kind of alarm, * stands for anything: mismatch")
    by: Annotated[int, Field(ge=-3, le=3)] = Field(description="steps of priority, negative for more urgent: -1")


class LightsModel(Model):
    """What a state asks of lighting. ``programs``: what runs in place of what, ``{landscape: landscape-festival}``."""

    savings: Literal["run", "suspended"] = "run"
    landscape: Literal["programmed", "dark"] = "programmed"
    programs: dict[str, str] = Field(default_factory=dict)


class StateModel(Model):
    """One state."""

    state: Word[OperatingState] = Field(
        description="ordinary, event, flood_iv, flood_iii, flood_ii, flood_i, typhoon or snow"
    )
    title: BothModel = Field(description="what people call it: {zh: 防汛Ⅲ级应急响应, en: flood response III}")
    response: Annotated[int, Field(ge=1, le=4)] | None = Field(
        default=None, description="1 (I, gravest) to 4 (IV) where the state is a response level"
    )
    one_person: bool = False
    slots: list[Text] = Field(default_factory=list)
    leases: dict[str, Duration] = Field(default_factory=dict)
    alarms: list[ShiftModel] = Field(default_factory=list)
    lighting: LightsModel = LightsModel()


class RainModel(Model):
    """A rain signal: ``{signal: blue, mm: 50, within: 12h, state: flood_iv}``."""

    signal: Literal["blue", "yellow", "orange", "red"]
    mm: Positive
    within: Duration = Field(description="over how long the rain is summed up: 12h")
    state: Word[OperatingState]


class LevelModel(Model):
    """A level: ``{at: warning, state: flood_iv}``."""

    at: Literal["warning", "guarantee"]
    state: Word[OperatingState]


class ProposalsModel(Model):
    """What proposes which state, for which disciplines."""

    disciplines: list[Word[DisciplineName]] = Field(
        default_factory=lambda: [DisciplineName.WATER, DisciplineName.LIGHTING]
    )
    rain: list[RainModel] = Field(default_factory=list)
    levels: list[LevelModel] = Field(default_factory=list)


class LocalModel(Model):
    """``local:`` of ``site.yaml``: how long automation waits after LOCAL unless a person releases it."""

    lights_wait_s: NotNegative = 0.0
    stations_wait_s: NotNegative = 600.0
