"""The simulated field as a secured plant: its certificate trusted first, its methods called, its PLC stopped."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from asyncua.server import internal_subscription

from controller.domain.errors import DeviceRefused, LinkDown
from controller.domain.quality import Detail
from drivers.base import Endpoint
from drivers.opcua.address_space import cache_file, standard_nodes
from drivers.opcua.around import UaAround
from drivers.opcua.driver import OpcUaDriver
from drivers.opcua.options import PasswordSignIn, Security, UaOptions
from drivers.opcua.pki import Pki
from drivers.profile import Access, PointSpec, PointType, Poll, Role
from hil.field import Field
from tests.contract.peers.secure import our_pki
from tests.unit.hil import small_city
from tests.unit.hil.small_city import STATION, VirtualClock

KEEPALIVE_S = 10.0
ALIVE = PointSpec("alive", PointType.U16, role=Role.ALIVE, poll=Poll.FAST, node="Alive")


def secured(folder: Path) -> small_city.SmallSite:
    """The small city's OPC UA server, with security, a counter of its own, and a method instead of a node."""
    word = folder / "word"
    word.write_text("a-secret-word", encoding="utf-8")
    word.chmod(0o600)
    options = UaOptions(security=Security.SIGN_AND_ENCRYPT, sign_in=PasswordSignIn("zhadao", word))
    site = small_city.site()

    def changed(endpoint: Endpoint) -> Endpoint:
        if endpoint.name != "ua-1":
            return endpoint
        devices = tuple(
            replace(binding, points={**binding.points, "alive": ALIVE, **_as_method(binding.points)})
            if binding.device == STATION
            else binding
            for binding in endpoint.devices
        )
        return replace(endpoint, devices=devices, opcua=options)

    return replace(site, endpoints=tuple(changed(endpoint) for endpoint in site.endpoints))


def _as_method(points: object) -> dict[str, PointSpec]:
    spec: PointSpec = points["mode_command"]  # type: ignore[index] - the binding's table of points
    assert spec.access is Access.READ_WRITE
    return {"mode_command": replace(spec, method="AskMode", object="Plc")}


@asynccontextmanager
async def centre(tmp_path: Path, *, ours: Pki | None = None) -> AsyncIterator[tuple[Field, OpcUaDriver, Pki]]:
    # The server paces its subscriptions on the process's clock; in virtual time they must follow the loop.
    internal_subscription.time = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
    site = secured(tmp_path)
    assert standard_nodes() is not None
    shutil.copy(cache_file(), cache_file(tmp_path))
    field = Field(
        site, small_city.world(), VirtualClock(), only=frozenset({"ua-1"}), ephemeral_ports=True, cache=tmp_path
    )
    urls = await field.start()
    pki = ours or our_pki(tmp_path)
    endpoint = next(one for one in site.endpoints if one.name == "ua-1")
    endpoint = replace(endpoint, url=urls["ua-1"])
    driver = OpcUaDriver(endpoint, VirtualClock(), keepalive_s=KEEPALIVE_S, around=UaAround(pki))
    try:
        yield field, driver, pki
    finally:
        await driver.close()
        await field.stop()


async def test_a_secured_station_is_trusted_first_then_run_by_a_method_and_doubted_when_its_plc_stops(
    tmp_path: Path,
) -> None:
    async with centre(tmp_path) as (field, driver, pki):
        with pytest.raises(LinkDown, match="nobody trusted"):
            await driver.connect()
        pki.trust(pki.rejected()[0][0])
        await driver.connect()
        readings = await driver.read(STATION)
        assert all(reading.good for reading in readings.values())
        await driver.write(STATION, "mode_command", "REMOTE")
        await asyncio.sleep(2)
        assert (await driver.read(STATION))["mode"].value == "REMOTE"
        field.device(STATION).refuse("mode_command")
        with pytest.raises(DeviceRefused, match="BadInvalidState"):
            await driver.write(STATION, "mode_command", "PLC_AUTO")
        await asyncio.sleep(5 * KEEPALIVE_S)
        assert (await driver.read(STATION))["mode"].good
        field.device(STATION).substitute("alive", 7)
        await asyncio.sleep(4 * KEEPALIVE_S)
        assert (await driver.read(STATION))["mode"].detail is Detail.FROZEN
        field.device(STATION).heal()
        await asyncio.sleep(KEEPALIVE_S)
        assert (await driver.read(STATION))["mode"].good


async def test_a_simulated_server_keeps_its_certificate_and_so_its_trust(tmp_path: Path) -> None:
    async with centre(tmp_path) as (_, driver, pki):
        with pytest.raises(LinkDown, match="nobody trusted"):
            await driver.connect()
        pki.trust(pki.rejected()[0][0])
    async with centre(tmp_path, ours=pki) as (_, driver, _):
        await driver.connect()
        assert driver.connected
