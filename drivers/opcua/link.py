"""One OPC UA connection: channel, session, the watch over both. Errors of the library become ours here.

The connect steps are called one by one instead of ``Client.connect()``: that would start a supervisor, which reads
the server's state every second, and a watchdog, which polls the subscriptions twice a second on the process's real
clock. Silence is noticed here from the subscriptions' own keep-alives, in event-loop time, at no extra traffic.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClientState
from asyncua.client.ua_session import UaSession
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from controller.domain.errors import (
    BadReply,
    ControllerError,
    DeviceBusy,
    DeviceRefused,
    Indeterminate,
    LinkDown,
    NoReply,
)

T = TypeVar("T")
Secure = Callable[[Client], Awaitable[None]]
"""Sets security policy, certificates and user on a client before it connects."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, struct.error)
"""What the library's decoder raises on bytes that are not OPC UA."""
FAULTS = (UaError, OSError, TimeoutError, *UNREADABLE)

_BUSY = frozenset(
    {
        StatusCodes.BadTooManyOperations,
        StatusCodes.BadResourceUnavailable,
        StatusCodes.BadServerTooBusy,
        StatusCodes.BadTcpServerTooBusy,
    }
)
_IN_DOUBT = frozenset(
    {
        StatusCodes.BadTimeout,
        StatusCodes.BadRequestTimeout,
        StatusCodes.BadNoCommunication,
        StatusCodes.BadCommunicationError,
        StatusCodes.BadNotConnected,
        StatusCodes.BadDeviceFailure,
        StatusCodes.BadUnexpectedError,
        StatusCodes.BadInternalError,
    }
)
"""After these a write may have reached what stands behind the server."""
_SESSION_GONE = frozenset(
    {
        StatusCodes.BadSessionIdInvalid,
        StatusCodes.BadSessionClosed,
        StatusCodes.BadSessionNotActivated,
        StatusCodes.BadSecureChannelIdInvalid,
        StatusCodes.BadSecureChannelClosed,
        StatusCodes.BadServerHalted,
        StatusCodes.BadShutdown,
    }
)

RENEW_AT = 0.75
"""Fraction of a channel token's life after which it is renewed (OPC UA part 4, section 5.5.2)."""
LEAST_SESSION_S = 60.0
"""A session left behind by a killed controller keeps one of a PLC's few places no longer than needed."""


def quieten() -> None:
    """The library logs every step and every loss with a traceback; what matters of it is raised as our errors."""
    log = logging.getLogger("asyncua")
    log.setLevel(logging.CRITICAL)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


