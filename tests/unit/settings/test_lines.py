"""What ``zhadao check`` finds in the lines of ``endpoints.yaml``, each at its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from drivers.modbus.listening import BEYOND_LOOPBACK
from tests.contract.peers.modbus_lines import certificates
from tests.unit.settings.small_site import FILES, write_site

GATEWAY = "  - {name: gw-1, url: modbus+tcp://127.0.0.1:20001}\n"


def with_endpoints(tmp_path: Path, gateway: str, top: str = "") -> Path:
    """The small site with another gw-1 (and what more stands there)."""
    text = FILES["site/endpoints.yaml"]
    assert GATEWAY in text
    return write_site(tmp_path, {**FILES, "site/endpoints.yaml": top + text.replace(GATEWAY, gateway)})


def endpoint(url: str, rest: str = "") -> str:
    return f'  - {{name: gw-1, url: "{url}"{rest}}}\n'


RIGHT = {
    "rtu over tcp": endpoint("modbus+rtu+tcp://10.1.2.3:8899?drain_s=1"),
    "serial": endpoint("modbus+rtu:///dev/ttyS1?baudrate=9600&parity=E&stopbits=1&turnaround_s=0.05"),
    "dial-in": endpoint("modbus+dialin://127.0.0.1:5020?id=DTU%200007%0D%0A&heartbeat_hex=FE"),
    "dial-in by hex": endpoint("modbus+dialin://127.0.0.1:5020?id_hex=0102ff&framing=mbap&alive_s=60"),
}
WRONG = {
    "tls without files": (endpoint("modbus+tls://10.1.2.3"), "TLS without certificates"),
    "files without tls": (
        endpoint("modbus+tcp://10.1.2.3", ", tls: {certificate: a, key: b, ca: c}"),
        "certificates on a line without TLS",
    ),
    "files that are not there": (
        endpoint("modbus+tls://10.1.2.3", ", tls: {certificate: a.pem, key: b, ca: c}"),
        r"tls.certificate .*site/a.pem cannot be read: No such file",
    ),
    "no speed": (endpoint("modbus+rtu:///dev/ttyS1?parity=E"), "lacks baudrate: say baudrate=9600"),
    "no parity": (endpoint("modbus+rtu:///dev/ttyS1?baudrate=9600"), "lacks parity: say parity=N, parity=E or"),
    "a strange speed": (endpoint("modbus+rtu:///dev/ttyS1?baudrate=9601&parity=N"), "baudrate: 9601 is none of 300"),
    "a strange parity": (endpoint("modbus+rtu:///dev/ttyS1?baudrate=9600&parity=X"), "'X' is none of N"),
    "a device that is a host": (endpoint("modbus+rtu://ttyS1?baudrate=9600&parity=N"), "begins with a third slash"),
    "an unknown key": (endpoint("modbus+dialin://127.0.0.1:5020?id=A&hartbeat=B"), "unknown key 'hartbeat'; known"),
    "a key of another line": (endpoint("modbus+tcp://10.1.2.3?drain_s=1"), "unknown key 'drain_s'"),
    "no port": (endpoint("modbus+rtu+tcp://10.1.2.3"), r"is no modbus\+rtu\+tcp://host:port"),
    "a port that is none": (endpoint("modbus+tcp://10.1.2.3:70000"), r"is no modbus\+tcp://host:port"),
    "no id": (endpoint("modbus+dialin://127.0.0.1:5020"), "the id is missing"),
    "two ids": (endpoint("modbus+dialin://127.0.0.1:5020?id=A&id_hex=41"), "say id or id_hex, not both"),
    "hex that is none": (endpoint("modbus+dialin://127.0.0.1:5020?id_hex=0x41"), "id_hex: non-hexadecimal"),
    "an id too long": (endpoint(f"modbus+dialin://127.0.0.1:5020?id={'A' * 65}"), "1 to 64 bytes are wanted, not 65"),
    "a framing that is none": (endpoint("modbus+dialin://127.0.0.1:5020?id=A&framing=ascii"), "neither rtu nor mbap"),
    "a heartbeat like a reply": (
        endpoint("modbus+dialin://127.0.0.1:5020?id=A&heartbeat_hex=0201"),
        "heartbeat hex 02 01 of endpoint gw-1 begins like a reply of unit 2",
    ),
    "beyond loopback": (endpoint("modbus+dialin://0.0.0.0:5020?id=A"), "registration is no proof of who dials in"),
    "too little patience": (
        endpoint("modbus+rtu:///dev/ttyS1?baudrate=1200&parity=E", ", timeout_s: 2"),
        "alone take 4.7 s at this speed",
    ),
    "two endpoints on one line": (
        endpoint("modbus+rtu+tcp://10.1.2.3:502") + "  - {name: gw-2, url: modbus+tcp://10.1.2.3}\n",
        "two endpoints on one line",
    ),
    "registrations that begin alike": (
        endpoint("modbus+dialin://127.0.0.1:5020?id=A1")
        + "  - {name: gw-2, url: modbus+dialin://127.0.0.1:5020?id=A10}\n",
        "the registration 'A10' begins like 'A1', which .*endpoints.yaml:2 has",
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_every_line_can_be_said(case: str, tmp_path: Path) -> None:
    site = load_site(with_endpoints(tmp_path, RIGHT[case]))
    assert site.endpoints[0].url in RIGHT[case]


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_line_is_found_at_its_line(case: str, tmp_path: Path) -> None:
    gateway, says = WRONG[case]
    with pytest.raises(ConfigProblems) as caught:
        load_site(with_endpoints(tmp_path, gateway))
    assert re.search(says, str(caught.value)), str(caught.value)
    if case != "a heartbeat like a reply":
        assert all(problem.file.endswith("endpoints.yaml") for problem in caught.value.problems)
        assert {problem.line for problem in caught.value.problems} <= {2, 3}


def test_devices_may_dial_in_from_elsewhere_once_somebody_said_so_in_words(tmp_path: Path) -> None:
    said = f"dialin: {{beyond_loopback: {BEYOND_LOOPBACK}, max_unregistered: 5, register_within_s: 3}}\n"
    site = load_site(with_endpoints(tmp_path, endpoint("modbus+dialin://0.0.0.0:5020?id=A"), said))
    listening = site.endpoints[0].listening
    assert (listening.max_unregistered, listening.register_within_s) == (5, 3.0)


def test_certificates_are_found_from_the_sites_folder(tmp_path: Path) -> None:
    made = certificates().files()
    tls = ", tls: {certificate: tls/c.pem, key: tls/c.key, ca: tls/ca.pem, server_name: cabinet.field}"
    folder = with_endpoints(tmp_path, endpoint("modbus+tls://10.1.2.3", tls))
    (folder / "tls").mkdir()
    for source, name in ((made.certificate, "c.pem"), (made.key, "c.key"), (made.ca, "ca.pem")):
        (folder / "tls" / name).write_bytes(source.read_bytes())
    (folder / "tls/c.key").chmod(0o644)
    with pytest.raises(ConfigProblems, match=r"endpoints.yaml:2: .*tls.key .*may be read by others \(mode 644\)"):
        load_site(folder)
    (folder / "tls/c.key").chmod(0o600)
    tls_files = load_site(folder).endpoints[0].tls
    assert tls_files is not None
    assert (tls_files.key, tls_files.server_name) == (folder / "tls/c.key", "cabinet.field")
