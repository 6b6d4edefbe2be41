"""Forecasts and tide tables on their way in: checked, journalled, kept, and only then used. All of a batch, or none."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.forecasts.csv_read import Read, Reading, read_csv
from controller.logic.forecasts.places import ForecastPlace
from controller.logic.forecasts.series import Forecast, ForecastKind, TideTable
from controller.logic.forecasts.shelf import Standing
from controller.logic.forecasts.soundness import Complaint, complaints, table_complaints
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.forecasts import Forecasts
from controller.runtime.forecasts.rain_watch import RainWatch
from controller.runtime.forecasts.records import (
    FORECAST,
    TIDE_TABLE,
    forecast_body,
    forecast_id,
    table_body,
    table_id,
)
from controller.runtime.forecasts.showing import forecasts_view, rain_series
from controller.runtime.forecasts.views import ForecastReceipt, ForecastsView, RainSeries, TakenForecast
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.store.changes import Change, PutRecord

MOST_AT_ONCE = 500
MOST_TOLD = 10
"""A refusal names this many of the things that are wrong."""
KIND = "forecast_received"


class ForecastDesk:
    """Takes forecasts. Whether the caller may bring them is asked before a method is called."""

    def __init__(
        self,
        forecasts: Forecasts,
        rain: RainWatch,
        *,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        stream: ChangeStream,
        local: LocalTime,
        changed: Callable[[], None],
    ) -> None:
        self._forecasts, self._rain = forecasts, rain
        self._clock, self._keeper, self._evidence = clock, keeper, evidence
        self._stream, self._local, self._changed = stream, local, changed
        self._one_at_a_time = asyncio.Lock()
        """Between looking at what is there and adding to it lies a durable write."""

    # -- questions ----------------------------------------------------------------------------------------------

    def show(self, sees: Callable[[str], bool] = lambda _: True) -> ForecastsView:
        """What there is, of the places whose gauges the caller may see."""
        return forecasts_view(self._forecasts, self._clock, sees)

    def place(self, kind: ForecastKind | str, name: str) -> ForecastPlace | None:
        """The place a forecast would be for; None where there is none."""
        return self._forecasts.settings.places.find(ForecastKind(kind), name)

    def series(self, name: str) -> RainSeries:
        """Rain measured and foreseen at a place, for a chart.

        Raises:
            UnknownTarget: no such rain gauge or catchment.
        """
        place = self.place(ForecastKind.RAIN, name)
        if place is None:
            raise UnknownTarget(f"no rain gauge or catchment {name!r} in this site; `zhadao forecast list` names them")
        return rain_series(place, self._rain.record(place.gauge), self._forecasts, self._clock)

    def read(self, text: str, *, source: str = "file", of: str = "") -> Read:
        """What a CSV file says, or what is wrong with it; nothing is taken."""
        settings, places = self._forecasts.settings, self._forecasts.settings.places

        def canonical(kind: ForecastKind, name: str) -> str | None:
            place = places.find(kind, name)
            return None if place is None else place.name

        return read_csv(
            text, Reading(self._local.zone, self._clock.now(), settings.limits, canonical, source=source, of=of)
        )

    # -- acts ---------------------------------------------------------------------------------------------------

    async def add_file(
        self, text: str, name: str, caller: Caller, *, source: str = "", of: str = ""
    ) -> ForecastReceipt:
        """Take everything a CSV file says.

        Raises:
            InvalidValue: something in it is wrong, with line and column; nothing of it was taken.
        """
        read = self.read(text, source=source or source_of(name), of=of)
        if read.problems:
            raise InvalidValue(told_of(name, list(map(str, read.problems))))
        return await self.add(read.forecasts, read.tables, caller, via=name)

    async def add(
        self, forecasts: Sequence[Forecast], tables: Sequence[TideTable], caller: Caller, *, via: str = "api"
    ) -> ForecastReceipt:
        """Take these. What was known already stays as it is; an older issue is kept and replaces nothing.

        Raises:
            InvalidValue: one of them cannot be taken; none was.
        """
        forecasts, tables = self._sound(forecasts, tables)
        async with self._one_at_a_time:
            self._check_beside_others(forecasts)
            new = [one for one in forecasts if one not in self._there(one)]
            shelf = self._forecasts.shelf
            fresh = [one for one in tables if _newer(one, shelf.tables.get(one.of, {}).get(one.source))]
            if new or fresh:
                refused = await self._written(new, fresh, caller, via)
                if refused is not None:
                    return refused
            taken = [_taken(one, shelf.put(one)) for one in forecasts]
            taken += [_taken_table(one, shelf.put_table(one)) for one in tables]
        if new or fresh:
            self._forecasts.changes += 1
            self._stream.publish("forecast", "", {"taken": len(new) + len(fresh), "by": caller.actor})
            self._changed()
        return _receipt(taken)

    # -- how ----------------------------------------------------------------------------------------------------

    def _there(self, one: Forecast) -> tuple[Forecast, ...]:
        return self._forecasts.shelf.issues.get((one.kind, one.of), ())

    def _sound(
        self, forecasts: Sequence[Forecast], tables: Sequence[TideTable]
    ) -> tuple[list[Forecast], list[TideTable]]:
        """The same under their places' own names; everything wrong with any of them raises."""
        now, limits, wrong = self._clock.now(), self._forecasts.settings.limits, list[str]()
        if not 0 < len(forecasts) + len(tables) <= MOST_AT_ONCE:
            raise InvalidValue(f"{len(forecasts) + len(tables)} forecasts; send 1 to {MOST_AT_ONCE} at once")
        found = [self._named(one, ForecastKind(one.kind), wrong) for one in forecasts]
        for position, one in enumerate(found):
            wrong += [_said(f"forecast {position}", "step", each) for each in complaints(one, now, limits)]
        told = [self._named_table(one, wrong) for one in tables]
        for position, table in enumerate(told):
            wrong += [_said(f"table {position}", "extreme", each) for each in table_complaints(table, now, limits)]
        if wrong:
            raise InvalidValue(told_of("nothing was taken", wrong))
        return found, told

    def _named(self, one: Forecast, kind: ForecastKind, wrong: list[str]) -> Forecast:
        place = self.place(kind, one.of)
        if place is None:
            wrong.append(f"{one.of!r} is no place {kind.value} is forecast for here 没有这个站点")
            return one
        return replace(one, of=place.name)

    def _named_table(self, one: TideTable, wrong: list[str]) -> TideTable:
        place = self.place(ForecastKind.TIDE, one.of)
        if place is None:
            wrong.append(f"{one.of!r} is no tide gauge and no water outside 没有这个潮位站")
            return one
        return replace(one, of=place.name, bores=tuple(replace(bore, of=place.name) for bore in one.bores))

    def _check_beside_others(self, forecasts: Sequence[Forecast]) -> None:
        """Against what is kept, and against each other."""
        refusals = [refusal for one in forecasts if (refusal := self._forecasts.shelf.refusal(one))]
        issues = Counter((one.kind, one.of, one.source, one.issued) for one in forecasts)
        refusals += [f"{of}: the issue of {source} stands twice" for (_, of, source, _), n in issues.items() if n > 1]
        if refusals:
            raise InvalidValue(told_of("nothing was taken", refusals))

    async def _written(
        self, forecasts: Sequence[Forecast], tables: Sequence[TideTable], caller: Caller, via: str
    ) -> ForecastReceipt | None:
        """Journal, then keep; None when both were done. Else nothing was done, and this says so."""
        members = [*map(_member, forecasts), *map(_table_member, tables)]
        data = {"via": via[:200], "members": members}
        changes: list[Change] = [PutRecord(FORECAST, forecast_id(one), forecast_body(one)) for one in forecasts]
        changes += [PutRecord(TIDE_TABLE, table_id(one), table_body(one)) for one in tables]
        try:
            await self._evidence.before(KIND, caller.actor, "", data)
        except StoreError as error:
            return _not_written(error)
        try:
            await self._keeper.apply(changes)
        except StoreError as error:
            await self._evidence.void(KIND, caller, "", {"via": via[:200], "why": str(error)})
            return _not_written(error)
        return None


