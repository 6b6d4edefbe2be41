"""The checksum of Modbus RTU frames. Pure."""

from __future__ import annotations

_POLYNOMIAL = 0xA001
"""x¹⁶ + x¹⁵ + x² + 1, bits reversed (Modbus over serial line V1.02, section 6.2.2)."""


def _folded(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ _POLYNOMIAL if byte & 1 else byte >> 1
    return byte


_TABLE = tuple(_folded(byte) for byte in range(256))


def checksum(data: bytes) -> bytes:
    """The two bytes that end the frame: low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")
