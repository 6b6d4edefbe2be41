"""What a Modbus endpoint's URL says. Pure.

| URL | leads to |
|---|---|
| ``modbus+tcp://host:502`` | Modbus TCP |
| ``modbus+tls://host:802`` | the same within TLS, both sides with certificates |
| ``modbus+rtu+tcp://host:port`` | RTU frames on a TCP connection, to a transparent DTU or serial server |
| ``modbus+rtu:///dev/ttyS1?baudrate=9600&parity=E`` | RTU on a serial line of this machine |
| ``modbus+dialin://0.0.0.0:port?id=DTU-0007`` | a device that connects to us and says who it is |

Values after the ``?`` are percent-encoded; a key that ends in ``_hex`` takes bytes as hex digits instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from controller.domain.errors import ConfigError
from drivers.modbus.framing import MBAP, RTU, Framing

TCP, TLS, RTU_TCP, SERIAL, DIALIN = "modbus+tcp", "modbus+tls", "modbus+rtu+tcp", "modbus+rtu", "modbus+dialin"
SCHEMES = (TCP, TLS, RTU_TCP, SERIAL, DIALIN)
FORMS: Mapping[str, str] = {
    TCP: "modbus+tcp://host:port",
    TLS: "modbus+tls://host:port",
    RTU_TCP: "modbus+rtu+tcp://host:port",
    SERIAL: "modbus+rtu:///dev/ttyS1?baudrate=9600&parity=E",
    DIALIN: "modbus+dialin://listen-host:port?id=REGISTRATION",
}
_PORTS = {TCP: 502, TLS: 802}
"""Registered with IANA: mbap and mbap-s. The others have no port of their own."""

PARITIES = ("N", "E", "O")
BAUDRATES = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 56000, 57600, 115200, 128000, 230400, 256000)
MOST_BYTES = 64
"""Longest registration and heartbeat. DTUs allow 20 to 40 bytes."""

_MOST_S = 600
_FAST_BAUD, _FAST_SILENCE_S = 19_200, 0.001_75

V = TypeVar("V")
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """A device or gateway to connect to. ``drain_s``: see :class:`SerialAddress`; means nothing to Modbus TCP."""

    host: str
    port: int
    framing: Framing = MBAP
    tls: bool = False
    drain_s: float | None = None


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial line. Eight data bits, as RTU wants them.

    ``turnaround_s``: the least silence before each question (never less than 3.5 characters). ``drain_s``: how long
    after a question that stayed without answer a late one may still come; nothing is asked before (None: the
    endpoint's time-out once more).
    """

    device: str
    baudrate: int
    parity: str
    stopbits: int = 1
    turnaround_s: float = 0.0
    drain_s: float | None = None

    @property
    def character_s(self) -> float:
        """How long one character takes: start bit, eight data bits, parity bit if any, stop bits."""
        return (9 + (self.parity != "N") + self.stopbits) / self.baudrate

    @property
    def silence_s(self) -> float:
        """What must pass between two frames: 3.5 characters, above 19,200 baud 1.75 ms (serial line V1.02, 2.5.1.1)."""
        frame_gap_s = _FAST_SILENCE_S if self.baudrate > _FAST_BAUD else 3.5 * self.character_s
        return max(frame_gap_s, self.turnaround_s)


@dataclass(frozen=True, slots=True)
class DialInAddress:
    """Where a device dials in, and the bytes it says first: exactly these, nothing before them.

    ``heartbeat``: bytes it sends from time to time, thrown away between frames (none: empty). ``alive_s``: how long
    after it was last heard a device counts as still there, so that another with its registration is refused.
    """

    host: str
    port: int
    registration: bytes
    heartbeat: bytes = b""
    framing: Framing = RTU
    alive_s: float = 30.0
    drain_s: float | None = None

    def takes_for_heartbeat(self, unit: int) -> bool:
        """Whether a reply of this unit would be mistaken for a heartbeat: an RTU reply begins with its unit."""
        return not self.framing.numbered and self.heartbeat[:1] == bytes((unit,))

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine's own programs can reach it; a name other than localhost may lead anywhere."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


Address = StreamAddress | SerialAddress | DialInAddress


def address_of(url: str) -> Address:
    """The address a URL means.

    Raises:
        ConfigError: not a Modbus URL, or not in the wanted form; says what would be right.
    """
    scheme = url.partition("://")[0]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError(f"{url!r} is no {FORMS.get(scheme, FORMS[TCP])}") from None
    if scheme not in FORMS:
        raise ConfigError(f"{url!r} is no Modbus URL; use {', '.join(FORMS.values())}")
    if scheme == SERIAL:
        return _serial(url, host, parts.path, _Query(url, parts.query))
    port = _PORTS.get(scheme) if port is None else port
    if not host or port is None or parts.path not in ("", "/"):
        raise ConfigError(f"{url!r} is no {FORMS[scheme]}")
    query = _Query(url, parts.query)
    if scheme == DIALIN:
        return _dial_in(host, port, query)
    framing = RTU if scheme == RTU_TCP else MBAP
    drain_s = None if framing.numbered else query.take("drain_s", _seconds, None)
    query.end()
    return StreamAddress(host, port, framing, scheme == TLS, drain_s)


