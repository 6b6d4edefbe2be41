"""Who a Modbus device says it is: function 43/14, read device identification (application protocol V1.1b3, 6.21).

A question of its own connection, made here because its answer's length is the device's own affair. Modbus TCP only.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from dataclasses import dataclass

from controller.domain.errors import BadReply, DeviceRefused, LinkDown, NoReply

FUNCTION, MEI = 0x2B, 0x0E
BASIC = 0x01
"""The three objects every device that answers must have: vendor, product, revision."""
OBJECTS = {0: "vendor", 1: "product", 2: "revision", 3: "url", 4: "product_name", 5: "model", 6: "application"}
_HEADER = struct.Struct(">HHHB")
_MOST = 254


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself, by name."""

    objects: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", ".join(f"{name} {text}" for name, text in self.objects)


async def identify(host: str, port: int, unit: int, timeout_s: float) -> Identity:
    """Ask one unit; the connection is closed again.

    Raises:
        LinkDown: not reachable. NoReply: silence. DeviceRefused: it does not know the function, which most don't.
        BadReply: something else came.
    """
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as cause:
        raise LinkDown(f"{host}:{port} cannot be reached ({type(cause).__name__})") from None
    try:
        async with asyncio.timeout(timeout_s):
            return parse(await _answer(reader, writer, unit))
    except TimeoutError:
        raise NoReply(f"unit {unit} said nothing to function 43 within {timeout_s:g} s") from None
    except (OSError, asyncio.IncompleteReadError) as cause:
        raise NoReply(f"unit {unit}: the connection ended ({cause})") from None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, unit: int) -> bytes:
    pdu = bytes((FUNCTION, MEI, BASIC, 0))
    writer.write(_HEADER.pack(1, 0, len(pdu) + 1, unit) + pdu)
    transaction, protocol, length, answering = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if (transaction, protocol, answering) != (1, 0, unit) or not 2 < length <= _MOST:
        raise BadReply(f"unit {unit}: an answer with a wrong header")
    return await reader.readexactly(length - 1)


def parse(pdu: bytes) -> Identity:
    """The objects of a reply.

    Raises:
        DeviceRefused: an exception. BadReply: not the answer to this question, or one that ends early.
    """
    if len(pdu) == 2 and pdu[0] == FUNCTION | 0x80:
        raise DeviceRefused(f"exception {pdu[1]} to function 43: no device identification")
    if len(pdu) < 7 or pdu[0] != FUNCTION or pdu[1] != MEI:
        raise BadReply("not an answer to function 43/14")
    objects, at = [], 7
    for _ in range(pdu[6]):
        if at + 2 > len(pdu) or at + 2 + pdu[at + 1] > len(pdu):
            raise BadReply("the identification ends in the middle of an object")
        text = pdu[at + 2 : at + 2 + pdu[at + 1]].decode("utf-8", "replace")
        objects.append((OBJECTS.get(pdu[at], f"object {pdu[at]}"), _printable(text)))
        at += 2 + pdu[at + 1]
    return Identity(tuple(objects))


def _printable(text: str) -> str:
    """What a device says goes to a terminal: no control characters."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
