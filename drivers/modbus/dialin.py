"""Devices that dial in: listening sockets shared by the endpoints that name them, and who is let in.

A connection is nobody's until it has said a registration that an endpoint expects, exactly and first. A registration
is a name and no proof: anyone who can reach the port and knows it can pose as the device.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable

from controller.domain.errors import ConfigError, LinkDown
from drivers.base import Endpoint
from drivers.modbus.address import DialInAddress, shown
from drivers.modbus.caller import Caller
from drivers.modbus.dialled_wire import DialledWire, past_heartbeats
from drivers.modbus.listening import BEYOND_LOOPBACK, Listening, Refusal, RefusalLog, Refused
from drivers.modbus.wire import Wire


class DialIns:
    """The listening sockets of one controller.

    ``told`` hears of everyone who is refused (besides the log), ``arrived`` the endpoint whose device has dialled in.
    """

    def __init__(
        self, told: Callable[[Refusal], None] | None = None, arrived: Callable[[str], None] = lambda _: None
    ) -> None:
        self.arrived = arrived
        self._log = RefusalLog(told)
        self._listeners: dict[tuple[str, int], _Listener] = {}
        self.lasts: dict[str, Wire] = {}
        """The last wire to each place (by its line's name), whoever asked on it: after a reload another driver asks
        there, and a late answer to the old one's question may still come."""

    def seat(self, endpoint: Endpoint, address: DialInAddress) -> Seat:
        """The seat of the endpoint's device; its registration is expected from now on. Opens nothing yet.

        Raises:
            ConfigError: it listens beyond loopback and nobody said so in words, or the registration cannot be told
            from another's.
        """
        where = f"{address.host}:{address.port}"
        if not address.on_loopback and endpoint.listening.beyond_loopback != BEYOND_LOOPBACK:
            raise ConfigError(
                f"endpoint {endpoint.name}: {where} can be reached from other machines, and a registration is no proof "
                f'of who dials in: set dialin.beyond_loopback in endpoints.yaml to "{BEYOND_LOOPBACK}", or listen on '
                "127.0.0.1 behind a tunnel"
            )
        seat = Seat(self, endpoint, address)
        self.enter(seat)
        return seat

    def enter(self, seat: Seat) -> None:
        """Expect this device (again).

        Raises:
            ConfigError: its registration cannot be told from another's.
        """
        host, port = seat.address.host, seat.address.port
        listener = self._listeners.get((host, port))
        if listener is None:
            listener = _Listener(seat.where, seat.address, seat.limits, self._log)
        listener.expect(seat)
        self._listeners[host, port] = seat.listener = listener

    async def leave(self, seat: Seat) -> None:
        """Expect this device no longer; the last one closes the socket."""
        listener, at = seat.listener, (seat.address.host, seat.address.port)
        seat.listener = None
        if listener is not None and listener.forget(seat):
            if self._listeners.get(at) is listener:
                del self._listeners[at]
            await listener.close()


class Seat:
    """One endpoint's place at a listener: a :class:`drivers.modbus.lines.Line`."""

    def __init__(self, dial_ins: DialIns, endpoint: Endpoint, address: DialInAddress) -> None:
        self.listener: _Listener | None = None
        self.address = address
        self.endpoint = endpoint.name
        self.limits = endpoint.listening
        self.where = f"{address.host}:{address.port}"
        self.name = f"{shown(address.registration)} at {self.where}"
        self._dial_ins = dial_ins
        self._timeout_s = endpoint.timeout_s
        self._drain_s = endpoint.timeout_s if address.drain_s is None else address.drain_s
        self._caller: Caller | None = None
        self._wire: DialledWire | None = None

    async def open(self) -> Wire:
        """Take the connection the device has made; listens from the first call until :meth:`release`.

        Raises:
            LinkDown: it has made none, or the port cannot be listened on.
        """
        if self.listener is None:
            self._dial_ins.enter(self)
        if self.listener is not None:
            await self.listener.open()
        caller, self._caller = self._caller, None
        if caller is None or caller.gone:
            raise LinkDown(
                f"device {shown(self.address.registration)} has not dialled in to {self.where}: check its "
                "power, its SIM and signal, and the server address, port and registration packet set in it"
            )
        wire, lasts = DialledWire(self.name, self._timeout_s, self.address), self._dial_ins.lasts
        caller.hand_over(wire)
        self._wire = wire
        wire.follow(lasts.get(self.name), self._drain_s)
        lasts[self.name] = wire
        return wire

    async def release(self) -> None:
        """Nobody will open it again: its connection is closed, and the socket with the last seat's."""
        await self._dial_ins.leave(self)

    def alive(self) -> bool:
        """Whether the device was heard lately on the connection it has, and leaves no question waiting there."""
        now_s = asyncio.get_running_loop().time()
        if self._wire is not None and self._wire.up:
            waits = self._wire.unanswered_s() > self._timeout_s / 2
            return not waits and now_s - self._wire.heard_s <= self.address.alive_s
        if self._caller is not None and not self._caller.gone:
            return now_s - self._caller.heard_s <= self.address.alive_s
        return False

    def take(self, caller: Caller) -> None:
        """The device has dialled in (again): this is its connection, and any other of its is dead."""
        self.hang_up()
        self._caller = caller
        self._dial_ins.arrived(self.endpoint)

    def hang_up(self) -> None:
        """Close what connection there is."""
        if self._caller is not None:
            self._caller.end()
        if self._wire is not None:
            self._wire.replaced()
        self._caller = self._wire = None


class _Listener:
    """One listening socket, who is expected there, and who has not yet said who it is."""

    def __init__(self, where: str, address: DialInAddress, limits: Listening, log: RefusalLog) -> None:
        self.where = where
        self.limits = limits
        self._host, self._port = address.host, address.port
        self._log = log
        self._seats: dict[bytes, Seat] = {}
        self._registrations: list[bytes] = []  # sorted
        self._unregistered: dict[Caller, None] = {}  # oldest first
        self._server: asyncio.Server | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    def expect(self, seat: Seat) -> None:
        registration = seat.address.registration
        there = self._seats.get(registration)
        if there is None:
            at = bisect_left(self._registrations, registration)
            for other in self._registrations[max(0, at - 1) : at + 1]:
                if other.startswith(registration) or registration.startswith(other):
                    raise ConfigError(
                        f"endpoint {seat.endpoint}: the registration {shown(registration)} cannot be told from "
                        f"{shown(other)} at {self.where}: neither may begin with the other"
                    )
            self._registrations.insert(at, registration)
        elif there.endpoint != seat.endpoint:
            raise ConfigError(
                f"endpoint {seat.endpoint}: the registration {shown(registration)} at {self.where} is that of endpoint "
                f"{there.endpoint} already"
            )
        self._seats[registration] = seat

    def forget(self, seat: Seat) -> bool:
        """Whether nobody is expected any more."""
        seat.hang_up()
        if self._seats.get(seat.address.registration) is seat:
            del self._seats[seat.address.registration]
            self._registrations.remove(seat.address.registration)
        return not self._seats

    async def open(self) -> None:
        async with self._opening:
            if self._server is not None:
                return
            if self._closed:
                raise LinkDown(f"{self.where} is not listened on any more")
            loop = asyncio.get_running_loop()
            try:
                self._server = await loop.create_server(
                    lambda: Caller(self), self._host, self._port, backlog=self.limits.backlog
                )
            except OSError as error:
                raise LinkDown(
                    f"devices cannot dial in to {self.where} ({error.strerror or error}): is the port in use by "
                    "another program, and is the address this machine's?"
                ) from None

    async def close(self) -> None:
        self._closed = True
        server, self._server = self._server, None
        for caller in list(self._unregistered):
            caller.end()
        self._unregistered.clear()
        if server is not None:
            server.close()
            await server.wait_closed()

    def arrived(self, caller: Caller) -> None:
        """Somebody connected. Whoever waited longest without a word makes room: a device speaks at once."""
        if self._closed:
            caller.end()
            return
        if len(self._unregistered) >= self.limits.max_unregistered:
            self.refuse(next(iter(self._unregistered)), Refused.TOO_MANY)
        self._unregistered[caller] = None

    def left(self, caller: Caller) -> None:
        self._unregistered.pop(caller, None)

    def refuse(self, caller: Caller, why: Refused, endpoint: str = "") -> None:
        """Close the connection and tell."""
        self._log.note(Refusal(why, self.where, caller.peer, shown(caller.said), endpoint))
        self.left(caller)
        caller.end()

    def heard(self, caller: Caller, said: bytes) -> None:
        """All that an unregistered caller has said so far: who is it?"""
        at = bisect_left(self._registrations, said)
        begins = at < len(self._registrations) and self._registrations[at].startswith(said)
        if begins and self._registrations[at] != said:
            return  # the rest may come
        # What is said is a registration, or a longer text whose beginning may be one: then that one sorts right before.
        known = self._registrations[at if begins else at - 1] if begins or at else b""
        if not known or not said.startswith(known):
            self.refuse(caller, Refused.UNKNOWN)
            return
        seat = self._seats[known]
        rest = past_heartbeats(said[len(known) :], seat.address.heartbeat)
        if rest and not seat.address.heartbeat.startswith(rest):
            self.refuse(caller, Refused.MORE, seat.endpoint)
        elif seat.alive():
            self.refuse(caller, Refused.DUPLICATE, seat.endpoint)
        else:
            self.left(caller)
            caller.registered(seat.address.heartbeat, rest)
            seat.take(caller)
