"""Device profiles from their files: groups written out, every point checked, one file per profile id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import Problem, did_you_mean
from controller.settings.profile_checks import check_points, check_profile
from controller.settings.profile_models import GroupModel, PointModel, ProfileModel, PulseModel
from controller.settings.signs_of_life import check_signs, unwatched
from controller.settings.timetables import check_areas, clock_of, layout_of
from controller.settings.yaml_lines import Document, read_document
from drivers.profile import NO_FEEDBACK, PointSpec, Profile, Protocol, Pulse, WordOrder

OPCUA_NAMES = ("node", "method", "method_off", "object")
"""What only OPC UA points have; in a group, ``{output}`` in them is the output's name."""


@dataclass(slots=True)
class ProfileShelf:
    """The profiles a site can name, read when first asked for; the site's own folder comes first."""

    folders: tuple[Path, ...]
    findings: Findings
    documents: list[Document] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """What is only worth a look."""
    _read: dict[str, Profile | None] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Every profile id there is a file for."""
        return sorted({file.stem for folder in self.folders for file in folder.glob("*.yaml")})

    def get(self, name: str, asked: Spot) -> Profile | None:
        """The profile; None, and the problem noted, when it is unknown or not usable."""
        if name not in self._read:
            file = next((f for folder in self.folders if (f := folder / f"{name}.yaml").is_file()), None)
            if file is None:
                self.findings.add(asked, "unknown profile", did_you_mean(name, self.names()))
                return None
            self._read[name] = self._load(file)
        return self._read[name]

    def loaded(self) -> dict[str, Profile]:
        """The usable profiles that were asked for, by id."""
        return {name: profile for name, profile in self._read.items() if profile is not None}

    def _load(self, file: Path) -> Profile | None:
        document = read_document(file, str(file))
        self.documents.append(document)
        profile = profile_of(document, file.stem, self.findings)
        if profile is not None:
            self.warnings += unwatched(profile, Spot(document, ()))
        return profile


def profile_of(document: Document, stem: str, findings: Findings) -> Profile | None:
    """The profile a document describes; None, and its problems noted, when it can't be used."""
    before = len(findings.problems)
    findings.problems.extend(document.problems)
    top = Spot(document, ())
    if document.problems and document.data is None:
        return None
    entry = findings.parse(ProfileModel, top)
    if entry is None:
        return None
    if entry.value.id != stem:
        findings.add(top.at("id"), "a profile's id is its file's name", f"say id: {stem}, or rename the file")
    points = list(_points(entry, findings))
    check_profile(entry, findings)
    check_points([(spec, spot) for spec, spot in points], entry.value, findings)
    check_signs([spec for spec, _ in points], entry.value, top, findings)
    layout, clock = layout_of(entry.value.timetable), clock_of(entry.value.clock)
    check_areas(layout, clock, [spec for spec, _ in points], entry.value.protocol, top, findings)
    if len(findings.problems) > before:
        return None
    return _profile(entry.value, {spec.name: spec for spec, _ in points})


def _profile(model: ProfileModel, points: dict[str, PointSpec]) -> Profile:
    return Profile(
        id=model.id,
        title=model.title,
        protocol=model.protocol,
        points=MappingProxyType(points),
        namespace=model.namespace,
        max_gap=model.max_gap,
        max_registers=model.max_registers,
        heartbeat_s=model.heartbeat_s,
        frozen_after_s=model.frozen_after_s,
        retained_lockout=model.retained_lockout,
        timetable=layout_of(model.timetable),
        clock=clock_of(model.clock),
        fc23=model.fc23,
        in_flight=model.in_flight,
    )


def _points(entry: Entry[ProfileModel], findings: Findings) -> Iterator[tuple[PointSpec, Spot]]:
    model = entry.value
    for name, point in model.points.items():
        spot = entry.spot.at("points", name)
        _check_address(point, model.protocol, spot, findings)
        yield _spec(name, point, model.word_order), spot
    for position, group in enumerate(model.groups):
        spot = entry.spot.at("groups", position, "points")
        for name, point in group.points.items():
            _check_address(point, model.protocol, spot.at(name), findings)
        for output in range(1, group.count + 1):
            yield from ((spec, spot.at(name)) for name, spec in _output_points(group, output, model.word_order))


def _output_points(group: GroupModel, output: int, order: WordOrder) -> Iterator[tuple[str, PointSpec]]:
    prefix, steps = f"{group.name}{output}", output - 1
    for name, point in group.points.items():
        spec = point.model_copy(
            update={
                "address": None if point.address is None else point.address + steps * point.stride,
                "bit": point.bit + steps * point.bit_stride,
                **{name: _named_after(prefix, getattr(point, name)) for name in OPCUA_NAMES},
                "feedback": _within(prefix, point.feedback),
                "pulse": _pulse_within(prefix, point.pulse),
            }
        )
        yield name, _spec(f"{prefix}.{name}", spec, order)


def _within(prefix: str, feedback: str | None) -> str | None:
    return feedback if feedback is None or feedback == NO_FEEDBACK else f"{prefix}.{feedback}"


def _named_after(prefix: str, identifier: str | None) -> str | None:
    return None if identifier is None else identifier.replace("{output}", prefix)


def _pulse_within(prefix: str, pulse: PulseModel | None) -> PulseModel | None:
    if pulse is None or pulse.opposite is None:
        return pulse
    return pulse.model_copy(update={"opposite": f"{prefix}.{pulse.opposite}"})


def _spec(name: str, point: PointModel, order: WordOrder) -> PointSpec:
    return PointSpec(
        name=name,
        type=point.type,
        access=point.access,
        poll=point.poll,
        unit=point.unit,
        scale=point.scale,
        offset=point.offset,
        low=point.low,
        high=point.high,
        feedback=point.feedback,
        role=point.role,
        labels=MappingProxyType(dict(point.labels)),
        table=point.table,
        address=point.address or 0,
        bit=point.bit,
        length=point.length,
        word_order=point.word_order or order,
        node=point.node or ("" if point.method else name),
        deadband=point.deadband,
        max_rate=point.max_rate,
        frozen_after_s=point.frozen_after_s,
        frozen_band=point.frozen_band,
        still_at=tuple(point.still_at),
        pulse=None if point.pulse is None else Pulse(**point.pulse.model_dump()),
        method=point.method or "",
        method_off=point.method_off or "",
        object=point.object or "",
    )


def _check_address(point: PointModel, protocol: Protocol, spot: Spot, findings: Findings) -> None:
    if protocol is Protocol.MODBUS:
        if point.table is None or point.address is None:
            findings.add(spot, "a Modbus point needs its table and address", "say table: holding, address: 0")
        for name in OPCUA_NAMES:
            if getattr(point, name) is not None:
                findings.add(spot.at(name), f"a Modbus point has no {name}", "leave it out, or set protocol: opcua")
    elif point.table is not None or point.address is not None:
        findings.add(spot, "an OPC UA point has no table and address", "say node: NAME, or nothing: the point's name")
