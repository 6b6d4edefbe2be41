"""One Modbus connection on which no reply becomes an answer before every byte of it was checked.

One request in flight, or as many as the device is known to bear where replies are numbered. After a time-out, a
cancelled caller or any byte that does not fit, the connection is closed and everything in flight ends with it: a late
reply can then never be taken for the answer to the next question. Nothing is ever sent twice.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from random import randrange
from typing import cast

import structlog

from controller.domain.errors import BadReply, ControllerError, Indeterminate, LinkDown, NoReply
from drivers.modbus.exceptions import error_of
from drivers.modbus.frames import ExceptionCode, Misfit, Request, data_in
from drivers.modbus.framing import MBAP, Asked, Framing

log = structlog.get_logger("modbus")

LAST_TRANSACTION = 0xFFFF
LISTEN_S = 0.3
"""How long a new connection whose replies have no number is listened to at least, after one that ended in doubt: a
transparent DTU passes a late answer on to whichever connection it has. Several round trips of a 4G link."""
_SHOWN_BYTES = 32


async def open_wire(
    host: str,
    port: int,
    timeout_s: float,
    framing: Framing = MBAP,
    *,
    in_flight: int = 1,
    tls: ssl.SSLContext | None = None,
    server_name: str | None = None,
) -> Wire:
    """Connect. With ``tls``, the server must prove to be ``server_name`` (None: ``host``).

    Raises:
        LinkDown: refused, unreachable, unknown host, not trusted, or no connection within ``timeout_s``.
    """
    name = f"{host}:{port}"
    loop = asyncio.get_running_loop()

    def make() -> Wire:
        return Wire(name, timeout_s, framing, in_flight)

    try:
        async with asyncio.timeout(timeout_s):
            if tls is None:
                _, wire = await loop.create_connection(make, host, port)
            else:
                _, wire = await loop.create_connection(make, host, port, ssl=tls, server_hostname=server_name or host)
    except TimeoutError:
        raise LinkDown(f"{name} did not accept a connection within {timeout_s:g} s: is it switched on?") from None
    except ssl.SSLCertVerificationError as error:
        raise LinkDown(
            f"{name} is not trusted ({error.verify_message}): check its certificate, the CA file and the server_name "
            "of this endpoint; whoever answers there may not be the device"
        ) from None
    except ssl.SSLError as error:
        raise LinkDown(f"{name} and this side found no common TLS ({error.reason}): look at its log") from None
    except OSError as error:
        raise LinkDown(f"{name} cannot be reached ({error}): check address, port and power") from None
    return wire


class Wire(asyncio.Protocol):
    """The connection. Made by :func:`open_wire`, or around a connection that a device opened."""

    __slots__ = (
        "_asked",
        "_buffer",
        "_first",
        "_framing",
        "_gone",
        "_hushing",
        "_last",
        "_loop",
        "_name",
        "_timeout_s",
        "_timer",
        "_transaction",
        "_transport",
        "doubt_s",
        "heard_s",
        "in_flight",
        "listen_until_s",
    )

    def __init__(self, name: str, timeout_s: float, framing: Framing = MBAP, in_flight: int = 1) -> None:
        self.in_flight = in_flight if framing.numbered else 1
        self.doubt_s: float | None = None
        """When a question was left without an answer (event-loop seconds); None when each was answered."""
        self.heard_s = float("-inf")
        """When anything was last heard, where this is kept."""
        self.listen_until_s: float | None = None
        """Until when late answers to earlier questions may come (event-loop seconds): see :meth:`settle`."""
        self._name = name
        self._timeout_s = timeout_s
        self._framing = framing
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transaction = 0
        self._first, self._last = 1, LAST_TRANSACTION  # never 0: some devices answer 0 to anything
        self._asked: dict[int, Asked] = {}
        self._buffer = b""
        self._hushing = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def number(self) -> int:
        """The transaction of the last question asked."""
        return self._transaction

    def follow(self, last: Wire | None, drain_s: float) -> None:
        """Come after the ``last`` connection to the same place (None: the first this process makes there).

        A late answer to one asked before may come over this connection (a transparent DTU hands on whatever its serial
        line says) and must not be taken for an answer to one asked here. Where replies are numbered, numbers go on from
        where they ended; where they are not, :meth:`settle` listens first. What a process before this one asked nobody
        knows, so the first connection is always listened to.
        """
        if not self._framing.numbered:
            now_s = self._loop.time()
            if last is None:
                self.listen_until_s = now_s + max(drain_s, LISTEN_S)
            elif last.doubt_s is not None:
                self.listen_until_s = max(last.doubt_s + drain_s, now_s + LISTEN_S)
            return
        start = randrange(LAST_TRANSACTION) if last is None else last.number  # noqa: S311 - tells apart, guards nothing
        self._transaction = min(max(start, self._first - 1), self._last)

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
        answer = self._send(request)
        try:
            return await answer
        except asyncio.CancelledError:
            self._fail("its caller gave up", NoReply)
            raise

    async def ask_together(self, requests: Sequence[Request]) -> list[bytes]:
        """Send up to ``in_flight`` requests at once and wait for all their answers, in the order asked.

        Raises:
            What :meth:`ask` raises, for the first that failed; by then none of them is in flight any more.
        """
        answers: list[asyncio.Future[bytes]] = []
        try:
            for request in requests:
                answers.append(self._send(request))  # noqa: PERF401 - what was sent is known when one is not
            await asyncio.wait(answers)
        except (asyncio.CancelledError, LinkDown):
            self._fail("its caller gave up", NoReply)
            _errors(answers)
            raise
        failed = _errors(answers)
        if failed:
            raise failed[0]
        return [answer.result() for answer in answers]

    async def settle(self) -> None:
        """Before the first question: throw away whatever late answers to earlier ones still come. Most wires needn't.

        Raises:
            LinkDown: the connection was lost meanwhile.
        """
        if self.listen_until_s is None:
            return
        self._hushing = True
        try:
            await asyncio.sleep(self.listen_until_s - self._loop.time())
            self.listen_until_s = None
        finally:
            self._hushing = False
            self._buffer = b""
        if not self.up:
            raise LinkDown(
                f"{self._name}: the connection was lost while late answers to earlier questions were waited for"
            )

    def begins_with(self, early: bytes) -> None:
        """Bytes that came before this wire took the connection over."""
        self._buffer = early

    async def close(self) -> None:
        """Close and wait until the socket is gone. Harmless when it already is."""
        self._lose("the connection was closed on this side")
        if self._transport is not None:
            await asyncio.shield(self._gone)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is open."""
        self._transport = cast(asyncio.Transport, transport)  # by shape: uvloop's own transport inherits nothing

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the socket is gone."""
        why = str(exc or "closed by the other side")
        if self._asked and self._transport is not None and self._transport.get_extra_info("ssl_object") is not None:
            why += "; a device that does not trust this side's certificate does so at the first question"
        self._fail(f"the connection was lost ({why})", NoReply)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came; each whole checked frame becomes an answer."""
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        asked = self._asked
        while data:
            if not asked:
                self._unasked(data)
                return
            try:
                transaction, begin, end, after = self._framing.reply(data, asked)
                if not end:
                    self._buffer = data
                    return
                request, answer, _ = asked[transaction]
                if answer.done():
                    self._fail("its caller gave up", NoReply)
                    return
                answer.set_result(data_in(data, begin, end, request))
            except Misfit as fault:
                self._fail(str(fault), BadReply)
                return
            except ExceptionCode as refusal:
                answer.set_exception(error_of(refusal.code, self._where(request), request.changes))
            del asked[transaction]
            if len(data) == after:
                return
            data = data[after:]

    def _send(self, request: Request) -> asyncio.Future[bytes]:
        transport = self._transport
        if transport is None or transport.is_closing():
            raise LinkDown(f"{self._name} is not connected; {request.about} was not sent")
        asked = self._asked
        if len(asked) >= self.in_flight:
            raise RuntimeError(f"{self._name}: {request.about} asked while another request is in flight")
        transaction = self._transaction + 1
        if transaction > self._last:
            transaction = self._first
        self._transaction = transaction
        answer: asyncio.Future[bytes] = self._loop.create_future()
        deadline_s = self._loop.time() + self._timeout_s
        asked[transaction] = (request, answer, deadline_s)
        if self._timer is None:
            # One timer per connection, moved only when it fires: cheaper than one per request.
            self._timer = self._loop.call_at(deadline_s, self._deadline)
        transport.write(self._framing.question(transaction, request))
        return answer

    def _deadline(self) -> None:
        self._timer = None
        if not self._asked:
            return
        _, _, deadline_s = next(iter(self._asked.values()))  # the oldest: all have the same patience
        if self._loop.time() < deadline_s:
            self._timer = self._loop.call_at(deadline_s, self._deadline)
            return
        self._fail(f"no reply within {self._timeout_s:g} s", NoReply)

    def _fail(self, what: str, error: type[ControllerError]) -> None:
        """End the requests in flight, if there are any, and with them the connection."""
        if not self._asked:
            return
        self.doubt_s = self._loop.time()
        asked, self._asked = self._asked, {}
        for request, answer, _ in asked.values():
            if not answer.done():
                text = f"{self._where(request)}: {what}"
                in_doubt = Indeterminate(f"{text}; it may or may not have acted: read back first")
                answer.set_exception(in_doubt if request.changes else error(f"{text}; {self._consequence()}"))
        self._doubted()

    def _lose(self, why: str) -> None:
        """Give the connection up, whatever is in flight on it."""
        self._fail(why, NoReply)
        self._drop()

    def _consequence(self) -> str:
        return "the connection is closed"

    def _doubted(self) -> None:
        """What is done about a wire on which a question stayed without its answer."""
        self._drop()

    def _unasked(self, data: bytes) -> None:
        """Bytes nobody asked for: whatever sends them cannot be trusted with the next question."""
        if not self._hushing:
            log.warning("modbus_bytes_nobody_asked_for", wire=self._name, bytes=data[:_SHOWN_BYTES].hex(" "))
            self._drop()

    def _drop(self) -> None:
        self._buffer = b""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()

    def _where(self, request: Request) -> str:
        return f"{self._name} unit {request.unit}, {request.about}"


def _errors(answers: Sequence[asyncio.Future[bytes]]) -> list[BaseException]:
    """What went wrong; none of it is left behind as an exception nobody looked at."""
    return [error for answer in answers if answer.done() and (error := answer.exception()) is not None]
