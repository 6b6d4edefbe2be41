"""What a cabinet's watch must not forget over a restart, as plain JSON: baselines, and what stands."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from controller.domain.lights import Circuit
from controller.logic.faults.baseline import HOURS, Baseline
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.circuit import CircuitWatch
from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.lamp_loss import SOUND, Low
from controller.logic.faults.standing import KNOWN, Standing
from controller.logic.faults.theft import Drop

_OF_CIRCUITS = (
    (FaultKind.BREAKER_TRIP, "breaker"),
    (FaultKind.STUCK_CONTACTOR, "contact"),
    (FaultKind.DAY_BURNER, "burner"),
)
_OF_CABINETS = ((FaultKind.LEAKAGE, "leak"), (FaultKind.DOOR, "door"), (FaultKind.IMMERSION, "wet"))


def remembered(watch: CabinetWatch) -> dict[str, Any]:
    """Everything worth keeping of a cabinet."""
    return {
        "circuits": {watch.circuit.output: _of_circuit(watch) for watch in watch.circuits.values()},
        "findings": [_said(found) for found in watch.findings.values()],
    }


def recall(watch: CabinetWatch, body: Mapping[str, Any]) -> None:
    """Put it back. What was learned of other lamps than hang there now is left out."""
    for circuit in watch.circuits.values():
        kept = body.get("circuits", {}).get(circuit.circuit.output)
        if kept is not None and kept.get("of") == asset_key(circuit.circuit):
            _recall_circuit(circuit, kept)
    watch.findings = {found.kind: found for found in map(_finding, body.get("findings", ()))}
    for kind, name in _OF_CABINETS:
        if kind in watch.findings:
            setattr(watch, name, KNOWN)
    if FaultKind.PHASE_LOSS in watch.findings:
        del watch.findings[FaultKind.PHASE_LOSS]  # which phase it was is read again before anybody could ask


def asset_key(circuit: Circuit) -> str:
    """What a baseline belongs to: other lamps, or other phases, begin anew."""
    return f"{circuit.lamps}x{circuit.rated_w:g}/{circuit.phase}"


def _of_circuit(watch: CircuitWatch) -> dict[str, Any]:
    body: dict[str, Any] = {"of": asset_key(watch.circuit)}
    if watch.baselines:
        body["levels"] = {str(level): _of_baseline(baseline) for level, baseline in watch.baselines.items()}
    if watch.drop.steady:
        body["drop"] = [round(watch.drop.steady, 4), watch.drop.stands, round(watch.drop.share, 4)]
    if watch.low.stands:
        body["low"] = round(watch.low.share, 4)
    if watch.line.stands:
        body["line"] = True
    if watch.findings:
        body["findings"] = [_said(found) for found in watch.findings.values()]
    return body


def _recall_circuit(watch: CircuitWatch, body: Mapping[str, Any]) -> None:
    watch.baselines = {int(level): _baseline(kept) for level, kept in body.get("levels", {}).items()}
    if "drop" in body:
        steady, stands, share = body["drop"]
        watch.drop = Drop(steady=steady, stands=stands, share=share)
    watch.low = Low(stands=True, share=body["low"]) if "low" in body else SOUND
    watch.line = KNOWN if body.get("line") else Standing()
    watch.findings = {found.kind: found for found in map(_finding, body.get("findings", ()))}
    for kind, name in _OF_CIRCUITS:
        if kind in watch.findings:
            setattr(watch, name, KNOWN)


def _of_baseline(baseline: Baseline) -> dict[str, Any]:
    if not baseline.trained:
        return {"lessons": [round(one, 2) for one in baseline.packed]}
    return {
        "watts": {str(hour): round(watts, 2) for hour, watts in enumerate(baseline.watts) if watts},
        "anchors": {str(hour): round(watts, 2) for hour, watts in enumerate(baseline.anchors) if watts},
        "whole_w": round(baseline.whole_w, 2),
        "exponent": round(baseline.exponent, 3),
        "scatter": round(baseline.scatter, 6),
        "volts": [round(baseline.low_v, 1), round(baseline.high_v, 1)],
    }


def _baseline(kept: Mapping[str, Any]) -> Baseline:
    if "lessons" in kept:
        return Baseline(packed=array("f", kept["lessons"]))
    low_v, high_v = kept["volts"]
    return Baseline(
        watts=_hours(kept["watts"]),
        anchors=_hours(kept["anchors"]),
        whole_w=kept["whole_w"],
        exponent=kept["exponent"],
        scatter=kept["scatter"],
        low_v=low_v,
        high_v=high_v,
    )


def _hours(kept: Mapping[str, float]) -> array[float]:
    return array("f", [kept.get(str(hour), 0.0) for hour in range(HOURS)])


def _said(found: Finding) -> list[Any]:
    return [found.kind.value, found.en, found.zh, found.confidence, round(found.lost_w, 1)]


def _finding(kept: list[Any]) -> Finding:
    kind, en, zh, confidence, lost_w = kept
    return Finding(FaultKind(kind), en, zh, confidence, lost_w)
