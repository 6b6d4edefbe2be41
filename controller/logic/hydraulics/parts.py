"""The part of a network that can feel an act: waters that are linked, with everything on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from controller.logic.hydraulics.network import Network


def linked(network: Network, waters: Iterable[str]) -> Network:
    """The network of these waters and whatever is linked to them over channels, gates and pumps.

    A water outside is moved by nobody, so nothing is felt across it; it stays where something that is kept leads to it.
    """
    felt = {name for name in waters if name in network.reaches}
    pairs = list(_pairs(network))
    grown = True
    while grown:
        more = {name for pair in pairs if felt & pair for name in pair if name in network.reaches} - felt
        felt |= more
        grown = bool(more)
    gates = tuple(gate for gate in network.gates if felt & {gate.inner, gate.outer})
    pumps = tuple(group for group in network.pumps if felt & {group.inner, group.outer})
    ends = [(gate.inner, gate.outer) for gate in gates] + [(group.inner, group.outer) for group in pumps]
    outer = {name for pair in ends for name in pair} - felt
    return replace(
        network,
        reaches={name: reach for name, reach in network.reaches.items() if name in felt},
        outside={name: water for name, water in network.outside.items() if name in outer},
        channels=tuple(channel for channel in network.channels if felt & {channel.a, channel.b}),
        gates=gates,
        pumps=pumps,
        catchments=tuple(catchment for catchment in network.catchments if catchment.into in felt),
        inner={station: name for station, name in network.inner.items() if name in felt},
    )


def _pairs(network: Network) -> Iterator[set[str]]:
    for channel in network.channels:
        yield {channel.a, channel.b}
    for gate in network.gates:
        yield {gate.inner, gate.outer}
    for group in network.pumps:
        yield {group.inner, group.outer}
