"""What a device's exception code means for the caller (Modbus application protocol V1.1b3, section 7)."""

from __future__ import annotations

from controller.domain.errors import ControllerError, DeviceBusy, DeviceRefused, Indeterminate, NoReply

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4
ACKNOWLEDGE = 5
BUSY = 6
PARITY = 8
NO_PATH = 10
TARGET_SILENT = 11

_MEANINGS = {
    ILLEGAL_FUNCTION: "it does not know this function: check the profile against the device's manual",
    ILLEGAL_ADDRESS: "an address it does not have: check addresses, and max_gap for holes that may not be read",
    ILLEGAL_VALUE: "a value it does not take: check the point's range and type",
    DEVICE_FAILURE: "it failed while acting: look at the device",
    ACKNOWLEDGE: "it accepted and needs longer: read the feedback later",
    BUSY: "it is busy: try again later",
    PARITY: "its memory has a parity error: look at the device",
    NO_PATH: "the gateway has no path to this unit: check the gateway's configuration",
    TARGET_SILENT: "the gateway got no answer from this unit: check its power and its serial line",
}

_IN_DOUBT = frozenset({DEVICE_FAILURE, ACKNOWLEDGE, TARGET_SILENT})
"""After these a write may have acted: a failure on the way, an accepted order, an order sent to a silent target."""


def error_of(code: int, where: str, changes: bool) -> ControllerError:
    """The error for exception ``code``; ``changes`` when the request was a write.

    4, 5 and 11 are no definite no to a write: ``Indeterminate``. A read through a gateway to a silent target (11) is
    ``NoReply`` with the connection still good; 6, and 5 on a read, are ``DeviceBusy``; the rest ``DeviceRefused``.
    """
    text = f"{where}: exception {code}, {_MEANINGS.get(code, 'a code of its own: see its manual')}"
    if changes and code in _IN_DOUBT:
        return Indeterminate(f"{text}; it may have acted: read back first")
    if code == TARGET_SILENT:
        return NoReply(text)
    if code in (BUSY, ACKNOWLEDGE):
        return DeviceBusy(text)
    return DeviceRefused(text)