class UaLink:
    """The connection. ``keepalive_s`` is how soon a server that stopped talking is noticed (about twice that)."""

    def __init__(self, name: str, url: str, timeout_s: float, keepalive_s: float, secure: Secure | None) -> None:
        quieten()
        self._name = name
        self._timeout_s = timeout_s
        self._keepalive_s = keepalive_s
        self._secure = secure
        self._client = Client(url, timeout=timeout_s)
        self._client.session_timeout = int(1000 * max(LEAST_SESSION_S, 6 * keepalive_s))
        self._silence_s: dict[int, float] = {}
        self._heard_s: dict[int, float] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._dropped = False

    @property
    def up(self) -> bool:
        """Whether the session can be used, as far as this side can know."""
        return not self._dropped and self._client.state is UaClientState.CONNECTED

    @property
    def session(self) -> UaSession:
        """The library's session, for the services of :mod:`drivers.opcua.driver`."""
        return self._client.uaclient.session

    async def open(self) -> list[str]:
        """Connect and return the server's namespace URIs, by index.

        Raises:
            LinkDown: refused, unreachable, timed out, not OPC UA, not trusted.
        """
        client = self._client
        try:
            if self._secure is not None:
                await self._secure(client)
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
            await client.create_session()
            await client.activate_session()
            uris: list[str] = await client.get_namespace_array()
        except FAULTS as error:
            raise LinkDown(f"{self._name} ({client}): no session ({_said(error)}): check address and power") from error
        self._keeper = asyncio.create_task(self._keep(), name=f"opcua keeper {self._name}")
        return uris

    async def ask(self, service: Awaitable[T], what: str, *, changes: bool) -> T:
        """Await one service call. ``changes`` says that silence leaves the plant in doubt.

        Raises:
            LinkDown: the server no longer knows the session; nothing was done. NoReply, BadReply: a read failed.
            Indeterminate: a write without a clean answer. DeviceRefused, DeviceBusy: the whole request was refused.
        """
        text = f"{self._name}: {what}"
        in_doubt = f"{text} was sent and not answered; it may or may not have acted: read back first"
        try:
            return await service
        except TimeoutError:
            self.drop()
            raise (
                Indeterminate(in_doubt) if changes else NoReply(f"{text}: no reply within {self._timeout_s:g} s")
            ) from None
        except UaStatusCodeError as error:
            raise self._refusal(text, error, changes) from error
        except OSError as error:
            self.drop()
            raise Indeterminate(in_doubt) if changes else NoReply(f"{text}: the connection was lost") from error
        except (UaError, *UNREADABLE) as error:
            self.drop()
            raise (
                Indeterminate(in_doubt) if changes else BadReply(f"{text}: unreadable reply ({_said(error)})")
            ) from error

    def check_write(self, status: ua.StatusCode, what: str) -> None:
        """Turn the server's verdict on one write into our errors; nothing when it accepted."""
        if status.is_good():
            return
        raise verdict(status.value, f"{self._name}: {what}: {status.name}")

    def expect(self, subscription: int, period_s: float) -> None:
        """From now on this subscription must be heard at least every ``period_s`` (its keep-alive)."""
        self._silence_s[subscription] = 2 * period_s + self._timeout_s
        self.heard(subscription)

    def heard(self, subscription: int) -> None:
        """A publish response of this subscription came."""
        self._heard_s[subscription] = asyncio.get_running_loop().time()

    def drop(self) -> None:
        """End the connection at once, without the polite steps."""
        self._dropped = True
        protocol = self._client.uaclient.protocol
        if protocol is not None and protocol.transport is not None:
            protocol.transport.abort()

    async def close(self) -> None:
        """End session and connection; leaves no task and no socket; never raises."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
        publishing = self.session._publish_task  # noqa: SLF001 - the library cancels it without waiting for its end
        protocol = self._client.uaclient.protocol
        # After a loss this sends nothing; on a good connection it waits for one reply, at most the time-out.
        with contextlib.suppress(*FAULTS):
            await self._client.disconnect()
        if protocol is not None and protocol.transport is not None:
            protocol.transport.abort()
            await asyncio.sleep(0)
        if publishing is not None:
            publishing.cancel()
            await asyncio.wait({publishing})

    async def _keep(self) -> None:
        """Watch for silence and renew the channel until the connection ends."""
        loop = asyncio.get_running_loop()
        renew_at_s = loop.time() + self._token_life_s()
        while self.up:
            await asyncio.sleep(self._keepalive_s)
            if self._silent(loop.time()):
                self.drop()
                return
            if loop.time() >= renew_at_s:
                await self._renew()
                renew_at_s = loop.time() + self._token_life_s()

    async def _renew(self) -> None:
        try:
            await self._client.open_secure_channel(renew=True)
            self._client.uaclient.revolve_security_token()
        except FAULTS:
            self.drop()

    def _token_life_s(self) -> float:
        return RENEW_AT * self._client.secure_channel_timeout / 1000

    def _silent(self, now_s: float) -> bool:
        return any(now_s - self._heard_s[sub] > limit_s for sub, limit_s in self._silence_s.items())

    def _refusal(self, text: str, error: UaStatusCodeError, changes: bool) -> ControllerError:
        if error.code in _SESSION_GONE:
            self.drop()
            return LinkDown(f"{text}: the server ended the session ({_said(error)}): connect again")
        if changes:
            return verdict(error.code, f"{text}: {_said(error)}")
        busy = error.code in _BUSY
        return (DeviceBusy if busy else DeviceRefused)(f"{text}: {_said(error)}")


def verdict(code: int, text: str) -> ControllerError:
    """The error for a write that was not accepted: refused, busy, or in doubt."""
    if code in _IN_DOUBT or not code >> 31:
        return Indeterminate(f"{text}; it may or may not have acted: read back first")
    if code in _BUSY:
        return DeviceBusy(f"{text}: try again later")
    return DeviceRefused(f"{text}: check the node's access, type and range on the server")


def _said(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
