"""Who an OPC UA connection is with: certificates compared, users signed in, nothing accepted by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asyncua import ua

from controller.domain.errors import LinkDown
from drivers.base import Endpoint
from drivers.opcua.around import UaAround
from drivers.opcua.certificates import Certificate
from drivers.opcua.driver import OpcUaDriver
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.options import CertificateSignIn, PasswordSignIn, Policy, Security, UaOptions
from drivers.opcua.pki import Pki
from tests.contract.peers.device import DEVICE
from tests.contract.peers.opcua import KEEPALIVE_S, OpcUaPeer
from tests.contract.peers.secure import POLICIES, SERVER_URI, START, SecureServer, Users, our_pki, pair

FULL = UaOptions(security=Security.SIGN_AND_ENCRYPT)


class Bench:
    """A secured server, a pki folder of ours, and a driver between them."""

    def __init__(self, folder: Path, server: SecureServer, options: UaOptions) -> None:
        self.server = server
        self.pki = our_pki(folder)
        self.notices: list[Notice] = []
        self.peer = OpcUaPeer(prepare=server, around=UaAround(self.pki, self.notices.append))
        self.options = options
        self.driver: OpcUaDriver
        self.endpoint: Endpoint

    def with_options(self, options: UaOptions) -> OpcUaDriver:
        driver = self.peer.driver(replace(self.endpoint, opcua=options))
        assert isinstance(driver, OpcUaDriver)
        return driver


@asynccontextmanager
async def bench(
    folder: Path, server: SecureServer | None = None, options: UaOptions = FULL, *, trusted: bool = True
) -> AsyncIterator[Bench]:
    one = Bench(folder, server or SecureServer(), options)
    one.endpoint = await one.peer.start()
    one.driver = one.with_options(options)
    if trusted:
        one.pki.trust(one.server.certificate)
    try:
        yield one
    finally:
        await one.driver.close()
        await one.peer.stop()


@pytest.mark.parametrize(
    ("security", "policy"),
    [
        (Security.SIGN, Policy.BASIC256SHA256),
        (Security.SIGN_AND_ENCRYPT, Policy.BASIC256SHA256),
        (Security.SIGN_AND_ENCRYPT, Policy.AES128_SHA256_RSAOAEP),
        (Security.SIGN_AND_ENCRYPT, Policy.AES256_SHA256_RSAPSS),
    ],
)
async def test_a_trusted_server_is_read_and_written_securely(
    tmp_path: Path, security: Security, policy: Policy
) -> None:
    async with bench(tmp_path, options=UaOptions(security=security, policy=policy)) as one:
        await one.driver.connect()
        await one.driver.write(DEVICE, "P1.run_command", True)
        assert (await one.driver.read(DEVICE))["P1.run_command"].value is True


async def test_a_secured_channel_is_renewed_and_goes_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        await one.driver.connect()
        await asyncio.sleep(3700)
        assert one.driver.connected
        assert (await one.driver.read(DEVICE))["P1.running"].good


async def test_an_unknown_certificate_is_kept_and_the_sentence_says_the_command(tmp_path: Path) -> None:
    async with bench(tmp_path, trusted=False) as one:
        shown = one.server.certificate
        command = f"zhadao certs trust {shown.short} --data {tmp_path / 'data'}"
        with pytest.raises(LinkDown, match="nobody trusted") as caught:
            await one.driver.connect()
        assert command in str(caught.value)
        assert [(kept.der, met.endpoint) for kept, met in one.pki.rejected()] == [(shown.der, "stations-1")]
        assert one.pki.trusted() == []
        notice = one.notices[-1]
        assert (notice.subject, notice.trouble, notice.active) == ("stations-1", Trouble.CERTIFICATE, True)
        assert command in notice.text
        assert command in notice.text_zh
        one.pki.trust(shown)
        await one.driver.connect()
        assert one.notices[-1] == Notice("stations-1", Trouble.CERTIFICATE, active=False)
        assert one.pki.rejected() == []


async def test_a_certificate_no_longer_trusted_ends_the_connection_within_a_keep_alive(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        await one.driver.connect()
        await asyncio.sleep(50)
        one.pki.reject(one.server.certificate)
        await asyncio.sleep(1.1 * KEEPALIVE_S)
        assert not one.driver.connected
        with pytest.raises(LinkDown, match="nobody trusted"):
            await one.driver.connect()


async def test_a_trust_list_others_can_change_trusts_nobody(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        (one.pki.path / "trusted").chmod(0o777)
        with pytest.raises(LinkDown, match="chmod 700"):
            await one.driver.connect()


def _with(certificate: tuple[Certificate, bytes], uri: str = SERVER_URI) -> SecureServer:
    return SecureServer(certificate[0], certificate[1], uri)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (lambda: _with(pair(SERVER_URI, begins=START - timedelta(days=200))), "ran out on"),
        (lambda: _with(pair(SERVER_URI, begins=START + timedelta(days=9))), "holds only from"),
        (lambda: _with(pair(SERVER_URI, "plc-east")), "made out to plc-east"),
        (lambda: _with(pair(SERVER_URI), "urn:somebody:else"), "the server says it is urn:somebody:else"),
        (lambda: _with(pair(SERVER_URI, bits=1024)), "1024 bits"),
    ],
    ids=["ran out", "not yet valid", "another host", "another application", "a weak key"],
)
async def test_a_trusted_certificate_that_does_not_fit_is_not_accepted(
    tmp_path: Path, server: object, said: str
) -> None:
    async with bench(tmp_path, server()) as one:  # type: ignore[operator] - the table holds makers of servers
        with pytest.raises(LinkDown, match=said):
            await one.driver.connect()
        assert not one.driver.connected
        assert one.notices[-1].active


async def test_a_name_of_the_server_in_the_options_is_accepted(tmp_path: Path) -> None:
    options = replace(FULL, names=("plc-east",))
    async with bench(tmp_path, _with(pair(SERVER_URI, "plc-east")), options) as one:
        await one.driver.connect()
        assert one.driver.connected


async def test_a_server_without_the_wanted_security_is_not_spoken_to_with_less(tmp_path: Path) -> None:
    server = SecureServer(policies=(ua.SecurityPolicyType.NoSecurity, POLICIES[0]))
    async with bench(tmp_path, server) as one:
        with pytest.raises(LinkDown, match="offers None None, Sign Basic256Sha256"):
            await one.driver.connect()


async def test_without_a_certificate_of_our_own_the_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        one.pki.certificate_file.unlink()
        with pytest.raises(LinkDown, match="zhadao certs create --data"):
            await one.driver.connect()


async def test_a_key_others_can_read_is_not_used(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        one.pki.key_file.chmod(0o644)
        with pytest.raises(LinkDown, match="chmod 600"):
            await one.driver.connect()


async def test_a_password_signs_in_and_a_wrong_one_does_not_and_neither_is_ever_said(tmp_path: Path) -> None:
    users = Users({"zhadao": "a-secret-word"})
    server = SecureServer(users=users, tokens=(ua.UserNameIdentityToken,))
    file = tmp_path / "west.password"
    file.write_text("a-secret-word\n", encoding="utf-8")
    file.chmod(0o600)
    for security in (Security.SIGN, Security.SIGN_AND_ENCRYPT):
        options = UaOptions(security=security, sign_in=PasswordSignIn("zhadao", file))
        async with bench(tmp_path / security, server, options) as one:
            await one.driver.connect()
            assert users.seen[-1] == "zhadao"
            await one.driver.close()
            file.write_text("another-secret\n", encoding="utf-8")
            with pytest.raises(LinkDown, match="does not let this user in") as caught:
                await one.driver.connect()
            assert "secret" not in str(caught.value) + repr(one.driver) + repr(options) + str(one.notices)
            file.write_text("a-secret-word\n", encoding="utf-8")


async def test_an_anonymous_caller_is_not_let_in_where_names_are_wanted(tmp_path: Path) -> None:
    server = SecureServer(users=Users({"zhadao": "x"}), tokens=(ua.UserNameIdentityToken,))
    async with bench(tmp_path, server) as one:
        with pytest.raises(LinkDown, match="does not let this user in"):
            await one.driver.connect()


async def test_a_users_certificate_signs_in(tmp_path: Path) -> None:
    person, key = pair("urn:here:operator", "here")
    files = CertificateSignIn(tmp_path / "user.der", tmp_path / "user.pem")
    files.certificate.write_bytes(person.der)
    files.key.write_bytes(key)
    files.key.chmod(0o600)
    users = Users({}, (person.der,))
    server = SecureServer(users=users, tokens=(ua.X509IdentityToken,))
    async with bench(tmp_path, server, replace(FULL, sign_in=files)) as one:
        await one.driver.connect()
        assert users.seen[-1] == "certificate"


async def test_a_server_that_would_have_the_password_in_clear_never_gets_it(tmp_path: Path) -> None:
    async def careless(server: object) -> None:
        await SecureServer(users=users, tokens=(ua.UserNameIdentityToken,))(server)  # type: ignore[arg-type]  # a look inside the peer
        make = server._set_endpoints  # type: ignore[attr-defined]  # a look inside the peer

        def without_encryption(*args: object, **kwargs: object) -> None:
            make(*args, **kwargs)
            for endpoint in server.iserver.endpoints:  # type: ignore[attr-defined]  # a look inside the peer
                for token in endpoint.UserIdentityTokens:
                    token.SecurityPolicyUri = "http://opcfoundation.org/UA/SecurityPolicy#None"

        server._set_endpoints = without_encryption  # type: ignore[attr-defined]  # a look inside the peer

    users = Users({"zhadao": "a-secret-word"})
    file = tmp_path / "west.password"
    file.write_text("a-secret-word\n", encoding="utf-8")
    file.chmod(0o600)
    one = Bench(tmp_path, SecureServer(), FULL)
    one.peer = OpcUaPeer(prepare=careless, around=UaAround(one.pki, one.notices.append))
    one.endpoint = await one.peer.start()
    one.pki.trust(one.server.certificate)
    driver = one.with_options(UaOptions(security=Security.SIGN, sign_in=PasswordSignIn("zhadao", file)))
    try:
        with pytest.raises(LinkDown, match="in clear; nothing was sent"):
            await driver.connect()
        assert users.seen == []
    finally:
        await driver.close()
        await one.peer.stop()


def test_a_stranger_cannot_fill_the_disk_with_certificates(tmp_path: Path) -> None:
    from drivers.opcua import pki as module

    folder = Pki(tmp_path / "pki")
    one = pair(SERVER_URI)[0]
    for number in range(module.MOST_REJECTED + 5):
        other = replace(one, der=one.der + bytes([number]))
        folder.ask(other, module.Met(f"ua-{number}", "", "2026-06-21T00:00:00+00:00"))
    assert len(list((folder.path / "rejected").glob("*.der"))) == module.MOST_REJECTED
    assert len(list((folder.path / "rejected").iterdir())) == 2 * module.MOST_REJECTED
