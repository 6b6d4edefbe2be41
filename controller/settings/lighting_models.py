"""The form of ``lighting/*.yaml``: programs, calendar rules, holiday tables."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from controller.settings.fields import Model, Text, Word
from schedules.calendar import DayKind

_POINT = "HH:MM, sunset, sunset-5m, sunrise+10m, dusk or dawn"


class TitleModel(Model):
    """A name in both languages."""

    zh: Text
    en: Text


class SavingModel(Model):
    """``{from: 23:30, until: 05:00, level: off}``."""

    start: str = Field(alias="from", description=_POINT)
    until: str | None = None
    level: str = Field("off", description="on, off or 0% to 100%")


class ProgramModel(Model):
    """A lighting program. ``edges`` maps time points to levels: ``{sunset-5m: on, sunrise+5m: off}``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", description="small letters, digits and dashes")]
    title: TitleModel = Field(description="its name: {zh: 全夜灯, en: All night}")
    edges: Annotated[dict[str, str], Field(min_length=1)] = Field(description="{sunset: on, sunrise: off}")
    savings: list[SavingModel] = Field(default_factory=list)
    min_burn_min: Annotated[int, Field(ge=0, le=240)] = 0


class RangeModel(Model):
    """Both nights included."""

    first: date
    last: date


class SeasonModel(Model):
    """``{first: 12-24, last: 01-06}``, every year, both included."""

    first: Annotated[str, Field(pattern=r"^\d\d-\d\d$", description="MM-DD")]
    last: Annotated[str, Field(pattern=r"^\d\d-\d\d$", description="MM-DD")]


class WhenModel(Model):
    """Exactly one of these."""

    days: list[Word[DayKind]] | None = None
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] | None = None
    dates: list[date] | None = None
    range: RangeModel | None = None
    season: SeasonModel | None = None


class RuleModel(Model):
    """On nights ``when`` picks, each program on the left of ``use`` is replaced by the one on the right."""

    name: Text
    when: WhenModel = Field(description="one of days, weekdays, dates, range, season")
    use: Annotated[dict[str, str], Field(min_length=1)] = Field(description="{landscape: landscape-late}")


class HolidayTableModel(Model):
    """One year's table, as issued."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    issued: date
    holidays: list[date]
    make_up_workdays: list[date] = Field(default_factory=list)
