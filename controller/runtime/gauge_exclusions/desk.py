"""Taking a lying level gauge out of the vote, and putting it back: one person, a reason, an end."""

from __future__ import annotations

from datetime import timedelta

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import DeviceId, device_of
from controller.domain.rights import Caller
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.evidence import Evidence
from controller.runtime.gauge_exclusions.book import ExclusionBook
from controller.runtime.gauge_exclusions.records import KIND, Exclusion
from controller.runtime.gauge_exclusions.views import GaugeExclusionView
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.settings.problems import did_you_mean
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord

SHORTEST_S = 60.0
MOST_REASON = 500


class GaugeDesk:
    """Answers for excluded gauges. Who may (whoever operates its station) is asked before it is called."""

    def __init__(
        self,
        site: Site,
        *,
        book: ExclusionBook,
        table: ImageTable,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        acts: ActRequests,
        local: LocalTime,
    ) -> None:
        self.book = book
        self._table, self._clock, self._local = table, clock, local
        self._keeper, self._evidence, self._acts = keeper, evidence, acts
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._stations = site.city.stations

    def list(self) -> tuple[GaugeExclusionView, ...]:
        """Every gauge that is out of the vote, by its name."""
        return tuple(self._shown(one) for _, one in sorted(self.book.standing().items()))

    def lines(self, device: DeviceId) -> tuple[tuple[str, str], ...]:
        """One sentence per excluded gauge of a device, (English, Chinese)."""
        return tuple((one.text_en, one.text_zh) for one in self.list() if one.device == device)

    async def exclude(self, gauge: str, caller: Caller, *, for_s: float, reason: str) -> SiteReceipt:
        """Take a gauge out of every vote for so long, or renew that. Journalled and kept before it acts.

        What runs goes on: nothing is started or stopped by it. Refused to machines (``NO_ACCESS_AUTHORITY``) and when
        it cannot be written down (``JOURNAL_UNAVAILABLE``).

        Raises:
            UnknownTarget: no such level gauge.
            InvalidValue: no reason, or shorter or longer than it may be.
        """
        self._known(gauge)
        _checked(reason)
        if not SHORTEST_S <= for_s <= self.book.rules.longest_s:
            hours = self.book.rules.longest_s / 3600.0
            raise InvalidValue(f"a gauge is excluded for 1 min to {hours:g} h; {for_s:g} s were asked")
        one = self._given(gauge, caller, for_s, reason.strip())
        kind, en_zh = "gauge_excluded", self._words(one)
        answer = await self._done(kind, one, caller, PutRecord(KIND, gauge, one.body()), en_zh)
        if answer.accepted:
            if one.renewed and not self.book.excludes(gauge):  # it ran out while the renewal was written down
                self._keeper.keep(PutRecord(KIND, gauge, one.body()))
            self.book.put(one)
        self._acts.done(kind, caller, [outcome(gauge, answer.cause, answer.text_en)], value=gauge, reason=one.reason)
        return answer

    async def include(self, gauge: str, caller: Caller, *, reason: str) -> SiteReceipt:
        """Give a gauge its vote back before its time. Refused ``OUT_OF_RANGE`` where it has one.

        Raises:
            UnknownTarget: no such level gauge.
            InvalidValue: no reason was given.
        """
        self._known(gauge)
        _checked(reason)
        kind, one = "gauge_included", self.book.standing().get(gauge)
        if one is None:
            en, zh = f"{gauge} is not excluded: it has its vote", f"{gauge} 未被剔除"
            answer = await self._refused(gauge, caller, Cause.OUT_OF_RANGE, en, zh)
        else:
            en, zh = f"{gauge} has its vote again; what runs goes on", f"{gauge} 已恢复参与表决，在运机组保持"
            answer = await self._done(kind, one, caller, DropRecord(KIND, gauge), (en, zh), reason=reason.strip())
            if answer.accepted and self.book.excludes(gauge):
                self.book.take(gauge)
        self._acts.done(kind, caller, [outcome(gauge, answer.cause, answer.text_en)], value=gauge, reason=reason)
        return answer

    async def _done(
        self, kind: str, one: Exclusion, caller: Caller, change: Change, said: tuple[str, str], **more: str
    ) -> SiteReceipt:
        """Journal, then keep: only then may it act."""
        if not caller.person:
            en, zh = "a machine has not seen the gauge; sign in as a person", "须由人员判定，请以个人身份登录"
            return await self._refused(one.point, caller, Cause.NO_AUTHORITY, en, zh)
        try:
            await self._evidence.before(kind, caller.actor, one.point, {**one.body(), **more})
        except StoreError as error:
            return _not_written(error)
        try:
            await self._keeper.apply([change])
        except StoreError as error:
            await self._evidence.void(kind, caller, one.point, {"why": str(error)})
            return _not_written(error)
        return SiteReceipt(True, "", *said, one.point)

    async def _refused(self, gauge: str, caller: Caller, cause: Cause, text_en: str, text_zh: str) -> SiteReceipt:
        data = {"cause": cause.value, "text": text_en}
        await self._evidence.before_automation("gauge_exclusion_refused", caller.actor, gauge, data)
        return SiteReceipt(False, cause.value, text_en, text_zh, gauge)

    def _given(self, gauge: str, caller: Caller, for_s: float, reason: str) -> Exclusion:
        now, before = self._clock.now(), self.book.standing().get(gauge)
        return Exclusion(
            point=gauge,
            by=caller.actor,
            reason=reason,
            since=now if before is None else before.since,
            granted=now,
            expires=now + timedelta(seconds=for_s),
            expires_s=self._clock.monotonic() + for_s,
            renewed=0 if before is None else before.renewed + 1,
        )

    def _words(self, one: Exclusion) -> tuple[str, str]:
        """The answer: what is left, and what that means for the station."""
        until, left = self._local.day(one.expires), self._left(one, excluding=True)
        en, zh = f"{one.point} is out of every vote until {until}", f"{one.point} 已剔除，至 {until}"
        agree_m = self.book.rules.agree_m
        match left:
            case None:
                pass
            case 0:
                en += "; no gauge is left: the station holds what runs, a person may start units"
                zh += "；已无可用水位计：保持在运机组，可人工开机"
            case 1:
                en += "; one gauge is left: nothing is stopped on it, one unit may be added"
                zh += "；仅剩一支：不凭其停机，至多自动增开一台"
            case _:
                en += f"; {left} are left and have to agree within {agree_m:g} m"
                zh += f"；余{left}支，须在 {agree_m:g} 米内一致"
        return en, zh

    def _left(self, one: Exclusion, *, excluding: bool = False) -> int | None:
        """How many inner gauges of its station answer and still have a vote; None for another kind of gauge."""
        station = self._stations.get(one.device)
        if station is None or one.name not in station.inner_levels:
            return None
        out = {*self.book.of(station.id).points, *((one.name,) if excluding else ())}
        view = self._table.view(station.id, self._clock.monotonic())
        return sum(point not in out and view.number(point) is not None for point in station.inner_levels)

    def _shown(self, one: Exclusion) -> GaugeExclusionView:
        reading = self._table.view(one.device, self._clock.monotonic()).read(one.name)
        value = f"{reading.value:.2f} m" if isinstance(reading.value, float) else "—"
        reads = value if reading.good else f"{value} {reading.quality.name} {reading.detail}".strip()
        until = self._local.day(one.expires)
        return GaugeExclusionView(
            gauge=one.point,
            device=one.device,
            name=self.book.points.get(one.point, one.device),
            by=one.by,
            reason=one.reason,
            since=self._local.of(one.since),
            until=self._local.of(one.expires),
            renewed=one.renewed,
            reads=reads,
            left=self._left(one),
            text_en=f"{one.name} ({reads}) is out of the vote until {until}, by {one.by}: {one.reason}",
            text_zh=f"{one.name}（{reads}）已由{one.by}剔除，至 {until}：{one.reason}",
        )

    def _known(self, gauge: str) -> None:
        if gauge in self.book.points:
            return
        mine = sorted(point for point in self.book.points if device_of(point) == device_of(gauge))
        hint = f"it has {', '.join(mine)}" if mine else did_you_mean(gauge, self.book.points)
        raise UnknownTarget(f"no level gauge {gauge} that has a vote; {hint}")


def _checked(reason: str) -> None:
    if not reason.strip() or len(reason) > MOST_REASON:
        raise InvalidValue(f"say why, in at most {MOST_REASON} characters: what it reads and what the staff gauge says")


def _not_written(error: StoreError) -> SiteReceipt:
    return SiteReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")
