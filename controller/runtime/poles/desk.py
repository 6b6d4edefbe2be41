"""Where people look at poles and displays, answer calls, and take messages down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.image import View
from controller.domain.lights import Display, Luminaire, Pole
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.logic.poles import poles_of
from controller.logic.poles_flood import text_of
from controller.logic.scopes import SCOPE_FORMS, Scope, parse_scope
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.actuals import actual_of
from controller.runtime.book import RequestBook
from controller.runtime.commanding.asking import MANUAL_SLOTS
from controller.runtime.evidence import Evidence
from controller.runtime.poles.views import (
    DisplayView,
    FloodWarningView,
    LampSaid,
    PoleView,
    SensorSaid,
    TemplateView,
)
from controller.runtime.poles.watch import PoleWatch
from controller.runtime.table import ImageTable
from controller.runtime.views import Receipt, SlotView
from controller.settings.site import Site

SENSORS = (
    *("temperature_c", "humidity_percent", "pm25_ug_m3", "lux", "tilt_deg", "leakage_ma", "immersion"),
    *("charger_state", "charger_power_w"),
)
"""What a pole may measure besides its button, in the order people read it."""

Release = Callable[[Sequence[str], Caller, str], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True)
class Looks:
    """What the desk reads, and by what it ends leases: nothing is decided by it."""

    clock: Clock
    table: ImageTable
    book: RequestBook
    watch: PoleWatch
    release: Release


class PoleDesk:
    """Answers for poles. Messages themselves are orders like any other (``orders``)."""

    def __init__(
        self, site: Site, looks: Looks, *, evidence: Evidence, acts: ActRequests, changed: Callable[[], None]
    ) -> None:
        self._site = site
        self._look = looks
        self._evidence = evidence
        self._acts = acts
        self._changed = changed

    def adopt(self, site: Site) -> None:
        """Swap the site (reload)."""
        self._site = site

    # -- questions ----------------------------------------------------------------------------------------------

    def poles(self, scope: str = "") -> Iterator[PoleView]:
        """Every pole of a scope, by id; each as it is when it is taken. Empty: all.

        Raises:
            InvalidValue: not a scope, or nothing is so named.
        """
        return (self._pole(pole) for pole in self._of(scope))

    def displays(self, scope: str = "") -> Iterator[DisplayView]:
        """Every display of a scope, of a pole, or the one of this id. Raises InvalidValue like ``poles``."""
        if "/" in scope:
            return iter((self._one_display(scope),))
        return (self._display(pole, part) for pole in self._of(scope) for part in pole.displays)

    def templates(self) -> tuple[TemplateView, ...]:
        """Messages agreed on beforehand."""
        known = self._site.poles.templates.values()
        return tuple(TemplateView(one.id, one.title_zh, one.title_en, one.text) for one in known)

    def warnings(self) -> tuple[FloodWarningView, ...]:
        """Every underpass with its gauges and the displays before it."""
        return tuple(self._warnings())

    # -- acts ---------------------------------------------------------------------------------------------------

    async def answer(self, pole: DeviceId, caller: Caller, reason: str) -> Receipt:
        """A person answers a call: the light goes back once its shortest time is over. Journalled before.

        Raises:
            UnknownTarget: no such pole. InvalidValue: no reason.
        """
        if pole not in self._site.city.poles:
            raise UnknownTarget(f"no pole {pole} in this site; `zhadao poles` lists them")
        if not reason.strip():
            raise InvalidValue("an answer says what is done about the call: a patrol, an ambulance, a false alarm")
        case, refused = self._look.watch.call(pole), ("", "")
        if not caller.person:
            refused = (Cause.NO_AUTHORITY.value, "a call for help is answered by a person 求助须由人员确认")
        elif not case.calling:
            refused = (Cause.NOT_READY.value, f"nobody calls for help at {pole} now 当前无求助")
        data = {"reason": reason.strip(), "refused": refused[1], "person": caller.person}
        try:
            await self._evidence.before("sos_answer", caller.actor, pole, data)
        except StoreError as error:
            refused = (Cause.NO_EVIDENCE.value, f"nothing was done: {error}")
        if not refused[0]:
            self._look.watch.answer(pole, caller.actor)
            self._changed()
        left = f"{self._site.poles.sos.hold_s / 60:g} min after the call 求助后最短时长"
        text = refused[1] or f"answered by {caller.actor}; its light goes back {left} at the earliest"
        return self._acts.done("sos_answer", caller, [outcome(pole, refused[0], text)], reason=reason.strip())

    async def clear(self, displays: Sequence[TargetId], slot: str, caller: Caller, reason: str) -> Receipt:
        """Take down the messages people put into one slot of these displays: their leases end; what was masked shows.

        Raises:
            InvalidValue: no such slot, or no reason. UnknownTarget: none of them has a message there.
        """
        wanted = MANUAL_SLOTS.get(slot)
        if wanted is None:
            raise InvalidValue(f"slot {slot!r} holds no messages of people; say one of {', '.join(MANUAL_SLOTS)}")
        if not reason.strip():
            raise InvalidValue("taking a message down needs a reason; it goes into the journal")
        for name in displays:
            self._one_display(name)
        held = [request for name in displays if (request := self._look.book.holder(name, wanted)) is not None]
        leases = [request.lease.id for request in held if request.lease is not None]
        if not leases:
            raise UnknownTarget(f"no message stands in {slot} there; `zhadao display list` shows who decides")
        return await self._look.release(leases, caller, reason.strip())

    # -- inside -------------------------------------------------------------------------------------------------

    def _of(self, scope: str) -> list[Pole]:
        said = scope.strip()
        wanted: Scope | None = parse_scope(said) if said else None
        found = list(poles_of(self._site.city, wanted, self._site.scopes.groups))
        if not found and wanted is not None:
            raise InvalidValue(f"no pole is in {said!r}; `zhadao poles` lists them all. Scopes are {SCOPE_FORMS}")
        return found

    def _one_display(self, target: TargetId) -> DisplayView:
        pole = self._site.city.poles.get(device_of(target))
        part = next((one for one in pole.displays if one.id == target), None) if pole else None
        if pole is None or part is None:
            raise UnknownTarget(f"no display {target} in this site; `zhadao display list` lists them")
        return self._display(pole, part)

    def _view(self, device: DeviceId) -> View:
        return self._look.table.view(device, self._look.clock.monotonic())

    def _pole(self, pole: Pole) -> PoleView:
        view, case = self._view(pole.id), self._look.watch.call(pole.id)
        return PoleView(
            id=pole.id,
            name=pole.name,
            division=pole.division,
            road=pole.road,
            link=view.block.link.value,
            sos=self._sos(pole.id, view),
            sos_since=case.since,
            sos_answered_by=case.answered_by,
            sensors=tuple(self._sensors(pole.id, view)),
            lamps=tuple(self._lamp(lamp, view) for lamp in pole.luminaires),
            displays=tuple(self._display(pole, part) for part in pole.displays),
        )

    def _sos(self, pole: DeviceId, view: View) -> str:
        case = self._look.watch.call(pole)
        if not self._look.watch.has_button(pole):
            return "none"
        if case.since is None and not view.read("sos").good:
            return "unknown"
        return case.stage.value

    def _sensors(self, pole: DeviceId, view: View) -> Iterator[SensorSaid]:
        points = self._site.profile(pole).points
        for name in SENSORS:
            if name in points and name in self._site.ageings[pole]:
                yield _said(name, view.read(name), points[name].unit)

    def _lamp(self, lamp: Luminaire, view: View) -> LampSaid:
        target, winner = self._site.city.targets[lamp.id], self._look.book.decision(lamp.id).winner
        actual = actual_of(target, winner.value, view, self._site.city)
        return LampSaid(lamp.id, str(winner.value), actual.text, actual.agrees, winner.slot.label)

    def _display(self, pole: Pole, part: Display) -> DisplayView:
        view, decision = self._view(pole.id), self._look.book.decision(part.id)
        reading = view.read(f"{part.output}.text")
        wanted = str(getattr(decision.winner.value, "text", ""))
        known = reading.good and isinstance(reading.value, str)
        return DisplayView(
            target=part.id,
            pole=pole.id,
            name=pole.name,
            division=pole.division,
            road=pole.road,
            link=view.block.link.value,
            wanted=wanted,
            shown=str(reading.value) if known else None,
            proven=reading.value == wanted if known else None,
            slot=self._slot(decision.winner),
            masked=tuple(self._slot(request) for request in decision.masked),
            room_bytes=part.text_bytes,
        )

    def _slot(self, request: Request) -> SlotView:
        lease, now_s = request.lease, self._look.clock.monotonic()
        return SlotView(
            slot=int(request.slot),
            name=request.slot.label,
            value=str(request.value),
            owner=request.owner,
            reason=request.reason,
            origin=request.origin,
            ticket=request.ticket,
            since=request.since,
            lease_id=lease.id if lease else None,
            expires=lease.expires if lease else None,
            remaining_s=max(0.0, lease.expires_s - now_s) if lease else None,
        )

    def _warnings(self) -> Iterator[FloodWarningView]:
        for warning in self._site.poles.warnings:
            case = self._look.watch.flood(warning.id)
            yield FloodWarningView(
                id=warning.id,
                name_zh=warning.name_zh,
                name_en=warning.name_en,
                stage=case.stage.value,
                since=case.since,
                closes_at_m=warning.closes_at.value_m,
                datum=warning.closes_at.datum,
                levels=tuple(_said(str(g), self._view(g.device).read(g.point), "m") for g in warning.gauges),
                text=text_of(case, warning),
                displays=warning.displays,
            )


def _said(name: str, reading: Reading, unit: str) -> SensorSaid:
    return SensorSaid(name, reading.value, unit, reading.quality.name, reading.detail.value)
