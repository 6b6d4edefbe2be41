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
from collections.abc import Awaitable
from typing import TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClientState
from asyncua.client.ua_session import UaSession
from asyncua.crypto import uacrypto
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from controller.domain.errors import (
    BadReply,
    ConfigError,
    ControllerError,
    DeviceBusy,
    DeviceRefused,
    Indeterminate,
    LinkDown,
    NoReply,
)
from drivers.opcua.guard import Guard

T = TypeVar("T")

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, struct.error)
"""What the library's decoder raises on bytes that are not OPC UA."""
UNPROVEN: tuple[type[Exception], ...] = (
    vars(uacrypto)["InvalidSignature"],  # its own class beside cryptography's of the same name, which hides its type
    InvalidSignature,
    UnsupportedAlgorithm,
    AssertionError,
)
"""What it raises on a signature that does not hold, or a reply out of turn."""
FAULTS: tuple[type[Exception], ...] = (UaError, OSError, TimeoutError, *UNREADABLE, *UNPROVEN)

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
LEAST_WAIT_S = 0.01
"""What is due in less has come when it is looked at."""
MOST_SILENCE = 3.0
"""A subscription not heard for two of its keep-alives and a time-out, and for three at the latest, is gone."""
_REFUSED_USER = frozenset(
    {
        StatusCodes.BadIdentityTokenInvalid,
        StatusCodes.BadIdentityTokenRejected,
        StatusCodes.BadUserAccessDenied,
        StatusCodes.BadUserSignatureInvalid,
    }
)
_REFUSED_US = frozenset(
    {
        StatusCodes.BadSecurityChecksFailed,
        StatusCodes.BadCertificateUntrusted,
        StatusCodes.BadCertificateInvalid,
        StatusCodes.BadCertificateTimeInvalid,
        StatusCodes.BadCertificateUriInvalid,
        StatusCodes.BadCertificateHostNameInvalid,
        StatusCodes.BadCertificateUseNotAllowed,
        StatusCodes.BadCertificateRevoked,
    }
)


def quieten() -> None:
    """The library logs every step and every loss with a traceback; what matters of it is raised as our errors."""
    log = logging.getLogger("asyncua")
    log.setLevel(logging.CRITICAL)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


class UaLink:
    """The connection. A server that stopped talking is noticed within three ``keepalive_s``; ``why`` it ended, where
    this side ended it."""

    def __init__(self, name: str, url: str, timeout_s: float, keepalive_s: float, guard: Guard) -> None:
        quieten()
        self._name = name
        self._timeout_s = timeout_s
        self._keepalive_s = keepalive_s
        self._guard = guard
        self._client = Client(url, timeout=timeout_s)
        self.why = ""
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
        client, showing = self._client, False
        try:
            await self._guard.prepare(client, self._timeout_s)
            await client.connect_socket()
            await client.send_hello()
            showing = self._guard.options.secured
            await client.open_secure_channel()
            showing = False
            await client.create_session()
            await self._guard.sign_in(client)
            uris: list[str] = await client.get_namespace_array()
        except FAULTS as error:
            raise LinkDown(
                f"{self._name} ({client}): no session ({_said(error)}): {_advice(error, showing)}"
            ) from error
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
        self._silence_s[subscription] = min(2 * period_s + self._timeout_s, MOST_SILENCE * period_s)
        self.heard(subscription)

    def heard(self, subscription: int) -> None:
        """A publish response of this subscription came."""
        self._heard_s[subscription] = asyncio.get_running_loop().time()

    def drop(self, why: str = "") -> None:
        """End the connection at once, without the polite steps."""
        self._dropped = True
        self.why = self.why or why
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
        """Watch for silence and for lost trust, and renew the channel, until the connection ends."""
        loop = asyncio.get_running_loop()
        renew_at_s = loop.time() + self._token_life_s()
        while self.up:
            next_s = min(loop.time() + self._keepalive_s, renew_at_s, self._silent_at_s())
            await asyncio.sleep(max(next_s - loop.time(), LEAST_WAIT_S))
            if loop.time() >= self._silent_at_s():
                self.drop("no subscription reports any more: the server is silent or forgot them")
            elif not self._trusted():
                self.drop("its certificate was taken from the trust list")
            elif loop.time() >= renew_at_s:
                await self._renew()
                renew_at_s = loop.time() + self._token_life_s()

    def _trusted(self) -> bool:
        try:
            return self._guard.still_trusted()
        except ConfigError:
            return False

    async def _renew(self) -> None:
        try:
            await self._client.open_secure_channel(renew=True)
            self._client.uaclient.revolve_security_token()
        except FAULTS:
            self.drop("the channel could not be renewed")

    def _token_life_s(self) -> float:
        return RENEW_AT * self._client.secure_channel_timeout / 1000

    def _silent_at_s(self) -> float:
        return min((self._heard_s[sub] + limit_s for sub, limit_s in self._silence_s.items()), default=float("inf"))

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


def _advice(error: BaseException, showing: bool) -> str:
    """``showing``: it was our certificate that was last said; many a server answers a stranger by hanging up."""
    code = error.code if isinstance(error, UaStatusCodeError) else 0
    if code in _REFUSED_USER:
        return (
            "the server does not let this user in: check the endpoint's user and password, and the user's rights there"
        )
    if code in _REFUSED_US or showing:
        return "the server refuses our certificate: have it trusted there (`zhadao certs show` tells its fingerprint)"
    return "check address and power"
