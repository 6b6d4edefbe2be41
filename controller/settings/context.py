"""What every part of loading a site shares: the findings so far and the names other files may refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.places import Place
from controller.settings.asset_models import PlaceModel
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import did_you_mean

LATITUDES = (3.5, 53.6)
LONGITUDES = (73.4, 135.1)
"""China's bounds in degrees, islands included."""

_ID = re.compile(r"(\d{6})-([A-Z]{2})-(\d{4,})\Z")


@dataclass(slots=True)
class Context:
    """``None`` names mean that their file could not be read, so that nothing is held against who refers to them.

    ``ids`` are the assets met so far; ``named`` are all ids, of assets that can't be used too.
    """

    findings: Findings
    divisions: frozenset[str] | None
    programs: frozenset[str] | None
    ids: dict[str, Spot] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    timezone: str = "Asia/Shanghai"


def check_known(name: str, known: frozenset[str] | None, what: str, spot: Spot, findings: Findings) -> None:
    """Note a reference to something that isn't there."""
    if known is not None and name not in known:
        findings.add(spot, f"unknown {what}", did_you_mean(name, known))


def check_id(asset_id: str, classes: Mapping[str, str], spot: Spot, context: Context) -> None:
    """A unified id: ``division-class-serial``, of a known division, of the class this list holds, used once."""
    here = spot.at("id")
    match = _ID.match(asset_id)
    wanted = next(iter(classes))
    if match is None:
        context.findings.add(here, "not a unified id", f"division-class-serial, for example 330106-{wanted}-0001")
    else:
        check_known(match[1], context.divisions, "division", here, context.findings)
        if match[2] not in classes:
            known = ", ".join(f"{code} ({what})" for code, what in classes.items())
            context.findings.add(here, f"class {match[2]} does not belong here", f"classes here: {known}")
    first = context.ids.setdefault(asset_id, here)
    if first is not here:
        context.findings.add(here, "duplicate id", f"{first} has it already; give one of them another serial")


def place_of(model: PlaceModel, spot: Spot, findings: Findings) -> Place:
    """The place, noting when it lies outside China."""
    if not in_china(model.lat, model.lon):
        message = f"lat {model.lat:g}, lon {model.lon:g} lies outside China"
        if in_china(model.lon, model.lat):
            hint = f"lat and lon look swapped: {{lat: {model.lon:g}, lon: {model.lat:g}}}"
        else:
            hint = "lat 3.5 to 53.6, lon 73.4 to 135.1 (WGS-84 degrees)"
        findings.add(spot, message, hint)
    return Place(model.lat, model.lon)


def in_china(lat: float, lon: float) -> bool:
    """Whether the coordinates lie within China's bounds."""
    return LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= lon <= LONGITUDES[1]


def check_outputs(named: list[tuple[str, Spot]], findings: Findings) -> None:
    """Each output of a device is used once."""
    first: dict[str, Spot] = {}
    for output, spot in named:
        if first.setdefault(output, spot) is not spot:
            hint = f"{first[output]} uses it already; two outputs can't share a register"
            findings.add(spot, "duplicate output", hint)
