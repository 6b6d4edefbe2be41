"""The socket: who may connect how often, on which security, and how much of the processor all clients get together."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from asyncua import ua
from asyncua.common.connection import TransportLimits
from asyncua.common.utils import ServiceError
from asyncua.server.binary_server_asyncio import BinaryServer, OPCUAProtocol
from asyncua.server.internal_server import InternalServer
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.ua_binary import struct_from_binary

from controller.northbound.budget import Budget
from controller.northbound.session import LookSession
from controller.northbound.tally import Tally
from controller.northbound.trust import Trust

log = structlog.get_logger("northbound")

MOST_CHUNK, MOST_CHUNKS = 65_535, 8
"""Bytes of a chunk and chunks of a message, both ways: the items of one request fit ten times into it."""
NEW_A_SECOND, NEW_AT_ONCE = 5.0, 20.0
"""Connections all clients together may open; each one with security costs some 20 ms of the processor."""
NOT_SIGNED_IN_S, LOOKS = 15.0, 2
"""A connection without a session is closed at the second look after so many seconds each."""
TRUSTED_S = 10.0
"""A client's certificate is looked at again this often: one that is rejected meanwhile is hung up on."""
LEAST_WAIT_S = 0.01
_OPEN_TO_ALL = frozenset(
    {
        ObjectIds.GetEndpointsRequest_Encoding_DefaultBinary,
        ObjectIds.FindServersRequest_Encoding_DefaultBinary,
        ObjectIds.CloseSecureChannelRequest_Encoding_DefaultBinary,
    }
)
"""What may be asked on a channel of any security: where else to go."""
Allowed = frozenset[tuple[str, ua.MessageSecurityMode]]


class Port(BinaryServer):
    """The listening socket. ``allowed`` are the policies with their modes a session may be opened on."""

    def __init__(
        self, server: InternalServer, host: str, port: int, *, allowed: Allowed, trust: Trust, tally: Tally
    ) -> None:
        limits = TransportLimits(MOST_CHUNK, MOST_CHUNK, MOST_CHUNKS, MOST_CHUNK * MOST_CHUNKS)
        super().__init__(server, host, port, limits)
        self.allowed, self.trust, self.tally = allowed, trust, tally
        self.budget = Budget(asyncio.get_running_loop().time)
        self.made: set[Connection] = set()
        self._left, self._left_s = NEW_AT_ONCE, asyncio.get_running_loop().time()

    def admits(self) -> bool:
        """Whether one more connection may come now."""
        now_s = asyncio.get_running_loop().time()
        self._left = min(NEW_AT_ONCE, self._left + (now_s - self._left_s) * NEW_A_SECOND)
        self._left_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _make_protocol(self) -> OPCUAProtocol:
        return Connection(self)

    async def stop(self) -> None:
        """Close the socket and every connection; no task of any outlives it."""
        tasks = [task for one in self.made for task in one.tasks()]
        for one in tuple(self.made):
            if one.transport is not None:
                one.transport.abort()
        await asyncio.sleep(0)
        await super().stop()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._close_tasks()


class Connection(OPCUAProtocol):
    """One client's connection."""

    def __init__(self, port: Port) -> None:
        super().__init__(port.iserver, port._policies, port.clients, port.closing_tasks, port.limits)  # noqa: SLF001 - as the library does
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take it, or hang up on one too many."""
        if not self._port.admits():
            transport.close()
            return
        super().connection_made(transport)
        if self.transport is not None:
            self._port.made.add(self)
            self.processor = Processor(self._port, self.transport)
            self.processor.set_policies(self.policies)  # type: ignore[no-untyped-call]  # the library's is untyped

    def connection_lost(self, ex: BaseException | None) -> None:
        """It is over."""
        super().connection_lost(ex)
        self._port.made.discard(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came; nobody makes us wait for a chunk longer than was agreed."""
        super().data_received(data)
        if len(self._buffer) > 2 * MOST_CHUNK and self.transport is not None:
            self.transport.abort()

    def tasks(self) -> list[asyncio.Task[Any]]:
        """What runs for it."""
        session = None if self.processor is None else self.processor.session
        watchdog = None if self.processor is None else self.processor._session_watchdog_task  # noqa: SLF001 - it has no other name
        timeout = None if session is None else session._timeout_task  # noqa: SLF001 - as above
        return [task for task in (self._task, self._activation_watchdog_task, watchdog, timeout) if task is not None]

    async def _process_one_msg(self, header: Any, buf: Any) -> bool:
        """One message, once there is something left to spend on it.

        Whatever a message makes the library raise ends this connection and nothing else.
        """
        budget = self._port.budget
        while (wait_s := budget.wait_s(header.body_size)) > 0.0:  # noqa: ASYNC110 - time is waited for
            await asyncio.sleep(max(LEAST_WAIT_S, wait_s))
        began_s = time.thread_time()
        try:
            return bool(await super()._process_one_msg(header, buf))
        except Exception as error:  # noqa: BLE001 - supervision boundary: a client's bytes
            log.warning("northbound_message_unusable", client=str(self.peer_name), reason=repr(error))
            if self.transport is not None:
                self.transport.close()
            return False
        finally:
            budget.spend(time.thread_time() - began_s)

    async def _activation_watchdog(self) -> None:
        """In the library's place: a connection whose session ended is not kept either."""
        idle = 0
        while idle < LOOKS:
            await asyncio.sleep(NOT_SIGNED_IN_S)
            session = None if self.processor is None else self.processor.session
            idle = 0 if session is not None and session.is_activated() else idle + 1
        if self.transport is not None:
            self.transport.close()


