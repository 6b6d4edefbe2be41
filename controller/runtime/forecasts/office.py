"""Everything about forecasts, made once by the assembly: taking in, keeping, comparing, forgetting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import structlog

from controller.domain.clock import Clock
from controller.logic.forecasts.past_error import NO_SCORES, Scores, scored, scores_body, scores_of
from controller.logic.forecasts.places import ForecastPlace
from controller.logic.forecasts.series import ForecastKind
from controller.logic.forecasts.shelf import stale
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.desk import ForecastDesk
from controller.runtime.forecasts.forecasts import Forecasts
from controller.runtime.forecasts.inbox import Inbox
from controller.runtime.forecasts.rain_watch import RainWatch
from controller.runtime.forecasts.records import (
    FORECAST,
    SCORES,
    TIDE_TABLE,
    forecast_id,
    forecast_of,
    table_of,
)
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.changes import DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("forecasts")
LOOK_EVERY_S = 60.0
SCORE_EVERY_S = 600.0
STALE = "forecast_stale"
T = TypeVar("T")


class ForecastOffice:
    """``forecasts`` answers whoever decides, ``desk`` people and machines, ``rain`` knows what fell."""

    def __init__(
        self,
        site: Site,
        *,
        table: ImageTable,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        local: LocalTime,
        data: Path,
    ) -> None:
        self._clock, self._keeper, self._alarms = clock, keeper, alarms
        self.rain = RainWatch(site, table=table, clock=clock, keeper=keeper, alarms=alarms)
        self.forecasts = Forecasts(site.forecasts, clock)
        self.changed: Callable[[], None] = lambda: None
        """Told after every batch that brought something new."""
        self.desk = ForecastDesk(
            self.forecasts,
            self.rain,
            clock=clock,
            keeper=keeper,
            evidence=evidence,
            stream=stream,
            local=local,
            changed=lambda: self.changed(),
        )
        self.inbox = Inbox(data, self.desk, alarms)
        self._scored_s = float("-inf")
        self._rain_s = float("-inf")

    def restore(self, stored: StoredState) -> None:
        """Forecasts, tables and scores of before a restart stand on; a damaged record is left out and told."""
        self.rain.restore(stored)
        shelf, places = self.forecasts.shelf, self.forecasts.settings.places
        for _, one in _sound(stored.of(FORECAST), forecast_of):
            if places.find(one.kind, one.of) is not None:
                shelf.put(one)
        for _, table in _sound(stored.of(TIDE_TABLE), table_of):
            shelf.put_table(table)
        for name, scores in _sound(stored.of(SCORES), scores_of):
            of, _, source = name.partition("|")
            self.forecasts.scores[of, source] = scores
        self.forecasts.changes += 1

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); forecasts for places that are gone are let go."""
        self.rain.adopt(site)
        self.forecasts.settings = site.forecasts
        places = site.forecasts.places
        for one in self.forecasts.shelf.forget(lambda kind, of: _own(places.places.get(of), kind)):
            self._keeper.keep(DropRecord(FORECAST, forecast_id(one)))
            self._alarms.clear(self._source(one.of), STALE)
        self.forecasts.changes += 1

    async def run(self) -> None:
        """Look at rain, inbox and age for ever.

        A supervision boundary: whatever goes wrong here costs a forecast, and never a pump.
        """
        while True:
            try:
                await self.look()
            except Exception:  # the named supervision boundary of forecasts
                log.exception("forecasts_fault")
            every_s = min(LOOK_EVERY_S, self.forecasts.settings.inbox_every_s)
            await self._clock.sleep(every_s * max(1.0, self._clock.speed / 60))

    async def look(self) -> None:
        """One look."""
        now_s = self._clock.monotonic()
        await self.inbox.look()
        if now_s - self._rain_s >= LOOK_EVERY_S:
            self._rain_s = now_s
            self.rain.look()
            self._tell_stale()
        if now_s - self._scored_s >= SCORE_EVERY_S:
            self._scored_s = now_s
            self._score()
            self._tidy()

    def _score(self) -> None:
        """Compare what can be compared by now."""
        now, shelf = self._clock.now(), self.forecasts.shelf
        for key in list(shelf.issues):
            kind, of = key
            place = self.forecasts.settings.places.places.get(of)
            if kind is not ForecastKind.RAIN or place is None or not place.gauge:
                continue
            record = self.rain.record(place.gauge)
            for source, issues in shelf.sources(key):
                before = self.forecasts.scores.get((of, source), NO_SCORES)
                self._keep_scores(of, source, before, scored(before, issues, record, now))

    def _keep_scores(self, of: str, source: str, before: Scores, after: Scores) -> None:
        if after is not before:
            self.forecasts.scores[of, source] = after
            self._keeper.keep(PutRecord(SCORES, f"{of}|{source}", scores_body(after)))

    def _tidy(self) -> None:
        """Let go of issues that nobody will be compared with any more, and of scores of nobody."""
        shelf = self.forecasts.shelf
        gone = shelf.overdue(self._clock.now(), self.forecasts.settings.keep)
        shelf.drop(gone)
        for one in gone:
            self._keeper.keep(DropRecord(FORECAST, forecast_id(one)))

    def _tell_stale(self) -> None:
        """A place that had forecasts and has none that is fresh is told, once: people see to the link."""
        now, after = self._clock.now(), self.forecasts.settings.stale_after
        for (kind, of), issues in self.forecasts.shelf.issues.items():
            newest, source = issues[0], self._source(of)
            if not stale(newest, now, after):
                self._alarms.clear(source, STALE)
                continue
            hours = self.forecasts.age_s(newest) / 3600
            text = (
                f"no fresh {kind.value} forecast for {of}: {newest.source} issued the last {hours:.0f} h ago; it is "
                "used by nobody, everything goes on by what is measured"
            )
            text_zh = f"{of} 无有效预报：{newest.source} 最近一期为 {hours:.0f} 小时前，已停用，按实测运行"
            self._alarms.set(source, STALE, text, Priority.LOW, text_zh=text_zh)

    def _source(self, of: str) -> str:
        """What the alarm is about: the gauge where there is one, so that whoever sees the one sees the other."""
        place = self.forecasts.settings.places.places.get(of)
        return place.gauge if place is not None and place.gauge else f"forecasts/{of}"


def _sound(bodies: Mapping[str, Mapping[str, Any]], made: Callable[[Mapping[str, Any]], T]) -> Iterator[tuple[str, T]]:
    """The records that can be read; of another it is told, and nothing else is lost with it."""
    for name, body in bodies.items():
        try:
            one = made(body)
        except (KeyError, TypeError, ValueError) as error:
            log.error("forecast_record_unreadable", record=name, reason=repr(error))
        else:
            yield name, one


def _own(place: ForecastPlace | None, kind: ForecastKind) -> bool:
    return place is not None and place.kind is kind
