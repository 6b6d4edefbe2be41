"""How wrong the forecasts of a source were at a gauge: each compared with what then fell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from controller.logic.forecasts.rain_record import RainRecord
from controller.logic.forecasts.series import Forecast

LEADS_H = (1, 3, 6, 12)
"""Sums over so many hours from a forecast's beginning are compared."""
MOST_PAIRS = 200
"""Recent history: older comparisons are forgotten."""
WET_MM = 0.5
"""Where neither forecast nor gauge has this much, the case is dry: right, and no measure of how wrong rain is."""
FEWEST = 3
"""An error out of fewer wet cases is an anecdote."""
PART = 0.9
"""Both must be known of this part of the time."""
LATEST_START = timedelta(hours=3)
"""A forecast is compared from its first step on, which may begin this much after its issue."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What was foreseen for some hours and what was measured (mm)."""

    foreseen_mm: float
    measured_mm: float

    @property
    def wet(self) -> bool:
        """Whether there was anything to be wrong about."""
        return max(self.foreseen_mm, self.measured_mm) >= WET_MM


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """Of one source at one place for sums over ``lead_h`` hours, from ``cases`` wet cases (and ``dry`` dry ones).

    ``bias_mm`` > 0: it foresees too much. ``mae_mm``: how far it is off on average. ``ratio``: all that was foreseen
    over all that fell; None when nothing fell.
    """

    source: str
    of: str
    lead_h: int
    cases: int
    dry: int
    bias_mm: float
    mae_mm: float
    ratio: float | None

    @property
    def usable(self) -> bool:
        """Whether there are enough cases to lean on."""
        return self.cases >= FEWEST

    def band(self, foreseen_mm: float) -> tuple[float, float]:
        """Between what and what (mm) a sum foreseen by this source usually ends: bias taken off, its mean error round
        it, never below nothing."""
        likely = foreseen_mm - self.bias_mm
        return max(0.0, min(foreseen_mm, likely - self.mae_mm)), max(foreseen_mm, likely + self.mae_mm)


def figure(source: str, of: str, lead_h: int, pairs: Iterable[Pair]) -> ErrorFigure | None:
    """The figure out of these comparisons; None out of none."""
    told = list(pairs)
    if not told:
        return None
    wet = [pair for pair in told if pair.wet]
    errors = [pair.foreseen_mm - pair.measured_mm for pair in wet]
    fell = sum(pair.measured_mm for pair in wet)
    return ErrorFigure(
        source=source,
        of=of,
        lead_h=lead_h,
        cases=len(wet),
        dry=len(told) - len(wet),
        bias_mm=sum(errors) / len(wet) if wet else 0.0,
        mae_mm=sum(map(abs, errors)) / len(wet) if wet else 0.0,
        ratio=sum(pair.foreseen_mm for pair in wet) / fell if fell >= WET_MM else None,
    )


def due(forecast: Forecast, lead_h: int) -> datetime | None:
    """When a forecast's sum over ``lead_h`` hours can be compared; None when it cannot, ever."""
    begins = _begins(forecast)
    if begins is None:
        return None
    ends = begins + timedelta(hours=lead_h)
    _, known_s = forecast.sum(begins, ends)
    return ends if known_s >= PART * lead_h * 3600 else None


def compared(forecast: Forecast, record: RainRecord, lead_h: int) -> Pair | None:
    """What it foresaw for its first ``lead_h`` hours beside what fell; None where too little was measured."""
    begins, ends = _begins(forecast), due(forecast, lead_h)
    if begins is None or ends is None:
        return None
    measured_mm, known_s = record.sum(begins.timestamp(), ends.timestamp())
    if known_s < PART * lead_h * 3600:
        return None
    return Pair(forecast.sum(begins, ends)[0], measured_mm)


def _begins(forecast: Forecast) -> datetime | None:
    if not forecast.steps:
        return None
    begins = max(forecast.issued, forecast.steps[0].begins)
    return begins if begins <= forecast.issued + LATEST_START else None


@dataclass(frozen=True, slots=True)
class Scores:
    """Comparisons of one source at one place, by lead; ``until``: the newest issue compared, by lead."""

    pairs: Mapping[int, tuple[Pair, ...]]
    until: Mapping[int, datetime]


NO_SCORES = Scores({}, {})


def scored(scores: Scores, issues: Sequence[Forecast], record: RainRecord, now: datetime) -> Scores:
    """The scores with every issue compared that can be by now and was not; the same object when there was none.

    ``issues`` in order of issue. An issue of which too little was measured is passed over for good.
    """
    pairs, until = dict(scores.pairs), dict(scores.until)
    for lead_h in LEADS_H:
        for issue in issues:
            last = until.get(lead_h)
            if last is not None and issue.issued <= last:
                continue
            ready = due(issue, lead_h)
            if ready is None:
                continue
            if ready > now:
                break
            until[lead_h] = issue.issued
            pair = compared(issue, record, lead_h)
            if pair is not None:
                pairs[lead_h] = (*pairs.get(lead_h, ()), pair)[-MOST_PAIRS:]
    return scores if until == scores.until else Scores(pairs, until)


def scores_body(scores: Scores) -> Mapping[str, Any]:
    """Scores as they are kept."""
    return {
        "pairs": {
            str(lead): [[round(one.foreseen_mm, 2), round(one.measured_mm, 2)] for one in pairs]
            for lead, pairs in scores.pairs.items()
        },
        "until": {str(lead): issued.isoformat() for lead, issued in scores.until.items()},
    }


def scores_of(body: Mapping[str, Any]) -> Scores:
    """The scores ``scores_body`` wrote."""
    pairs = {int(lead): tuple(Pair(float(f), float(m)) for f, m in rows) for lead, rows in body["pairs"].items()}
    return Scores(pairs, {int(lead): datetime.fromisoformat(text) for lead, text in body["until"].items()})