class Processor(UaProcessor):
    """The messages of one connection."""

    def __init__(self, port: Port, transport: asyncio.Transport) -> None:
        super().__init__(port.iserver, transport, port.limits)
        self._port = port
        self._turned_away = False
        self._trusted_s = float("-inf")

    async def process(self, header: Any, body: Any) -> bool:
        """One message or chunk; whoever is not admitted hears why and is hung up on."""
        going = await super().process(header, body)  # type: ignore[no-untyped-call]  # the library's is untyped
        return bool(going) and not self._turned_away

    async def _process_message(self, typeid: Any, requesthdr: Any, seqhdr: Any, body: Any) -> Any:
        kind = typeid.Identifier
        if kind not in _OPEN_TO_ALL:
            await self._admit()
        if kind == ObjectIds.CreateSessionRequest_Encoding_DefaultBinary and self.session is not None:
            await self.session.close_session(True)
            self.session = None
        session = self.session
        if isinstance(session, LookSession) and session.is_activated() and not session.lives:
            await session.close_session(True)
            raise ServiceError(StatusCodes.BadSessionClosed)
        if kind == ObjectIds.BrowseNextRequest_Encoding_DefaultBinary:
            return await self._browse_next(requesthdr, seqhdr, body)
        return await super()._process_message(typeid, requesthdr, seqhdr, body)  # type: ignore[no-untyped-call]  # as above

    async def _admit(self) -> None:
        """The library lets anybody open a session on a channel without security, and asks for the certificate only
        where the client sends it a second time: both are looked at here, before anything but discovery."""
        policy = self._connection.security_policy
        if (policy.URI, policy.Mode) not in self._port.allowed:
            self._turned_away = True
            raise ServiceError(StatusCodes.BadSecurityPolicyRejected)
        now_s = asyncio.get_running_loop().time()
        if policy.Mode == ua.MessageSecurityMode.None_ or now_s - self._trusted_s < TRUSTED_S:
            return
        client = str(self.name[0] if self.name else "")
        objection = await self._port.trust.objection(policy.peer_certificate or b"", client)
        if objection:
            self._turned_away = True
            self._port.tally.tell("northbound_client_not_trusted", "", "", {"client": client, "why": objection})
            raise ServiceError(StatusCodes.BadCertificateUntrusted)
        self._trusted_s = now_s

    async def _browse_next(self, requesthdr: Any, seqhdr: Any, body: Any) -> bool:
        """A service the library's processor does not know."""
        session = self.session
        if session is None or not session.is_activated():
            raise ServiceError(StatusCodes.BadSessionNotActivated)
        self.session_last_activity = None  # the watch over the session starts anew with its next message
        session.touch()
        response = ua.BrowseNextResponse()
        response.Parameters.Results = await session.browse_next(struct_from_binary(ua.BrowseNextParameters, body))
        self.send_response(requesthdr.RequestHandle, seqhdr, response)  # type: ignore[no-untyped-call]  # as above
        return True

    async def close(self) -> None:
        """The session went silent or the connection is lost: either way there is no more of both."""
        await super().close()  # type: ignore[no-untyped-call]  # as above
        self._transport.close()
