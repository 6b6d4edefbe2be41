"""The reading test against real sockets: what it shows, what it suspects, and that it never writes."""

from __future__ import annotations

import pytest

from controller.cli.profile_testing import report_lines
from controller.commissioning.bench_line import Subject
from controller.commissioning.reading import ReadReport, run_test
from controller.commissioning.suspicions import Sureness, Suspicion
from controller.domain.errors import LinkError
from drivers.base import Endpoint
from drivers.profile import Access, PointSpec, PointType, Profile, Protocol, Table, WordOrder
from hil.field import Field
from tests.contract.peers.device import NAMESPACE, POINTS, ROOT, LoopClock
from tests.contract.peers.opcua import OpcUaPeer
from tests.unit.commissioning.device import Device, listening, profile
from tests.unit.hil import small_city

F32, U16, U32, I16 = PointType.F32, PointType.U16, PointType.U32, PointType.I16


def point(name: str, kind: PointType, address: int, **fields: object) -> PointSpec:
    return PointSpec(name, kind, table=Table.HOLDING, address=address, **fields)  # type: ignore[arg-type]  # its fields


FLOATS = tuple(point(f"voltage_{phase}_v", F32, 2 * n, unit="V") for n, phase in enumerate("abc"))


async def looked_at(device: Device, made: Profile) -> ReadReport:
    async with listening(device) as endpoint:
        report = await run_test(Subject(endpoint, made), LoopClock())
    assert device.writes == [], "a reading test never writes"
    assert {function for _, function in device.asked} <= {1, 2, 3, 4}
    assert device.open_lines == 0
    return report


def only(report: ReadReport, kind: str) -> Suspicion:
    (found,) = [one for one in report.suspicions if one.kind == kind]
    return found


async def test_a_right_profile_reads_good_and_nothing_is_suspected() -> None:
    device = Device()
    level = point("level_m", I16, 10, scale=0.01, unit="m", low=-10, high=20)
    for spec, value in zip(FLOATS, (230.5, 229.0, 231.25), strict=True):
        device.put(spec, value)
    device.put(level, -1.25)
    report = await looked_at(device, profile(*FLOATS, level))
    assert report.good
    assert [(p.name, p.raw, p.value, p.quality) for p in report.points][-1] == ("level_m", "0xFF83", -1.25, "GOOD")
    assert report.points[0].raw == "0x4366 0x8000"


async def test_swapped_floats_are_all_named_with_what_they_would_be() -> None:
    device = Device()
    for spec, value in zip(FLOATS, (230.5, 229.0, 231.25), strict=True):
        device.put(
            PointSpec(spec.name, F32, table=Table.HOLDING, address=spec.address, word_order=WordOrder.LITTLE), value
        )
    found = only(await looked_at(device, profile(*FLOATS)), "word_order")
    assert found.points == tuple(spec.name for spec in FLOATS)
    assert found.sure is Sureness.CERTAIN
    assert "would be 230.5 V" in found.what
    assert found.advice == "say word_order: little for the whole profile"


async def test_one_swapped_float_among_right_ones_is_only_possible() -> None:
    device = Device()
    device.put(FLOATS[0], 230.5)
    device.put(FLOATS[1], 231.0)
    device.memory[Table.HOLDING] |= {4: 0x8000, 5: 0x4366}
    found = only(await looked_at(device, profile(*FLOATS)), "word_order")
    assert (found.points, found.sure) == (("voltage_c_v",), Sureness.POSSIBLE)


async def test_bytes_swapped_within_words_are_said_to_be_beyond_a_profile() -> None:
    device = Device()
    device.memory[Table.HOLDING] = {0: 0x6643, 1: 0x0080}
    found = only(await looked_at(device, profile(FLOATS[0])), "byte_order")
    assert "ABCD or CDAB" in found.advice


