"""The devices behind one server, and their nodes on the present connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from controller.domain.errors import ConfigError
from controller.domain.points import DeviceId
from drivers.base import Binding
from drivers.check import Judge, judge
from drivers.opcua.alive import Counter
from drivers.opcua.nodes import UNKNOWN_NAMESPACE, node_id, node_named, variant_type
from drivers.opcua.signs import Signs, signs_of
from drivers.profile import PointSpec, Poll, Role


@dataclass(slots=True, eq=False)
class Item:
    """One readable point on this connection. ``watched``: the server reports its changes."""

    device: DeviceId
    spec: PointSpec
    node: ua.NodeId
    judge: Judge
    watched: bool = False
    item_id: int = 0


Request = tuple[tuple[Item, ...], ua.ReadParameters]
"""Points to read, and the request that reads them."""


@dataclass(slots=True, eq=False)
class Station:
    """A device, and its nodes on the present connection.

    ``alive`` is what tells that it works: the counter it moves itself, else its fast measurements where the profile
    says how long they can stand still; ``unusable`` the points whose nodes are not what the profile says, once they
    were ``looked_over``.
    """

    binding: Binding
    judges: Mapping[str, Judge]
    heartbeat: PointSpec | None
    alive: Counter | Signs | None
    index: int = UNKNOWN_NAMESPACE
    items: tuple[Item, ...] = ()
    unusable: frozenset[str] = frozenset()
    looked_over: bool = False
    _requests: dict[frozenset[Poll] | None, Request] = field(default_factory=dict)

    @property
    def device(self) -> DeviceId:
        """Its id."""
        return self.binding.device

    def resolve(self, uris: Sequence[str]) -> None:
        """Find the namespace's index on this server, which may change with every restart of it."""
        known = self.binding.namespace in uris
        self.index = uris.index(self.binding.namespace) if known else UNKNOWN_NAMESPACE
        self._requests.clear()
        self.items = tuple(
            Item(self.device, spec, node_id(self.binding, spec, self.index), self.judges[spec.name])
            for spec in self.binding.points.values()
            if spec.node
        )

    def request(self, polls: frozenset[Poll] | None) -> Request:
        """The points of these poll classes (None: all) and the request that reads them; made once a connection."""
        known = self._requests.get(polls)
        if known is None:
            items = tuple(item for item in self.items if polls is None or item.spec.poll in polls)
            known = self._requests[polls] = items, read_parameters(items)
        return known

    def node_of(self, identifier: str) -> ua.NodeId:
        """One of its nodes, by the identifier the profile gives."""
        return node_named(self.binding, identifier, self.index)


def station_of(binding: Binding, keepalive_s: float, speed: float = 1.0) -> Station:
    """What a binding becomes. ``keepalive_s`` in event-loop seconds, of which each lasts ``speed`` of the clock's.

    Raises:
        ConfigError: no namespace, or a point OPC UA cannot carry.
    """
    if not binding.namespace:
        raise ConfigError(f"{binding.device}: an OPC UA device needs the namespace URI of its nodes")
    points = binding.points.values()
    for spec in points:
        variant_type(spec)
    heartbeat = next((spec for spec in points if spec.role is Role.HEARTBEAT and spec.writable), None)
    judges = {spec.name: judge(spec) for spec in points}
    return Station(binding, judges, heartbeat, _alive(binding, keepalive_s, speed))


def _alive(binding: Binding, keepalive_s: float, speed: float) -> Counter | Signs | None:
    points = binding.points.values()
    if any(spec.role is Role.ALIVE for spec in points):
        return Counter(keepalive_s)
    return signs_of(points, None if binding.frozen_after_s is None else binding.frozen_after_s / speed)


def read_parameters(items: Sequence[Item]) -> ua.ReadParameters:
    """The request that reads these points."""
    return ua.ReadParameters(
        TimestampsToReturn=ua.TimestampsToReturn.Source,
        NodesToRead=[ua.ReadValueId(NodeId=item.node, AttributeId=AttributeIds.Value) for item in items],
    )
