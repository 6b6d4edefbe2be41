"""The deciding core as a recording sees it: its parts, what they remember, and by which calls others change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.domain.clock import Clock
from controller.domain.points import TargetId
from controller.logic.contract import LastWrite, Verdict
from controller.logic.staging import Staging
from controller.logic.subjects import subjects_of
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.book import BypassBook
from controller.runtime.bypassing.circuit_interlocks import CircuitInterlocks
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.conditions.parts import SiteBook
from controller.runtime.conditions.switch_book import SwitchBook
from controller.runtime.conditions.tag_book import TagBook
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.daylight.values import ValueWatch
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.noted import Noted
from controller.runtime.poles.watch import PoleWatch
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.water import WaterDiscipline
from controller.runtime.wet_power.lockouts import Lockouts
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.settings.site import Site
from controller.store.changes import Change

Memories = dict[str, dict[str, Any]]
"""What the parts remember: by part, by attribute."""

REMEMBERED: Mapping[str, tuple[str, ...]] = {
    "book": ("_held", "_computed", "_decisions", "_changed", "_urgent", "_awaited", "_ends", "_leases"),
    "lighting": ("_burning", "_measures", "_edges", "_retries", "_swept"),
    "staging": ("_turns", "_ledger", "_full", "_free_s", "_held_s"),
    "water": ("_memories", "_due", "_told"),
    "wet": ("_cases", "_direct", "_suspects", "_fresh", "_changed", "beside"),
    "poles": ("_calls", "_floods", "_texts", "_lit", "_spared", "_fresh", "_stale"),
    "lockouts": ("_written", "_stopped", "_told", "_retries"),
    "circuits": ("_memories", "_judged", "_due"),
    "tags": ("_tags", "_on"),
    "switches": ("_memories", "_confirmations"),
    "declared": ("_declarations",),
    "bypasses": ("_all", "_in_force", "_until_s"),
    "skies": ("_memories", "_freezes", "_settling", "_due"),
    "signals": ("_signals", "_touched"),
    "values": ("_watched", "_readers", "_ages"),
    "daylight": ("_inside",),
}
"""The attributes a decision may depend on. A test finds one that is missing here."""

CALLED: Mapping[str, tuple[str, ...]] = {
    "book": ("hold", "release"),
    "lighting": ("look_again", "states_changed", "forget_times"),
    "water": ("look_again", "reset", "told"),
    "wet": ("cut", "put_kept", "returned"),
    "poles": ("answer",),
    "circuits": ("look_again", "reset"),
    "tags": ("put", "take"),
    "switches": ("confirm", "release"),
    "declared": ("put", "take"),
    "bypasses": ("put", "take"),
    "signals": ("put", "take"),
}
"""How desks change the core between turns: orders, resets, tags, declarations. Replayed as they were called."""


@dataclass(frozen=True, slots=True)
class Core:
    """Every part that decides; the live one's are handed over by the assembly."""

    book: RequestBook
    last: Noted[TargetId, LastWrite]
    verdicts: Noted[TargetId, Sequence[Verdict]]
    lighting: LightingDiscipline
    water: WaterDiscipline
    wet: WetPowerWatch
    poles: PoleWatch
    lockouts: Lockouts
    circuits: CircuitInterlocks
    tags: TagBook
    switches: SwitchBook
    declared: DeclarationBook
    bypasses: BypassBook
    daylight: Daylight

    @property
    def skies(self) -> Skies:
        """Photocells."""
        return self.daylight.skies

    @property
    def signals(self) -> SignalBook:
        """Weather signals."""
        return self.daylight.signals

    @property
    def values(self) -> ValueWatch:
        """Conditions on values."""
        return self.daylight.values

    @property
    def staging(self) -> Staging:
        """Whose turn it is, so that a feeder is not hit at once."""
        return self.lighting.staging

    def memories(self) -> Memories:
        """What the parts remember at this moment; a copy that nothing changes afterwards."""
        return {
            part: {name: _copied(getattr(getattr(self, part), name)) for name in names}
            for part, names in REMEMBERED.items()
        }

    def resume(self, memories: Memories, last: Mapping[TargetId, LastWrite]) -> None:
        """Remember this instead."""
        for part, remembered in memories.items():
            for name, value in remembered.items():
                setattr(getattr(self, part), name, value)
        self.last.clear()
        self.last.update(last)

    def adopt(self, site: Site) -> None:
        """Go on with another configuration, like a reload: memories of what stays are kept."""
        self.book.adopt(site.city.targets)
        for part in (self.lockouts, self.wet, self.poles, self.circuits, self.skies, self.signals):
            part.adopt(site)
        for discipline in (self.lighting, self.water):
            discipline.adopt(site)
        self.switches.adopt(site.city, site.local)
        self.lighting.states_changed()


def fresh_core(site: Site, clock: Clock) -> Core:
    """A core of a site without wires, store and people: for replays. What it tells goes nowhere."""
    alarms = AlarmBook(clock, lambda _: None, site.alarms)
    book, last = RequestBook(site.city.targets), Noted[TargetId, LastWrite]()
    verdicts: Noted[TargetId, Sequence[Verdict]] = Noted()
    phases: dict[TargetId, str] = {}
    bypasses, tags = BypassBook(), TagBook()
    switches = SwitchBook(site.city, site.local, clock=clock, keep=_keep)
    declared = DeclarationBook(site.city.targets, site.states.specs, subjects_of(site.city, site.access.groups))
    circuits = CircuitInterlocks(site, book, alarms=alarms, keep=_keep, bypassed=bypasses.in_force)
    lockouts = Lockouts(site, last, alarms, _Unheard(), _keep)
    wet = WetPowerWatch(site, book, lockouts, alarms, _Unheard(), _keep)
    poles = PoleWatch(site, alarms, _Unheard(), _keep, wet.concerns)
    conditions = SiteBook(tags, switches)
    daylight = Daylight(site, Skies(site, alarms=alarms), SignalBook(site))
    lighting = LightingDiscipline(
        site,
        book,
        last,
        phases,
        verdicts,
        wet=wet,
        poles=poles,
        interlocks=circuits,
        conditions=conditions,
        measures=declared.measures,
        daylight=daylight,
    )
    water = WaterDiscipline(
        site,
        book,
        last,
        phases,
        verdicts,
        alarms=alarms,
        keep=_keep,
        bypassed=bypasses.in_force,
        conditions=conditions,
    )
    return Core(
        book=book,
        last=last,
        verdicts=verdicts,
        lighting=lighting,
        water=water,
        wet=wet,
        poles=poles,
        lockouts=lockouts,
        circuits=circuits,
        tags=tags,
        switches=switches,
        declared=declared,
        bypasses=bypasses,
        daylight=daylight,
    )


def _copied(value: Any) -> Any:
    """Containers copied to the depth they are changed at; what is frozen is shared."""
    if isinstance(value, dict):
        return {key: _copied(one) if isinstance(one, (dict, set, list)) else one for key, one in value.items()}
    if isinstance(value, (set, list)):
        return value.copy()
    return DueHeap.of(value.all()) if isinstance(value, DueHeap) else value


def _keep(change: Change) -> None:
    """A replay keeps nothing."""
    del change


class _Unheard:
    """A replay journals nothing."""

    def later(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Nothing."""
