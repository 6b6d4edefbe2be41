"""Which stations people let the optimiser set, until when: journalled and kept before it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import DeviceId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.commanding.ports import FrontAsked, Rights
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.optimiser.records import KIND, Acceptance, acceptance_body, acceptance_of
from controller.runtime.optimiser.words import LEFT
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("optimiser")

ACCEPTED, WITHDRAWN, ENDED = "optimiser_accepted", "optimiser_withdrawn", "optimiser_acceptance_ended"
SHORTEST_S, LONGEST_S = 900.0, 24 * 3600.0
MOST_TEXT = 200
NO_PERSON = (
    "a person accepts the optimiser, signed in under their own name; a machine never does",
    "优化控制须由人员本人登录后接受",
)


class Acceptances:
    """Whether the caller may operate the station is asked before ``accept`` is called, and again at every target."""

    def __init__(self, site: Site, *, clock: Clock, keeper: Keeper, evidence: Evidence, acts: ActRequests) -> None:
        self._clock, self._keeper, self._evidence, self._acts = clock, keeper, evidence, acts
        self._accepted: dict[DeviceId, Acceptance] = {}
        self._one_at_a_time = asyncio.Lock()
        self.rights: Rights = FrontAsked()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); stations that left it are not accepted any more."""
        self._site = site
        for gone in [one for one in self._accepted.values() if one.station not in site.city.stations]:
            self._end(gone, *LEFT)

    def restore(self, stored: StoredState) -> None:
        """Before a restart; what ran out meanwhile ends at the first look, a damaged record is told and dropped."""
        for station, body in stored.of(KIND).items():
            if station not in self._site.city.stations:
                continue
            try:
                self._accepted[DeviceId(station)] = acceptance_of(station, body)
            except (KeyError, ValueError, TypeError) as damaged:
                log.error("acceptance_not_restored", station=station, reason=repr(damaged))
                self._keeper.keep(DropRecord(KIND, station))

    def all(self) -> Iterable[Acceptance]:
        """Every one that stands, by station."""
        return tuple(self._accepted[station] for station in sorted(self._accepted))

    def of(self, station: DeviceId) -> Acceptance | None:
        """A station's."""
        return self._accepted.get(station)

    def refused(self, one: Acceptance) -> bool:
        """Whether the person behind it may not operate the station any more."""
        return bool(self.rights.outside(one.caller, Slot.OPTIMISER, [one.station]))

    async def accept(self, station: DeviceId, for_s: float, caller: Caller, reason: str = "") -> SiteReceipt:
        """From now on the optimiser sets this station's target, until then.

        Raises:
            UnknownTarget: no such station.
            InvalidValue: too short or too long, or a station that drains no water of the network.
        """
        name = self._station(station)
        if not caller.person:
            self._evidence.later("optimiser_denied", caller.actor, station, {"why": NO_PERSON[0]})
            return SiteReceipt(False, Cause.NO_AUTHORITY.value, *NO_PERSON, station)
        if not SHORTEST_S <= for_s <= LONGEST_S:
            raise InvalidValue(
                f"the optimiser is accepted for 15 minutes to 24 hours, not {for_s / 60:g} min 接受期限为15分钟至24小时"
            )
        if len(reason) > MOST_TEXT:
            raise InvalidValue(f"a reason has at most {MOST_TEXT} characters")
        network = self._site.network
        if network is None or not any(one.station == station and one.direction == "drain" for one in network.pumps):
            raise InvalidValue(f"{station} drains no reach of water/network.yaml: the optimiser has no plan for it")
        if not self._site.optimiser.enabled:
            raise InvalidValue(
                "the optimiser is switched off here: `optimiser: {enabled: true}` in water/*.yaml 优化未启用"
            )
        now = self._clock.now()
        until = now + timedelta(seconds=for_s)
        one = Acceptance(station, caller.actor, caller.person, now, until, reason.strip(), caller.session)
        error = await self._written(ACCEPTED, caller, one, PutRecord(KIND, station, acceptance_body(one)))
        if error is None:
            self._accepted[station] = one
        ends = f"{until:%Y-%m-%dT%H:%MZ}"
        en = f"the optimiser may set {name} until {ends}; protection and people's orders stand above it"
        zh = f"已接受优化控制{name}；保护与人工指令优先"
        return self._noted(ACCEPTED, one, caller, error, en, zh)

    async def withdraw(self, station: DeviceId, caller: Caller, reason: str = "") -> SiteReceipt:
        """The rules have the station back, from what runs now.

        Raises:
            UnknownTarget: no such station.
        """
        name = self._station(station)
        one = self._accepted.get(station)
        if one is None:
            en, zh = f"the optimiser is not accepted at {name}", f"{name}未接受优化控制"
            return SiteReceipt(False, Cause.OUT_OF_RANGE.value, en, zh, station)
        error = await self._written(WITHDRAWN, caller, one, DropRecord(KIND, station), reason)
        if error is None:
            self._accepted.pop(station, None)
        en, zh = f"{name} is back with the rules; what runs goes on", f"{name}已交还规则控制，运行机组保持"
        return self._noted(WITHDRAWN, one, caller, error, en, zh)

    async def end(self, one: Acceptance, english: str, chinese: str) -> None:
        """It ends by itself; said afterwards where the disk fails, because it must not go on."""
        self._end(one, english, chinese)

    def _end(self, one: Acceptance, english: str, chinese: str) -> None:
        if self._accepted.get(one.station) is one:
            del self._accepted[one.station]
            self._keeper.keep(DropRecord(KIND, one.station))
            data = {**acceptance_body(one), "why": f"{english} {chinese}"}
            self._evidence.later(ENDED, "controller", one.station, data)

    def _station(self, station: DeviceId) -> str:
        asset = self._site.city.stations.get(station)
        if asset is None:
            raise UnknownTarget(f"no station {station} in this site; `zhadao optimiser show` lists them")
        return asset.name

    async def _written(
        self, kind: str, caller: Caller, one: Acceptance, change: Change, reason: str = ""
    ) -> StoreError | None:
        async with self._one_at_a_time:
            data = acceptance_body(one) | ({"why": reason} if reason else {})
            try:
                await self._evidence.before(kind, caller.actor, one.station, data)
            except StoreError as error:
                return error
            try:
                await self._keeper.apply([change])
            except StoreError as error:
                await self._evidence.void(kind, caller, one.station, {"why": str(error)})
                return error
        return None

    def _noted(
        self, kind: str, one: Acceptance, caller: Caller, error: StoreError | None, en: str, zh: str
    ) -> SiteReceipt:
        answer = SiteReceipt(True, "", en, zh, one.station)
        if error is not None:
            answer = SiteReceipt(
                False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}", one.station
            )
        self._acts.done(kind, caller, [outcome(one.station, answer.cause, answer.text_en)], reason=one.reason)
        return answer
