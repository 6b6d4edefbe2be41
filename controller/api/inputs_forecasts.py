"""What callers may send about forecasts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input, ReasonText
from controller.api.inputs_site import Discipline, Moment, ScopeText
from controller.logic.forecasts.series import (
    BoreArrival,
    Forecast,
    ForecastKind,
    ForecastStep,
    TideExtreme,
    TideTable,
)
from controller.logic.forecasts.soundness import MOST_EXTREMES, MOST_STEPS

PlaceText = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_CONTROL_CHARACTERS)]
SourceText = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)]
MOST_FILE = 900_000
"""Characters of a file: a body is 1 MB at most."""
_ISSUED = "2026-06-22T18:00:00+08:00"
_STEP = {"begins": "2026-06-22T18:00:00+08:00", "ends": "2026-06-22T19:00:00+08:00", "value": 4.5}


class StepInput(Input):
    """One interval and its mean: mm/h of rain, or metres of tide."""

    begins: Moment = Field(examples=[_STEP["begins"]])
    ends: Moment = Field(examples=[_STEP["ends"]])
    value: float = Field(examples=[4.5])


class ForecastInput(Input):
    """One forecast of one place."""

    kind: Literal["rain", "tide"] = Field("rain", examples=["rain"])
    of: PlaceText = Field(description="A rain gauge (id or name) or a catchment.", examples=["330106-RG-0001"])
    issued: Moment = Field(examples=[_ISSUED])
    source: SourceText = Field("", description="Whose it is; left out: the caller's name.", examples=["meteo"])
    steps: Annotated[list[StepInput], Field(min_length=1, max_length=MOST_STEPS)] = Field(
        description="In order of time, without overlap; a gap is what nobody foresaw.", examples=[[_STEP]]
    )

    def made(self, actor: str) -> Forecast:
        """The forecast."""
        steps = tuple(ForecastStep(one.begins, one.ends, one.value) for one in self.steps)
        return Forecast(ForecastKind(self.kind), self.of, self.issued, self.source or actor[:40], steps)


class ForecastsInput(Input):
    """Forecasts that came together: all are taken, or none."""

    forecasts: Annotated[list[ForecastInput], Field(min_length=1, max_length=500)] = Field(
        examples=[[{"of": "330106-RG-0001", "issued": _ISSUED, "source": "meteo", "steps": [_STEP]}]]
    )


class ExtremeInput(Input):
    """A high or low water."""

    at: Moment
    level_m: float
    high: bool


class BoreInput(Input):
    """A bore (涌潮) and its height, where it is known."""

    at: Moment
    height_m: float | None = None


class TideTableInput(Input):
    """A tide table of one water outside: at least two extremes, high and low in turn."""

    of: PlaceText = Field(description="A tide gauge (id or name) or a water outside.", examples=["330102-TG-0001"])
    issued: Moment = Field(examples=[_ISSUED])
    source: SourceText = Field("", description="Whose it is; left out: the caller's name.", examples=["tide-office"])
    extremes: Annotated[list[ExtremeInput], Field(min_length=2, max_length=MOST_EXTREMES)] = Field(
        examples=[
            [
                {"at": "2026-06-22T01:10:00+08:00", "level_m": 4.1, "high": True},
                {"at": "2026-06-22T07:25:00+08:00", "level_m": 1.2, "high": False},
            ]
        ]
    )
    bores: Annotated[list[BoreInput], Field(max_length=MOST_EXTREMES)] = Field([], examples=[[]])

    def made(self, actor: str) -> TideTable:
        """The table."""
        source = self.source or actor[:40]
        return TideTable(
            self.of,
            self.issued,
            source,
            tuple(TideExtreme(one.at, one.level_m, one.high) for one in self.extremes),
            tuple(BoreArrival(self.of, one.at, one.height_m, self.issued, source) for one in self.bores),
        )


class ForecastFileInput(Input):
    """A CSV file of forecasts or a tide table, as `zhadao forecast add` sends it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL_CHARACTERS)] = Field(
        examples=["meteo_20260622.csv"]
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_FILE)] = Field(
        examples=["of,issued,begins,ends,mm\n330106-RG-0001,2026-06-22 18:00,2026-06-22 18:00,2026-06-22 19:00,4.5\n"]
    )
    source: SourceText = Field("", description="Where the file says nothing; left out: the first word of its name.")
    of: Annotated[str, StringConstraints(max_length=120, pattern=NO_CONTROL_CHARACTERS)] = Field(
        "", description="The place, where the file names none."
    )


class DismissInput(Input):
    """A proposed state to take down until its grounds change."""

    discipline: Discipline = Field(examples=["water"])
    scope: ScopeText = Field(examples=["division:330106"])
    reason: ReasonText = Field(examples=["the gauge stands in a puddle, staff read 1.90 m"])
