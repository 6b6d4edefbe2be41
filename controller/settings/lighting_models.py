"""The form of ``lighting/*.yaml``: programs, calendar rules, modes, holidays."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict

from controller.settings.fields import Duration, Finite, Model, NotNegative, Positive, Text, Word
from schedules.calendar import DayKind, Mode
from schedules.conditions import LuxMode
from schedules.holidays import LocalDay

_POINT = "HH:MM, sunset, sunset-5m, sunrise+10m, dusk or dawn"
_MONTH_DAY = Annotated[str, Field(pattern=r"^\d\d-\d\d$", description="MM-DD")]
Weekday = Annotated[int, Field(ge=1, le=7)]
_Day = Annotated[date, Strict(strict=False)]
"""A date as a key of a mapping: those are texts."""


class TitleModel(Model):
    """A name in both languages."""

    zh: Text
    en: Text


class SavingModel(Model):
    """``{from: 23:30, until: 05:00, level: off}``."""

    start: str = Field(alias="from", description=_POINT)
    until: str | None = None
    level: str = Field("off", description="on, off or 0% to 100%")


_LUX_WORDS = {True: LuxMode.ASTRO_AND_LUX.value, "only": LuxMode.LUX.value}


def _lux_word(said: Any) -> Any:
    """``true`` and ``only`` are short for the whole form with its defaults."""
    if isinstance(said, bool | str):
        if said in _LUX_WORDS:
            return {"mode": _LUX_WORDS[said]}
        raise ValueError("lux: true adds the sensor to the edges, lux: only lets it decide; or say {mode: …}")
    return said


class LuxModel(Model):
    """``true`` (the sensor adds light to the edges), ``only`` (it decides alone), or everything in figures.

    Windows are minutes from sunset and sunrise.
    """

    mode: Word[LuxMode] = Field(description="lux (the sensor alone) or astro_and_lux (it adds to the edges)")
    evening: tuple[int, int] | None = Field(None, strict=False, description="[-30, 15]")
    morning: tuple[int, int] | None = Field(None, strict=False, description="[-15, 30]")
    on_below_lx: Positive | None = None
    hysteresis_lx: NotNegative = 10.0
    hold: Duration = 180.0


class ValueModel(Model):
    """``{if: traffic_per_min > 20, from: 22:00, until: 05:00, level: 100%, title: {…}}``.

    ``points`` names points of other devices: ``{traffic_per_min: 330106-SP-0001/traffic}``.
    """

    when: str = Field(alias="if", description="an expression over points: pm25 > 150 and not rain")
    start: str = Field(alias="from", description=_POINT)
    until: str = Field(description=_POINT)
    level: str = Field(description="on, off or 0% to 100%")
    title: TitleModel
    may_darken: bool = False
    points: dict[str, str] = Field(default_factory=dict, description="{traffic: 330106-SP-0001/traffic}")


class ProgramModel(Model):
    """A lighting program. ``edges`` maps time points to levels: ``{sunset-5m: on, sunrise+5m: off}``.

    ``dimming`` maps time points to the level from then on, until the next of them: ``{22:00: 70%, 00:00: 40%}``.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", description="small letters, digits and dashes")]
    title: TitleModel = Field(description="its name: {zh: 全夜灯, en: All night}")
    edges: dict[str, str] = Field(default_factory=dict, description="{sunset: on, sunrise: off}")
    savings: list[SavingModel] = Field(default_factory=list)
    dimming: dict[str, str] = Field(default_factory=dict, description="{22:00: 70%, 00:00: 40%, 05:00: on}")
    min_burn_min: Annotated[int, Field(ge=0, le=240)] = 0
    lux: Annotated[LuxModel | None, BeforeValidator(_lux_word)] = None
    values: list[ValueModel] = Field(default_factory=list)


class RangeModel(Model):
    """Both nights included."""

    first: date
    last: date


class SeasonModel(Model):
    """``{first: 12-24, last: 01-06}``, every year, both included."""

    first: _MONTH_DAY
    last: _MONTH_DAY


class NthModel(Model):
    """``{weekdays: [6], of_month: [1, -1]}``: the first and the last Saturday of each month (or of ``months``)."""

    weekdays: list[Weekday]
    of_month: list[int] = Field(description="1 to 5 from its beginning, -1 the last")
    months: list[int] | None = None


