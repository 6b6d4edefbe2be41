"""How a question is put on the wire, and where its answer begins and ends: Modbus TCP's header, or RTU. Pure.

This is the seam between what is said (:mod:`frames`) and the connection it is said on (:mod:`wire`). Layouts: Modbus
messaging on TCP/IP V1.0b (the 7-byte header), Modbus over serial line V1.02 (unit, PDU, checksum; at most 256 bytes).
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from drivers.modbus.checksum import checksum
from drivers.modbus.frames import EXCEPTION_BIT, EXCEPTION_BYTES, HEADER, MAX_LENGTH, Misfit, Request

Asked = tuple[Request, "asyncio.Future[bytes]", float]
"""A question on the wire: what was asked, who waits, until when (event-loop seconds)."""

_NOT_YET = (0, 0, 0, 0)
_HEAD = HEADER.size
_unpack = HEADER.unpack_from


class Framing(Protocol):
    """One way of framing. Has no state: everything it needs is handed in."""

    numbered: bool
    """Whether a reply says which question it answers. Without that, a late reply looks like the next answer."""

    def question(self, transaction: int, request: Request) -> bytes:
        """The bytes to send."""
        ...

    def reply(self, data: bytes, asked: dict[int, Asked]) -> tuple[int, int, int, int]:
        """Of the reply ``data`` begins with: its transaction, where its PDU begins and ends, where the frame ends.

        The transaction is one of ``asked`` (never empty). All zero while the frame is not whole.

        Raises:
            Misfit: as much of it as has come cannot be the beginning of an answer to anything asked.
        """
        ...


class Mbap:
    """Modbus TCP: transaction, protocol 0, length, unit; then the PDU."""

    __slots__ = ()
    numbered = True

    def question(self, transaction: int, request: Request) -> bytes:
        """See :class:`Framing`."""
        return HEADER.pack(transaction, 0, len(request.pdu) + 1, request.unit) + request.pdu

    def reply(self, data: bytes, asked: dict[int, Asked]) -> tuple[int, int, int, int]:
        """See :class:`Framing`. No frame is longer than 260 bytes."""
        if len(data) < _HEAD:
            return _NOT_YET
        transaction, protocol, length, unit = _unpack(data)
        question = asked.get(transaction)
        if question is None:
            wanted = ", ".join(map(str, asked))
            raise Misfit(f"a reply to transaction {transaction} came, {wanted} was asked")
        if protocol != 0:
            raise Misfit(f"protocol {protocol} in the header, Modbus is 0")
        if not 2 < length <= MAX_LENGTH:
            raise Misfit(f"an impossible length of {length} in the header")
        if unit != question[0].unit:
            raise Misfit(f"unit {unit} answered")
        end = 6 + length
        return (transaction, _HEAD, end, end) if len(data) >= end else _NOT_YET


class Rtu:
    """Unit, PDU, checksum. The frame says nothing of its own length: that follows from what was asked.

    Only one question can be on the wire. Nothing is skipped to find a frame: the first byte that came since the
    question is the answer's first byte, or the answer is lost.
    """

    __slots__ = ()
    numbered = False

    def question(self, transaction: int, request: Request) -> bytes:
        """See :class:`Framing`. RTU sends no transaction."""
        del transaction
        frame = bytes((request.unit,)) + request.pdu
        return frame + checksum(frame)

    def reply(self, data: bytes, asked: dict[int, Asked]) -> tuple[int, int, int, int]:
        """See :class:`Framing`. No frame is longer than 256 bytes: requests are not made for more."""
        transaction, (request, _, _) = next(iter(asked.items()))
        if data[0] != request.unit:
            raise Misfit(f"unit {data[0]} answered")
        if len(data) < 3:  # unit, function, and the byte count or exception code
            return _NOT_YET
        end = 1 + _pdu_bytes(data, request)
        if len(data) < end + 2:
            return _NOT_YET
        if checksum(data[:end]) != data[end : end + 2]:
            raise Misfit("the checksum does not fit: noise on the line, or two devices with one unit id")
        return transaction, 1, end, end + 2


def _pdu_bytes(data: bytes, request: Request) -> int:
    """How long the reply's PDU must be, told from its function and what was asked."""
    function, asked = data[1], request.pdu[0]
    if function == asked | EXCEPTION_BIT:
        return EXCEPTION_BYTES
    if function != asked:
        raise Misfit(f"function {function} answered function {asked}")
    if request.echo:
        return 1 + len(request.echo)
    if data[2] != request.data_bytes:
        raise Misfit(f"{data[2]} bytes of data came, {request.data_bytes} were asked")
    return 2 + request.data_bytes


MBAP = Mbap()
RTU = Rtu()
