"""Modbus/TCP Security: each side proves itself, or nothing is asked."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from controller.domain.errors import ConfigError, ControllerError, LinkDown
from drivers.base import Driver, Endpoint
from drivers.factory import make_driver
from drivers.modbus.tls import TlsFiles, context_of
from tests.contract.peers.device import DEVICE, LoopClock
from tests.contract.peers.modbus import TcpLine
from tests.contract.peers.modbus_lines import TlsPeer, certificates


async def connected_and_read(driver: Driver) -> None:
    await driver.connect()
    await driver.read(DEVICE)


async def refused(peer: TlsPeer, says: str, **changes: object) -> None:
    """Connecting, or at the latest the first question, fails so; nothing is open afterwards."""
    endpoint = replace(await peer.start(), **changes)  # type: ignore[arg-type] - fields of Endpoint
    driver = make_driver(endpoint, LoopClock())
    with pytest.raises(ControllerError, match=says):
        await connected_and_read(driver)
    assert not driver.connected
    assert peer.asked == []
    await driver.close()
    await asyncio.sleep(0.1)  # the server's own handshake ends as well
    await peer.stop()


async def test_a_device_of_another_authority_is_not_trusted() -> None:
    peer = TlsPeer()
    peer.issued = certificates().stranger.issue_cert("127.0.0.1")
    await refused(peer, "is not trusted .*may not be the device")


async def test_a_device_whose_certificate_ran_out_is_not_trusted() -> None:
    peer = TlsPeer()
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    peer.issued = certificates().ca.issue_cert("127.0.0.1", not_after=yesterday)
    await refused(peer, "is not trusted .*expired")


async def test_a_device_of_another_name_is_not_trusted() -> None:
    peer = TlsPeer()
    peer.issued = certificates().ca.issue_cert("10.9.9.9", "another.field")
    await refused(peer, "is not trusted .*127.0.0.1")
    await refused(TlsPeer(), "is not trusted .*pump.field", tls=certificates().files(server_name="pump.field"))


async def test_a_device_may_be_known_by_its_own_name() -> None:
    peer = TlsPeer()
    endpoint = replace(await peer.start(), tls=certificates().files(server_name="cabinet.field"))
    driver = make_driver(endpoint, LoopClock())
    await driver.connect()
    assert (await driver.read(DEVICE))["P1.running"].good
    await driver.close()
    await peer.stop()


async def test_a_device_that_does_not_trust_this_side_says_so() -> None:
    made = certificates()
    await refused(TlsPeer(), "does not trust this side's certificate", tls=made.files(ca=made.stranger))


async def test_tls_older_than_1_2_is_not_spoken() -> None:
    context = context_of(certificates().files())
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


async def test_a_port_without_tls_is_link_down() -> None:
    class Plain(TlsPeer):
        async def start(self) -> Endpoint:
            endpoint = await super(TlsPeer, self).start()
            return replace(endpoint, tls=certificates().files())

        def line(self) -> TcpLine:
            return _Chatty(self)

    class _Chatty(TcpLine):
        def data_received(self, _data: bytes) -> None:
            self._transport.write(b"\x00\x01\x00\x00\x00\x03\x05\x83\x01")

    await refused(Plain(), "found no common TLS")


def test_files_are_read_again_when_they_change_and_only_then(tmp_path: Path) -> None:
    made = certificates().files()
    files = TlsFiles(tmp_path / "c.pem", tmp_path / "c.key", tmp_path / "ca.pem")
    for source, target in zip(
        (made.certificate, made.key, made.ca), (files.certificate, files.key, files.ca), strict=True
    ):
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
    first = context_of(files)
    assert context_of(files) is first
    files.ca.write_bytes(files.ca.read_bytes() * 2)
    assert context_of(files) is not first


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("mode", r"tls.key .* may be read by others \(mode 644\): chmod 600"),
        ("missing", "tls.key .* cannot be read: No such file"),
        ("rubbish", "is no usable PEM file"),
        ("another key", "does not belong to"),
        ("passphrase", "under a passphrase"),
        ("ca", "holds no certificates in PEM form"),
    ],
)
def test_files_that_cannot_be_used_say_which_and_why(tmp_path: Path, broken: str, says: str) -> None:
    made = certificates()
    files = replace(made.files(), key=tmp_path / "key.pem")
    files.key.write_bytes(made.files().key.read_bytes())
    files.key.chmod(0o644 if broken == "mode" else 0o600)
    if broken == "missing":
        files.key.unlink()
    elif broken == "rubbish":
        files.key.write_text("rubbish")
    elif broken == "another key":
        files.key.write_bytes(trustme.CA().issue_cert("x").private_key_pem.bytes())
    elif broken == "passphrase":
        files.key.write_bytes(under_passphrase(made.files().key.read_bytes()))
    elif broken == "ca":
        files = replace(files, ca=tmp_path / "ca.pem")
        files.ca.write_text("rubbish")
    with pytest.raises(ConfigError, match=says):
        context_of(files)


def under_passphrase(key: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization as forms

    loaded = forms.load_pem_private_key(key, None)
    secret = forms.BestAvailableEncryption(b"secret")
    return loaded.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, secret)


async def test_files_that_break_while_running_are_link_down(tmp_path: Path) -> None:
    peer = TlsPeer()
    endpoint = replace(await peer.start(), tls=replace(certificates().files(), ca=tmp_path / "gone.pem"))
    driver = make_driver(endpoint, LoopClock())
    with pytest.raises(LinkDown, match=r"tls\.ca .*gone\.pem cannot be read"):
        await driver.connect()
    await peer.stop()


def test_an_endpoint_without_its_certificates_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs tls"):
        make_driver(Endpoint("e", "modbus+tls://10.0.0.1", ()), LoopClock())
