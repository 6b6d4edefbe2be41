"""Both framings of Modbus, written against the specifications and not against the driver.

Modbus messaging on TCP/IP V1.0b (header: transaction, protocol 0, length, unit); Modbus over serial line V1.02
(RTU: unit, PDU, CRC-16 low byte first), here over a TCP connection as DTUs do it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from enum import StrEnum

_FIXED = 8
"""Bytes of an RTU request of functions 1 to 6: unit, function, two words, CRC."""


class Framing(StrEnum):
    """How a PDU travels; the value is the endpoint's scheme."""

    TCP = "modbus+tcp"
    RTU = "modbus+rtu+tcp"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    framing: Framing
    unit: int
    pdu: bytes
    transaction: int = 0

    @property
    def function(self) -> int:
        return self.pdu[0]

    def framed(self, pdu: bytes, *, unit: int | None = None, transaction: int | None = None) -> bytes:
        """A reply of this PDU, right in every other respect."""
        unit = self.unit if unit is None else unit
        if self.framing is Framing.RTU:
            body = bytes((unit,)) + pdu
            return body + crc(body)
        transaction = self.transaction if transaction is None else transaction
        return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu

    def with_transaction(self, transaction: int) -> Asked:
        return replace(self, transaction=transaction % 0x10000)


def crc(data: bytes) -> bytes:
    """CRC-16 of Modbus RTU (polynomial 0xA001, start 0xFFFF), low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def first_request(framing: Framing, data: bytes) -> tuple[Asked | None, bytes]:
    """The first whole request in the bytes, and what follows it; None while it is not whole."""
    if framing is Framing.TCP:
        return _first_of_tcp(data)
    return _first_of_rtu(data)


def _first_of_tcp(data: bytes) -> tuple[Asked | None, bytes]:
    if len(data) < 7:
        return None, data
    transaction, protocol, length, unit = struct.unpack_from(">HHHB", data)
    assert protocol == 0, f"our own request is no Modbus: {data.hex()}"
    end = 6 + length
    if len(data) < end:
        return None, data
    return Asked(Framing.TCP, unit, data[7:end], transaction), data[end:]


def _first_of_rtu(data: bytes) -> tuple[Asked | None, bytes]:
    if len(data) < 2:
        return None, data
    end = _rtu_length(data)
    if end is None or len(data) < end:
        return None, data
    assert data[end - 2 : end] == crc(data[: end - 2]), f"the CRC of our own request is wrong: {data[:end].hex()}"
    return Asked(Framing.RTU, data[0], data[1 : end - 2]), data[end:]


def _rtu_length(data: bytes) -> int | None:
    """How long this request is; None while that cannot be told yet."""
    function = data[1]
    counted_at = {15: 6, 16: 6, 23: 10}.get(function)
    if counted_at is not None:
        return None if len(data) <= counted_at else counted_at + 1 + data[counted_at] + 2
    return 10 if function == 22 else _FIXED
