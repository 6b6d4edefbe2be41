"""How a fast demo keeps its devices in reach: times that end on a real wire cannot shrink with demo time.

At 60-fold demo time a poll every 5 demo seconds would be 12 a real second from every cabinet, and a proof within
3 demo seconds would have 50 real milliseconds. So each such time has a floor in *real* seconds. At speed 1, the only
speed of a controller of real devices, nothing changes.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain.assets import City
from controller.domain.stations import Station
from controller.settings.site import Site
from controller.settings.timing import Timing
from drivers.base import Binding

REAL_FLOORS_S = {
    "lighting_cycle_s": 0.1,
    "water_cycle_s": 0.1,
    "poll_fast_s": 0.1,
    "poll_normal_s": 0.5,
    "poll_slow_s": 2.0,
    "verify_s": 1.0,
    "opcua_publish_s": 0.1,
    "opcua_keepalive_s": 1.0,
    "command_deadline_s": 3.0,
    "heartbeat_s": 0.5,
    "link_first_s": 0.3,
    "link_max_s": 3.0,
    "stale_min_s": 2.0,
    "dead_min_s": 6.0,
}
"""The least real seconds each time of the site may take."""
PROOF_FLOOR_S = 1.0
"""The least real seconds a pump, a gate or a station's mode has to prove itself: its feedback travels a real wire."""

PEOPLE_TIMES = ("decide_within_s", "keep_s", "blind_after_s", "prove_within_s")
"""Times of wet power-off that people or real wires need in real seconds, whatever the demo's speed."""

FALLBACK_FLOOR_S = 3.0
"""The least real seconds a device bears without a heartbeat."""


def paced(site: Site, speed: float) -> Site:
    """The site with its times fit for a demo ``speed`` times as fast as life."""
    if speed <= 1.0:
        return site
    floors = {name: max(getattr(site.timing, name), floor * speed) for name, floor in REAL_FLOORS_S.items()}
    timing: Timing = replace(site.timing, **floors)
    city: City = replace(
        site.city, stations={key: _paced_station(station, speed) for key, station in site.city.stations.items()}
    )
    ageings = {
        binding.device: {
            name: timing.ageing(spec.poll, binding.own_pace_s(spec.poll))
            for name, spec in binding.points.items()
            if spec.pulse is None
        }
        for endpoint in site.endpoints
        for binding in endpoint.devices
    }
    endpoints = tuple(
        replace(endpoint, devices=tuple(_paced_device(binding, speed) for binding in endpoint.devices))
        for endpoint in site.endpoints
    )
    floor_s = PROOF_FLOOR_S * speed
    interlocks = tuple(
        replace(spec, off_delay_s=max(spec.off_delay_s, floor_s)) if spec.off_delay_s else spec
        for spec in site.interlocks
    )  # what must be false for a while must have been read for a while
    rules = site.wet_power.rules
    patient = replace(rules, **{name: getattr(rules, name) * speed for name in PEOPLE_TIMES})
    wet_power = replace(site.wet_power, rules=patient)
    return replace(
        site,
        timing=timing,
        city=city,
        ageings=ageings,
        endpoints=endpoints,
        wet_power=wet_power,
        interlocks=interlocks,
    )


def _paced_device(binding: Binding, speed: float) -> Binding:
    if binding.fallback_s is None:
        return binding
    return replace(binding, fallback_s=max(binding.fallback_s, FALLBACK_FLOOR_S * speed))


def _paced_station(station: Station, speed: float) -> Station:
    floor_s = PROOF_FLOOR_S * speed
    units = tuple(
        replace(unit, start_proof_s=max(unit.start_proof_s, floor_s), stop_proof_s=max(unit.stop_proof_s, floor_s))
        for unit in station.units
    )
    gates = tuple(replace(gate, travel_s=gate.travel_s + floor_s) for gate in station.gates)
    return replace(station, units=units, gates=gates, mode_proof_s=max(station.mode_proof_s, floor_s))
