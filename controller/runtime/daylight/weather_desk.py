"""Weather signals 暴雨 大雾 沙尘: set and cleared by a person or a weather service, with a reason and an end."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.logic.daylight_plan import COLOURS, SignalKind
from controller.logic.scopes import Scope, Scopes, parse_scope
from controller.logic.weather_signals import WeatherSignal
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.daylight.records import SIGNAL, signal_body, signal_of
from controller.runtime.daylight.showing import signal_view, weather_view
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.daylight.views import SignalView, WeatherView
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.waker import Waker
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("weather")

SHORTEST_S = 60.0
MOST_REASON = 500
LOOK_EVERY_S = 3600.0


class WeatherDesk:
    """Takes signals. Whether the caller may operate the lights of the scope is asked before a method is called."""

    def __init__(
        self,
        site: Site,
        *,
        book: SignalBook,
        skies: Skies,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        stream: ChangeStream,
        acts: ActRequests,
        local: LocalTime,
        changed: Callable[[], None],
    ) -> None:
        self._book = book
        self._skies = skies
        self._clock = clock
        self._keeper = keeper
        self._evidence = evidence
        self._stream = stream
        self._acts = acts
        self._local = local
        self._changed = changed
        self._waker = Waker(clock)
        self._one_at_a_time = asyncio.Lock()
        self._ended: list[WeatherSignal] = []
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def restore(self, stored: StoredState) -> None:
        """Signals stand on over a restart for what is left of their time; what ran out meanwhile is over."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        kept = [signal_of(name, body, wall, now_s) for name, body in stored.of(SIGNAL).items()]
        self._book.restore(one for one in kept if not one.over(now_s))
        self._ended = [one for one in kept if one.over(now_s)]

    # -- questions ----------------------------------------------------------------------------------------------

    def show(self) -> WeatherView:
        """Signals, what can be set, and what the photocells say."""
        return weather_view(self._site, self._book, self._skies, self._clock)

    def lights(self, scope: str) -> Sequence[TargetId]:
        """Every light of a scope: whom setting or clearing a signal there concerns.

        Raises:
            InvalidValue: no such scope.
        """
        return self._scopes.targets(self._known(scope))

    def signal(self, signal_id: str) -> SignalView:
        """A signal that stands.

        Raises:
            UnknownTarget: it does not.
        """
        return signal_view(self._standing(signal_id), self._book, self._clock)

    # -- acts ---------------------------------------------------------------------------------------------------

    async def set(
        self, kind: str, colour: str, scope: str, caller: Caller, *, reason: str, for_s: float | None = None
    ) -> SiteReceipt:
        """Set a signal; it takes the place of one of the same kind and scope. Journalled and kept before it acts.

        Raises:
            InvalidValue: no such kind, colour or scope; no reason; too short or too long.
        """
        known = self._kind(kind)
        length_s = known.default_s if for_s is None else for_s
        _check(colour, reason)
        self._known(scope)
        if not SHORTEST_S <= length_s <= known.longest_s:
            raise InvalidValue(
                f"a {known.title_en} signal stands for {SHORTEST_S:g} s to {known.longest_s / 3600:g} h, "
                f"not {length_s:g} s; set it again before it ends"
            )
        async with self._one_at_a_time:
            now = self._clock.now()
            signal = WeatherSignal(
                id=secrets.token_hex(4),
                kind=kind,
                colour=colour,
                scope=str(parse_scope(scope)),
                by=caller.actor,
                reason=reason.strip(),
                set_at=now,
                expires=now + timedelta(seconds=length_s),
                expires_s=self._clock.monotonic() + length_s,
            )
            return await self._put(signal, known, caller)

    async def clear(self, signal_id: str, caller: Caller, *, reason: str) -> SiteReceipt:
        """End a signal before its time; its lights go back to what else is asked of them.

        Raises:
            UnknownTarget: it does not stand. InvalidValue: no reason.
        """
        _check("red", reason)
        async with self._one_at_a_time:
            one = self._standing(signal_id)
            data = {**_said(one), "why": reason.strip()}
            error = await self._written("weather_cleared", one, caller, data, [DropRecord(SIGNAL, one.id)])
            if error is not None:
                return self._noted("weather_cleared", one, caller, _not_written(error))
            self._take(one)
            en, zh = f"signal {one.kind} of {one.scope} is cleared", f"{one.scope} 的{self._zh(one)}信号已解除"
            return self._noted("weather_cleared", one, caller, SiteReceipt(True, "", en, zh, one.id))

    # -- time ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """End what is over, for ever."""
        for one in self._ended:  # while we were stopped
            self._end_by_time(one)
        self._ended = []
        while True:
            for one in self._book.over(self._clock.monotonic()):
                self._take(one)
                self._end_by_time(one)
            wait_s = min(LOOK_EVERY_S * self._clock.speed, self._book.next_end_s() - self._clock.monotonic())
            await self._waker.wait(max(wait_s, 0.0))

    # -- how ----------------------------------------------------------------------------------------------------

    async def _put(self, signal: WeatherSignal, kind: SignalKind, caller: Caller) -> SiteReceipt:
        standing = (one for one in self._book.all() if (one.kind, one.scope) == (signal.kind, signal.scope))
        before = next(standing, None)
        changes: list[Change] = [PutRecord(SIGNAL, signal.id, signal_body(signal))]
        changes += [DropRecord(SIGNAL, before.id)] if before else []
        data = {**_said(signal), "in_place_of": before.id if before else None}
        error = await self._written("weather_set", signal, caller, data, changes)
        if error is not None:
            return self._noted("weather_set", signal, caller, _not_written(error))
        self._book.put(signal)
        self._tell(signal, stands=True)
        lights, until = len(self._book.lights(signal)), self._local.day(signal.expires)
        zh, en = COLOURS[signal.colour]
        does = (f"{lights} lights go on", f"{lights} 路点亮") if lights else ("it is only shown", "仅提示，不点灯")
        text_en = f"{kind.title_en} {en} stands for {signal.scope} until {until}: {does[0]}"
        text_zh = f"{signal.scope} 已设{kind.title_zh}{zh}信号，至 {until}：{does[1]}"
        return self._noted("weather_set", signal, caller, SiteReceipt(True, "", text_en, text_zh, signal.id))

    async def _written(
        self, kind: str, one: WeatherSignal, caller: Caller, data: dict[str, object], changes: Sequence[Change]
    ) -> StoreError | None:
        """Journal, then keep; None when both were done. Else nothing was done."""
        try:
            await self._evidence.before(kind, caller.actor, one.scope, data)
        except StoreError as error:
            return error
        try:
            await self._keeper.apply(changes)
        except StoreError as error:
            await self._evidence.void(kind, caller, one.scope, {"signal": one.id, "why": str(error)})
            return error
        return None

    def _take(self, one: WeatherSignal) -> None:
        self._book.take(one.id)
        self._tell(one, stands=False)

    def _end_by_time(self, one: WeatherSignal) -> None:
        self._keeper.keep(DropRecord(SIGNAL, one.id))
        why = {"why": "its time was over"}
        self._evidence.later("weather_ended", "controller", one.scope, {**_said(one), **why})

    def _tell(self, one: WeatherSignal, *, stands: bool) -> None:
        self._stream.publish("weather", one.scope, {**_said(one), "stands": stands})
        self._waker.call()
        self._changed()

    def _noted(self, kind: str, one: WeatherSignal, caller: Caller, answer: SiteReceipt) -> SiteReceipt:
        """The answer, put into the list of requests: kind ``weather_set`` or ``weather_cleared``."""
        what = [outcome(one.scope, answer.cause, answer.text_en)]
        self._acts.done(kind, caller, what, value=f"{one.kind} {one.colour}", reason=one.reason)
        return answer

    def _kind(self, name: str) -> SignalKind:
        known = self._site.daylight.signals.get(name)
        if known is None:
            there = ", ".join(self._site.daylight.signals) or "none: lighting/weather.yaml names them"
            raise InvalidValue(f"{name!r} is no weather signal of this site; there are: {there}")
        return known

    def _known(self, text: str) -> Scope:
        scope = parse_scope(text)
        if not self._scopes.known(scope):
            raise InvalidValue(f"nothing is lit in {scope}; check its name")
        return scope

    def _standing(self, signal_id: str) -> WeatherSignal:
        one = self._book.get(signal_id)
        if one is None or one.over(self._clock.monotonic()):
            raise UnknownTarget(f"no weather signal {signal_id} stands; `zhadao weather show` lists them")
        return one

    @property
    def _scopes(self) -> Scopes:
        return self._site.scopes

    def _zh(self, one: WeatherSignal) -> str:
        kind = self._book.kind(one)
        return one.kind if kind is None else kind.title_zh


def _check(colour: str, reason: str) -> None:
    if colour not in COLOURS:
        raise InvalidValue(f"{colour!r} is no colour of a signal; say {', '.join(COLOURS)}")
    if not reason.strip() or len(reason) > MOST_REASON:
        raise InvalidValue(
            f"a weather signal needs a reason of at most {MOST_REASON} characters: who said so, and what"
        )


def _said(one: WeatherSignal) -> dict[str, object]:
    return {"signal": one.id, **signal_body(one)}


def _not_written(error: StoreError) -> SiteReceipt:
    return SiteReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")
