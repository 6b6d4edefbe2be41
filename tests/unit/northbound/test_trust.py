"""Signed and encrypted, and with whom: real certificates, real channels."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from asyncua import Client, ua
from asyncua.crypto import security_policies

from controller.northbound.wire import TRUSTED_S
from controller.settings.northbound import NorthboundSettings
from drivers.opcua.certificates import certificate_of, made
from drivers.opcua.pki import Pki
from tests.unit.northbound.looking import NAMESPACE, LookedAt, Scada, looked_at
from tests.unit.runtime.soft_city import LC1

SECURED = NorthboundSettings(port=0)
DEFAULT = security_policies.SecurityPolicyBasic256Sha256
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@cache
def papers(uri: str) -> tuple[bytes, bytes]:
    """A certificate and its key; made once, for keys take their time."""
    return made(uri, "somebody", ["localhost"], NOW, 3650, 2048)


def keeping(folder: Path) -> Pki:
    """A pki folder with a certificate of our own."""
    pki = Pki(folder / "pki")
    pki.keep_own(*papers("urn:zhadao:test"), NOW)
    return pki


async def secured(
    looked: LookedAt, folder: Path, policy: type = security_policies.SecurityPolicyBasic256Sha256
) -> Client:
    """A client of the name ``urn:scada`` that is about to connect."""
    der, key = papers("urn:scada")
    (folder / "scada.der").write_bytes(der)
    (folder / "scada.pem").write_bytes(key)
    client = Client(await looked.up(), timeout=3600)
    client.application_uri = "urn:scada"
    await client.set_security(
        policy,
        str(folder / "scada.der"),
        str(folder / "scada.pem"),
        server_certificate=str(looked.pki.certificate_file),
    )
    client.set_user("scada")
    client.set_password(await looked.key())
    return client


async def test_a_stranger_waits_for_a_person_and_a_trusted_client_looks_in(tmp_path: Path) -> None:
    async with looked_at(tmp_path, SECURED, pki=keeping(tmp_path)) as looked:
        stranger = await secured(looked, tmp_path)
        with pytest.raises((ua.UaError, ConnectionError)):
            await stranger.connect()
        (waiting, met), *_ = looked.pki.rejected()
        assert (waiting.application_uri, met.endpoint, met.url) == ("urn:scada", "northbound", "127.0.0.1")
        assert looked.journalled("northbound_client_not_trusted")
        looked.pki.trust(waiting)
        client = await secured(looked, tmp_path)
        async with client:
            scada = Scada(client, await client.get_namespace_index(NAMESPACE))
            assert (await scada.read(f"{LC1}:code")).Value.Value == LC1
            assert client.security_policy.Mode == ua.MessageSecurityMode.SignAndEncrypt
            looked.pki.reject(waiting)
            await asyncio.sleep(TRUSTED_S + 1)
            with pytest.raises((ua.UaError, ConnectionError)):
                await scada.read(f"{LC1}:code")


async def test_without_security_there_is_no_session_where_it_is_not_offered(tmp_path: Path) -> None:
    async with looked_at(tmp_path, SECURED, pki=keeping(tmp_path)) as looked:
        with pytest.raises(ua.uaerrors.BadSecurityPolicyRejected):
            async with looked.scada():
                pass
        endpoints = await Client(looked.service.url, timeout=60).connect_and_get_server_endpoints()
        assert {one.SecurityMode for one in endpoints} == {ua.MessageSecurityMode.SignAndEncrypt}


async def test_a_policy_that_is_not_offered_opens_no_channel(tmp_path: Path) -> None:
    async with looked_at(tmp_path, SECURED, pki=keeping(tmp_path)) as looked:
        looked.pki.trust(certificate_of(papers("urn:scada")[0]))
        client = await secured(looked, tmp_path, security_policies.SecurityPolicyAes128Sha256RsaOaep)
        with pytest.raises((ua.UaError, ConnectionError, TimeoutError)):
            await client.connect()


async def test_without_a_certificate_of_our_own_it_is_an_alarm_that_says_what_to_do(tmp_path: Path) -> None:
    async with looked_at(tmp_path, SECURED) as looked:
        alarms = looked.city.assembly.alarms
        await looked.city.until(lambda: alarms.standing("northbound", "not_served"))
        assert "zhadao certs create" in alarms.get("northbound:not_served").text
        looked.pki.keep_own(*papers("urn:zhadao:test"), NOW)
        await looked.up()
        assert not alarms.standing("northbound", "not_served")
