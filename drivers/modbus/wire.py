"""One Modbus TCP connection on which no reply becomes an answer before every byte of it was checked.

One request in flight. After a time-out, a cancelled caller or any byte that does not fit, the connection is closed:
a late reply can then never be taken for the answer to the next question. Nothing is ever sent twice.
"""

from __future__ import annotations

import asyncio
from typing import cast

from controller.domain.errors import BadReply, ControllerError, Indeterminate, LinkDown, NoReply
from drivers.modbus.exceptions import error_of
from drivers.modbus.frames import HEADER, MAX_LENGTH, Request

_HEADER_BYTES = HEADER.size
_EXCEPTION_BIT = 0x80


async def open_wire(host: str, port: int, timeout_s: float) -> Wire:
    """Connect.

    Raises:
        LinkDown: refused, unreachable, unknown host, or no connection within ``timeout_s``.
    """
    name = f"{host}:{port}"
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            _, wire = await loop.create_connection(lambda: Wire(name, timeout_s), host, port)
    except TimeoutError:
        raise LinkDown(f"{name} did not accept a connection within {timeout_s:g} s: is it switched on?") from None
    except OSError as error:
        raise LinkDown(f"{name} cannot be reached ({error}): check address, port and power") from None
    return wire


class Wire(asyncio.Protocol):
    """The connection. Made by :func:`open_wire`."""

    __slots__ = (
        "_answer",
        "_buffer",
        "_deadline_s",
        "_gone",
        "_loop",
        "_name",
        "_request",
        "_timeout_s",
        "_timer",
        "_transaction",
        "_transport",
    )

    def __init__(self, name: str, timeout_s: float) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transaction = 0
        self._request: Request | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._buffer = b""
        self._deadline_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def up(self) -> bool:
        """Whether requests can be sent, as far as this side can know."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: Request) -> bytes:
        """Send a request and wait for its checked answer: a read's data bytes; nothing for a write.

        Raises:
            LinkDown: not connected, nothing sent. NoReply, BadReply: a read failed. Indeterminate: a write was sent
            and not acknowledged. DeviceRefused, DeviceBusy: the device said so.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise LinkDown(f"{self._name} is not connected; {request.about} was not sent")
        if self._answer is not None:
            raise RuntimeError(f"{self._name}: {request.about} asked while another request is in flight")
        self._transaction = transaction = self._transaction % 0xFFFF + 1  # never 0: some devices answer 0 to anything
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._answer, self._request = answer, request
        self._watch_deadline()
        transport.write(HEADER.pack(transaction, 0, len(request.pdu) + 1, request.unit) + request.pdu)
        try:
            return await answer
        except asyncio.CancelledError:
            self._drop()
            raise
        finally:
            self._answer = self._request = None

    async def close(self) -> None:
        """Close and wait until the socket is gone. Harmless when it already is."""
        self._fail("the connection was closed on this side", NoReply)
        await asyncio.shield(self._gone)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is open."""
        self._transport = cast(asyncio.Transport, transport)  # by shape: uvloop's own transport inherits nothing

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the socket is gone."""
        self._fail(f"the connection was lost ({exc or 'closed by the other side'})", NoReply)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came; a whole checked frame becomes the answer."""
        frame = self._buffer + data if self._buffer else data
        request, answer = self._request, self._answer
        if request is None or answer is None or answer.done():
            self._drop()  # nobody asked: whatever sends this cannot be trusted with the next question
            return
        fault = self._header_fault(frame, request)
        if fault:
            self._fail(fault, BadReply)
            return
        end = 6 + int.from_bytes(frame[4:6], "big")
        if len(frame) < _HEADER_BYTES or len(frame) < end:
            self._buffer = frame
            return
        self._buffer = b""
        self._settle(frame[_HEADER_BYTES:end], request, answer)
        if len(frame) > end:
            self._drop()  # the answer stands; what follows it was never asked for

    def _header_fault(self, frame: bytes, request: Request) -> str:
        """What is wrong with as much of the header as has come; empty when nothing."""
        if len(frame) < _HEADER_BYTES:
            return ""
        transaction, protocol, length, unit = HEADER.unpack_from(frame)
        if transaction != self._transaction:
            return f"a reply to transaction {transaction} came, {self._transaction} was asked"
        if protocol != 0:
            return f"protocol {protocol} in the header, Modbus is 0"
        if not 2 < length <= MAX_LENGTH:
            return f"an impossible length of {length} in the header"
        if unit != request.unit:
            return f"unit {unit} answered"
        return ""

    def _settle(self, pdu: bytes, request: Request, answer: asyncio.Future[bytes]) -> None:
        """Turn a complete reply into the answer, the device's refusal, or a fault."""
        function = request.pdu[0]
        if pdu[0] == function:
            body = pdu[1:]
            if request.echo:
                if body == request.echo:
                    answer.set_result(b"")
                    return
            elif body[0] == request.data_bytes and len(body) == 1 + request.data_bytes:
                answer.set_result(body[1:])
                return
            self._fail("the reply does not fit what was asked", BadReply)
        elif pdu[0] == function | _EXCEPTION_BIT and len(pdu) == 2:
            answer.set_exception(error_of(pdu[1], self._where(request), request.changes))
        else:
            self._fail(f"function {pdu[0]} answered function {function}", BadReply)

    def _watch_deadline(self) -> None:
        """One timer per connection, moved only when it fires: cheaper than one per request."""
        self._deadline_s = self._loop.time() + self._timeout_s
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline_s, self._deadline)

    def _deadline(self) -> None:
        self._timer = None
        if self._answer is None or self._answer.done():
            return
        if self._loop.time() < self._deadline_s:
            self._timer = self._loop.call_at(self._deadline_s, self._deadline)
            return
        self._fail(f"no reply within {self._timeout_s:g} s", NoReply)

    def _fail(self, what: str, error: type[ControllerError]) -> None:
        """End the request in flight, if there is one, and the connection with it."""
        request, answer = self._request, self._answer
        if request is not None and answer is not None and not answer.done():
            text = f"{self._where(request)}: {what}"
            in_doubt = Indeterminate(f"{text}; it may or may not have acted: read back first")
            answer.set_exception(in_doubt if request.changes else error(f"{text}; the connection is closed"))
        self._drop()

    def _drop(self) -> None:
        self._buffer = b""
        if self._transport is not None:
            self._transport.abort()

    def _where(self, request: Request) -> str:
        return f"{self._name} unit {request.unit}, {request.about}"
