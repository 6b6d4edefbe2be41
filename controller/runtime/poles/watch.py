"""Smart poles in the lighting cycle: SOS calls light the pole and its neighbours, water puts warnings on displays.

Both are computed requests of slot 4 (ADR 22): nothing of them outlives its reason, and no forgotten manual order masks
them. Level-triggered: calls and warnings are worked out from readings and from what is kept, in every turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any

import structlog

from controller.domain.image import Image
from controller.domain.intents import Dim, Intent, Show, Switch, TargetKind
from controller.domain.lights import Pole
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.quality import Detail
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Moment
from controller.logic.neighbours import Neighbourhood
from controller.logic.poles import FloodWarning, PoleSettings
from controller.logic.poles_flood import NO_FLOOD, FloodCase, FloodStage, follow_flood, said_by, text_of
from controller.logic.poles_sos import SILENT, SosCase, SosStage, answered, follow_sos
from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.poles.alarms import CALL, PoleAlarms
from controller.runtime.poles.records import FLOOD, SOS, flood_data, flood_from, sos_data, sos_from
from controller.runtime.wet_power.lockouts import Later
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("poles")

CALLER = "SOS 求助"
WARNER = "flood warning 积水警示"
"""Owners of what is computed here."""
CONTROLLER = "controller"
ORIGIN = "poles"
_OUT_OF_REACH = frozenset({Detail.OLD_DATA, Detail.NEVER_READ, Detail.COMM_FAULT})


class PoleWatch:
    """Every pole's call and every underpass's warning. ``kept_dark``: lights in or near water, never lit for a call."""

    def __init__(
        self,
        site: Site,
        alarms: AlarmBook,
        evidence: Later,
        keep: Callable[[Change], None],
        kept_dark: Callable[[TargetId], bool] = lambda _: False,
    ) -> None:
        self._alarms = PoleAlarms(alarms)
        self._evidence = evidence
        self._keep = keep
        self._kept_dark = kept_dark
        self._calls: dict[DeviceId, SosCase] = {}
        self._floods: dict[str, FloodCase] = {}
        self._texts: dict[TargetId, str] = {}
        self._lit: frozenset[TargetId] = frozenset()
        self._spared: frozenset[TargetId] = frozenset()
        self._told: dict[DeviceId, tuple[bool, bool]] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload); calls and warnings of what stays are kept."""
        self._settings: PoleSettings = site.poles
        self._cut_ma = site.wet_power.rules.leakage_alarm_ma
        self._poles: Mapping[DeviceId, Pole] = site.city.poles
        self._kinds = {name: target.kind for name, target in site.city.targets.items()}
        points = {b.device: b.points.keys() for endpoint in site.endpoints for b in endpoint.devices}
        self._with_button = frozenset(name for name in self._poles if "sos" in points.get(name, ()))
        rules = site.poles.sos
        self._neighbourhood = Neighbourhood(site.city, rules.within_m, whole_road=rules.whole_road)
        self._warnings = tuple(w for w in site.poles.warnings if all(one.device in points for one in w.gauges))
        self._read: dict[str, tuple[Reading, ...]] = {}
        known = {warning.id for warning in self._warnings}
        self._floods = {name: case for name, case in self._floods.items() if name in known}
        self._fresh: set[DeviceId] = set(self._poles)
        self._stale = set(self._texts)

    def restore(self, stored: StoredState, moment: Moment) -> None:
        """Calls and warnings of before a restart; an acknowledgement that was kept with its alarm alone counts."""
        known = {warning.id for warning in self._warnings}
        self._calls = {name: sos_from(data, moment) for name, data in stored.of(SOS).items()}
        self._floods = {name: flood_from(data) for name, data in stored.of(FLOOD).items() if name in known}
        for pole, case in tuple(self._calls.items()):
            by = self._alarms.acknowledged_by(pole, case.since)
            if by:
                self._calls[pole] = answered(case, by)

    def restored(self) -> None:
        """The alarms of before a restart are back: what the site no longer has is cleared."""
        self._alarms.forget(self._poles, self._warnings)

    # -- every turn ---------------------------------------------------------------------------------------------

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> frozenset[TargetId]:
        """Follow every call and warning; gives back the targets whose computed requests changed."""
        again = (changed & self._poles.keys()) | self._fresh | self._calls.keys()
        calls = anew = bool(self._fresh)
        self._fresh = set()
        for pole in sorted(again & self._poles.keys()):
            calls = self._look_at(pole, image, moment) or calls
        gone = self._calls.keys() - self._poles.keys()
        for pole in gone:
            self._put(pole, SILENT)
        turned = self._relight() if calls or gone else frozenset()
        return turned | self._spare() | self._warn(image, moment, anew=anew)

    def lift(self, target: TargetId, defaults: Iterable[Request]) -> tuple[Request, ...]:
        """Full light for a pole that calls, and for its neighbours while their default (the sun's) wants them lit."""
        if target not in self._lit or target in self._spared:
            return ()
        own = self._calls.get(device_of(target), SILENT).calling
        if not own and not self._settings.sos.neighbours_by_day and not any(map(_lit, defaults)):
            return ()
        value: Intent = Switch(True) if self._kinds[target] is TargetKind.CIRCUIT else Dim(100.0)
        said = "SOS pressed on this pole / 本杆 SOS 求助" if own else "SOS pressed beside it / 邻近灯杆 SOS 求助"
        return (Request(target, Slot.FLOOD_CRITICAL, value, CALLER, f"{said}: full light 全亮", origin=ORIGIN),)

    def show(self, display: TargetId) -> tuple[Request, ...]:
        """The warning a display is to show, if any."""
        text = self._texts.get(display, "")
        if not text:
            return ()
        named = [w for w in self._warnings if display in w.displays and text_of(self._case(w), w) == text]
        why = "; ".join(f"{w.name_zh} {w.name_en}: {_stage(self._case(w))}" for w in named)
        return (Request(display, Slot.FLOOD_CRITICAL, Show(text), WARNER, why or "flood warning", origin=ORIGIN),)

    # -- asked by others ----------------------------------------------------------------------------------------

    def call(self, pole: DeviceId) -> SosCase:
        """Where a pole's button stands."""
        return self._calls.get(pole, SILENT)

    def has_button(self, pole: DeviceId) -> bool:
        """Whether the pole has one."""
        return pole in self._with_button

    def flood(self, warning: str) -> FloodCase:
        """Where a warning stands."""
        return self._floods.get(warning, NO_FLOOD)

    @property
    def lit(self) -> frozenset[TargetId]:
        """Lights beside calls."""
        return self._lit

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed: acknowledging a call's is the person's answer to it."""
        if alarm.condition == CALL and alarm.stands and alarm.acknowledged_by:
            case, seen = self._calls.get(alarm.source, SILENT), alarm.acknowledged
            of_this_call = seen is not None and case.since is not None and seen >= case.since
            if case.calling and not case.answered_by and of_this_call:
                self.answer(alarm.source, alarm.acknowledged_by)

    def answer(self, pole: DeviceId, by: str) -> None:
        """A person answered the call; its light goes back once its shortest time is over."""
        before = self._calls.get(pole, SILENT)
        case = answered(before, by)
        if case is not before:
            self._put(pole, case)
            self._evidence.later("sos", by, pole, {"answered_by": by, "stage": case.stage.value})

    # -- calls --------------------------------------------------------------------------------------------------

    def _look_at(self, name: DeviceId, image: Image, moment: Moment) -> bool:
        """Look at one pole; whether its call began or ended."""
        pole, view = self._poles[name], image.view(name, moment.s)
        self._alarms.look(pole, view, self._settings, self._cut_ma)
        if name not in self._with_button:
            return False
        rules, before = self._settings.sos, self._calls.get(name, SILENT)
        reading = view.read("sos")
        reachable = view.ready and reading.detail not in _OUT_OF_REACH
        case = follow_sos(before, reading, moment, rules, reachable=reachable)
        if case is not before:
            self._put(name, case)
        anew = case.calling and (not before.calling or case.since != before.since)
        if anew or case.calling != before.calling:
            log.warning("sos", pole=name, stage=case.stage.value)
            data: dict[str, Any] = {"stage": case.stage.value, "before": before.stage.value}
            self._evidence.later("sos", CALLER, name, data | {"answered_by": case.answered_by})
        if case.calling and (anew or case is not before or name not in self._told):
            self._alarms.call(pole, case, len(self._beside(name)), anew=anew and before.calling)
        self._tell_of_button(pole, case, moment, turned=case.calling != before.calling)
        return anew or case.calling != before.calling

    def _tell_of_button(self, pole: Pole, case: SosCase, moment: Moment, *, turned: bool) -> None:
        """Alarm and journal say whether the button sticks or cannot be read: nobody can call for help there."""
        rules, before = self._settings.sos, self._told.get(pole.id)
        told = (case.stuck(moment.s, rules), case.blind(moment.s, rules))
        if told == before and not turned:
            return
        if told != (before or self._alarms.of_button(pole.id)):
            self._evidence.later("sos_button", CONTROLLER, pole.id, {"stuck": told[0], "unreadable": told[1]})
        self._told[pole.id] = told
        hours = rules.stuck_after_s / 3600
        self._alarms.button(pole, calling=case.calling, stuck=told[0], blind=told[1], hours=hours)

    def _put(self, pole: DeviceId, case: SosCase) -> None:
        before = self._calls.get(pole, SILENT)
        if case == SILENT:
            self._calls.pop(pole, None)
        else:
            self._calls[pole] = case
        if case.stage is SosStage.QUIET:
            if before.stage is not SosStage.QUIET:
                self._keep(DropRecord(SOS, pole))
        elif sos_data(case) != sos_data(before):
            self._keep(PutRecord(SOS, pole, sos_data(case)))

    def _relight(self) -> frozenset[TargetId]:
        lit = frozenset().union(*(self._beside(pole) for pole, case in self._calls.items() if case.calling))
        turned, self._lit = lit | self._lit, lit
        return turned & self._kinds.keys()

    def _spare(self) -> frozenset[TargetId]:
        """Lights that stand in water, or do no longer, since the last look."""
        spared = frozenset(filter(self._kept_dark, self._lit))
        turned, self._spared = spared ^ self._spared, spared
        return turned & self._kinds.keys()

    def _beside(self, pole: DeviceId) -> frozenset[TargetId]:
        """The pole's own lamps and the road lights beside it."""
        asset = self._poles.get(pole)
        if asset is None:
            return frozenset()
        own = frozenset(lamp.id for lamp in asset.luminaires)
        return own | self._neighbourhood.beside({f"{pole}/"}, frozenset())

    # -- warnings -----------------------------------------------------------------------------------------------

    def _case(self, warning: FloodWarning) -> FloodCase:
        return self._floods.get(warning.id, NO_FLOOD)

    def _warn(self, image: Image, moment: Moment, *, anew: bool) -> frozenset[TargetId]:
        moved = anew
        for warning in self._warnings:
            readings = tuple(image.view(gauge.device, moment.s).read(gauge.point) for gauge in warning.gauges)
            if self._still(warning, readings):
                continue
            before = self._case(warning)
            case = follow_flood(before, said_by(warning, readings), moment, warning)
            if case is not before:
                self._put_flood(warning, before, case)
                moved = moved or case.stage is not before.stage
        return self._reword() if moved else frozenset()

    def _still(self, warning: FloodWarning, readings: tuple[Reading, ...]) -> bool:
        """Whether there is nothing to work out: the same readings, and no time that runs."""
        before, self._read[warning.id] = self._read.get(warning.id), readings
        same = before is not None and all(one is other for one, other in zip(readings, before, strict=True))
        case = self._case(warning)
        return same and case.stage is FloodStage.CLEAR and case.blind_s is None

    def _put_flood(self, warning: FloodWarning, before: FloodCase, case: FloodCase) -> None:
        if case == NO_FLOOD:
            self._floods.pop(warning.id, None)
        else:
            self._floods[warning.id] = case
        if case.stage is before.stage:
            return
        if case.stage is FloodStage.WARNING:
            self._keep(PutRecord(FLOOD, warning.id, flood_data(case)))
        elif before.stage is FloodStage.WARNING:
            self._keep(DropRecord(FLOOD, warning.id))
        log.warning("flood_warning", warning=warning.id, stage=case.stage.value)
        data = {"stage": case.stage.value, "before": before.stage.value, "displays": list(warning.displays)}
        self._evidence.later("flood_warning", WARNER, warning.id, data)

    def _reword(self) -> frozenset[TargetId]:
        """Which displays show something else of warnings now; a closed road goes before a doubt."""
        texts: dict[TargetId, str] = {}
        for warning in _gravest_first(self._warnings, self._case):
            self._alarms.warning(warning, self._case(warning), len(warning.displays))
            text = text_of(self._case(warning), warning)
            for display in warning.displays if text else ():
                if display in self._kinds:
                    texts.setdefault(display, text)
        turned = {display for display in {*texts, *self._texts} if texts.get(display) != self._texts.get(display)}
        turned |= {display for display in self._stale if display in self._kinds}
        self._texts, self._stale = texts, set()
        return frozenset(turned & self._kinds.keys())


def _gravest_first(warnings: Sequence[FloodWarning], case: Callable[[FloodWarning], FloodCase]) -> list[FloodWarning]:
    return sorted(warnings, key=lambda one: case(one).stage is not FloodStage.WARNING)


def _stage(case: FloodCase) -> str:
    if case.stage is FloodStage.WARNING:
        return "water at the closing level 水位达到封路水位"
    return "its gauges cannot be believed 水位信号不可信"


def _lit(request: Request) -> bool:
    value = request.value
    return value.on if isinstance(value, Switch) else isinstance(value, Dim) and value.percent > 0.0