def dialled_address(url: str) -> DialInAddress:
    """The same, of a ``modbus+dialin`` URL.

    Raises:
        ConfigError: it is none.
    """
    address = address_of(url)
    if not isinstance(address, DialInAddress):
        raise ConfigError(f"{url!r} is no {FORMS[DIALIN]}")
    return address


def shown(data: bytes) -> str:
    """Bytes for a message: as text where they are plain text, else as hex."""
    text = data.decode("ascii", "replace")
    plain = text.isascii() and text.rstrip("\r\n").isprintable()
    return repr(text) if plain else f"hex {data.hex(' ')}"


class _Query:
    """What stands after the ``?``; each key is known and stands there once."""

    def __init__(self, url: str, query: str) -> None:
        self._url = url
        self._known: list[str] = []
        self._left: dict[str, bytes] = {}
        for part in filter(None, query.split("&")):
            key, equals, value = part.partition("=")
            if not equals or key in self._left:
                raise ConfigError(f"{url!r}: {part!r} wants to be KEY=VALUE, each key once")
            self._left[key] = unquote_to_bytes(value)

    def take(self, key: str, read: Callable[[bytes], V], default: D) -> V | D:
        if key in self._left:
            return self.need(key, read, "")
        self._known.append(key)
        return default

    def need(self, key: str, read: Callable[[bytes], V], example: str) -> V:
        self._known.append(key)
        if key not in self._left:
            raise ConfigError(f"{self._url!r} lacks {key}: say {example}")
        try:
            return read(self._left.pop(key))
        except ValueError as error:
            raise ConfigError(f"{self._url!r}: {key}: {error}") from None

    def data(self, key: str) -> bytes:
        """Bytes said as text (``key``) or as hex (``key_hex``); empty when neither stands there."""
        text, digits = self.take(key, _text, b""), self.take(f"{key}_hex", _hex, b"")
        if text and digits:
            raise ConfigError(f"{self._url!r}: say {key} or {key}_hex, not both")
        return text or digits

    def end(self) -> None:
        if self._left:
            known = ", ".join(self._known) or "none"
            raise ConfigError(f"{self._url!r}: unknown key {min(self._left)!r}; known here: {known}")


def _serial(url: str, host: str, device: str, query: _Query) -> SerialAddress:
    if host or not device.startswith("/"):
        raise ConfigError(f"{url!r} is no {FORMS[SERIAL]}: the device begins with a third slash")
    made = SerialAddress(
        device,
        query.need("baudrate", _one_of(BAUDRATES), "baudrate=9600"),
        query.need("parity", _parity, "parity=N, parity=E or parity=O"),
        query.take("stopbits", _one_of((1, 2)), 1),
        query.take("turnaround_s", _seconds, 0.0),
        query.take("drain_s", _seconds, None),
    )
    query.end()
    return made


def _dial_in(host: str, port: int, query: _Query) -> DialInAddress:
    registration, heartbeat = query.data("id"), query.data("heartbeat")
    if not registration:
        raise ConfigError(f"{FORMS[DIALIN]}: the id is missing: the bytes the device says when it connects")
    framing: Framing = query.take("framing", _framing, RTU)
    made = DialInAddress(
        host,
        port,
        registration,
        heartbeat,
        framing,
        query.take("alive_s", _seconds, 30.0),
        query.take("drain_s", _seconds, None),
    )
    query.end()
    return made


def _text(value: bytes) -> bytes:
    if not 1 <= len(value) <= MOST_BYTES:
        raise ValueError(f"1 to {MOST_BYTES} bytes are wanted, not {len(value)}")
    return value


def _hex(value: bytes) -> bytes:
    try:
        return _text(bytes.fromhex(value.decode("ascii")))
    except UnicodeDecodeError:
        raise ValueError("hex digits are wanted: 0D0A") from None


def _parity(value: bytes) -> str:
    parity = value.decode("ascii", "replace")
    if parity not in PARITIES:
        raise ValueError(f"{parity!r} is none of N (none), E (even), O (odd)")
    return parity


def _framing(value: bytes) -> Framing:
    known: dict[bytes, Framing] = {b"rtu": RTU, b"mbap": MBAP}
    if value not in known:
        raise ValueError(f"{value.decode('ascii', 'replace')!r} is neither rtu nor mbap")
    return known[value]


def _seconds(value: bytes) -> float:
    seconds = float(value)
    if not 0 <= seconds <= _MOST_S:
        raise ValueError(f"{seconds:g} is not between 0 and {_MOST_S} s")
    return seconds


def _one_of(known: tuple[int, ...]) -> Callable[[bytes], int]:
    def read(value: bytes) -> int:
        number = int(value)
        if number not in known:
            raise ValueError(f"{number} is none of {', '.join(map(str, known))}")
        return number

    return read
