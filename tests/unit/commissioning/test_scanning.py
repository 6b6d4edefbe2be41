"""A scan asks what was typed and nothing else, finds what answers, and says what it sent."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commissioning.identify import parse
from controller.commissioning.opcua_endpoints import endpoints_of
from controller.commissioning.scan_targets import parse_units, target_of, targets_in
from controller.commissioning.scanning import PAUSE_S, ScanLog, UnitFound, scan_units
from controller.domain.errors import BadReply, DeviceRefused, InvalidValue, LinkDown
from drivers.profile import Table
from tests.contract.peers.device import LoopClock
from tests.contract.peers.opcua import OpcUaPeer
from tests.unit.commissioning.device import Device, listening

IDENTITY = bytes((0x2B, 0x0E, 1, 1, 0, 0, 3)) + b"\x00\x04ACME\x01\x03C-8\x02\x03\x1b1."


async def scanned(device: Device, units: str) -> tuple[tuple[UnitFound, ...], ScanLog, list[UnitFound]]:
    told: list[UnitFound] = []
    log = ScanLog()
    async with listening(device) as endpoint:
        target = target_of(endpoint.url, parse_units(units))
        found = await scan_units(target, log, LoopClock(), told.append)
        await asyncio.sleep(0.1)
        assert device.open_lines == 0
    return found, log, told


async def test_units_that_answer_are_found_with_their_tables_and_who_they_are() -> None:
    device = Device(units=(3,), identity=IDENTITY)
    device.memory[Table.HOLDING][0] = 1
    found, log, told = await scanned(device, "1-4")
    assert [unit.unit for unit in found] == [unit.unit for unit in told] == [3]
    assert dict(found[0].answers) == {
        Table.HOLDING: "answers", Table.INPUT: "exception 2", Table.COIL: "exception 2", Table.DISCRETE: "exception 2"
    }  # fmt: skip
    assert found[0].identity == "vendor ACME, product C-8, revision 1.", "no control characters reach the terminal"
    assert log.words() == (
        "4 units asked, 3 silent; sent: 1 × FC 1, 1 × FC 2, 4 × FC 3, 1 × FC 4, 1 × FC 43; nothing was written"
    )
    assert device.asked == [(1, 3), (2, 3), (3, 3), (3, 4), (3, 1), (3, 2), (4, 3), (3, 43)]


async def test_behind_a_gateway_absent_units_cost_no_time_out_and_no_new_connection() -> None:
    device = Device(units=(2,), gateway=True)
    clock = LoopClock()
    began_s = clock.monotonic()
    found, log, _ = await scanned(device, "1-50")
    assert [unit.unit for unit in found] == [2]
    assert log.silent == 49
    assert 52 * PAUSE_S <= clock.monotonic() - began_s < 60 * PAUSE_S, "one request at a time, with a pause between"


async def test_an_address_where_nobody_listens_is_said_once() -> None:
    async with listening(Device()) as endpoint:
        url = endpoint.url
    log = ScanLog()
    assert await scan_units(target_of(url, (1, 2, 3)), log, LoopClock(), print) == ()
    assert "cannot be reached" in log.trouble
    assert log.asked == 0


async def test_an_aborted_scan_leaves_no_connection_and_has_said_what_it_found() -> None:
    device = Device(units=(1,))
    told: list[UnitFound] = []
    async with listening(device) as endpoint:
        target = target_of(endpoint.url, parse_units("1-247"))
        scan = asyncio.create_task(scan_units(target, log := ScanLog(), LoopClock(), told.append))
        await asyncio.sleep(3)
        scan.cancel()
        with pytest.raises(asyncio.CancelledError):
            await scan
        await asyncio.sleep(0.1)
        assert device.open_lines == 0
    assert [unit.unit for unit in told] == [1]
    assert 0 < log.asked < 20


@pytest.mark.parametrize(
    "said",
    ["10.0.0.0/24", "10.0.0.1-20", "10.0.0.*", "10.0.0.1,10.0.0.2", "", "modbus+tcp://10.0.0.1-20:502", "soft://x",
     "10.0.0.1:99999", "modbus+tcp://", "a b"],
)  # fmt: skip
def test_networks_ranges_and_what_is_no_address_are_refused(said: str) -> None:
    with pytest.raises(InvalidValue):
        target_of(said, (1,))


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("10.20.6.9", "modbus+tcp://10.20.6.9:502"),
        ("dtu-7.example:503", "modbus+tcp://dtu-7.example:503"),
        ("modbus+rtu:///dev/ttyS1?baudrate=9600&parity=N", "modbus+rtu:///dev/ttyS1?baudrate=9600&parity=N"),
        ("opc.tcp://plc:4840", "opc.tcp://plc:4840"),
    ],
)
def test_single_addresses_of_every_wire_are_taken(said: str, url: str) -> None:
    assert target_of(said, (1,)).url == url


def test_a_file_of_addresses_names_the_line_that_is_none() -> None:
    lines = ["# spring tour", "10.20.6.9:502 units=1-3", "", "opc.tcp://10.20.7.1:4840  # PLC"]
    assert [(t.url, t.units) for t in targets_in(lines, (9,))] == [
        ("modbus+tcp://10.20.6.9:502", (1, 2, 3)), ("opc.tcp://10.20.7.1:4840", ())
    ]  # fmt: skip
    for bad in ("10.0.0.0/8", "10.0.0.1 unit=3", "10.0.0.1 units=300"):
        with pytest.raises(InvalidValue, match=r"line 2|units 300"):
            targets_in(["10.0.0.1", bad], (1,))
    with pytest.raises(InvalidValue, match="at most 64"):
        targets_in(["10.0.0.1"] * 65, (1,))


@pytest.mark.parametrize(("said", "units"), [("5", (5,)), ("1-3,2,7", (1, 2, 3, 7)), (" 1 , 2 ", (1, 2))])
def test_units_are_asked_once_and_in_order(said: str, units: tuple[int, ...]) -> None:
    assert parse_units(said) == units


@pytest.mark.parametrize("said", ["", "a", "3-1", "256", "1-", "-1"])
def test_what_is_no_unit_is_refused(said: str) -> None:
    with pytest.raises(InvalidValue):
        parse_units(said)


@given(st.binary(max_size=80))
def test_no_identification_however_broken_ends_in_a_defect(pdu: bytes) -> None:
    for said in (pdu, IDENTITY[:7] + pdu):
        try:
            identity = parse(said)
        except (BadReply, DeviceRefused):
            continue
        assert str(identity).isprintable()


async def test_an_opcua_server_is_asked_for_its_endpoints_and_nothing_more() -> None:
    peer = OpcUaPeer()
    endpoint = await peer.start()
    try:
        (offered,) = await endpoints_of(endpoint.url, 2.0)
        await asyncio.sleep(0.1)
    finally:
        await peer.stop()
    assert (offered.policy, offered.mode, offered.fingerprint) == ("None", "None", "")
    assert "no security" in offered.note
    with pytest.raises(LinkDown, match="no OPC UA server"):
        await endpoints_of(endpoint.url, 0.5)
