"""Where people and services report a mobile pump: journalled and kept before it is shown; restored after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.mobile_pumps import STATES_ZH, MobilePump, MobilePumpReport, MobilePumpState
from controller.domain.places import Place
from controller.domain.points import DeviceId
from controller.domain.rights import Caller
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.mobile_pumps.records import MOBILE_PUMP, report_body, report_of
from controller.runtime.mobile_pumps.views import MobilePumpsView, MobilePumpView
from controller.runtime.stream import ChangeStream
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

MOST_TEXT = 200
OLD_S = {MobilePumpState.UNDERWAY: 3600.0, MobilePumpState.PUMPING: 2 * 3600.0}
"""After so long without a word a report of something under way may no longer be true (s)."""
REPORTED = "mobile_pump_reported"


class MobilePumpDesk:
    """Takes reports. Whether the caller may operate the pump is asked before ``report`` is called."""

    def __init__(
        self, site: Site, *, clock: Clock, keeper: Keeper, evidence: Evidence, stream: ChangeStream, acts: ActRequests
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._evidence = evidence
        self._stream = stream
        self._acts = acts
        self._reports: dict[DeviceId, MobilePumpReport] = {}
        self._one_at_a_time = asyncio.Lock()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); reports of pumps that left the configuration are forgotten."""
        self._pumps = site.city.mobile_pumps
        for gone in [pump for pump in self._reports if pump not in self._pumps]:
            del self._reports[gone]
            self._keeper.keep(DropRecord(MOBILE_PUMP, gone))

    def restore(self, stored: StoredState) -> None:
        """What was last reported, also before a restart."""
        for pump, body in stored.of(MOBILE_PUMP).items():
            if pump in self._pumps:
                self._reports[pump] = report_of(pump, body)

    def knows(self, pump_id: DeviceId) -> bool:
        """Whether there is such a mobile pump."""
        return pump_id in self._pumps

    def show(self, seen: Callable[[DeviceId], bool] = lambda _: True) -> MobilePumpsView:
        """Every mobile pump the caller may see, by id."""
        now = self._clock.now()
        views = tuple(self._view(pump, now) for pump in self._pumps.values() if seen(pump.id))
        pumping = sum(one.capacity_m3s for one in views if one.state == MobilePumpState.PUMPING)
        return MobilePumpsView(views, sum(one.capacity_m3s for one in views), pumping)

    async def report(
        self,
        pump_id: DeviceId,
        state: str,
        caller: Caller,
        *,
        where: str = "",
        lat: float | None = None,
        lon: float | None = None,
        note: str = "",
    ) -> SiteReceipt:
        """Note what a mobile pump does and where; it takes the place of what was said before.

        Raises:
            UnknownTarget: no such mobile pump.
            InvalidValue: no such state, half a position, a text too long, or nothing said of where it pumps.
        """
        pump = self._known(pump_id)
        what = _state(state)
        place = _place(lat, lon)
        _check(what, where, place, note)
        one = MobilePumpReport(pump.id, what, place, where.strip(), caller.actor, self._clock.now(), note.strip())
        async with self._one_at_a_time:
            error = await self._written(one, caller)
            if error is not None:
                return self._noted(one, caller, _not_written(error))
            self._reports[pump.id] = one
        self._stream.publish("mobile_pump", pump.id, report_body(one))
        at = f" at {one.where}" if one.where else ""
        en = f"{pump.name} is noted as {what.value}{at}"
        zh = f"已记录{pump.name}：{STATES_ZH[what]}" + (f"，{one.where}" if one.where else "")
        return self._noted(one, caller, SiteReceipt(True, "", en, zh, pump.id))

    async def _written(self, one: MobilePumpReport, caller: Caller) -> StoreError | None:
        """Journal, then keep; None when both were done. Else nothing was done."""
        change: Change = PutRecord(MOBILE_PUMP, one.pump, report_body(one))
        try:
            await self._evidence.before(REPORTED, caller.actor, one.pump, report_body(one))
        except StoreError as error:
            return error
        try:
            await self._keeper.apply([change])
        except StoreError as error:
            await self._evidence.void(REPORTED, caller, one.pump, {"why": str(error)})
            return error
        return None

    def _noted(self, one: MobilePumpReport, caller: Caller, answer: SiteReceipt) -> SiteReceipt:
        what = [outcome(one.pump, answer.cause, answer.text_en)]
        self._acts.done(REPORTED, caller, what, value=one.state.value, reason=one.note or one.where)
        return answer

    def _known(self, pump_id: DeviceId) -> MobilePump:
        pump = self._pumps.get(pump_id)
        if pump is None:
            raise UnknownTarget(f"no mobile pump {pump_id} in this site; `zhadao mobile-pump list` shows them")
        return pump

    def _view(self, pump: MobilePump, now: datetime) -> MobilePumpView:
        one = self._reports.get(pump.id)
        age_s = None if one is None else max(0.0, (now - one.at).total_seconds())
        place = pump.home if one is None or one.place is None else one.place
        return MobilePumpView(
            id=pump.id,
            name=pump.name,
            division=pump.division,
            capacity_m3s=pump.capacity_m3s,
            contact=pump.contact,
            home=pump.home_name,
            state="unknown" if one is None else one.state.value,
            state_zh="未上报" if one is None else STATES_ZH[one.state],
            lat=place.lat,
            lon=place.lon,
            where="" if one is None else one.where or (pump.home_name if one.state is MobilePumpState.READY else ""),
            by="" if one is None else one.by,
            at=None if one is None else one.at,
            age_s=age_s,
            old=one is not None and age_s is not None and age_s > OLD_S.get(one.state, float("inf")),
            note="" if one is None else one.note,
        )


def _state(said: str) -> MobilePumpState:
    try:
        return MobilePumpState(said)
    except ValueError as cause:
        known = ", ".join(f"{one.value} {STATES_ZH[one]}" for one in MobilePumpState)
        raise InvalidValue(f"{said!r} is no state of a mobile pump; say {known}") from cause


def _place(lat: float | None, lon: float | None) -> Place | None:
    if lat is None and lon is None:
        return None
    if lat is None or lon is None or not -90.0 <= lat <= 90.0 or not -180.0 <= lon <= 180.0:
        raise InvalidValue("a position is latitude and longitude in WGS-84 degrees, both or neither 经纬度须同时填写")
    return Place(lat, lon)


def _check(state: MobilePumpState, where: str, place: Place | None, note: str) -> None:
    if len(where) > MOST_TEXT or len(note) > MOST_TEXT:
        raise InvalidValue(f"place and note have at most {MOST_TEXT} characters each")
    if state is MobilePumpState.PUMPING and not where.strip() and place is None:
        raise InvalidValue("say where it pumps: a place, or latitude and longitude 请填写抽排地点")


def _not_written(error: StoreError) -> SiteReceipt:
    return SiteReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was noted: {error}", f"未记录：{error}")
