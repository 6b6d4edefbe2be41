"""What is looked after while a connection lives: stations that stand still, subscriptions gone deaf, lost nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from controller.domain.errors import ControllerError
from controller.domain.points import DeviceId
from drivers.opcua.alive import Counter, Life
from drivers.opcua.frozen import notice_of
from drivers.opcua.link import UaLink
from drivers.opcua.notices import Told
from drivers.opcua.signs import Signs
from drivers.opcua.stations import Item, Station
from drivers.opcua.watching import Subscriptions

log = structlog.get_logger("opcua")

ROUND_SHARE = 0.5
"""A round each half keep-alive."""
LEAST_WAIT_S = 0.01
"""What is due in less has come when it is looked at: no round after round at one moment."""

Refresh = Callable[[Station], Awaitable[None]]


class Tending:
    """Runs beside a connection and ends with it. ``refresh`` reads a station completely and hands it on."""

    def __init__(
        self,
        link: UaLink,
        watched: Subscriptions,
        stations: Mapping[DeviceId, Station],
        *,
        keepalive_s: float,
        refresh: Refresh,
        told: Told,
    ) -> None:
        self._link = link
        self._watched = watched
        self._stations = stations
        self._keepalive_s = keepalive_s
        self._refresh = refresh
        self._told = told
        self._wanted = asyncio.Event()
        self._refused: set[str] = set()
        self._lost: list[Item] = []
        self._task = asyncio.create_task(self._run(), name="opcua tending")

    def moved(self, station: Station) -> None:
        """A station's counter, or another sign of its life, was reported; if it had stopped, look at it now."""
        if station.alive is not None and station.alive.told is not Life.MOVING:
            self._wanted.set()

    def lost(self, items: Sequence[Item]) -> None:
        """Nodes of these points are gone: what watched them watches nothing."""
        self._lost.extend(items)
        self._wanted.set()

    async def end(self) -> None:
        """Stop."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        for station in self._stations.values():
            if station.alive is not None:
                self._told(notice_of(station.device, station.alive, station.alive.told, 0.0))
        while self._link.up:
            try:
                async with asyncio.timeout(self._wait_s()):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            try:
                await self._round()
            except ControllerError as error:
                # A supervision boundary: what fails here failed for everybody, and the next read or round says so.
                log.debug("opcua_round_failed", reason=str(error))

    def _wait_s(self) -> float:
        now_s = asyncio.get_running_loop().time()
        next_s = min((each.next_s(now_s) for _, each in self._counters()), default=float("inf"))
        return max(LEAST_WAIT_S, min(ROUND_SHARE * self._keepalive_s, next_s - now_s))

    def _counters(self) -> list[tuple[Station, Counter | Signs]]:
        return [(station, station.alive) for station in self._stations.values() if station.alive is not None]

    async def _round(self) -> None:
        await self._find_lost_nodes()
        for station, counter in self._counters():
            await self._look_at(station, counter)

    async def _look_at(self, station: Station, counter: Counter | Signs) -> None:
        now_s = asyncio.get_running_loop().time()
        if counter.worth_a_look(now_s) and self._link.up:
            await self._refresh(station)
            now_s = asyncio.get_running_loop().time()
        if counter.deaf(now_s):
            self._link.drop(f"{station.device} moves and its subscription does not say so")
            return
        life = counter.life(now_s)
        if life is not counter.told:
            counter.told = life
            event = "station_moves_again" if life is Life.MOVING else "station_frozen"
            log.warning(event, device=station.device, still_s=round(now_s - counter.moved_s), life=life.name.lower())
            self._told(notice_of(station.device, counter, life, now_s - counter.moved_s))
            await self._refresh(station)

    async def _find_lost_nodes(self) -> None:
        """Points nobody reports are asked for again; until the server watches them they are read each round."""
        lost, self._lost = self._lost, []
        if lost:
            await self._watched.forget(lost)
        elif not self._watched.unwatched:
            return
        asked = self._watched.unwatched
        await self._watched.again()
        for device in dict.fromkeys(item.device for item in asked):
            await self._refresh(self._stations[device])
        left = self._watched.unwatched
        names = {f"{item.device}/{item.spec.name}" for item in left}
        if names - self._refused:
            log.warning("opcua_points_not_watched", points=sorted(names))
        self._refused = names