async def test_a_counter_whose_high_word_moves_is_counted_the_wrong_way_round() -> None:
    device = Device()
    energy = point("energy_kwh", U32, 0, scale=0.01, unit="kWh")
    device.memory[Table.HOLDING] = {0: 1000, 1: 0}
    looked = []

    class Counting(dict[int, int]):
        def get(self, address: int, default: int | None = None) -> int | None:  # type: ignore[override]  # narrower
            if address == 0:
                looked.append(address)
                self[0] += 1
            return super().get(address, default)

    device.memory[Table.HOLDING] = Counting(device.memory[Table.HOLDING])
    found = only(await looked_at(device, profile(energy)), "word_order")
    assert found.points == ("energy_kwh",)
    assert "high word moves" in found.what
    assert len(looked) == 2


async def test_addresses_printed_from_one_are_found_by_the_refused_end_of_the_table() -> None:
    device = Device()
    specs = [point(f"p{n}", U16, n) for n in range(1, 9)]
    for spec in specs:
        device.put(spec, 100, shift=-1)
    report = await looked_at(device, profile(*specs))
    found = only(report, "address")
    assert "one too high" in found.what
    assert "--base 1" in found.advice
    assert set(found.points) == {spec.name for spec in specs}
    refused = [p for p in report.points if p.remark]
    assert [(p.name, p.quality) for p in refused] == [("p8", "BAD")]
    assert "exception 2" in refused[0].remark


async def test_addresses_one_too_low_are_found_by_the_refused_beginning() -> None:
    device = Device()
    specs = [point(f"p{n}", U16, n) for n in range(4)]
    for spec in specs:
        device.put(spec, 7, shift=1)
    found = only(await looked_at(device, profile(*specs)), "address")
    assert "one too low" in found.what


async def test_floats_read_one_register_aside_are_suspected_of_their_address() -> None:
    device = Device()
    device.memory[Table.HOLDING] = dict.fromkeys(range(12), 0)
    for spec, value in zip(FLOATS, (230.5, 229.3, 231.7), strict=True):
        device.put(spec, value, shift=1)
    report = await looked_at(device, profile(*FLOATS))
    found = only(report, "address")
    assert "one too low" in found.what
    assert found.sure is only(report, "word_order").sure is Sureness.POSSIBLE, "swapped words would look the same"


@pytest.mark.parametrize(
    ("name", "unit", "raw", "scale", "advice", "sure"),
    [
        ("voltage_a_v", "V", 2305, 1.0, "say scale: 0.1", Sureness.LIKELY),
        ("voltage_ab_v", "V", 38000, 1.0, "say scale: 0.01", Sureness.LIKELY),
        ("frequency_hz", "Hz", 5001, 1.0, "say scale: 0.01", Sureness.LIKELY),
        ("power_factor", "", 98, 0.1, "say scale: 0.01", Sureness.LIKELY),
        ("voltage_a_v", "V", 231, 0.1, "say scale: 1", Sureness.LIKELY),
    ],
)
async def test_values_ten_or_a_hundred_times_off_are_suspected(
    name: str, unit: str, raw: int, scale: float, advice: str, sure: Sureness
) -> None:
    device = Device()
    device.memory[Table.HOLDING] = {0: raw}
    found = only(await looked_at(device, profile(point(name, U16, 0, unit=unit, scale=scale))), "scale")
    assert (found.advice, found.sure) == (advice, sure)


@pytest.mark.parametrize(("raw", "unit"), [(2305, "V"), (0, "V"), (100, "A")])
async def test_what_is_plausible_or_not_mains_is_left_in_peace(raw: int, unit: str) -> None:
    device = Device()
    device.memory[Table.HOLDING] = {0: raw}
    assert (await looked_at(device, profile(point("voltage_a_v", U16, 0, unit=unit, scale=0.1)))).good


async def test_a_hole_that_may_not_be_read_over_is_told_from_points_that_are_not_there() -> None:
    device = Device()
    first, last, absent = point("a", U16, 0), point("b", U16, 5), point("c", U16, 40)
    device.put(first, 1)
    device.put(last, 2)
    report = await looked_at(device, profile(first, last, absent, max_gap=8))
    assert "max_gap: 0" in only(report, "gap").advice
    assert only(report, "refused").points == ("c",)
    assert [p.value for p in report.points] == [1, 2, None]


