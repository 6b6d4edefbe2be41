"""Lighting as a discipline: circuits, luminaires and displays, evaluated as what should be on now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from controller.domain.assets import Cabinet, Circuit, City, Display, Luminaire, Place, Pole
from controller.domain.image import Image, View
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Decision
from controller.logic.contract import LastWrite, Moment, Ruling, Verdict
from controller.logic.light_guards import NOTHING_SEEN, BurnMemory, judge_light, observe_burning
from controller.logic.lighting import astronomical_default, lighting_requests, spread_s
from controller.logic.one_moment import AtOneMoment
from controller.logic.sequencers.circuit import step_circuit
from controller.logic.sequencers.level_triggered import LightStep, LightTiming
from controller.logic.sequencers.luminaire import step_display, step_luminaire
from controller.runtime.book import RequestBook
from controller.runtime.dispatch import Act
from controller.runtime.schedule_heap import DueHeap
from controller.settings.site import Site

SWEEP_TURNS = 300
"""Every target is looked at anew at least once in this many turns, whether or not anything seems to have changed."""

SOONEST_S = 0.25
"""A target that only waits is not looked at again sooner than this."""

FAULT_PAUSE_S = 10.0
"""A light whose program could not be worked out (the turn then fails, loudly) is tried again after this long."""
PAST_EDGE_S = 0.01
"""An edge is looked at again this much later when the clock stood just before it: times are rounded to microseconds."""

Light = Circuit | Luminaire | Display


@dataclass(frozen=True, slots=True)
class _Lamp:
    light: Light
    place: Place
    where: str
    shift_s: float
    feedback: str


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
    ) -> None:
        self._book = book
        self._last = last
        self._phases = phases
        self._verdicts = verdicts
        self._burning: dict[TargetId, BurnMemory] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload); memories of outputs that stay are kept."""
        self._plan = site.lighting
        self._timing = LightTiming(verify_s=site.timing.verify_s, level_verify_s=max(10.0, site.timing.verify_s))
        self._lamps = _lamps(site.city, site.timing.spread_s)
        self._by_device: dict[DeviceId, list[TargetId]] = {}
        for target in self._lamps:
            self._by_device.setdefault(device_of(target), []).append(target)
        self._order = list(self._lamps)
        self._swept = 0
        self._edges = DueHeap()
        self._retries = DueHeap()
        self.forget_times()

    @property
    def targets(self) -> Set[TargetId]:
        """Circuits, luminaires and displays."""
        return self._lamps.keys()

    @property
    def devices(self) -> Set[DeviceId]:
        """Cabinets and poles."""
        return self._by_device.keys()

    def forget_times(self) -> None:
        """Work out every program anew at the next turn."""
        for target, lamp in self._lamps.items():
            if not isinstance(lamp.light, Display):
                self._edges.put(target, float("-inf"))

    def compute(self, image: Image, changed: Set[DeviceId], moment: Moment) -> None:
        """Programs and defaults of every light whose next edge has come."""
        del image, changed
        plan = AtOneMoment(self._plan)
        for target in self._edges.take(moment.wall.timestamp()):
            lamp = self._lamps[target]
            if isinstance(lamp.light, Display):
                continue
            self._edges.put(target, moment.wall.timestamp() + FAULT_PAUSE_S)
            program = lighting_requests(lamp.light, lamp.place, plan, moment.wall, lamp.shift_s)
            default = astronomical_default(lamp.light, lamp.place, plan, moment.wall, lamp.shift_s)
            self._book.compute(target, (*program.requests, *default.requests))
            until = min(u for u in (program.until, default.until) if u is not None)
            self._edges.put(target, max(until.timestamp(), moment.wall.timestamp() + PAST_EDGE_S))

    def act(
        self, image: Image, changed: Set[DeviceId], decided: Sequence[Decision], settled: Set[TargetId], moment: Moment
    ) -> list[Act]:
        """One step of every light that may have something to do."""
        due = {decision.target for decision in decided} | settled
        due.update(self._retries.take(moment.s))
        for device in changed:
            targets = self._by_device[device]
            due.update(targets)
            self._observe(targets, image.view(device, moment.s))
        due.update(self._slice())
        acts, view = [], None
        for target in sorted(due):  # neighbours lie side by side in memory: a large city is twice as fast in order
            device = device_of(target)
            if view is None or view.block.device != device:
                view = image.view(device, moment.s)
            act = self._step(target, view, moment)
            if act is not None:
                acts.append(act)
        return acts

    def next_due_s(self, moment: Moment) -> float:
        """The next program edge (wall time, turned into this moment's monotonic seconds) or retry."""
        edge_in_s = self._edges.next_s() - moment.wall.timestamp()
        return min(moment.s + edge_in_s, self._retries.next_s())

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
        no_restrike_s = lamp.light.no_restrike_s if isinstance(lamp.light, Circuit) else 0.0
        memory = self._burning.get(target, NOTHING_SEEN)
        verdict = judge_light(wanted, decision.winner.slot, view, memory, no_restrike_s, lamp.where)
        if verdict.interlock:
            self._verdicts[target] = (verdict,)
        if verdict.ruling is Ruling.ALLOW:
            return Act(wanted, decision.winner)
        self._phases[target] = f"held: {verdict.reason}"
        if verdict.until_s is not None:
            self._retries.put(target, max(verdict.until_s, moment.s + SOONEST_S))
        return None

    def _sequence(self, light: Light, decision: Decision, view: View, moment: Moment) -> LightStep:
        last = self._last.get(light.id)
        if isinstance(light, Circuit):
            return step_circuit(light, decision, view, last, moment, self._timing)
        if isinstance(light, Luminaire):
            return step_luminaire(light, decision, view, last, moment, self._timing)
        return step_display(light, decision, view, last, moment, self._timing)

    def _slice(self) -> Sequence[TargetId]:
        length = -(-len(self._order) // SWEEP_TURNS)
        begin = self._swept
        self._swept = begin + length if begin + length < len(self._order) else 0
        return tuple(islice(self._order, begin, begin + length))


def _lamps(city: City, spread_max_s: float) -> dict[TargetId, _Lamp]:
    lamps: dict[TargetId, _Lamp] = {}
    assets: list[Cabinet | Pole] = [*city.cabinets.values(), *city.poles.values()]
    for asset in assets:
        shift_s = spread_s(asset.id, spread_max_s)
        for light in _lights(asset):
            suffix = "feedback" if isinstance(light, Circuit) else "level"
            feedback = f"{light.output}.{suffix}"
            lamps[light.id] = _Lamp(light, asset.place, asset.road, shift_s, feedback)
    return lamps


def _lights(asset: Cabinet | Pole) -> Sequence[Light]:
    return asset.circuits if isinstance(asset, Cabinet) else (*asset.luminaires, *asset.displays)
