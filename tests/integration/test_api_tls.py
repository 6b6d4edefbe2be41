"""The API over TLS: real certificates, real sockets, the real server round a whole controller."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography import x509
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from controller.api.server import HEADERS_S
from controller.domain.errors import ConfigError
from controller.main import Serving, serve
from controller.runtime.clocks import RealClock, ScaledClock
from controller.runtime.tls import Tls
from controller.settings.api import WITHOUT_TLS, ApiSettings, TlsSettings, is_loopback
from controller.settings.load import load_site
from tests.unit.runtime.soft_city import SoftField
from tests.unit.settings.small_site import changed, write_site

VIRTUAL_S = 3600.0
"""Virtual time runs on while a handshake computes."""


def issue(ca: trustme.CA, folder: Path, **more: datetime) -> TlsSettings:
    """A certificate for this machine, in files."""
    made = ca.issue_cert("localhost", "127.0.0.1", **more)
    certificate, key = folder / "tls.pem", folder / "tls.key"
    certificate.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    return TlsSettings(certificate, key)


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


@asynccontextmanager
async def served(tmp_path: Path, tls: TlsSettings | None) -> AsyncIterator[str]:
    """A controller with its API on a free port of loopback; gives its address."""
    site = load_site(write_site(tmp_path / "config"))
    clock = ScaledClock(datetime.now(UTC), source=asyncio.get_running_loop().time, origin_s=0.0)
    where: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = Serving(tmp_path / "data", "127.0.0.1", 0, lambda url, _codes: where.set_result(url))
    with SoftField().wired():
        site = replace(site, api=replace(site.api, tls=tls))
        running = asyncio.create_task(serve(site, clock, serving))
        try:
            yield await asyncio.wait_for(where, 60)
        finally:
            running.cancel()
            await asyncio.wait([running])


async def serial(url: str, ca: trustme.CA) -> int:
    """The serial number of the certificate shown now."""
    host, _, port = url.removeprefix("https://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trusting(ca))
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    assert reader is not None
    return x509.load_der_x509_certificate(shown).serial_number


async def test_the_api_speaks_tls_and_a_renewed_certificate_is_taken_up_by_a_hang_up(tmp_path: Path) -> None:
    ca = trustme.CA()
    async with served(tmp_path, issue(ca, tmp_path)) as url:
        assert url.startswith("https://127.0.0.1:")
        async with httpx.AsyncClient(verify=trusting(ca), base_url=url, timeout=VIRTUAL_S) as client:
            answer = await client.get("/api/v1/health")
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert "server" not in answer.headers
        first = await serial(url, ca)
        issue(ca, tmp_path)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(1)
        assert await serial(url, ca) != first
        second = await serial(url, ca)
        (tmp_path / "tls.pem").write_text("nothing of use")
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(1)
        assert await serial(url, ca) == second, "the old one stays"


async def test_nothing_older_than_tls_1_2_and_nothing_in_clear_is_answered(tmp_path: Path) -> None:
    ca = trustme.CA()
    async with served(tmp_path, issue(ca, tmp_path)) as url:
        old = trusting(ca)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
        async with httpx.AsyncClient(verify=old, base_url=url, timeout=VIRTUAL_S) as client:
            assert (await client.get("/api/v1/me")).status_code == 401
        async with httpx.AsyncClient(base_url=url.replace("https", "http"), timeout=VIRTUAL_S) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/api/v1/health")
        async with connect(f"{url.replace('https', 'wss')}/api/v1/live", ssl=trusting(ca), open_timeout=None) as socket:
            await socket.send('{"token": "made-up"}')
            with pytest.raises(ConnectionClosed) as ended:
                await _listen(socket)
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 4401


async def _listen(socket: object) -> None:
    while True:
        await socket.recv()  # type: ignore[attr-defined]  # until it ends


def test_tls_1_2_is_the_least(tmp_path: Path) -> None:
    assert Tls(issue(trustme.CA(), tmp_path), RealClock()).context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_with_a_client_ca_only_its_clients_get_in(tmp_path: Path) -> None:
    ca, clients = trustme.CA(), trustme.CA()
    clients.cert_pem.write_to_path(str(tmp_path / "clients.pem"))
    settings = replace(issue(ca, tmp_path), client_ca=tmp_path / "clients.pem")
    async with served(tmp_path, settings) as url:
        known = trusting(ca)
        clients.issue_cert("panel").configure_cert(known)
        async with httpx.AsyncClient(verify=known, base_url=url, timeout=VIRTUAL_S) as client:
            assert (await client.get("/api/v1/me")).status_code == 401
        async with httpx.AsyncClient(verify=trusting(ca), base_url=url, timeout=VIRTUAL_S) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/api/v1/me")


async def test_headers_that_drip_and_headers_that_swell_are_hung_up_on(tmp_path: Path) -> None:
    async with served(tmp_path, None) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: local")
        begun_s = asyncio.get_running_loop().time()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        assert asyncio.get_running_loop().time() - begun_s <= HEADERS_S + 1
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000)
        assert b" 4" in await reader.readline()
        writer.transport.abort()
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "lights.example.cn"])  # noqa: S104 - it is refused
def test_beyond_loopback_it_takes_tls_or_the_sentence_word_by_word(host: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="in clear"):
        ApiSettings().check(host)
    with pytest.raises(ConfigError):
        ApiSettings(accepted=WITHOUT_TLS.lower()).check(host)
    ApiSettings(accepted=WITHOUT_TLS).check(host)
    ApiSettings(tls=TlsSettings(tmp_path, tmp_path)).check(host)


async def test_the_server_refuses_to_start_beyond_loopback_without_tls(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "config"))
    with pytest.raises(ConfigError, match=WITHOUT_TLS):
        await serve(site, RealClock(), Serving(tmp_path / "data", "0.0.0.0", 0))  # noqa: S104 - it is refused
    assert not (tmp_path / "data").exists(), "before anything else"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_loopback_needs_neither(host: str) -> None:
    assert is_loopback(host)
    ApiSettings().check(host)


def test_a_certificate_that_will_not_do_is_refused_with_its_reason(tmp_path: Path) -> None:
    ca, now, clock = trustme.CA(), datetime.now(UTC), RealClock()
    good = issue(ca, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    strange = issue(trustme.CA(), other)
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    over = tmp_path / "over"
    over.mkdir()
    gone = issue(ca, over, not_before=now - timedelta(days=9), not_after=now - timedelta(days=1))
    early = tmp_path / "early"
    early.mkdir()
    coming = issue(ca, early, not_before=now + timedelta(days=1), not_after=now + timedelta(days=9))
    for settings, why in (
        (replace(good, certificate=tmp_path / "none.pem"), "No such file"),
        (replace(good, key=tmp_path / "none.key"), "No such file"),
        (replace(good, key=strange.key), "does not belong to certificate"),
        (replace(good, certificate=empty), "cannot be read"),
        (replace(good, client_ca=empty), "client_ca"),
        (gone, "ran out on"),
        (coming, "look at this machine's clock"),
    ):
        with pytest.raises(ConfigError, match=why):
            Tls(settings, clock)


def test_tls_and_names_come_from_the_sites_file_seen_from_its_folder(tmp_path: Path) -> None:
    text = "  port: 8080\n  hosts: [lights.example.cn]\n  tls: {certificate: tls/a.pem, key: /etc/a.key}\n"
    site = load_site(write_site(tmp_path, changed("site/site.yaml", "  port: 8080\n", text)))
    assert site.api.hosts == ("lights.example.cn",)
    assert site.api.tls == TlsSettings(tmp_path / "site" / "tls/a.pem", Path("/etc/a.key"))
    assert site.api.accepted == ""
