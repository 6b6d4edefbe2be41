"""The form of ``plans/*.yaml``: plans (预案) as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.domain.intents import Direction
from controller.domain.operating import OperatingState
from controller.domain.rights import Role
from controller.logic.interlocks import OnBad
from controller.logic.plans.plan import Ending, FallbackAct, Otherwise, When
from controller.settings.fields import Duration, Finite, Model, Text, Word

_ID = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="small letters, digits, dashes")]
_NAME = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Expression = Annotated[str, Field(min_length=1, max_length=500, description="sanbao.inner_level_m > 2.1")]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Place = Annotated[str, Field(min_length=1, max_length=60, description="a name of scope, or an output of it: sanbao/P1")]


class SentencesModel(Model):
    """A text in both languages."""

    zh: Sentence
    en: Sentence


class ConditionModel(Model):
    """Something that must hold."""

    id: _ID
    needs: Expression
    when: Word[When] = When.START
    on_bad: Word[OnBad] = Field(default=OnBad.BLOCK, description="what an unknown condition means: allow, block, ask")
    otherwise: Word[Otherwise] = Otherwise.HOLD
    text: SentencesModel = Field(description="what must hold, as people read it: {zh: 潮位低于闸顶, en: …}")


class ParameterModel(Model):
    """A number people choose at the start."""

    title: SentencesModel
    default: Finite
    low: Finite
    high: Finite
    whole: bool = False
    unit: str = Field(default="", max_length=12)


class SetModel(Model):
    """``{target: sanbao, to: "count {units}"}``."""

    target: Place
    to: Text


class StartModel(Model):
    """``{station: sanbao, units: 2}``."""

    station: _NAME
    units: int | _NAME = Field(description="a number, or the parameter that says it")
    direction: Word[Direction] = Direction.DRAIN
    exactly: bool = False


class AnswerModel(Model):
    """One thing a person may say."""

    id: _ID
    title: SentencesModel
    then: Text = Field(default="next", description="next, abort, finish, or a later step of the same list")


class StepModel(Model):
    """One step: exactly one of set, start, wait, until, verify, tell, ask, together."""

    id: _ID
    title: SentencesModel | None = None
    set_: SetModel | None = Field(default=None, alias="set")
    start: StartModel | None = None
    wait: Duration | None = None
    until: Expression | None = None
    verify: Expression | None = None
    tell: SentencesModel | None = None
    urgent: bool = False
    ask: SentencesModel | None = None
    answers: list[AnswerModel] = Field(default_factory=list, max_length=8)
    silence: _ID | None = None
    together: list[list[StepModel]] | None = None
    within: Duration | None = None
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    otherwise: Word[FallbackAct] | None = None


class WayOutModel(Model):
    """The abort."""

    state: SentencesModel = Field(description="the safe state, in words: {zh: 机组保持运行，闸门关闭, en: …}")
    steps: list[StepModel] = Field(default_factory=list)
    leave: Word[Ending] = Ending.HAND_BACK


class PlanModel(Model):
    """One plan; each field is explained at ``controller.logic.plans.plan``."""

    id: _ID
    title: SentencesModel
    purpose: SentencesModel
    scope: Annotated[dict[_NAME, Text], Field(min_length=1)] = Field(
        description="names for its conditions and steps: {sanbao: 330102-PS-0001, canal: 330105-LG-0001}"
    )
    may_start: list[Word[Role]] = Field(default_factory=list)
    states: list[Word[OperatingState]] = Field(default_factory=list)
    conditions: list[ConditionModel] = Field(default_factory=list)
    parameters: dict[_NAME, ParameterModel] = Field(default_factory=dict)
    lease: Duration = 7200.0
    longest: Duration
    steps: Annotated[list[StepModel], Field(min_length=1)]
    abort: WayOutModel = Field(description="the way out: {state: {zh: …, en: …}, steps: [], leave: hand_back}")
    leave: Word[Ending] = Ending.HAND_BACK
    next_plan: _ID | None = None
