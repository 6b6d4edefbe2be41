"""What makes a profile unusable: overlapping registers, outputs without proof, types that don't fit their table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from controller.settings.opcua_methods import unfit_method
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.profile_buttons import check_buttons, implausible
from controller.settings.profile_models import ProfileModel
from controller.settings.yaml_lines import YamlPath
from drivers.check import NUMBERS
from drivers.profile import NO_FEEDBACK, PointSpec, PointType, Protocol, Role, Table

Placed = tuple[PointSpec, Spot]

LOCKOUT = ".lockout"
LOCKED_OUT = ".locked_out"
"""A lock-out's points: what is written, and what the device itself retains."""

_BIT_TABLES = (Table.COIL, Table.DISCRETE)
_READ_ONLY_TABLES = (Table.DISCRETE, Table.INPUT)


def check_profile(entry: Entry[ProfileModel], findings: Findings) -> None:
    """The profile as a whole."""
    model, spot = entry.value, entry.spot
    if not model.points and not model.groups:
        findings.add(spot, "a profile without points", "list them under points: or groups:")
    if model.protocol is Protocol.OPCUA and model.in_flight > 1:
        findings.add(spot.at("in_flight"), "only Modbus TCP counts requests in flight", "leave it out")
    if model.protocol is Protocol.OPCUA and not model.namespace:
        findings.add(spot, "an OPC UA profile needs its namespace URI", "say namespace: urn:...; its index may change")


def check_points(points: Sequence[Placed], model: ProfileModel, findings: Findings) -> None:
    """Every point by itself, then all of them together. A group's point is reported once, not once per output."""
    for spec, spot in points:
        for message, hint in _unfit(spec, model):
            _once(findings, spot, message, hint)
    _check_feedback(points, findings)
    _check_roles(points, model, findings)
    _check_lockouts(points, model, findings)
    check_buttons(points, findings)
    if model.protocol is Protocol.MODBUS:
        _check_registers(points, findings)
    else:
        _check_nodes([placed for placed in points if placed[0].node], findings)
        for spec, spot in points:
            for message, hint in unfit_method(spec):
                _once(findings, spot, message, hint)
    _check_alive(points, model, findings)


def _once(findings: Findings, spot: Spot, message: str, hint: str) -> None:
    problem = spot.problem(message, hint)
    if problem not in findings.problems:
        findings.problems.append(problem)


def _unfit(spec: PointSpec, model: ProfileModel) -> Iterator[tuple[str, str]]:
    if spec.scale == 0:
        yield "scale 0 makes every value the same", "leave scale out for 1"
    if spec.low is not None and spec.high is not None and spec.low >= spec.high:
        yield f"low {spec.low:g} is not below high {spec.high:g}", "swap them if they are the wrong way round"
    if (spec.type is PointType.ENUM) != bool(spec.labels):
        yield "an enum, and only an enum, has labels", "say labels: {0: LOCAL, 1: REMOTE}"
    yield from implausible(spec)
    if model.protocol is Protocol.MODBUS:
        yield from _unfit_table(spec, model)
    elif spec.type is PointType.BIT:
        yield "OPC UA has no bits of a word", "say type: bool"


def _unfit_table(spec: PointSpec, model: ProfileModel) -> Iterator[tuple[str, str]]:
    if spec.table in _BIT_TABLES and spec.type is not PointType.BOOL:
        yield f"a {spec.table} holds one bit, not a {spec.type}", "say type: bool, or table: holding"
    if spec.writable and spec.table in _READ_ONLY_TABLES:
        yield f"table {spec.table} can't be written", "an output is a coil or a holding register"
    if spec.writable and spec.type is PointType.BIT:
        yield "one bit of a word can't be written alone", "give the output a coil or a register of its own"
    if spec.address + spec.registers > 65536 or spec.bit > 15:
        yield f"runs past the end of the table at address {spec.address}, bit {spec.bit}", "see stride and count"
    if spec.registers > model.max_registers:
        hint = f"max_registers: {spec.registers} (Modbus allows 125)"
        yield f"needs {spec.registers} registers, more than max_registers {model.max_registers}", hint


def _check_feedback(points: Sequence[Placed], findings: Findings) -> None:
    by_name = {spec.name: spec for spec, _ in points}
    for spec, spot in points:
        if not spec.writable:
            if spec.feedback is not None:
                _once(findings, spot.at("feedback"), "only a writable point has a feedback", "say access: read_write")
        elif spec.feedback is None:
            hint = "name the point that proves a write, or say feedback: none"
            _once(findings, spot, "a writable point without feedback", hint)
        elif spec.feedback != NO_FEEDBACK:
            for message, hint in _poor_feedback(spec, by_name):
                _once(findings, spot.at("feedback"), message, hint)


def _poor_feedback(spec: PointSpec, by_name: dict[str, PointSpec]) -> Iterator[tuple[str, str]]:
    proof = by_name.get(spec.feedback or "")
    if proof is None:
        yield f"no point {spec.feedback}", did_you_mean(spec.feedback or "", by_name)
    elif proof.name == spec.name:
        yield "a command can't prove itself", "name an independent signal, or say feedback: none"
    elif proof.writable:
        yield f"{proof.name} is writable, so it proves nothing", "name a point the device alone sets"


