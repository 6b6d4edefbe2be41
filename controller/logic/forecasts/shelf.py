"""The forecasts that are kept: which one counts now, and which are kept only to be compared with what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from controller.logic.forecasts.series import Forecast, ForecastKind, TideTable

MOST_ISSUES = 30
"""Of one source and place: hourly issues over more than a day."""
MOST_SOURCES = 6
"""For one place; another one's forecasts are refused."""
Key = tuple[ForecastKind, str]


class Standing(StrEnum):
    """What became of a forecast. CURRENT: it counts now; OLDER: kept to be compared only; KNOWN: had already."""

    CURRENT = "current"
    OLDER = "older"
    KNOWN = "known"


@dataclass(slots=True)
class ForecastShelf:
    """Issues by kind and place, newest first. One source's same issue stands once."""

    issues: dict[Key, tuple[Forecast, ...]] = field(default_factory=dict)
    tables: dict[str, dict[str, TideTable]] = field(default_factory=dict)
    """By outside water, then by source."""

    def refusal(self, forecast: Forecast) -> str:
        """Why it cannot be put beside what is there; empty when it can."""
        there = self.issues.get((forecast.kind, forecast.of), ())
        same = next((one for one in there if _same_issue(one, forecast)), None)
        if same is not None and same.steps != forecast.steps:
            return (
                f"{forecast.source} already issued another forecast for {forecast.of} at "
                f"{forecast.issued:%Y-%m-%d %H:%M} UTC: a corrected one needs its own, later issue time"
            )
        sources = {one.source for one in there} | {forecast.source}
        if len(sources) > MOST_SOURCES:
            return f"{forecast.of} has forecasts of {MOST_SOURCES} sources already: {', '.join(sorted(sources))}"
        return ""

    def put(self, forecast: Forecast) -> Standing:
        """Put it where it belongs; ``refusal`` was asked before."""
        key = (forecast.kind, forecast.of)
        there = self.issues.get(key, ())
        if any(_same_issue(one, forecast) for one in there):
            return Standing.KNOWN
        self.issues[key] = tuple(sorted((*there, forecast), key=_newest, reverse=True))
        return Standing.CURRENT if self.issues[key][0] is forecast else Standing.OLDER

    def put_table(self, table: TideTable) -> Standing:
        """A tide table takes the place of its source's older one; an older issue takes nobody's."""
        tables = self.tables.setdefault(table.of, {})
        before = tables.get(table.source)
        if before is not None and before.issued >= table.issued:
            return Standing.KNOWN if before == table else Standing.OLDER
        tables[table.source] = table
        return Standing.CURRENT

    def current(self, kind: ForecastKind, of: str) -> Forecast | None:
        """The newest issue there is, whoever's; None where there never was one."""
        return next(iter(self.issues.get((kind, of), ())), None)

    def table(self, of: str, now: datetime) -> TideTable | None:
        """The newest table that speaks of now, else the newest there is: whoever uses it says why it is of no use."""
        there = self.tables.get(of, {}).values()
        return max(there, key=lambda one: (one.speaks_of(now), one.issued, one.source), default=None)

    def all(self) -> Iterator[Forecast]:
        """Every issue kept."""
        for there in self.issues.values():
            yield from there

    def sources(self, key: Key) -> Iterator[tuple[str, tuple[Forecast, ...]]]:
        """The issues of each source for a place, oldest first."""
        there = self.issues.get(key, ())
        for source in sorted({one.source for one in there}):
            yield source, tuple(one for one in reversed(there) if one.source == source)

    def overdue(self, now: datetime, keep: timedelta) -> list[Forecast]:
        """Issues that need not be kept any longer: too old, or one source's too many. The newest of a place stays."""
        return [one for there in self.issues.values() for one in _overdue(there, now, keep)]

    def drop(self, forecasts: Iterable[Forecast]) -> None:
        """Let these go."""
        gone = {id(one) for one in forecasts}
        self._keep_if(lambda one: id(one) not in gone)

    def forget(self, places: Callable[[ForecastKind, str], bool]) -> list[Forecast]:
        """Let go of the issues for places that are not there any more (a reload); gives them back."""
        gone = [one for one in self.all() if not places(one.kind, one.of)]
        self.drop(gone)
        return gone

    def _keep_if(self, keeps: Callable[[Forecast], bool]) -> None:
        for key in list(self.issues):
            left = tuple(one for one in self.issues[key] if keeps(one))
            if left:
                self.issues[key] = left
            else:
                del self.issues[key]


def stale(forecast: Forecast, now: datetime, after: timedelta) -> bool:
    """Whether it is too old to be used by anybody automatically, or speaks of nothing ahead any more."""
    return now - forecast.issued > after or forecast.ends <= now


def _overdue(there: tuple[Forecast, ...], now: datetime, keep: timedelta) -> Iterator[Forecast]:
    seen: dict[str, int] = {}
    for position, one in enumerate(there):
        seen[one.source] = seen.get(one.source, 0) + 1
        if position and (now - one.issued > keep or seen[one.source] > MOST_ISSUES):
            yield one


def _same_issue(one: Forecast, other: Forecast) -> bool:
    return one.source == other.source and one.issued == other.issued


def _newest(one: Forecast) -> tuple[datetime, str]:
    return one.issued, one.source
