"""What a scan may ask: addresses a person typed, one by one. No networks, no ranges of hosts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from controller.domain.errors import InvalidValue

UNITS = range(256)
MOST_ENDPOINTS = 64
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class ScanTarget:
    """One address, and the Modbus units to ask there (none for OPC UA)."""

    url: str
    units: tuple[int, ...] = ()

    @property
    def opcua(self) -> bool:
        """Whether an OPC UA server is looked for."""
        return self.url.startswith("opc.tcp://")


def parse_units(text: str) -> tuple[int, ...]:
    """``1-16,20,247``: each once, in order.

    Raises:
        InvalidValue: not unit ids.
    """
    units: dict[int, None] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last or last not in UNITS:
            raise InvalidValue(f"--units {text}: {part!r} is no unit id or range of them; say 1-16,20 (0 to 255)")
        units.update(dict.fromkeys(range(first, last + 1)))
    if not units:
        raise InvalidValue(f"--units {text}: say which, for example 1-16,20")
    return tuple(units)


def target_of(text: str, units: tuple[int, ...]) -> ScanTarget:
    """``10.20.6.9``, ``10.20.6.9:502``, or a URL of any wire the drivers speak.

    Raises:
        InvalidValue: several hosts, a network, or no address.
    """
    said = text.strip()
    if "://" in said:
        host = urlsplit(said).hostname if said.count("/") >= 2 else ""
        scheme = said.partition("://")[0]
        if scheme in ("soft", "modbus+dialin"):
            raise InvalidValue(f"{said}: nothing can be scanned behind {scheme}://")
        if scheme != "modbus+rtu" and (not host or _several(host)):
            raise _refusal(said)
        return ScanTarget(said, () if scheme == "opc.tcp" else units)
    match = re.fullmatch(rf"({_HOST.pattern})(?::(\d{{1,5}}))?", said)
    if match is None or _several(match[1]) or int(match[2] or 502) > 65535:
        raise _refusal(said)
    return ScanTarget(f"modbus+tcp://{match[1]}:{match[2] or 502}", units)


def targets_in(lines: Iterable[str], units: tuple[int, ...]) -> tuple[ScanTarget, ...]:
    """One address a line, behind it perhaps ``units=1-16``; empty lines and ``#`` remarks between.

    Raises:
        InvalidValue: a line that is none, or too many of them.
    """
    found: list[ScanTarget] = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        own = units
        for word in words[1:]:
            if not word.startswith("units="):
                raise InvalidValue(f"line {number}: {word!r} is not known; an address, then perhaps units=1-16")
            own = parse_units(word.removeprefix("units="))
        try:
            found.append(target_of(words[0], own))
        except InvalidValue as why:
            raise InvalidValue(f"line {number}: {why}") from None
    if len(found) > MOST_ENDPOINTS:
        raise InvalidValue(f"{len(found)} addresses; at most {MOST_ENDPOINTS} are asked in one scan")
    if not found:
        raise InvalidValue("no address in it; one a line is wanted, for example 10.20.6.9:502 units=1-16")
    return tuple(found)


def _several(host: str) -> bool:
    """A range (10.0.0.1-20), a list or a wildcard; a name may have a hyphen."""
    return bool(re.search(r"[*,/]", host) or re.fullmatch(r"[\d.]+-[\d.]+", host))


def _refusal(said: str) -> InvalidValue:
    return InvalidValue(
        f"{said!r} is no single address; a scan asks only what was typed, one host at a time: 10.20.6.9:502. "
        "Networks and ranges of hosts are not scanned"
    )
