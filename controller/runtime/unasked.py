"""Points of a cabinet on which no light's decision depends: a change of these alone wakes nobody who decides.

They are what the cabinet measures of its supply, less whatever this site's programs, photocells and interlocks ask
for. A test follows every read of a lighting turn and finds one that is missing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.domain.expression import names
from controller.domain.points import DeviceId
from controller.logic.electrical import electrical
from controller.settings.site import Site


def unasked(site: Site) -> Mapping[DeviceId, frozenset[str]]:
    """By cabinet. A name that anything of the site asks for is asked for of every cabinet: simple, and seldom."""
    asked = frozenset(_asked(site))
    points = {one.device: one.points for endpoint in site.endpoints for one in endpoint.devices}
    kinds: dict[tuple[int, tuple[str, ...]], frozenset[str]] = {}
    found = {}
    for name, cabinet in site.city.cabinets.items():
        known = points.get(name)
        if known is None:
            continue
        outputs = tuple(circuit.output for circuit in cabinet.circuits)
        key = (id(known), outputs)
        if key not in kinds:
            kinds[key] = electrical(known.keys(), outputs) - asked
        found[name] = kinds[key]
    return found


def _asked(site: Site) -> Iterator[str]:
    """Names of points some decision of this site may read, besides those every site's lights are decided by."""
    for spec in site.interlocks:
        yield from names(spec.condition)
    for program in site.lighting.programs.values():
        for condition in program.conditions:
            yield from names(condition.when)
            yield from (ref.point for ref in condition.points.values())
    for area in site.daylight.areas:
        yield from (sensor.point for sensor in area.sensors)
