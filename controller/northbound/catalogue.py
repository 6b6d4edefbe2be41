"""What there is to look at, worked out when it is asked for: a city of 300,000 points costs its list of assets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.lights import Cabinet, Pole
from controller.domain.points import DeviceId
from controller.northbound import names
from controller.runtime.reporting import Asset, kind_of_asset, targets_of_asset
from controller.settings.site import Site
from drivers.profile import PointSpec

KINDS_ZH: Mapping[str, str] = {"cabinet": "路灯控制箱", "pole": "智慧灯杆", "station": "泵闸站", "gauge": "测站"}
TARGET_FACTS = ("wanted", "slot", "slot_name", "owner", "actual", "agreed")
"""What is shown of a target: what is wanted, in which slot, by whom; what its feedback says; whether that agrees."""
ALARM_COUNTS = ("unacknowledged", "emergency", "high", "medium", "low")


class Shape(StrEnum):
    """What kind of node it is."""

    FOLDER = "folder"
    ASSET = "asset"
    TARGET = "target"
    POINT = "point"
    FACT = "fact"
    """A variable the controller knows the value of: a link, a wanted value, a count of alarms."""
    PROPERTY = "property"
    """What does not change before the next configuration."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One node. ``device`` is the asset it belongs to, empty for a folder; ``fixed`` a property's value."""

    key: str
    name: str
    title: str
    shape: Shape
    parent: str
    device: DeviceId = ""
    spec: PointSpec | None = None
    fixed: object = None

    @property
    def live(self) -> bool:
        """Whether its value changes while the configuration stands."""
        return self.shape in (Shape.POINT, Shape.FACT)


@dataclass(slots=True)
class _Folder:
    leaf: Leaf
    children: list[str] = field(default_factory=list)
    properties: Mapping[str, object] = field(default_factory=dict)


