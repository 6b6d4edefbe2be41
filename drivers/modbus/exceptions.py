"""What a device's exception code means for the caller (Modbus application protocol V1.1b3, section 7)."""

from __future__ import annotations

from controller.domain.errors import (
    ControllerError,
    DeviceBusy,
    DeviceFailed,
    DeviceRefused,
    DoubtfulAnswer,
    GatewayFault,
    Indeterminate,
    NoReply,
)

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4
ACKNOWLEDGE = 5
BUSY = 6
NEGATIVE_ACKNOWLEDGE = 7
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
    NEGATIVE_ACKNOWLEDGE: "it cannot carry this out now: look at its state and its manual",
    PARITY: "its memory has a parity error: look at the device",
    NO_PATH: "the gateway has no path to this unit, or no room for the request: check its configuration and its load",
    TARGET_SILENT: "the gateway got no answer from this unit: check its power and its serial line",
}

_DEFINITE_NO = frozenset({ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, BUSY, NEGATIVE_ACKNOWLEDGE, NO_PATH})
"""After these a write has not acted. After any other it may have: a failure on the way (4, 8), an accepted order (5),
an order sent to a silent target (11), and a code of the maker's own, which may mean anything."""


def error_of(code: int, where: str, changes: bool) -> ControllerError:
    """The error for exception ``code``; ``changes`` when the request was a write.

    Only 1, 2, 3, 6, 7 and 10 are a definite no to a write. After others: ``DoubtfulAnswer`` where the device itself
    spoke (4, 5, 8, and codes of the maker's own), plain ``Indeterminate`` where its gateway did (11). A read through a
    gateway to a silent target (11) is ``NoReply`` with the connection still good, one the gateway has no way for (10)
    ``GatewayFault``; 6, and 5 on a read, are ``DeviceBusy``; 4 and 8 ``DeviceFailed``; the rest ``DeviceRefused``.
    """
    text = f"{where}: exception {code}, {_MEANINGS.get(code, 'a code of its own: see its manual')}"
    if changes and code not in _DEFINITE_NO:
        doubt = Indeterminate if code == TARGET_SILENT else DoubtfulAnswer
        return doubt(f"{text}; it may have acted: read back first")
    if code == NO_PATH:
        return GatewayFault(text)
    if code == TARGET_SILENT:
        return NoReply(text)
    if code in (BUSY, ACKNOWLEDGE):
        return DeviceBusy(text)
    return DeviceFailed(text) if code in (DEVICE_FAILURE, PARITY) else DeviceRefused(text)
