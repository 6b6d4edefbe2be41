"""The simulated field on lines other than Modbus TCP, read and written by the real driver."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.errors import ConfigError, LinkDown, NoReply
from drivers.base import Driver, Endpoint
from drivers.factory import make_driver
from drivers.modbus.tls import TlsFiles
from hil.field import Field
from tests.contract.peers.modbus_lines import certificates
from tests.unit.hil import small_city
from tests.unit.hil.small_city import CABINET, VirtualClock

LIGHTS = small_city.site().endpoints[0]


def lights(url: str, **changes: object) -> Endpoint:
    return replace(LIGHTS, url=url, **changes)  # type: ignore[arg-type] - fields of Endpoint


def centre_files(folder: Path) -> TlsFiles:
    """The centre's certificate, and the simulated device's own beside it."""
    made, files = certificates(), certificates().files()
    kept = TlsFiles(folder / "centre.pem", folder / "centre.key", folder / "ca.pem")
    for source, target in ((files.certificate, kept.certificate), (files.key, kept.key), (files.ca, kept.ca)):
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
    (folder / "simulated.pem").write_bytes(made.device.cert_chain_pems[0].bytes())
    (folder / "simulated.key").write_bytes(made.device.private_key_pem.bytes())
    return kept


async def connected(driver: Driver) -> None:
    """A device that dials in needs its time."""
    for _ in range(10):
        try:
            await driver.connect()
        except LinkDown:
            await asyncio.sleep(1)
        else:
            return
    await driver.connect()


@pytest.mark.parametrize(
    "url",
    [
        "modbus+rtu+tcp://127.0.0.1:20997",
        "modbus+tls://127.0.0.1:20997",
        "modbus+dialin://127.0.0.1:20997?id=DTU-1&heartbeat_hex=fefe",
        "modbus+dialin://127.0.0.1:20997?id=DTU-1&framing=mbap",
    ],
)
async def test_a_cabinet_is_switched_and_read_on_every_line(url: str, tmp_path: Path) -> None:
    endpoint = lights(url, tls=centre_files(tmp_path) if "tls" in url else None)
    clock = VirtualClock()
    field = Field(small_city.SmallSite((endpoint,)), small_city.world(), clock, ephemeral_ports=True)
    endpoint = replace(endpoint, url=(await field.start())["gw-1"])
    driver = make_driver(endpoint, clock)
    await connected(driver)
    await driver.write(CABINET, "K1.command", True)
    await asyncio.sleep(45)  # heartbeats pass meanwhile
    assert (await driver.read(CABINET))["K1.feedback"].value is True
    field.device(CABINET).offline = True
    with pytest.raises(NoReply, match="exception 11"):
        await driver.read(CABINET)
    assert driver.connected
    await driver.close()
    await field.stop()
    await asyncio.sleep(0.1)


async def test_a_dtu_dials_again_after_its_gateway_was_cut_off() -> None:
    endpoint = lights("modbus+dialin://127.0.0.1:20997?id=DTU-1")
    clock = VirtualClock()
    field = Field(small_city.SmallSite((endpoint,)), small_city.world(), clock, ephemeral_ports=True)
    endpoint = replace(endpoint, url=(await field.start())["gw-1"])
    driver = make_driver(endpoint, clock)
    await connected(driver)
    await driver.read(CABINET)
    await field.stop_endpoint("gw-1")
    with pytest.raises(NoReply):
        await driver.read(CABINET)
    with pytest.raises(LinkDown, match="has not dialled in"):
        await driver.connect()
    await field.start_endpoint("gw-1")
    await connected(driver)
    assert (await driver.read(CABINET))["K1.feedback"].good
    await driver.close()
    await field.stop()
    await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("modbus+rtu:///dev/ttyS1?baudrate=9600&parity=N", "cannot be simulated"),
        ("modbus+tls://127.0.0.1:20997", "needs tls"),
    ],
)
async def test_what_cannot_be_simulated_says_so(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        await Field(small_city.SmallSite((lights(url),)), small_city.world(), VirtualClock()).start()


async def test_a_simulated_device_without_its_certificate_says_which_files_it_wants(tmp_path: Path) -> None:
    files = centre_files(tmp_path)
    (tmp_path / "simulated.key").unlink()
    endpoint = lights("modbus+tls://127.0.0.1:20997", tls=files)
    with pytest.raises(ConfigError, match=r"simulated\.pem and simulated\.key"):
        await Field(small_city.SmallSite((endpoint,)), small_city.world(), VirtualClock()).start()