class Catalogue:
    """The nodes of one site."""

    def __init__(self, site: Site) -> None:
        self._assets: dict[DeviceId, Asset] = {asset.id: asset for asset in site.city.assets()}
        self._points: dict[DeviceId, Mapping[str, PointSpec]] = {
            binding.device: binding.points for endpoint in site.endpoints for binding in endpoint.devices
        }
        self._parents: dict[DeviceId, str] = {}
        self._folders: dict[str, _Folder] = {}
        self._folder(names.ROOT, names.ROOT, "", site.name, {"site": site.name, "config_hash": site.config_hash})
        self._folder(names.ALARMS, "alarms", names.ROOT, "告警 alarms", {})
        for asset in self._assets.values():
            division = site.divisions.get(asset.division)
            title, english = (asset.division, "") if division is None else (division.name, division.name_en)
            self._place(asset, title, {"code": asset.division, "name": title, "name_en": english})

    def leaf(self, key: str) -> Leaf | None:
        """The node of this identifier."""
        folder = self._folders.get(key)
        if folder is not None:
            return folder.leaf
        device, name, belongs = names.split(key)
        if device in self._assets:
            return self._of_asset(key, device, name, belongs)
        parent, _, belongs = key.rpartition(":")
        folder = self._folders.get(parent)
        return None if folder is None else self._of_folder(folder, key, belongs)

    def children(self, key: str) -> Sequence[str]:
        """The identifiers of what hangs below a node."""
        folder = self._folders.get(key)
        if folder is not None:
            facts = ALARM_COUNTS if key == names.ALARMS else ()
            return (*(names.facet(key, name) for name in (*folder.properties, *facts)), *folder.children)
        leaf = self.leaf(key)
        if leaf is None or leaf.shape in (Shape.FACT, Shape.PROPERTY):
            return ()
        if leaf.shape is Shape.ASSET:
            return tuple(self._below_asset(leaf.device))
        if leaf.shape is Shape.TARGET:
            return tuple(names.facet(key.rpartition(":")[0], fact) for fact in TARGET_FACTS)
        return tuple(names.facet(key, name) for name in _unit_and_range(leaf.spec))

    def child(self, parent: str, name: str) -> Leaf | None:
        """What hangs below ``parent`` under this browse name, without going through all its children."""
        device = names.split(parent)[0]
        code = device if not parent.startswith(names.DIVISION) else parent.removeprefix(names.DIVISION)
        tried = (
            name,
            names.division_key(name),
            names.street_key(code, name),
            names.facet(parent, name),
            f"{device}/{name}",
            names.facet(f"{device}/{name}", "target"),
            names.facet(parent.rpartition(":")[0], name),
            names.facet(parent, _FACET_OF.get(name, name)),
        )
        found = (self.leaf(key) for key in dict.fromkeys(tried))
        return next((leaf for leaf in found if leaf and leaf.parent == parent and leaf.name == name), None)

    def members(self, key: str) -> Iterator[DeviceId]:
        """Every asset somewhere below a folder."""
        folder = self._folders.get(key)
        for child in () if folder is None else folder.children:
            if child in self._assets:
                yield child
            else:
                yield from self.members(child)

    def points(self, device: DeviceId) -> Mapping[str, PointSpec]:
        """The points an asset really has."""
        return self._points.get(device, {})

    @property
    def assets(self) -> Iterable[DeviceId]:
        """Every asset."""
        return self._assets

    # -- building -----------------------------------------------------------------------------------------------

    def _folder(self, key: str, name: str, parent: str, title: str, properties: Mapping[str, object]) -> None:
        self._folders[key] = _Folder(Leaf(key, name, title, Shape.FOLDER, parent), properties=properties)
        if parent:
            self._folders[parent].children.append(key)

    def _place(self, asset: Asset, title: str, properties: Mapping[str, object]) -> None:
        place = names.division_key(asset.division)
        if place not in self._folders:
            self._folder(place, asset.division, names.ROOT, title, properties)
        street = asset.street if isinstance(asset, Cabinet) else ""
        if street:
            division, place = place, names.street_key(asset.division, street)
            if place not in self._folders:
                self._folder(place, street, division, street, {})
        self._folders[place].children.append(asset.id)
        self._parents[asset.id] = place

    # -- nodes --------------------------------------------------------------------------------------------------

    def _of_folder(self, folder: _Folder, key: str, name: str) -> Leaf | None:
        parent = folder.leaf.key
        if parent == names.ALARMS and name in ALARM_COUNTS:
            return Leaf(key, name, name, Shape.FACT, parent)
        if name in folder.properties:
            return Leaf(key, name, name, Shape.PROPERTY, parent, fixed=folder.properties[name])
        return None

    def _of_asset(self, key: str, device: DeviceId, name: str, belongs: str) -> Leaf | None:
        asset = self._assets[device]
        if not name and not belongs:
            return Leaf(key, device, asset.name or device, Shape.ASSET, self._parents[device], device)
        target = names.target_of(device, name)
        if belongs == "target" or belongs in TARGET_FACTS:
            if target not in targets_of_asset(asset):
                return None
            return self._of_target(key, target, name, device, belongs)
        if not name:
            if belongs == "link":
                return Leaf(key, "link", "link", Shape.FACT, device, device)
            fixed = _properties(asset).get(belongs)
            return None if fixed is None else Leaf(key, belongs, belongs, Shape.PROPERTY, device, device, fixed=fixed)
        return self._of_point(key, device, name, belongs)

    def _of_target(self, key: str, target: str, output: str, device: DeviceId, belongs: str) -> Leaf:
        if belongs == "target":
            name = output or "target"
            return Leaf(key, name, name, Shape.TARGET, device, device)
        return Leaf(key, belongs, belongs, Shape.FACT, names.facet(target, "target"), device)

    def _of_point(self, key: str, device: DeviceId, name: str, belongs: str) -> Leaf | None:
        spec = self.points(device).get(name)
        if spec is None:
            return None
        if not belongs:
            return Leaf(key, name, name, Shape.POINT, device, device, spec)
        if belongs not in _unit_and_range(spec):
            return None
        point, title = f"{device}/{name}", _TITLES[belongs]
        return Leaf(key, title, title, Shape.PROPERTY, point, device, spec)

    def _below_asset(self, device: DeviceId) -> Iterator[str]:
        asset = self._assets[device]
        yield from (names.facet(device, name) for name in (*_properties(asset), "link"))
        yield from (f"{device}/{name}" for name in self.points(device))
        yield from (names.facet(target, "target") for target in targets_of_asset(asset))


_TITLES: Mapping[str, str] = {"unit": "EngineeringUnits", "range": "EURange"}
_FACET_OF: Mapping[str, str] = {title: facet for facet, title in _TITLES.items()}


def _unit_and_range(spec: PointSpec | None) -> tuple[str, ...]:
    if spec is None:
        return ()
    unit = ("unit",) if spec.unit else ()
    return (*unit, "range") if spec.low is not None and spec.high is not None else unit


def _properties(asset: Asset) -> dict[str, object]:
    """What people know an asset by; only what there is of it."""
    kind = kind_of_asset(asset)
    said: dict[str, object] = {
        "code": asset.id,
        "name": asset.name,
        "kind": kind,
        "kind_zh": KINDS_ZH[kind],
        "division": asset.division,
        "street": asset.street if isinstance(asset, Cabinet) else "",
        "road": asset.road if isinstance(asset, (Cabinet, Pole)) else "",
        "latitude": asset.place.lat,
        "longitude": asset.place.lon,
    }
    return {name: value for name, value in said.items() if value != ""}
