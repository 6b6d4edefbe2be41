"""The lines to the field: what each endpoint's Modbus URL and ``tls:`` say, and what contradicts what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from controller.domain.errors import ConfigError
from controller.settings.line_models import DialInModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.site_models import EndpointModel
from drivers.base import Binding
from drivers.modbus.address import SCHEMES, TLS, Address, DialInAddress, SerialAddress, address_of, shown
from drivers.modbus.listening import BEYOND_LOOPBACK, LOOPBACK_ONLY, Listening
from drivers.modbus.tls import TlsFiles, context_of

LONGEST_EXCHANGE = 2 * 256
"""Characters of the longest RTU question and answer."""


@dataclass(frozen=True, slots=True)
class Lines:
    """By endpoint: its Modbus address and its certificates. ``listening`` is every listening port's."""

    addresses: Mapping[str, Address] = field(default_factory=dict)
    tls: Mapping[str, TlsFiles] = field(default_factory=dict)
    listening: Listening = LOOPBACK_ONLY

    def heartbeat_like_a_reply(self, endpoint: str, binding: Binding) -> str:
        """What is wrong with the device's unit behind an endpoint whose device dials in; empty when nothing."""
        address = self.addresses.get(endpoint)
        if not isinstance(address, DialInAddress) or not address.takes_for_heartbeat(binding.unit):
            return ""
        said = shown(address.heartbeat)
        return f"the heartbeat {said} of endpoint {endpoint} begins like a reply of unit {binding.unit}"


def lines_of(
    entries: Sequence[Entry[EndpointModel]], dial_in: Entry[DialInModel] | None, folder: Path, findings: Findings
) -> Lines:
    """The lines of ``endpoints.yaml``; what is wrong with them is noted."""
    model = dial_in.value if dial_in else DialInModel()
    listening = Listening(model.beyond_loopback, model.max_unregistered, model.register_within_s)
    tls = {entry.value.name: _tls(entry, folder, findings) for entry in entries if entry.value.tls is not None}
    modbus = [entry for entry in entries if entry.value.url.partition("://")[0] in SCHEMES]
    addresses: dict[str, Address] = {}
    taken: dict[object, Spot] = {}
    for entry in modbus:
        address = _address(entry, findings)
        if address is not None:
            addresses[entry.value.name] = address
            _check_alone(address, entry.spot.at("url"), taken, findings)
            _check_patience(address, entry, findings)
            _check_listening(address, listening, entry, findings)
    _check_registrations(modbus, addresses, findings)
    return Lines(addresses, tls, listening)


def _tls(entry: Entry[EndpointModel], folder: Path, findings: Findings) -> TlsFiles:
    model, spot = entry.value.tls, entry.spot.at("tls")
    assert model is not None  # noqa: S101 - the caller chose these
    files = TlsFiles(folder / model.certificate, folder / model.key, folder / model.ca, model.server_name)
    if entry.value.url.partition("://")[0] != TLS:
        findings.add(spot, "certificates on a line without TLS", f"a url that begins with {TLS}://, or no tls")
        return files
    try:
        context_of(files)
    except ConfigError as error:
        key = str(error).partition(" ")[0].removeprefix("tls.")
        findings.add(spot.at(key), str(error))
    return files


def _address(entry: Entry[EndpointModel], findings: Findings) -> Address | None:
    if entry.value.url.partition("://")[0] == TLS and entry.value.tls is None:
        findings.add(entry.spot, "TLS without certificates", "tls: {certificate: FILE, key: FILE, ca: FILE}")
    try:
        return address_of(entry.value.url)
    except ConfigError as error:
        findings.add(entry.spot.at("url"), str(error).removeprefix(f"{entry.value.url!r}").lstrip(": "))
        return None


def _check_alone(address: Address, spot: Spot, taken: dict[object, Spot], findings: Findings) -> None:
    """Two connections to one gateway would get in each other's way, and a serial port can be opened once."""
    if isinstance(address, DialInAddress):
        return
    place: object = address.device if isinstance(address, SerialAddress) else (address.host, address.port)
    first = taken.setdefault(place, spot)
    if first is not spot and first.document.value(first.path) != spot.document.value(spot.path):
        findings.add(spot, "two endpoints on one line", f"{first} has it already; put its devices behind one endpoint")


def _check_patience(address: Address, entry: Entry[EndpointModel], findings: Findings) -> None:
    needed_s = LONGEST_EXCHANGE * address.character_s if isinstance(address, SerialAddress) else 0.0
    timeout_s = entry.value.timeout_s
    if timeout_s is not None and timeout_s <= needed_s:
        message = f"the longest question and its answer alone take {needed_s:.2g} s at this speed"
        findings.add(entry.spot.at("timeout_s"), message, f"more than {needed_s:.2g}; the device must think as well")


def _check_listening(address: Address, listening: Listening, entry: Entry[EndpointModel], findings: Findings) -> None:
    if not isinstance(address, DialInAddress) or address.on_loopback or listening.beyond_loopback == BEYOND_LOOPBACK:
        return
    message = f"{address.host} can be reached from other machines, and a registration is no proof of who dials in"
    hint = f'at the top of this file, dialin: {{beyond_loopback: "{BEYOND_LOOPBACK}"}}, or listen on 127.0.0.1'
    findings.add(entry.spot.at("url"), message, hint)


def _check_registrations(
    entries: Sequence[Entry[EndpointModel]], addresses: Mapping[str, Address], findings: Findings
) -> None:
    """At one port no registration begins like another: the shorter one could not be told from a half of the longer."""
    said: list[tuple[tuple[str, int], bytes, Spot]] = []
    for entry in entries:
        address = addresses.get(entry.value.name)
        if isinstance(address, DialInAddress):
            said.append(((address.host, address.port), address.registration, entry.spot.at("url")))
    said.sort(key=lambda one: one[:2])
    for (port, first, spot), (next_port, second, next_spot) in pairwise(said):
        if port == next_port and second.startswith(first):
            message = f"the registration {shown(second)} begins like {shown(first)}, which {spot} has"
            findings.add(next_spot, message, "another id, or another port")