async def test_unnamed_numbers_odd_switches_and_signs_are_pointed_out() -> None:
    device = Device()
    mode = point("mode", PointType.ENUM, 0, labels={0: "A", 1: "B"})
    switch, low, gone = point("run", PointType.BOOL, 1), point("level_m", U16, 2), point("t", I16, 3)
    device.memory[Table.HOLDING] = {0: 7, 1: 0xFF00, 2: 0xFFFA, 3: 0x8000}
    report = await looked_at(device, profile(mode, switch, low, gone))
    kinds = {one.points[0]: one.kind for one in report.suspicions}
    assert kinds == {"mode": "labels", "run": "type", "level_m": "type", "t": "no_value"}


async def test_a_device_that_is_not_there_or_silent_is_a_link_error_in_bounded_time() -> None:
    clock = LoopClock()
    async with listening(Device(units=(9,))) as endpoint:
        began_s = clock.monotonic()
        with pytest.raises(LinkError, match="no reply"):
            await run_test(Subject(endpoint, profile(*FLOATS)), clock)
        assert clock.monotonic() - began_s < 10
    with pytest.raises(LinkError):
        await run_test(Subject(endpoint, profile(*FLOATS)), clock)


async def test_coils_and_discrete_inputs_are_read_as_bits() -> None:
    device = Device()
    device.memory[Table.COIL] = {3: 1, 4: 0}
    device.memory[Table.DISCRETE] = {0: 1}
    specs = [PointSpec("a", PointType.BOOL, table=Table.COIL, address=3, access=Access.READ_WRITE, feedback="c"),
             PointSpec("b", PointType.BOOL, table=Table.COIL, address=4),
             PointSpec("c", PointType.BOOL, table=Table.DISCRETE, address=0)]  # fmt: skip
    report = await looked_at(device, profile(*specs))
    assert [(p.where, p.raw, p.value) for p in report.points] == [
        ("coil 3", "1", True), ("coil 4", "0", False), ("discrete 0", "1", True)
    ]  # fmt: skip


async def test_a_simulated_cabinet_reads_good_by_its_own_profile() -> None:
    field = Field(small_city.site(), small_city.world(), small_city.VirtualClock(), only=frozenset({"gw-1"}),
                  ephemeral_ports=True)  # fmt: skip
    urls = await field.start()
    try:
        (served,) = [one for one in small_city.site().endpoints if one.name == "gw-1"]
        binding = next(one for one in served.devices if one.device == small_city.CABINET)
        made = Profile("cabinet", "c", Protocol.MODBUS, binding.points, max_gap=binding.max_gap)
        subject = Subject(Endpoint("gw-1", urls["gw-1"], (), 2.0), made, binding.unit)
        report = await run_test(subject, LoopClock())
    finally:
        await field.stop()
    assert {p.quality for p in report.points} == {"GOOD"}
    assert {p.name for p in report.points} == set(binding.points)


async def test_an_opcua_station_is_read_scaled_and_raw_and_a_wrong_root_is_named() -> None:
    peer = OpcUaPeer()
    endpoint = await peer.start()
    made = Profile("station", "s", Protocol.OPCUA, POINTS, namespace=NAMESPACE)
    try:
        await peer.show("G1.position_command", 62.5)
        right = await run_test(Subject(endpoint, made, root=ROOT), LoopClock())
        wrong = await run_test(Subject(endpoint, made, root="elsewhere."), LoopClock())
    finally:
        await peer.stop()
    assert {p.quality for p in right.points} == {"GOOD"}
    gate = next(p for p in right.points if p.name == "G1.position_command")
    assert (gate.raw, gate.value, gate.where) == ("625", 62.5, "station.G1.position_command")
    assert right.good, "what tells of a stopped PLC is missing, but nothing that is there looks wrong"
    text = "\n".join(report_lines(right))
    assert "warning 提示: nothing tells a stopped station from a quiet one" in text
    assert "PLC 停止" in text
    assert "role: alive" in text
    assert {p.quality for p in wrong.points} == {"BAD"}
    assert "--root" in wrong.suspicions[0].advice
    assert peer.attempts == []
