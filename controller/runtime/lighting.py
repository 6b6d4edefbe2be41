"""Lighting as a discipline: circuits, luminaires and displays, evaluated as what should be on now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice

from controller.domain.command import Wanted
from controller.domain.image import Image, View
from controller.domain.lights import Circuit, Display, Luminaire
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment, Ruling, Verdict
from controller.logic.light_guards import NOTHING_SEEN, BurnMemory, judge_light, observe_burning
from controller.logic.one_moment import AtOneMoment
from controller.logic.operating_states import NO_MEASURES, LightMeasures
from controller.logic.scopes import light_entries
from controller.logic.sequencers.circuit import step_circuit
from controller.logic.sequencers.dimmed import level_name, step_dimmed
from controller.logic.sequencers.level_triggered import LightStep, LightTiming
from controller.logic.sequencers.lockout import guard_locked_out, locked_out
from controller.logic.sequencers.luminaire import step_display, step_luminaire
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.staging import NO_STAGING, Staging
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.circuit_interlocks import CircuitInterlocks
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.dispatch import Act
from controller.runtime.lamps import Lamp, Light, lamps_of
from controller.runtime.light_programs import LightPrograms
from controller.runtime.poles.watch import PoleWatch
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.unasked import unasked
from controller.runtime.wet_power.lockouts import RETRY_S
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.settings.site import Site

SWEEP_TURNS = 300
"""Every target is looked at anew at least once in this many turns, whether or not anything seems to have changed."""

MOST_A_TURN = 300
"""Programs worked out in one turn (some 20 ms). A count, not a time: a replay has to come to the same turns."""

SOONEST_S = 0.25
"""A target that only waits is not looked at again sooner than this."""

_NONE: frozenset[str] = frozenset()
FAULT_PAUSE_S = 10.0
"""A light whose program could not be worked out (the turn then fails, loudly) is tried again after this long."""
PAST_EDGE_S = 0.01
"""An edge is looked at again this much later when the clock stood just before it: times are rounded to microseconds."""


class LightingDiscipline:
    """Decides every lighting target of a site. ``phases`` and ``verdicts`` are kept for whoever asks why."""

    name = "lighting"

    def __init__(
        self,
        site: Site,
        book: RequestBook,
        last: Mapping[TargetId, LastWrite],
        phases: dict[TargetId, str],
        verdicts: dict[TargetId, Sequence[Verdict]],
        *,
        wet: WetPowerWatch | None = None,
        poles: PoleWatch | None = None,
        interlocks: CircuitInterlocks | None = None,
        conditions: SiteConditions = NOTHING_ON_SITE,
        measures: Callable[[DeviceId], LightMeasures] = lambda _: NO_MEASURES,
        daylight: Daylight | None = None,
    ) -> None:
        self._book = book
        self._last = last
        self._phases = phases
        self._verdicts = verdicts
        self._burning: dict[TargetId, BurnMemory] = {}
        self._wet = wet
        self._poles = poles
        self._interlocks = interlocks
        self._site = conditions
        self._measures_of = measures
        self._daylight = daylight
        self._programs = LightPrograms(last, wet=wet, poles=poles, interlocks=interlocks, daylight=daylight)
        self._measures: dict[DeviceId, LightMeasures] = {}
        self.staging = Staging(NO_STAGING, ())
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload); memories of outputs that stay are kept."""
        self._plan = site.lighting
        self._timing = LightTiming(verify_s=site.timing.verify_s, level_verify_s=max(10.0, site.timing.verify_s))
        self._urgent = replace(self._timing, retry_s=RETRY_S)
        self._lamps = lamps_of(site.city, site.timing.spread_s)
        self._by_device: dict[DeviceId, list[TargetId]] = {}
        for target in self._lamps:
            self._by_device.setdefault(device_of(target), []).append(target)
        if self._daylight:
            self._daylight.adopt(site)
        self._looked_at = self._by_device.keys() | (self._daylight.devices if self._daylight else set())
        self._unasked = unasked(site)
        self._order = list(self._lamps)
        self._swept = 0
        self.staging.adopt(site.switching.staging, light_entries(site.city))
        self._edges = DueHeap()
        self._retries = DueHeap()
        self.behind = False
        self._book.await_computing(t for t, lamp in self._lamps.items() if not isinstance(lamp.light, Display))
        self.forget_times()

    @property
    def targets(self) -> Set[TargetId]:
        """Circuits, luminaires and displays."""
        return self._lamps.keys()

    @property
    def devices(self) -> Set[DeviceId]:
        """Cabinets and poles, and whatever else some program asks a value of."""
        return self._looked_at

    def indifferent(self, device: DeviceId) -> Set[str]:
        """The points of a device on which nothing decided here depends."""
        return self._unasked.get(device, _NONE)

    def forget_times(self) -> None:
        """Work out every program anew at the next turn."""
        for target, lamp in self._lamps.items():
            if not isinstance(lamp.light, Display):
                self._edges.put(target, float("-inf"))

    def look_again(self, device: DeviceId) -> None:
        """What binds the device changed (a tag, its switch): its lights are looked at in the next turn."""
        for target in self._by_device.get(device, ()):
            self._retries.put(target, float("-inf"))

    def states_changed(self) -> None:
        """What is declared changed: lights that other programs or measures now hold for are worked out anew."""
        for device, targets in self._by_device.items():
            now, before = self._measures_of(device), self._measures.get(device, NO_MEASURES)
            if now == before:
                continue
            self._measures[device] = now
            for target in targets:
                if not isinstance(self._lamps[target].light, Display):
                    self._edges.put(target, float("-inf"))

    def compute(self, image: Image, changed: Set[DeviceId], moment: Moment) -> None:
        """Programs and defaults of the lights whose next edge has come, ``MOST_A_TURN`` of them at a time.

        What an interlock ends, and what stands in slots 1–2 of a light nobody has worked out yet, comes before them.
        """
        for target in self._wet.look(image, changed, moment) if self._wet else ():
            self._edges.put(target, float("-inf"))
        for target in self._poles.look(image, changed, moment) if self._poles else ():
            self._edges.put(target, float("-inf"))
        for target in self._daylight.look(image, changed, moment) & self.targets if self._daylight else ():
            self._edges.put(target, float("-inf"))
        plan = AtOneMoment(self._plan)
        for target in sorted(self._interlocks.look(image, changed, moment)) if self._interlocks else ():
            self._work_out(target, plan, image, moment)
            self._retries.put(target, float("-inf"))
        for target in self._book.urgent_and_awaited():
            if target in self._lamps:
                self._work_out(target, plan, image, moment)
        for target in islice(self._edges.take(moment.wall.timestamp()), MOST_A_TURN):
            self._work_out(target, plan, image, moment)
        self.behind = self._edges.next_s() <= moment.wall.timestamp()

    def _work_out(self, target: TargetId, plan: AtOneMoment, image: Image, moment: Moment) -> None:
        lamp, at_s = self._lamps[target], moment.wall.timestamp()
        self._edges.put(target, at_s + FAULT_PAUSE_S)
        measures = self._measures.get(device_of(target), NO_MEASURES)
        computed, until_s = self._programs.work_out(lamp, measures, plan, self._plan, image, moment)
        self._book.compute(target, computed)
        self._edges.put(target, max(until_s, at_s + PAST_EDGE_S))

    def act(
        self, image: Image, changed: Set[DeviceId], decided: Sequence[Decision], settled: Set[TargetId], moment: Moment
    ) -> list[Act]:
        """One step of every light that may have something to do."""
        due = {decision.target for decision in decided} | settled
        if self._interlocks:
            self._interlocks.heed(decided, image, moment)
        due.update(self._retries.take(moment.s))
        for device in changed:
            targets = self._by_device.get(device)
            if targets is None:
                continue  # only a value of it is asked for
            due.update(targets)
            seen = image.view(device, moment.s)
            self._site.look(seen)
            self._observe(targets, seen)
        due.update(self._slice())
        due.update(self._wet.lockouts.due(moment) if self._wet else ())
        acts, view = [], None
        for target in sorted(due):  # neighbours lie side by side in memory: a large city is twice as fast in order
            device = device_of(target)
            if view is None or view.block.device != device:
                view = image.view(device, moment.s)
            if self._book.awaited(target):
                continue
            act = self._step(target, view, moment)
            if act is not None:
                acts.append(act)
            lock = self._lock(target, view, moment)
            if lock is not None:
                acts.append(lock)
        if self._wet:
            self._wet.lockouts.watch(image, moment)
        return acts

    def _lock(self, target: TargetId, view: View, moment: Moment) -> Act | None:
        """What the circuit's lock-out in its cabinet needs."""
        if self._wet is None:
            return None
        return self._wet.lockouts.step(target, self._book.decision(target), view, moment, self._tagged)

    def _tagged(self, target: TargetId) -> bool:
        return self._site.at(target).tag is not None

    def foresee(self, decision: Decision, view: View, moment: Moment) -> tuple[Verdict, ...]:
        """The interlocks that would act if this were decided; nothing is remembered of it."""
        lamp = self._lamps[decision.target]
        if self._is_free(lamp, view, moment.s):
            return ()
        step = self._sequence(lamp.light, decision, view, moment)
        if not step.wanted:
            return ()
        verdict = self._judge(lamp, step.wanted[0], decision.winner, view)
        return (verdict,) if verdict.interlock else ()

    def _is_free(self, lamp: Lamp, view: View, now_s: float) -> bool:
        """Whether nothing stands against the light at all, told without working its step out: most of a city is.

        Its tag and its switch are asked for by whoever takes orders, before they ask this.
        """
        light = lamp.light
        off_since_s = self._burning.get(light.id, NOTHING_SEEN).off_since_s
        rested = off_since_s is None or not isinstance(light, Circuit) or now_s >= off_since_s + light.no_restrike_s
        return rested and not self.bound(light.id) and locked_out(light.id, view) is not True

    def bound(self, target: TargetId) -> bool:
        """Whether configured interlocks, which may look anywhere, bind the light."""
        return self._interlocks is not None and target in self._interlocks.targets

    def next_due_s(self, moment: Moment) -> float:
        """The next program edge (wall time, turned into this moment's monotonic seconds) or retry."""
        edge_in_s = self._edges.next_s() - moment.wall.timestamp()
        judged_s = self._interlocks.next_due_s() if self._interlocks else float("inf")
        sky_s = self._daylight.next_due_s() if self._daylight else float("inf")
        return min(moment.s + edge_in_s, self._retries.next_s(), judged_s, sky_s)

    def _observe(self, targets: Sequence[TargetId], view: View) -> None:
        for target in targets:
            lamp = self._lamps[target]
            if not isinstance(lamp.light, Display):
                memory = self._burning.get(target, NOTHING_SEEN)
                self._burning[target] = observe_burning(memory, view, lamp.feedback)

    def _step(self, target: TargetId, view: View, moment: Moment) -> Act | None:
        lamp = self._lamps[target]
        decision = self._book.decision(target)
        step = self._sequence(lamp.light, decision, view, moment)
        self._phases[target] = step.phase
        self._verdicts.pop(target, None)
        if step.next_s is not None:
            self._retries.put(target, max(step.next_s, moment.s + SOONEST_S))
        if not step.wanted:
            return None
        wanted = step.wanted[0]
        verdict = self._judge(lamp, wanted, decision.winner, view)
        if verdict.interlock:
            self._verdicts[target] = (verdict,)
        if verdict.ruling is Ruling.ALLOW:
            return Act(wanted, decision.winner) if self._has_its_turn(wanted, decision.winner, moment) else None
        self._phases[target] = f"held: {verdict.reason}"
        if verdict.until_s is not None:
            self._retries.put(target, max(verdict.until_s, moment.s + SOONEST_S))
        return None

    def _has_its_turn(self, wanted: Wanted, winner: Request, moment: Moment) -> bool:
        """Whether staging against inrush lets it go now; if not, it is simply not asked yet."""
        target, protects = wanted.target, wanted.protective
        turn_s = self.staging.turn_s(target, winner.slot, moment.s, protective=protects, urgent=winner.urgent)
        if turn_s <= moment.s:
            return True
        self._phases[target] = f"staged 错峰: in {turn_s - moment.s:.0f} s, so that the feeder is not hit at once"
        self._retries.put(target, turn_s)
        return False

    def _judge(self, lamp: Lamp, wanted: Wanted, request: Request, view: View) -> Verdict:
        no_restrike_s = lamp.light.no_restrike_s if isinstance(lamp.light, Circuit) else 0.0
        memory = self._burning.get(lamp.light.id, NOTHING_SEEN)
        locked = guard_locked_out(wanted, view)
        if locked.ruling is not Ruling.ALLOW:
            return locked
        verdict = judge_light(wanted, request, view, memory, no_restrike_s, self._site.at(lamp.light.id))
        if self._interlocks is None or verdict.interlock:
            return verdict
        return self._interlocks.verdict(wanted, request.slot)

    def _sequence(self, light: Light, decision: Decision, view: View, moment: Moment) -> LightStep:
        last = self._last.get(light.id)
        if isinstance(light, Circuit):
            timing = self._urgent if decision.winner.slot <= Slot.EQUIPMENT_PROTECTION else self._timing
            if light.min_percent is not None:
                level = self._last.get(level_name(light.id))
                return step_dimmed(light, decision, view, last, level, moment, timing)
            return step_circuit(light, decision, view, last, moment, timing)
        if isinstance(light, Luminaire):
            return step_luminaire(light, decision, view, last, moment, self._timing)
        return step_display(light, decision, view, last, moment, self._timing)

    def _slice(self) -> Sequence[TargetId]:
        length = -(-len(self._order) // SWEEP_TURNS)
        begin = self._swept
        self._swept = begin + length if begin + length < len(self._order) else 0
        return tuple(islice(self._order, begin, begin + length))