def source_of(name: str) -> str:
    """Whose a file is when it does not say: the word its name begins with (``meteo`` of ``meteo_20260622.csv``)."""
    word = name.rsplit("/", 1)[-1].split("_")[0].split(".")[0].strip()
    return word[:40] if word and word.isprintable() else "file"


def told_of(what: str, wrong: Sequence[str]) -> str:
    """The things that are wrong as one text: the first few, and how many more."""
    more = f"; and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
    return f"{what}: " + "; ".join(wrong[:MOST_TOLD]) + more


def _said(which: str, part: str, one: Complaint) -> str:
    where = which if one.position is None else f"{which}, {part} {one.position}"
    return f"{where}: {one.en} {one.zh}"


def _newer(one: TideTable, before: TideTable | None) -> bool:
    return before is None or one.issued > before.issued


def _member(one: Forecast) -> dict[str, object]:
    body = forecast_body(one)
    return {**{name: body[name] for name in ("kind", "of", "source", "issued")}, **_content(body["steps"])}


def _table_member(one: TideTable) -> dict[str, object]:
    body = table_body(one)
    told = {name: body[name] for name in ("of", "source", "issued")}
    return {"kind": "tide_table", **told, **_content([body["extremes"], body["bores"]])}


def _content(what: Sequence[object]) -> dict[str, object]:
    """How much it is, and its hash: whoever has the file can prove that this was it."""
    text = json.dumps(what, separators=(",", ":"))
    return {"steps": len(what), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _taken(one: Forecast, standing: Standing) -> TakenForecast:
    return TakenForecast(one.kind.value, one.of, one.source, one.issued.astimezone(UTC), standing.value)


def _taken_table(one: TideTable, standing: Standing) -> TakenForecast:
    return TakenForecast("tide_table", one.of, one.source, one.issued.astimezone(UTC), standing.value)


def _receipt(taken: Iterable[TakenForecast]) -> ForecastReceipt:
    told = tuple(taken)
    count = Counter(one.standing for one in told)
    en = f"{count['current']} in use, {count['older']} older (replacing nothing), {count['known']} known already"
    zh = f"启用 {count['current']} 份，较旧 {count['older']} 份（不替换），已有 {count['known']} 份"
    return ForecastReceipt(True, "", en, zh, told)


def _not_written(error: StoreError) -> ForecastReceipt:
    return ForecastReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was taken: {error}", f"未接收：{error}")
