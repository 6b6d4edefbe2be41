"""From assets to endpoints: who hangs where, by which profile, with which points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from controller.domain.image import Ageing
from controller.settings.asset_models import AssetModel, WireModel
from controller.settings.context import check_known
from controller.settings.lines import Lines
from controller.settings.natures import Asset, needed_points, outputs_of, spare_points
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean, some
from controller.settings.profiles import ProfileShelf
from controller.settings.site import Wire
from controller.settings.site_models import EndpointModel
from controller.settings.timing import Timing
from drivers.base import Binding, Endpoint
from drivers.modbus.address import SCHEMES as MODBUS_SCHEMES
from drivers.opcua.options import OPEN, UaOptions
from drivers.profile import PointSpec, Poll, Profile, Protocol

_SCHEMES = {Protocol.MODBUS: (*MODBUS_SCHEMES, "soft"), Protocol.OPCUA: ("opc.tcp", "soft")}


@dataclass(slots=True)
class Wiring:
    """Collects the devices behind each endpoint.

    ``names`` are the endpoints there are, usable or not; None when their file could not be read.
    """

    endpoints: Mapping[str, EndpointModel]
    names: frozenset[str] | None
    shelf: ProfileShelf
    findings: Findings
    wires: dict[str, Wire] = field(default_factory=dict)
    opcua: Mapping[str, UaOptions] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    _devices: dict[str, list[Binding]] = field(default_factory=dict)
    _seats: dict[tuple[str, int | str], Spot] = field(default_factory=dict)
    _tables: dict[tuple[str, frozenset[str], frozenset[str]], Mapping[str, PointSpec]] = field(default_factory=dict)
    _ageings: dict[tuple[float | None, ...], Mapping[str, Ageing]] = field(default_factory=dict)

    def connect(self, asset: Asset, entry: Entry[AssetModel]) -> None:
        """Bind the asset's device; what is wrong is noted."""
        wire, spot = entry.value.wire, entry.spot.at("wire")
        endpoint = self._endpoint(wire, spot)
        profile = self.shelf.get(wire.profile, spot.at("profile"))
        if profile is None:
            return
        self._check_scheme(profile, endpoint, spot)
        self._check_points(asset, profile, wire, entry.spot)
        self._take_seat(asset.id, profile, wire, spot)
        self.wires[asset.id] = Wire(profile.id, wire.endpoint)
        binding = self._binding(asset, profile, wire)
        mistaken = self.lines.heartbeat_like_a_reply(wire.endpoint, binding)
        if mistaken:
            self.findings.add(spot.at("unit"), mistaken, "another heartbeat, or another unit, in device and file")
        self._devices.setdefault(wire.endpoint, []).append(binding)

    def built(self, timeout_s: float) -> tuple[Endpoint, ...]:
        """All endpoints that have devices, in the order of their file."""
        return tuple(
            Endpoint(
                name,
                model.url,
                tuple(self._devices[name]),
                model.timeout_s or timeout_s,
                tls=self.lines.tls.get(name),
                listening=self.lines.listening,
                opcua=self.opcua.get(name, OPEN),
            )
            for name, model in self.endpoints.items()
            if name in self._devices
        )

    def points(self) -> dict[str, frozenset[str]]:
        """The points each device has."""
        return {
            binding.device: frozenset(binding.points) for bindings in self._devices.values() for binding in bindings
        }

    def specs(self) -> dict[str, Mapping[str, PointSpec]]:
        """The points each device has, with what each can read."""
        return {binding.device: binding.points for bindings in self._devices.values() for binding in bindings}

    def ageing(self, binding: Binding, timing: Timing) -> Mapping[str, Ageing]:
        """The ageing of each of a device's points, by its poll class and the device's own pace; shared by devices that
        share both. A button has no state that could age."""
        key = (id(binding.points), *(binding.own_pace_s(poll) for poll in Poll))
        if key not in self._ageings:
            by_poll = {poll: timing.ageing(poll, binding.own_pace_s(poll)) for poll in Poll}
            states = {name: by_poll[spec.poll] for name, spec in binding.points.items() if spec.pulse is None}
            self._ageings[key] = MappingProxyType(states)
        return self._ageings[key]

    def _endpoint(self, wire: WireModel, spot: Spot) -> EndpointModel | None:
        check_known(wire.endpoint, self.names, "endpoint", spot.at("endpoint"), self.findings)
        return self.endpoints.get(wire.endpoint)

    def _check_scheme(self, profile: Profile, endpoint: EndpointModel | None, spot: Spot) -> None:
        if endpoint is not None and endpoint.url.partition("://")[0] not in _SCHEMES[profile.protocol]:
            hint = f"an endpoint whose url begins with {_SCHEMES[profile.protocol][0]}://"
            self.findings.add(spot.at("endpoint"), f"{endpoint.url} does not speak {profile.protocol}", hint)

    def _check_points(self, asset: Asset, profile: Profile, wire: WireModel, spot: Spot) -> None:
        for i, point in enumerate(wire.absent):
            if point not in profile.points:
                here = spot.at("wire", "absent", i)
                self.findings.add(here, f"profile {profile.id} has no such point", did_you_mean(point, profile.points))
        lacking: dict[Spot, list[str]] = {}
        for point, written in needed_points(asset):
            spec, here = profile.points.get(point), _spot_of(point, spot)
            if spec is None or point in wire.absent:
                lacking.setdefault(here, []).append(point)
            elif written and not spec.writable:
                hint = "say access: read_write and its feedback there"
                self.findings.add(here, f"{point} is not writable in profile {profile.id}", hint)
        for here, points in lacking.items():
            message = f"profile {profile.id} has no point {' and no '.join(points)}, which this asset needs"
            self.findings.add(here, message, _outputs_hint(profile, points[0]))

    def _take_seat(self, device: str, profile: Profile, wire: WireModel, spot: Spot) -> None:
        modbus = profile.protocol is Protocol.MODBUS
        seat: int | str = (wire.unit or 1) if modbus else _root(device, wire)
        key = "unit" if modbus else "root"
        if modbus and wire.root is not None:
            self.findings.add(spot.at("root"), "a Modbus device has no root", "say unit: 1")
        if not modbus and wire.unit is not None:
            self.findings.add(spot.at("unit"), "an OPC UA device has no unit", "leave it out, or say root: PREFIX.")
        first = self._seats.setdefault((wire.endpoint, seat), spot)
        if first is not spot:
            hint = f"{first} has it already; give one of them another {key}"
            self.findings.add(spot.at(key), f"two devices on endpoint {wire.endpoint}, {key} {seat}", hint)

    def _binding(self, asset: Asset, profile: Profile, wire: WireModel) -> Binding:
        return Binding(
            device=asset.id,
            points=self._points(asset, profile, wire),
            unit=wire.unit or 1,
            namespace=profile.namespace,
            root=_root(asset.id, wire) if profile.protocol is Protocol.OPCUA else "",
            max_gap=profile.max_gap,
            max_registers=profile.max_registers,
            fc23=profile.fc23,
            fallback_s=profile.heartbeat_s,
            frozen_after_s=profile.frozen_after_s,
            poll_s=wire.poll_s,
            timetable=profile.timetable,
            clock=profile.clock,
            in_flight=profile.in_flight,
            fast_s=wire.fast_s,
            slow_s=wire.slow_s,
        )

    def _points(self, asset: Asset, profile: Profile, wire: WireModel) -> Mapping[str, PointSpec]:
        """The points this device has; devices alike share one table, so that what is worked out from it is shared."""
        outputs = outputs_of(asset)
        spare = spare_points(asset, profile.points) | frozenset(wire.absent)
        key = (profile.id, outputs, spare)
        if key not in self._tables:
            self._tables[key] = MappingProxyType(
                {
                    name: spec
                    for name, spec in profile.points.items()
                    if name not in spare and ("." not in name or name.partition(".")[0] in outputs)
                }
            )
        return self._tables[key]


def _spot_of(point: str, spot: Spot) -> Spot:
    """Where the output stands that needs the point; the asset's wire for a point of the device as a whole."""
    output, dot, _ = point.partition(".")
    if dot:
        for key in ("circuits", "luminaires", "units", "gates"):
            for i, item in enumerate(spot.document.value((*spot.path, key)) or []):
                if item.get("output") == output:
                    return spot.at(key, i, "output")
    return spot.at("wire", "profile")


def _outputs_hint(profile: Profile, point: str) -> str:
    _, dot, name = point.partition(".")
    if not dot:
        return did_you_mean(point, (known for known in profile.points if "." not in known))
    able = [known.partition(".")[0] for known in profile.points if known.endswith(f".{name}")]
    return f"outputs there with {name}: {some(able)}" if able else f"no output there has {name}; another profile?"


def _root(device: str, wire: WireModel) -> str:
    return f"{device}." if wire.root is None else wire.root
