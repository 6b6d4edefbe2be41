"""The Modbus device of ``peers.modbus`` on every other line: RTU over TCP, TLS, dialling in, a serial port."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import os
import shutil
import ssl
import struct
import tempfile
import termios
import time
import tty
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar, cast
from unittest.mock import patch

import serial  # type: ignore[import-untyped] - its stubs are a package of their own, not installed
import trustme

from controller.domain.errors import LinkDown
from drivers.base import Driver, Endpoint
from drivers.modbus.tls import TlsFiles
from tests.contract.peers.modbus import ModbusPeer, TcpLine

REGISTRATION = b"DTU-0007"
HEARTBEAT = b"\xfe\xfd"


def crc(frame: bytes) -> bytes:
    """Modbus over serial line V1.02, 6.2.2, bit by bit."""
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


def rtu(unit: int, pdu: bytes) -> bytes:
    frame = bytes((unit,)) + pdu
    return frame + crc(frame)


def question_bytes(begun: bytes) -> int:
    """How long the RTU request is that begins so; 0 when that cannot be said yet."""
    fixed = {22: 10, 15: 9, 16: 9, 23: 13}
    function = begun[1] if len(begun) > 1 else 0
    size = fixed.get(function, 8)
    if function in (15, 16, 23):
        return size + begun[size - 3] if len(begun) > size - 3 else 0
    return size


class RtuTalk:
    """Takes RTU requests out of a stream of bytes and answers them."""

    def __init__(self, peer: ModbusPeer, line: TcpLine | PtyLine) -> None:
        self._peer, self._line, self._buffer = peer, line, b""

    def hear(self, data: bytes) -> bytes:
        self._buffer += data
        said = b""
        while (end := question_bytes(self._buffer)) and len(self._buffer) >= end:
            frame, self._buffer = self._buffer[:end], self._buffer[end:]
            assert crc(frame[:-2]) == frame[-2:]
            pdu = self._peer.answer(self._line, frame[0], frame[1:-2])
            said += b"" if pdu is None else rtu(5, pdu)
        return said


class RtuTcpLine(TcpLine):
    def __init__(self, peer: ModbusPeer) -> None:
        super().__init__(peer)
        self._talk = RtuTalk(peer, self)

    def data_received(self, data: bytes) -> None:
        said = self._talk.hear(data)
        if said and not self._transport.is_closing():
            self._transport.write(said)


class RtuTcpPeer(ModbusPeer):
    """Behind a transparent DTU or serial server."""

    scheme = "modbus+rtu+tcp"

    def line(self) -> asyncio.Protocol:
        return RtuTcpLine(self)


class Certificates:
    """Two authorities: the field's and a stranger's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca, self.stranger = trustme.CA(), trustme.CA()
        self.ca.cert_pem.write_to_path(folder / "ca.pem")
        self.device = self.ca.issue_cert("127.0.0.1", "cabinet.field")

    def files(self, ca: trustme.CA | None = None, server_name: str | None = None) -> TlsFiles:
        """The centre's own certificate, issued by this authority (None: the field's)."""
        issued, name = (ca or self.ca).issue_cert("centre.field"), "stranger" if ca else "centre"
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if not key.exists():
            certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
            key.touch(mode=0o600)
            key.write_bytes(issued.private_key_pem.bytes())
        return TlsFiles(certificate, key, self.folder / "ca.pem", server_name)


