"""What a reload would change: pure, for people to read before the swap and for the swap itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from controller.settings.site import Site


@dataclass(frozen=True, slots=True)
class Changes:
    """Names that came, went, or mean something else now; each sorted."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        parts = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


@dataclass(frozen=True, slots=True)
class SiteDiff:
    """The difference between a running site and a newly read one.

    ``assets`` counts an asset as changed when it, its wire or its points differ; ``endpoints`` when the address, the
    time-out or a device behind it differs, so that exactly these links are to be renewed. ``restart_needed`` names
    settings that can't be swapped while running.
    """

    assets: Changes
    endpoints: Changes
    programs: Changes
    interlocks: Changes
    flood_zones: Changes
    calendar: bool
    timing: tuple[str, ...]
    leases: tuple[str, ...]
    access: tuple[str, ...]
    alarms: tuple[str, ...]
    states: tuple[str, ...]
    backups: tuple[str, ...]
    handling: tuple[str, ...]
    notices: tuple[str, ...]
    safety: tuple[str, ...]
    timetables: tuple[str, ...]
    light_rates: tuple[str, ...]
    energy: tuple[str, ...]
    restart_needed: tuple[str, ...]
    northbound: bool = False
    daylight: tuple[str, ...] = ()
    groups: Changes = Changes()
    switching: tuple[str, ...] = ()
    plans: Changes = Changes()
    dispatch: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def lines(self) -> tuple[str, ...]:
        """One line per kind of change, for people; empty when nothing changes."""
        said = [f"{name}: {changes}" for name, changes in self._named() if changes]
        if self.calendar:
            said.append("calendar: changed")
        if self.northbound:
            said.append("northbound: changed")
        lists = (
            ("timing", self.timing),
            ("leases", self.leases),
            ("access", self.access),
            ("alarms", self.alarms),
            ("safety", self.safety),
            ("states", self.states),
            ("backups", self.backups),
            ("handling", self.handling),
            ("notices", self.notices),
            ("timetables", self.timetables),
            ("light rates", self.light_rates),
            ("energy", self.energy),
            ("switching", self.switching),
            ("dispatch orders", self.dispatch),
            ("photocells and weather", self.daylight),
            ("needs a restart", self.restart_needed),
        )
        return (*said, *(f"{name}: {', '.join(names)}" for name, names in lists if names))

    def _named(self) -> Iterable[tuple[str, Changes]]:
        yield from (("assets", self.assets), ("endpoints", self.endpoints))
        yield from (("programs", self.programs), ("interlocks", self.interlocks))
        yield from (("flood zones", self.flood_zones), ("groups", self.groups), ("plans", self.plans))


def diff_sites(old: Site, new: Site) -> SiteDiff:
    """What is different in ``new``."""
    return SiteDiff(
        assets=_compare(_assets(old), _assets(new)),
        endpoints=_compare(_by_name(old), _by_name(new)),
        programs=_compare(old.lighting.programs, new.lighting.programs),
        interlocks=_compare(_by_id(old), _by_id(new)),
        flood_zones=_compare(_zones(old), _zones(new)),
        calendar=old.lighting.calendar != new.lighting.calendar,
        timing=_fields(old.timing, new.timing),
        access=_fields(old.access, new.access),
        alarms=_fields(old.alarms, new.alarms),
        safety=_fields(old.safety, new.safety),
        states=_states(old, new),
        leases=_leases(old, new),
        backups=_fields(old.backups, new.backups),
        handling=_fields(old.handling, new.handling),
        notices=_fields(old.notices, new.notices),
        timetables=_fields(old.timetables, new.timetables),
        light_rates=_fields(old.light_rates, new.light_rates),
        energy=_fields(old.energy, new.energy),
        restart_needed=_restart(old, new),
        northbound=old.northbound != new.northbound,
        daylight=_fields(old.daylight, new.daylight),
        groups=_compare(_groups(old), _groups(new)),
        switching=_fields(old.switching, new.switching),
        plans=_compare(old.plans, new.plans),
        dispatch=_fields(old.dispatch, new.dispatch),
    )


def _compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
    )


def _assets(site: Site) -> Mapping[str, Any]:
    bindings = {binding.device: binding for endpoint in site.endpoints for binding in endpoint.devices}
    return {asset.id: (asset, site.wires.get(asset.id), bindings.get(asset.id)) for asset in site.city.assets()}


def _by_name(site: Site) -> Mapping[str, Any]:
    return {endpoint.name: endpoint for endpoint in site.endpoints}


def _by_id(site: Site) -> Mapping[str, Any]:
    return {spec.id: spec for spec in site.interlocks}


def _groups(site: Site) -> Mapping[str, Any]:
    """Groups with their members: one whose lights are others now has changed, too."""
    return {name: (group, site.scopes.groups.get(name)) for name, group in site.groups.items()}


def _zones(site: Site) -> Mapping[str, Any]:
    rules = {"wet_power": site.wet_power.rules}
    return {**rules, **{zone.id: zone for zone in site.wet_power.zones}}


def _fields(old: Any, new: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(old) if getattr(old, field.name) != getattr(new, field.name))


def _states(old: Site, new: Site) -> tuple[str, ...]:
    specs = tuple(state for state, spec in new.states.specs.items() if old.states.specs.get(state) != spec)
    rules = ("proposals",) if old.states.rules != new.states.rules else ()
    return (*specs, *rules, *_fields(old.local, new.local))


def _leases(old: Site, new: Site) -> tuple[str, ...]:
    slots = (slot.label for slot, limits in new.leases.items() if old.leases.get(slot) != limits)
    return (*slots, *_fields(old.lease_rules, new.lease_rules))


def _restart(old: Site, new: Site) -> tuple[str, ...]:
    api = tuple(f"api.{name}" for name in _fields(old.api, new.api))
    whole = tuple(name for name in ("name", "timezone") if getattr(old, name) != getattr(new, name))
    evidence = tuple(f"evidence.{name}" for name in _fields(old.evidence, new.evidence))
    return (*api, *whole, *evidence)