def _check_roles(points: Sequence[Placed], model: ProfileModel, findings: Findings) -> None:
    for role in (Role.HEARTBEAT, Role.EPOCH):
        holders = [(spec, spot) for spec, spot in points if spec.role is role]
        for spec, spot in holders[1:]:
            findings.add(spot.at("role"), f"a second {role} point", f"{holders[0][0].name} is it already; keep one")
            del spec
        for spec, spot in holders[:1]:
            if not spec.writable:
                findings.add(spot, f"the {role} can't be written", "say access: read_write, feedback: none")
    for role in (Role.UPTIME, Role.BOOTS):
        holders = [(spec, spot) for spec, spot in points if spec.role is role]
        for _, spot in holders[1:]:
            findings.add(spot.at("role"), f"a second {role} point", f"{holders[0][0].name} is it already; keep one")
        for spec, spot in holders[:1]:
            if spec.writable or spec.type not in NUMBERS:
                findings.add(spot, f"{role} is a number the device alone counts", "say type: u32, access: read")
    beats = any(spec.role is Role.HEARTBEAT for spec, _ in points)
    if model.heartbeat_s is not None and not beats:
        where = next(spot for _, spot in points).document
        findings.add(Spot(where, ("heartbeat_s",)), "no point has role: heartbeat", "add the point, or leave this out")


def _check_alive(points: Sequence[Placed], model: ProfileModel, findings: Findings) -> None:
    holders = [(spec, spot) for spec, spot in points if spec.role is Role.ALIVE]
    for spec, spot in holders[1:]:
        findings.add(spot.at("role"), "a second alive point", f"{holders[0][0].name} is it already; keep one")
        del spec
    for spec, spot in holders[:1]:
        if model.protocol is not Protocol.OPCUA:
            findings.add(spot.at("role"), "only OPC UA stations have an alive counter", "see frozen_after_s of a point")
        if spec.writable:
            hint = "leave access out; what the centre writes is role: heartbeat"
            findings.add(spot, "the station itself moves its alive counter", hint)


def _check_lockouts(points: Sequence[Placed], model: ProfileModel, findings: Findings) -> None:
    """A lock-out is worth its name only where the device keeps it: the profile says so, and says how it is proven."""
    locks = [(spec, spot) for spec, spot in points if spec.name.endswith(LOCKOUT)]
    for spec, spot in locks:
        if not spec.writable or spec.feedback in (None, NO_FEEDBACK):
            hint = "say access: read_write, feedback: locked_out, and add that point: what the device itself retains"
            _once(findings, spot, "a lock-out is written, and proven by the device", hint)
        elif spec.feedback != f"{spec.name.partition('.')[0]}{LOCKED_OUT}":
            _once(findings, spot.at("feedback"), "a lock-out is proven by locked_out of its output", "say locked_out")
    if locks and not model.retained_lockout:
        hint = "say retained_lockout: true if the device keeps it over a reboot, else leave the point out"
        _once(findings, locks[0][1], "a lock-out the device does not retain stops nothing that matters", hint)
    if model.retained_lockout and not locks and points:
        where = Spot(points[0][1].document, ("retained_lockout",))
        findings.add(where, "no point is a lockout", "add the output's lockout and locked_out, or leave this out")


def _check_registers(points: Iterable[Placed], findings: Findings) -> None:
    taken: dict[tuple[Table, int], list[PointSpec]] = {}
    told: set[YamlPath] = set()
    for spec, spot in points:
        if spec.table is None or spot.path in told:
            continue
        for address in range(spec.address, spec.address + spec.registers):
            others = taken.setdefault((spec.table, address), [])
            rival = next((other for other in others if _clash(spec, other)), None)
            if rival is not None:
                _clashing(spec, rival, address, spot, findings)
                told.add(spot.path)
                break
            others.append(spec)


def _clash(one: PointSpec, other: PointSpec) -> bool:
    both_bits = one.type is PointType.BIT and other.type is PointType.BIT
    return not both_bits or one.bit == other.bit


def _clashing(spec: PointSpec, rival: PointSpec, address: int, spot: Spot, findings: Findings) -> None:
    both = spec.writable and rival.writable
    what = "two outputs on one register" if both else "overlapping registers"
    message = f"{what}: {spec.name} and {rival.name} both use {spec.table} {address}"
    findings.add(spot, message, "give each its own address, or raise the group's stride")


def _check_nodes(points: Iterable[Placed], findings: Findings) -> None:
    taken: dict[str, PointSpec] = {}
    told: set[YamlPath] = set()
    for spec, spot in points:
        rival = taken.setdefault(spec.node, spec)
        if rival is not spec and spot.path not in told:
            told.add(spot.path)
            what = "two outputs on one node" if spec.writable and rival.writable else "two points on one node"
            findings.add(spot, f"{what}: {spec.name} and {rival.name} both use {spec.node}", "give each its own node")