@cache
def certificates() -> Certificates:
    """Made once: keys take their time."""
    folder = Path(tempfile.mkdtemp(prefix="zhadao-certificates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Certificates(folder)


class TlsPeer(ModbusPeer):
    """Modbus/TCP Security: asks for a certificate of the field's authority."""

    scheme = "modbus+tls"
    issued: trustme.LeafCert | None = None

    async def start(self) -> Endpoint:
        made = certificates()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        (self.issued or made.device).configure_cert(context)
        made.ca.configure_trust(context)
        self._server = await asyncio.get_running_loop().create_server(self.line, "127.0.0.1", 0, ssl=context)
        return self.endpoint(f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}", tls=made.files())


class DialInPeer(ModbusPeer):
    """A DTU that connects to the centre, says who it is, and sends a heartbeat before each reply and behind it."""

    scheme = "modbus+dialin"

    def __init__(self, framing: str = "rtu") -> None:
        super().__init__()
        self._framing = framing
        self._port = 0
        self._calling: asyncio.Transport | None = None
        self._off = False

    async def start(self) -> Endpoint:
        probe = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        self._port = probe.sockets[0].getsockname()[1]
        probe.close()
        await probe.wait_closed()
        said = f"id={REGISTRATION.decode()}&heartbeat_hex={HEARTBEAT.hex()}&framing={self._framing}"
        return self.endpoint(f"127.0.0.1:{self._port}?{said}")

    async def stop(self) -> None:
        self._off = True
        for line in list(self._lines):
            line.abort()
        await asyncio.sleep(0)

    def driver(self, endpoint: Endpoint) -> Driver:
        return _Dialled(self, super().driver(endpoint))  # type: ignore[return-value] - by shape, through __getattr__

    def line(self) -> asyncio.Protocol:
        return _Beating(RtuTcpLine(self) if self._framing == "rtu" else TcpLine(self))

    async def dial(self) -> None:
        if not self._off and not self._lines:
            await asyncio.get_running_loop().create_connection(self.line, "127.0.0.1", self._port)


class _Beating(asyncio.Protocol):
    """A DTU's own bytes around what the device behind it says."""

    def __init__(self, line: TcpLine) -> None:
        self._line = line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        made = cast(asyncio.Transport, transport)  # by shape: uvloop's inherits nothing
        made.write(REGISTRATION + HEARTBEAT)
        self._line.connection_made(_Wrapping(made))

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._line.data_received(data)


class _Wrapping(asyncio.Transport):
    """Puts heartbeats before and behind everything written."""

    def __init__(self, under: asyncio.Transport) -> None:
        super().__init__()
        self._under = under

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._under.write(HEARTBEAT + HEARTBEAT + bytes(data) + HEARTBEAT)

    def abort(self) -> None:
        self._under.abort()

    def is_closing(self) -> bool:
        return self._under.is_closing()


class _Dialled:
    """The driver under test, with a device that dials in whenever the driver wants to connect."""

    def __init__(self, peer: DialInPeer, driver: Driver) -> None:
        self._peer, self._driver = peer, driver

    def __getattr__(self, name: str) -> object:
        return getattr(self._driver, name)

    async def connect(self) -> None:
        """The first try opens the port; then the device dials, and the second finds it there."""
        with contextlib.suppress(LinkDown):
            await self._driver.connect()
            return
        await asyncio.sleep(0.01)  # the device notices that its last connection is gone
        await self._peer.dial()
        await asyncio.sleep(0.05)
        await self._driver.connect()


class SerialPeer(ModbusPeer):
    """On a serial line: a pair of pseudo-terminals. The line itself is never lost by silence."""

    scheme = "modbus+rtu"
    outlives_silence = True

    def __init__(self, unit: int = 5) -> None:
        super().__init__()
        self.unit = unit
        self.serial: PtyLine | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="zhadao-tty-")
        self._waiting = patch("serial.Serial", _WaitingPort)

    async def start(self) -> Endpoint:
        self._waiting.start()
        self.serial = PtyLine(self, Path(self._folder.name) / "ttyS1")
        return self.endpoint(f"{self.serial.path}?baudrate=115200&parity=N&drain_s=0.05")

    async def stop(self) -> None:
        assert self.serial is not None
        self.serial.lose()
        self._waiting.stop()
        self._folder.cleanup()
        await asyncio.sleep(0)

    def recover(self) -> None:
        """The adapter is plugged in again."""
        super().recover()
        if self.serial is not None and self.serial.lost:
            self.serial = PtyLine(self, self.serial.path)


class PtyLine:
    """The device's end of a serial line; ``path`` is the port at the other end."""

    def __init__(self, peer: ModbusPeer, path: Path) -> None:
        self._end, self._other = os.openpty()
        tty.setraw(self._other)  # kept open, so that the line outlives each opening by the driver
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(self._other))
        self.path = path
        self.lost = False
        self._talk = RtuTalk(peer, self)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._end, self._hear)
        _WaitingPort.far_ends[str(path)] = self._end

    def say(self, data: bytes) -> None:
        """Send, and wait until the kernel has passed it on: virtual time would not."""
        before = _unread(self._other)
        os.write(self._end, data)
        _until(lambda: _unread(self._other) >= before + len(data))

    def lose(self) -> None:
        if not self.lost:
            self.lost = True
            self._loop.remove_reader(self._end)
            os.close(self._other)
            os.close(self._end)
            del _WaitingPort.far_ends[str(self.path)]

    def _hear(self) -> None:
        said = self._talk.hear(os.read(self._end, 4096))
        if said and not self.lost:
            self.say(said)


class _WaitingPort(serial.Serial):  # type: ignore[misc] - pyserial has no types
    """A port whose writes return once they have reached the other end: virtual time would not wait for the kernel."""

    far_ends: ClassVar[dict[str, int]] = {}

    def write(self, data: bytes) -> int:
        far_end = self.far_ends[self.port]
        before = _unread(far_end)
        written: int = super().write(data)
        _until(lambda: _unread(far_end) >= before + written)
        return written


def _unread(descriptor: int) -> int:
    count: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0]
    return count


def _until(done: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + 5.0
    while not done():
        assert time.monotonic() < limit_s, "the pseudo-terminal swallowed bytes"
        time.sleep(0.0001)
