"""The files of a site's folder, read once, each kind where it belongs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.settings.overlay import Overlay, laid_over
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import Problem
from controller.settings.yaml_lines import Document, read_document

ASSET_KEYS: Mapping[str, type] = {"cabinets": list, "poles": list, "stations": list, "gauges": list}
LIGHTING_KEYS: Mapping[str, type] = {
    "programs": list,
    "rules": list,
    "modes": list,
    "holidays": list,
    "holiday_notices": list,
    "scenes": list,
    "groups": list,
    "switching": dict,
    "wet_power": dict,
    "flood_zones": list,
    "faults": dict,
    "smart_poles": dict,
    "display_templates": list,
    "flood_warnings": list,
    "lux": dict,
    "lux_areas": list,
    "dark_weather": list,
    "weather_signals": list,
    "light_rates": dict,
    "energy": dict,
}
WATER_KEYS: Mapping[str, type] = {
    "interlocks": list,
    "power_feeders": list,
    "mobile_pumps": list,
    "network": dict,
    "forecasts": dict,
    "tides": dict,
    "diversion": dict,
    "water_quality": dict,
    "water_rules": dict,
    "optimiser": dict,
    "gauge_exclusion": dict,
    "dispatch_orders": dict,
}


@dataclass(frozen=True, slots=True)
class Folder:
    """``site.yaml``, ``divisions.yaml``, ``endpoints.yaml`` and the files of ``assets/``, ``lighting/``, ``water/``,
    ``plans/``, ``drills/``.

    A file that is not there is None, and that is a problem; ``assets/`` needs at least one file. ``alarms.yaml``,
    ``states.yaml``, ``handling.yaml`` and ``notices.yaml`` may be left out.
    """

    path: Path
    site: Document | None
    divisions: Document | None
    endpoints: Document | None
    assets: tuple[Document, ...]
    lighting: tuple[Document, ...]
    water: tuple[Document, ...]
    alarms: Document | None = None
    states: Document | None = None
    handling: Document | None = None
    notices: Document | None = None
    plans: tuple[Document, ...] = ()
    drills: tuple[Document, ...] = ()
    own_lighting: tuple[Document, ...] = ()
    """The folder's own files of ``lighting/``, also where published lighting stands in their place."""

    def documents(self) -> Iterator[Document]:
        """All files read, in reading order."""
        yield from (document for document in (self.site, self.divisions, self.endpoints) if document)
        yield from (*self.assets, *self.lighting, *self.water, *self.plans, *self.drills)
        yield from (document for document in (self.alarms, self.states, self.handling, self.notices) if document)

    def profile_folders(self) -> tuple[Path, Path]:
        """Where device profiles are looked for: the site's own, then those it shares with its neighbours."""
        return self.path / "profiles", self.path.parent / "profiles"


def read_folder(path: Path, findings: Findings, overlay: Overlay | None = None) -> Folder:
    """Read the folder, published lighting laid over its own; what is missing is noted."""
    if not path.is_dir():
        there = "is a file; name its folder" if path.exists() else "is not there"
        findings.problems.append(Problem(str(path), 1, "", "", f"{there}", "a site is a folder with a site.yaml"))
        return Folder(path, None, None, None, (), (), ())
    lighting = _all(path / "lighting")
    return Folder(
        path,
        _one(path / "site.yaml", findings),
        _one(path / "divisions.yaml", findings),
        _one(path / "endpoints.yaml", findings),
        _all(path / "assets"),
        lighting if overlay is None else laid_over(path, lighting, overlay, findings),
        _all(path / "water"),
        alarms=_perhaps(path / "alarms.yaml"),
        states=_perhaps(path / "states.yaml"),
        handling=_perhaps(path / "handling.yaml"),
        notices=_perhaps(path / "notices.yaml"),
        plans=_all(path / "plans"),
        drills=_all(path / "drills"),
        own_lighting=lighting,
    )


def _one(file: Path, findings: Findings) -> Document | None:
    if not file.is_file():
        findings.problems.append(Problem(str(file), 1, "", "", "is missing", "config/hangzhou shows what it holds"))
        return None
    return read_document(file, str(file))


def _perhaps(file: Path) -> Document | None:
    """A file a site need not have."""
    return read_document(file, str(file)) if file.is_file() else None


def _all(folder: Path) -> tuple[Document, ...]:
    return tuple(read_document(file, str(file)) for file in sorted(folder.glob("*.yaml")))


def lists(documents: Sequence[Document], known: Mapping[str, type], findings: Findings) -> list[tuple[str, Spot]]:
    """Every top list of these files, by its key; unknown keys and broken files are noted."""
    return [(key, Spot(document, (key,))) for document in documents for key in findings.top(document, known)]


def raw_names(spots: Sequence[Spot], key: str) -> frozenset[str]:
    """What the items of these lists are called, whether or not they are otherwise right."""
    items: Iterator[Any] = (item for spot in spots for item in spot.document.value(spot.path) or [])
    return frozenset(str(item[key]) for item in items if isinstance(item, dict) and key in item)


def hash_of(folder: Path, documents: Sequence[Document]) -> str:
    """SHA-256 over the files' names (within the folder's parent, so that a copy hashes alike) and contents."""
    digest = hashlib.sha256()
    for document in documents:
        name = Path(document.name)
        inside = name.relative_to(folder.parent) if name.is_relative_to(folder.parent) else name
        for part in (inside.as_posix().encode(), document.text):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
