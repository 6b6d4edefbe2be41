"""The form of ``drills/*.yaml``: drills (演练) as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.logic.drills.drill import Origin, Trouble, Wanted
from controller.settings.fields import Duration, Finite, Model, NotNegative, Positive, Text, Word
from controller.settings.plan_models import SentencesModel

_ID = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,47}$", description="small letters, digits, dashes")]


class RainModel(Model):
    """A hyetograph: rates at equal distances, straight lines between them, nothing before and after."""

    begins: Duration = Field(alias="from", description="how long after the drill's start: 0h")
    every: Annotated[Duration, Field(ge=60.0)] = 3600.0
    mm_h: Annotated[list[NotNegative], Field(min_length=1, max_length=1000)]
    factors: dict[str, NotNegative] = Field(default_factory=dict, description="by rain gauge; 1 where nothing is said")


class InjectionModel(Model):
    """``{at: 20h, what: frozen, on: 330105-LG-0001/level_m, for: 3h}``."""

    at: Duration
    what: Word[Trouble]
    on: str = ""
    by: Finite = 0.0
    lasts: Duration | None = Field(default=None, alias="for")
    text: SentencesModel | None = None


class ExpectationModel(Model):
    """``{id: guarantee, what: level_below, of: canal, limit: guarantee, points: 30}``."""

    id: _ID
    what: Word[Wanted]
    title: SentencesModel
    points: Positive
    of: str = Field(default="", description="a reach of water/network.yaml; for starts_at_most a station")
    limit: float | str | None = Field(default=None, description="warning, guarantee, or a level in metres")
    after: Duration | None = Field(default=None, description="its clock begins so long after the start: 30m")
    within: Duration = 0.0
    at_most: NotNegative = 0.0
    priority: Annotated[int, Field(ge=1, le=4)] = 2


class FactModel(Model):
    """Something the drill is made of, and where it comes from."""

    origin: Word[Origin]
    zh: Annotated[str, Field(min_length=1, max_length=500)]
    en: Annotated[str, Field(min_length=1, max_length=500)]


class DrillModel(Model):
    """One drill."""

    id: _ID
    title: SentencesModel
    purpose: SentencesModel
    lasts: Annotated[Duration, Field(ge=600.0, le=14 * 86_400.0)]
    begins: Text | None = Field(default=None, description="local time 2021-07-24T08:00; left out: now")
    levels: dict[str, Finite] = Field(default_factory=dict, description="metres, by reach of water/network.yaml")
    outside: dict[str, Finite] = Field(default_factory=dict, description="mean level of a water outside, metres")
    rain: list[RainModel] = Field(default_factory=list)
    own_storms: bool = False
    inject: list[InjectionModel] = Field(default_factory=list)
    expect: Annotated[list[ExpectationModel], Field(min_length=1)]
    facts: list[FactModel] = Field(default_factory=list)