class FestivalsModel(Model):
    """``{names: [中秋, 元宵], days: [-1, 0]}``: each with its eve."""

    names: list[str] = Field(description="除夕 春节 元宵 清明 端午 七夕 中秋 重阳")
    days: list[int] = Field(default_factory=lambda: [0], description="days from it: -1 is the eve")


class LunarModel(Model):
    """``{days: [1, 15]}``: 初一 and 十五 of every lunar month, or of ``months``, whose leap months don't count."""

    days: list[int]
    months: list[int] = Field(default_factory=list)


class WhenModel(Model):
    """One or more of these; a night must fit all that are said."""

    days: list[Word[DayKind]] | None = None
    mode: list[Word[Mode]] | None = None
    weekdays: list[Weekday] | None = None
    nth: NthModel | None = None
    dates: list[date] | None = None
    range: RangeModel | None = None
    season: SeasonModel | None = None
    festivals: FestivalsModel | None = None
    lunar: LunarModel | None = None
    solar_terms: list[str] | None = None


_WHEN = "one or more of days, mode, weekdays, nth, dates, range, season, festivals, lunar, solar_terms"


class RuleModel(Model):
    """On nights ``when`` picks, each program on the left of ``use`` is replaced by the one on the right.

    ``only`` says for which lights (scopes: ``grade:special``, ``class:landscape``, ``group:…``); ``every`` gives one
    program to all of them, whatever they have.
    """

    name: Text
    when: WhenModel = Field(description=_WHEN)
    unless: WhenModel | None = Field(None, description=_WHEN)
    only: list[str] | None = None
    use: dict[str, str] = Field(default_factory=dict, description="{landscape: landscape-late}")
    every: str | None = None


class ModeModel(Model):
    """``{mode: event, name: {…}, when: {range: …}}``: nights of a mode; the first that fits decides."""

    mode: Word[Mode] = Field(description="ordinary 平日, holiday 节假日 or event 重大活动")
    name: TitleModel
    when: WhenModel = Field(description=_WHEN)
    unless: WhenModel | None = Field(None, description=_WHEN)


class HolidayTableModel(Model):
    """One whole year's table, as issued: for a year the library does not know yet. It wins over the library's."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    issued: date
    holidays: list[date]
    make_up_workdays: list[date] = Field(default_factory=list)


class HolidayNoticeModel(Model):
    """A local notice: single dates that are otherwise than every table says."""

    issued: date = Field(description="its date of issue; of two notices the later wins")
    title: Text
    days: Annotated[dict[_Day, Word[LocalDay]], Field(min_length=1)] = Field(
        description="{2026-10-08: holiday, 2026-10-10: ordinary} (holiday, make_up or ordinary)"
    )


class PlaceOfSun(Model):
    """WGS-84 degrees."""

    lat: Finite
    lon: Finite


class StepModel(Model):
    """``{at: dusk, name: {zh: 亮灯, en: Lights on}, level: 60%}``."""

    at: str = Field(description=_POINT)
    name: TitleModel
    level: str = Field(description="on, off or 0% to 100%")


class ShowModel(Model):
    """``{at: [19:30, 20:30], for: 15m, level: on, name: {zh: 主秀, en: Main show}}``."""

    at: Annotated[list[str], Field(min_length=1)] = Field(description="[19:30, 20:30]")
    length: Duration = Field(alias="for", description="15m")
    level: str = Field("on", description="on, off or 0% to 100%")
    name: TitleModel


class SceneNightModel(Model):
    """One kind of night of a scene. Without ``steps``: those of the scene."""

    name: TitleModel
    when: WhenModel | None = Field(None, description=_WHEN)
    unless: WhenModel | None = Field(None, description=_WHEN)
    steps: list[StepModel] = Field(default_factory=list)
    shows: list[ShowModel] = Field(default_factory=list)
    curfew: str | None = Field(None, description=_POINT)


class SceneModel(Model):
    """A landscape scene: named steps for a building group, show windows, curfew, and a hard end."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", description="small letters, digits and dashes")]
    title: TitleModel
    members: Annotated[list[str], Field(min_length=1)] = Field(description="[group:facades, 330102-LC-0003/K7]")
    sun_at: PlaceOfSun | None = Field(None, description="{lat: 30.25, lon: 120.20}; else amid the members")
    hard_end: str = Field(description="a clock time: 23:30")
    steps: list[StepModel] = Field(default_factory=list)
    nights: Annotated[list[SceneNightModel], Field(min_length=1)]
