"""Methods as outputs: a point whose profile names a method is called, not written (OPC UA part 4, section 5.11.2)."""

from __future__ import annotations

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from controller.domain.errors import Indeterminate
from controller.domain.points import Value
from drivers.check import to_raw
from drivers.opcua.link import verdict
from drivers.opcua.nodes import variant_type
from drivers.opcua.stations import Station
from drivers.profile import PointSpec


def call_of(station: Station, spec: PointSpec, value: Value) -> ua.CallMethodRequest:
    """The call that brings this value about.

    With ``method_off`` a switch has two methods without arguments, one for each direction; otherwise the one method
    is given the value.

    Raises:
        InvalidValue: wrong type or out of the point's range.
    """
    raw = to_raw(spec, value)
    method, arguments = spec.method, [ua.Variant(raw, variant_type(spec))]
    if spec.method_off:
        method, arguments = (spec.method if raw else spec.method_off), []
    return ua.CallMethodRequest(
        ObjectId=station.node_of(spec.object), MethodId=station.node_of(method), InputArguments=arguments
    )


def check_call(result: ua.CallMethodResult, text: str) -> None:
    """Turn the server's answer to one call into our errors; nothing when it was carried out.

    Raises:
        DeviceRefused, DeviceBusy: a definite no. Indeterminate: it may or may not have acted.
    """
    status = result.StatusCode
    if status.value >> 30 == 0:  # severity Good, whatever it adds
        return
    wrong = [str(position + 1) for position, one in enumerate(result.InputArgumentResults or ()) if not one.is_good()]
    arguments = f" (argument {', '.join(wrong)})" if wrong else ""
    if status.value == StatusCodes.BadNothingToDo:
        raise Indeterminate(f"{text}: {status.name}: the server cannot say what it did; read back first")
    raise verdict(status.value, f"{text}: {status.name}{arguments}")
