"""Against an OPC UA server that is not of our making: node-opcua with SignAndEncrypt and user sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.domain.errors import DeviceRefused, LinkDown, NotWritable
from drivers.base import Binding, Endpoint, Readings
from drivers.opcua.around import UaAround
from drivers.opcua.certificates import certificate_of, made
from drivers.opcua.driver import OpcUaDriver
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.options import PasswordSignIn, Policy, Security, UaOptions
from drivers.opcua.pki import Pki
from drivers.profile import Access, PointSpec, PointType, Poll, Role
from tests.integration.node_opcua_peer import NAMESPACE, PASSWORD, USER, NodePeer, node_peer
from tests.integration.real_ua import RealClock, in_real_time, until

STATION = "330106-PS-0001"
SPECS = (
    PointSpec("run_command", PointType.BOOL, access=Access.READ_WRITE, feedback="running", poll=Poll.FAST),
    PointSpec("running", PointType.BOOL, poll=Poll.FAST),
    PointSpec("level_m", PointType.F64, low=-1.0, high=6.0, poll=Poll.FAST),
    PointSpec("writes", PointType.U32, poll=Poll.FAST),
    PointSpec("beat", PointType.U16, role=Role.ALIVE, poll=Poll.FAST),
    PointSpec("gone", PointType.F32, poll=Poll.FAST),
    PointSpec(
        "lift", PointType.F64, access=Access.READ_WRITE, low=0.0, high=10.0, feedback="level_m", method="Lift",
        object="P1",
    ),
)  # fmt: skip
POINTS = {spec.name: spec if spec.method else replace(spec, node=spec.name) for spec in SPECS}
PACE_S = {Poll.FAST: 0.2, Poll.NORMAL: 0.2, Poll.SLOW: 0.2}
KEEPALIVE_S = 0.5


class Centre:
    """Our side: a pki folder, a password, what was told and pushed."""

    def __init__(self, folder: Path) -> None:
        self.pki = Pki(folder / "data" / "pki")
        now = datetime.now(UTC)
        der, key = made("urn:here:zhadao", "zhadao", ("here",), now, 100, 2048)
        self.pki.keep_own(der, key, now)
        self.own = certificate_of(der)
        self.password = folder / "password"
        self.password.write_text(PASSWORD, encoding="utf-8")
        self.password.chmod(0o600)
        self.notices: list[Notice] = []
        self.shown: dict[str, object] = {}

    def driver(self, peer: NodePeer, policy: Policy = Policy.BASIC256SHA256) -> OpcUaDriver:
        sign_in = PasswordSignIn(USER, self.password)
        options = UaOptions(security=Security.SIGN_AND_ENCRYPT, policy=policy, sign_in=sign_in)
        binding = Binding(STATION, POINTS, namespace=NAMESPACE)
        endpoint = Endpoint("ua-node", peer.url, (binding,), opcua=options)
        around = UaAround(self.pki, self.notices.append)
        driver = OpcUaDriver(endpoint, RealClock(), intervals_s=PACE_S, keepalive_s=KEEPALIVE_S, around=around)
        driver.push_to(self._take)
        return driver

    def _take(self, _device: str, readings: Readings) -> None:
        self.shown |= {name: reading.value for name, reading in readings.items()}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodePeer]:
    """The server, which does not know us yet."""
    with node_peer(tmp_path_factory.mktemp("node") / "plc") as running:
        yield running


@pytest.fixture(scope="module")
def peer(stranger: NodePeer, centre: Centre) -> NodePeer:
    """The same, once we were refused there and its operator trusted us."""

    async def body() -> None:
        centre.pki.trust(stranger.certificate)
        driver = centre.driver(stranger)
        with pytest.raises(LinkDown, match=r"the server refuses our certificate.*zhadao certs show"):
            await driver.connect()
        assert stranger.refused
        stranger.trust(centre.own)
        await driver.connect()
        await driver.close()

    in_real_time(body())
    return stranger


def test_its_unknown_certificate_is_never_accepted_by_itself(centre: Centre, peer: NodePeer) -> None:
    async def body() -> None:
        driver = centre.driver(peer)
        for one in centre.pki.trusted():
            centre.pki.remove(one)
        with pytest.raises(LinkDown, match=f"zhadao certs trust {peer.certificate.short}"):
            await driver.connect()
        assert [one.der for one, _ in centre.pki.rejected()] == [peer.certificate.der]
        assert not driver.connected

    in_real_time(body())


@pytest.mark.parametrize("policy", list(Policy))
def test_it_is_read_written_called_and_reports_by_itself(centre: Centre, peer: NodePeer, policy: Policy) -> None:
    async def body() -> None:
        centre.pki.trust(peer.certificate)
        driver = centre.driver(peer, policy)
        await driver.connect()
        try:
            readings = await driver.read(STATION)
            assert {name: reading.good for name, reading in readings.items()} == {
                name: name != "gone" for name, spec in POINTS.items() if spec.node
            }
            before, wanted = readings["writes"].value, not readings["running"].value
            assert readings["level_m"].source_time is not None
            await driver.write(STATION, "run_command", wanted)
            await until(lambda: centre.shown.get("running") is wanted, 5.0)
            await driver.write(STATION, "lift", 4.25)
            await until(lambda: centre.shown.get("level_m") == 4.25, 5.0)
            with pytest.raises(DeviceRefused, match="BadInvalidState"):
                await driver.write(STATION, "lift", 9.0)
            with pytest.raises(NotWritable):
                await driver.write(STATION, "level_m", 1.0)
            assert isinstance(before, int)
            assert (await driver.read(STATION))["writes"].value == before + 1
            await asyncio.sleep(3.5 * KEEPALIVE_S if policy is Policy.BASIC256SHA256 else 0.0)
            assert driver.connected
            assert not [one for one in centre.notices if one.active and one.trouble is Trouble.FROZEN]
        finally:
            await driver.close()

    in_real_time(body())


def test_a_wrong_password_is_not_let_in_and_never_said(centre: Centre, peer: NodePeer) -> None:
    async def body() -> None:
        centre.pki.trust(peer.certificate)
        driver = centre.driver(peer)
        centre.password.write_text("not-the-word", encoding="utf-8")
        try:
            with pytest.raises(LinkDown, match="does not let this user in") as caught:
                await driver.connect()
            assert "not-the-word" not in str(caught.value)
        finally:
            centre.password.write_text(PASSWORD, encoding="utf-8")
            await driver.close()

    in_real_time(body())
