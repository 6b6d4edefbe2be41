"""Cabinets, poles and gauges on real Modbus TCP sockets, read by a client that is not ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from pymodbus.client import AsyncModbusTcpClient

from controller.domain.errors import ConfigError
from hil.field import Field
from tests.unit.hil import small_city
from tests.unit.hil.small_city import CABINET, LEVEL, MIDNIGHT, VirtualClock

GATEWAY = frozenset({"gw-1"})
CABINET_UNIT, POLE_UNIT, GAUGE_UNIT = 1, 2, 9
FEEDBACK_WORD = 10


@asynccontextmanager
async def served(clock: VirtualClock | None = None) -> AsyncIterator[tuple[Field, AsyncModbusTcpClient]]:
    field = Field(small_city.site(), small_city.world(), clock or VirtualClock(), only=GATEWAY, ephemeral_ports=True)
    urls = await field.start()
    parts = urlsplit(urls["gw-1"])
    client = AsyncModbusTcpClient(str(parts.hostname), port=int(parts.port or 0), retries=0, reconnect_delay=0)
    assert await client.connect()
    try:
        yield field, client
    finally:
        client.close()
        await field.stop()


async def feedback(client: AsyncModbusTcpClient) -> int:
    return (await client.read_holding_registers(FEEDBACK_WORD, count=1, device_id=CABINET_UNIT)).registers[0]


async def test_a_written_coil_moves_its_contactor_and_the_feedback_follows() -> None:
    async with served() as (_, client):
        assert await feedback(client) == 0
        reply = await client.write_coil(0, True, device_id=CABINET_UNIT)
        assert not reply.isError()
        assert (await client.read_coils(0, count=3, device_id=CABINET_UNIT)).bits[:3] == [True, False, False]
        assert await feedback(client) == 0, "the contactor needs its time"
        await asyncio.sleep(0.2)
        assert await feedback(client) == 1
        power = (await client.read_holding_registers(11, count=3, device_id=CABINET_UNIT)).registers
        assert 3600 <= power[0] <= 4000
        assert power[1:] == [0, 0]


async def test_a_stuck_contactor_acknowledges_and_shows_that_nothing_happened() -> None:
    async with served() as (field, client):
        plant = field.cabinet(CABINET)
        plant.circuits["K1"].contactor.stuck = True
        assert not (await client.write_coil(0, True, device_id=CABINET_UNIT)).isError()
        await asyncio.sleep(5)
        assert (await client.read_coils(0, count=1, device_id=CABINET_UNIT)).bits[0]
        assert await feedback(client) == 0


async def test_a_device_told_to_ignore_a_point_acknowledges_and_does_nothing() -> None:
    async with served() as (field, client):
        field.device(CABINET).ignore("K1.command")
        await client.write_coil(0, True, device_id=CABINET_UNIT)
        await asyncio.sleep(5)
        assert (await client.read_coils(0, count=1, device_id=CABINET_UNIT)).bits[0]
        assert await feedback(client) == 0


async def test_silence_for_five_minutes_brings_the_timetable_back() -> None:
    async with served(VirtualClock(MIDNIGHT)) as (field, client):
        assert await feedback(client) == 0b011, "the night's own table burns the road circuits"
        await client.write_register(0, 1, device_id=CABINET_UNIT)
        await client.write_coil(0, False, device_id=CABINET_UNIT)
        await asyncio.sleep(290)
        assert await feedback(client) == 0b010
        await asyncio.sleep(11)
        assert await feedback(client) == 0b011
        own = (await client.read_holding_registers(2, count=1, device_id=CABINET_UNIT)).registers
        assert own == [1]
        switched = [event for event in field.events() if event.output == "K1"]
        assert [event.value for event in switched] == [False, True]
        assert (switched[1].at - MIDNIGHT).total_seconds() == pytest.approx(300.08, abs=0.2)


async def test_function_23_beats_and_reads_in_one_transaction() -> None:
    async with served() as (field, client):
        reply = await client.readwrite_registers(
            read_address=0, read_count=6, write_address=0, values=[77], device_id=CABINET_UNIT
        )
        assert reply.registers[:3] == [77, 1, 0]
        assert 2270 <= reply.registers[5] <= 2330
        plant = field.cabinet(CABINET)
        assert not plant.timetable_active


async def test_what_nobody_may_write_is_refused_with_exception_2() -> None:
    async with served() as (_, client):
        assert (await client.write_register(1, 0, device_id=CABINET_UNIT)).exception_code == 2
        assert (await client.write_registers(0, [1, 1], device_id=CABINET_UNIT)).exception_code == 2


async def test_a_value_the_plant_cannot_take_is_refused_with_exception_3() -> None:
    async with served() as (_, client):
        assert (await client.write_register(0, 120, device_id=POLE_UNIT)).exception_code == 3


async def test_refusals_and_missing_units_have_their_own_exceptions() -> None:
    async with served() as (field, client):
        field.device(CABINET).refuse("K1.command")
        assert (await client.write_coil(0, True, device_id=CABINET_UNIT)).exception_code == 4
        assert (await client.read_coils(0, count=1, device_id=33)).exception_code == 11
        field.device(CABINET).offline = True
        assert (await client.read_coils(0, count=1, device_id=CABINET_UNIT)).exception_code == 11
        assert (await client.read_holding_registers(900, count=1, device_id=POLE_UNIT)).exception_code == 2


async def test_other_tables_and_types_read_as_the_profile_says() -> None:
    async with served() as (field, client):
        clock = await client.read_input_registers(100, count=2, device_id=CABINET_UNIT)
        seconds = clock.registers[0] << 16 | clock.registers[1]
        assert seconds == int(field.plant_s())
        plant = field.cabinet(CABINET)
        plant.door_open = True
        assert (await client.read_discrete_inputs(5, count=1, device_id=CABINET_UNIT)).bits[0]
        level = await client.read_holding_registers(0, count=1, device_id=GAUGE_UNIT)
        assert level.registers == [1300]


async def test_a_pole_dims_on_a_ramp_and_shows_its_text() -> None:
    async with served() as (_, client):
        await client.write_register(0, 60, device_id=POLE_UNIT)
        await asyncio.sleep(1)
        halfway = (await client.read_holding_registers(1, count=1, device_id=POLE_UNIT)).registers[0]
        await asyncio.sleep(5)
        arrived = (await client.read_holding_registers(1, count=1, device_id=POLE_UNIT)).registers[0]
        assert 0 < halfway < arrived == 60
        message = "前方积水".encode().ljust(64, b"\0")
        words = [int.from_bytes(message[at : at + 2], "big") for at in range(0, 64, 2)]
        await client.write_registers(10, words, device_id=POLE_UNIT)
        shown = (await client.read_holding_registers(50, count=32, device_id=POLE_UNIT)).registers
        assert shown == words


async def test_a_port_in_use_is_one_sentence_with_port_and_endpoint() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        field = Field(small_city.site(modbus_port=port), small_city.world(), VirtualClock(), only=GATEWAY)
        with pytest.raises(ConfigError, match=f"endpoint gw-1 .*port {port} .*in use") as refused:
            await field.start()
        assert "\n" not in str(refused.value)


async def test_an_endpoint_cut_and_restored_keeps_its_port_and_its_plants() -> None:
    async with served() as (field, client):
        await client.write_coil(0, True, device_id=CABINET_UNIT)
        await asyncio.sleep(1)
        await field.stop_endpoint("gw-1")
        client.close()
        url = await field.start_endpoint("gw-1")
        assert urlsplit(url).port == client.comm_params.port
        assert await client.connect()
        assert await feedback(client) == 1


async def test_only_and_without_choose_what_is_served() -> None:
    site, world = small_city.site(), small_city.world()
    just_the_gauge = Field(site, world, VirtualClock(), only=frozenset({LEVEL}), ephemeral_ports=True)
    assert set(await just_the_gauge.start()) == {"gw-1"}
    await just_the_gauge.stop()
    nothing_wet = Field(site, world, VirtualClock(), without=frozenset({"ua-1", LEVEL}), ephemeral_ports=True)
    assert set(await nothing_wet.start()) == {"gw-1"}
    await nothing_wet.stop()


async def test_a_station_on_modbus_acts_within_a_plc_scan() -> None:
    site = small_city.site_with_modbus_station()
    field = Field(site, small_city.world(canal_m=1.5), VirtualClock(), ephemeral_ports=True)
    parts = urlsplit((await field.start())["plc-1"])
    client = AsyncModbusTcpClient(str(parts.hostname), port=int(parts.port or 0), retries=0, reconnect_delay=0)
    assert await client.connect()
    try:
        await asyncio.sleep(13)
        await client.write_register(0, 1, device_id=1)
        await asyncio.sleep(0.3)
        assert (await client.read_holding_registers(1, count=1, device_id=1)).registers == [1]
        await client.write_registers(2, [1000], device_id=1)
        await asyncio.sleep(31)
        assert 480 <= (await client.read_holding_registers(3, count=1, device_id=1)).registers[0] <= 520
        assert field.station(small_city.STATION).gates["G1"].moving
    finally:
        client.close()
        await field.stop()
