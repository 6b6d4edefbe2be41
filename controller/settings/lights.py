"""Cabinets and poles from their entries."""

from __future__ import annotations

from controller.domain.lights import Cabinet, Circuit, Display, Luminaire, Pole
from controller.domain.places import KeyPlace
from controller.settings.asset_models import CabinetModel, CircuitModel, KeyAtModel, PoleModel
from controller.settings.context import Context, check_id, check_known, check_outputs, place_of
from controller.settings.parsing import Entry


def cabinet_of(entry: Entry[CabinetModel], context: Context) -> Cabinet:
    """The cabinet; what is wrong with it is noted."""
    model, spot = entry.value, entry.spot
    check_id(model.id, {"LC": "streetlight cabinet"}, spot, context)
    circuits = [(circuit, spot.at("circuits", i)) for i, circuit in enumerate(model.circuits)]
    check_outputs([(circuit.output, here.at("output")) for circuit, here in circuits], context.findings)
    for circuit, here in circuits:
        check_known(circuit.program, context.programs, "lighting program", here.at("program"), context.findings)
    return Cabinet(
        id=model.id,
        name=model.name,
        division=model.id[:6],
        place=place_of(model.place, spot.at("place"), context.findings),
        grade=model.grade,
        circuits=tuple(_circuit(model.id, circuit) for circuit in model.circuits),
        street=model.street,
        road=model.road,
        key_at=key_of(model.key_at),
        feeder=model.feeder,
    )


def key_of(model: KeyAtModel | None) -> KeyPlace:
    """Where a switch's key is."""
    return KeyPlace() if model is None else KeyPlace(model.zh, model.en)


def _circuit(cabinet: str, model: CircuitModel) -> Circuit:
    return Circuit(
        id=f"{cabinet}/{model.output}",
        output=model.output,
        name=model.name,
        light_class=model.lights,
        program=model.program,
        lamps=model.lamps,
        rated_w=model.lamps * model.lamp_w,
        phase=model.phase,
        no_restrike_s=model.no_restrike_s,
        evacuation=model.evacuation,
        underpass=model.underpass,
        min_percent=None if model.dim is None else model.dim.min_percent,
    )


def pole_of(entry: Entry[PoleModel], context: Context) -> Pole:
    """The pole; what is wrong with it is noted."""
    model, spot = entry.value, entry.spot
    check_id(model.id, {"SP": "smart pole"}, spot, context)
    lamps = [(lamp.output, spot.at("luminaires", i, "output")) for i, lamp in enumerate(model.luminaires)]
    displays = [(output, spot.at("displays", i)) for i, output in enumerate(model.displays)]
    check_outputs(lamps + displays, context.findings)
    for i, lamp in enumerate(model.luminaires):
        here = spot.at("luminaires", i, "program")
        check_known(lamp.program, context.programs, "lighting program", here, context.findings)
    return Pole(
        id=model.id,
        name=model.name,
        division=model.id[:6],
        place=place_of(model.place, spot.at("place"), context.findings),
        luminaires=tuple(
            Luminaire(f"{model.id}/{lamp.output}", lamp.output, lamp.program, lamp.rated_w) for lamp in model.luminaires
        ),
        displays=tuple(Display(f"{model.id}/{output}", output) for output in model.displays),
        road=model.road,
        street=model.street,
        grade=model.grade,
        feeder=model.feeder,
    )
