"""What makes an OPC UA method unusable as an output."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.profile import PointSpec, PointType


def unfit_method(spec: PointSpec) -> Iterator[tuple[str, str]]:
    """Problems of one point's method, each with what would be right."""
    if not spec.method:
        if spec.method_off or spec.object:
            yield "method_off and object go with a method", "say method: NODE, or leave them out"
        return
    if not spec.writable:
        yield "a method is an output", "say access: read_write and its feedback"
    if not spec.object:
        yield "a method is called on an object", "say object: NODE, the node the method belongs to"
    if spec.method_off and spec.type is not PointType.BOOL:
        yield "only a bool has a method for each direction", "leave method_off out: the method is given the value"
