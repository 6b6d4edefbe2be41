"""Methods of simulated stations: called by the centre, acted on by the plant like a write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua
from asyncua.common.node import Node
from asyncua.ua.status_codes import StatusCodes

from controller.domain.points import Value
from drivers.base import Binding
from drivers.check import judge
from drivers.opcua.nodes import node_named, variant_type
from drivers.profile import PointSpec

Called = Callable[[PointSpec, Value], ua.StatusCode]
"""What the plant says to a value of this output."""


async def add_methods(folder: Node, binding: Binding, index: int, called: Called) -> None:
    """Give a station the objects and methods its profile names."""
    objects: dict[str, Node] = {}
    for spec in binding.points.values():
        if not spec.method:
            continue
        if spec.object not in objects:
            objects[spec.object] = await folder.add_object(node_named(binding, spec.object, index), spec.object)
        thing = objects[spec.object]
        if spec.method_off:
            for method, value in ((spec.method, True), (spec.method_off, False)):
                await _add(thing, binding, index, method, [], _fixed(called, spec, value))
        else:
            await _add(thing, binding, index, spec.method, [variant_type(spec)], _given(called, spec))


async def _add(thing: Node, binding: Binding, index: int, method: str, wanted: list[Any], answer: Any) -> None:
    await thing.add_method(node_named(binding, method, index), method, answer, wanted, [])


def _fixed(called: Called, spec: PointSpec, value: Value) -> Callable[..., Awaitable[object]]:
    async def answer(_parent: ua.NodeId) -> object:  # the library runs what is no coroutine in a thread
        return _answer(called(spec, value))

    return answer


def _given(called: Called, spec: PointSpec) -> Callable[..., Awaitable[object]]:
    read = judge(spec)

    async def answer(_parent: ua.NodeId, argument: ua.Variant) -> object:
        value = read(argument.Value, 0.0, None).value
        if value is None:
            return ua.StatusCode(ua.UInt32(StatusCodes.BadInvalidArgument))
        return _answer(called(spec, value))

    return answer


def _answer(status: ua.StatusCode) -> object:
    return [] if status.is_good() else status
