"""A connection that came in, until it is known whose it is and a wire takes it over."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from drivers.modbus.dialled_wire import DialledWire, past_heartbeats
from drivers.modbus.listening import Listening, Refused


class Door(Protocol):
    """Where callers arrive, and who decides about them."""

    limits: Listening

    def arrived(self, caller: Caller) -> None:
        """Somebody connected."""
        ...

    def heard(self, caller: Caller, said: bytes) -> None:
        """All that a caller nobody knows yet has said so far."""
        ...

    def left(self, caller: Caller) -> None:
        """It is gone."""
        ...

    def refuse(self, caller: Caller, why: Refused) -> None:
        """Close its connection and tell."""
        ...


class Caller(asyncio.Protocol):
    """One caller. ``said``: what it has said and nobody has used yet; ``peer``: its address and port."""

    def __init__(self, door: Door) -> None:
        self.peer = ""
        self.said = b""
        self.heard_s = float("-inf")
        """When it last sent a heartbeat after it had registered."""
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._heartbeat: bytes | None = None

    @property
    def gone(self) -> bool:
        """Whether its connection is closed, or no longer its own."""
        return self._transport is None or self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: it has come."""
        self._transport = cast(asyncio.Transport, transport)
        host, port = (transport.get_extra_info("peername") or ("?", 0))[:2]
        self.peer = f"{host}:{port}"
        self._limit = self._loop.call_later(self._door.limits.register_within_s, self._too_slow)
        self._door.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it has gone."""
        del exc
        self._door.left(self)
        self._forget_limit()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """asyncio: it says something."""
        if self.gone:
            return
        if self._heartbeat is None:
            self.said += data
            self._door.heard(self, self.said)
            return
        self.heard_s = self._loop.time()
        self.said = past_heartbeats(self.said + data, self._heartbeat)
        if self.said and not self._heartbeat.startswith(self.said):
            self._door.refuse(self, Refused.MORE)

    def registered(self, heartbeat: bytes, rest: bytes) -> None:
        """It said who it is; from now on only heartbeats are expected, ``rest`` may be the beginning of one."""
        self._forget_limit()
        self._heartbeat, self.said = heartbeat, rest

    def hand_over(self, wire: DialledWire) -> None:
        """From now on the connection is the wire's."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.set_protocol(wire)
            wire.connection_made(transport)
            wire.begins_with(self.said)

    def end(self) -> None:
        """Close its connection."""
        self._forget_limit()
        if self._transport is not None:
            self._transport.abort()

    def _too_slow(self) -> None:
        self._limit = None
        self._door.refuse(self, Refused.TOO_SLOW)

    def _forget_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
