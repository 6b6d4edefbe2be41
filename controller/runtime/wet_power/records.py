"""Wet power-off over a restart: cases, checks and lock-outs as the state store keeps them.

Times that count on the monotonic clock while running are kept as wall times, and counted on from those.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.domain.points import TargetId
from controller.logic.contract import Moment
from controller.logic.wet_power import Case, Check, CheckKind, Hazard, Stage, Why

CASE = "wet_power"
"""Record kind of a circuit's case; its id is the circuit's."""
CHECK = "wet_power_check"
"""Record kind of the last check of a cut circuit; its id is the circuit's."""
LOCKOUT = "lockout"
"""Record kind of a lock-out this controller wrote and has not seen lifted; its id is the circuit's."""


def case_data(case: Case, moment: Moment) -> dict[str, Any]:
    """A case as it is kept."""
    ends = None if case.ends_s is None else moment.wall + timedelta(seconds=case.ends_s - moment.s)
    return {
        "stage": case.stage.value,
        "about": case.about.value,
        "since": _text(case.since),
        "ends": _text(ends),
        "why": case.why.value if case.why else None,
        "text_en": case.text_en,
        "text_zh": case.text_zh,
        "source": case.source,
        "by": case.by,
        "gone": _text(case.gone),
    }


def case_from(data: Mapping[str, Any], moment: Moment) -> Case:
    """The case ``case_data`` wrote."""
    since, ends = _moment(data["since"]), _moment(data["ends"])
    # A wall clock that was set back while we were stopped must not keep anything lit in water for longer than was said.
    begins = moment.wall if since is None else max(since, moment.wall)
    return Case(
        Stage(data["stage"]),
        Hazard(data["about"]),
        since,
        ends_s=None if ends is None else moment.s + (ends - begins).total_seconds(),
        why=Why(data["why"]) if data["why"] else None,
        text_en=data["text_en"],
        text_zh=data["text_zh"],
        source=data["source"],
        by=data["by"],
        gone=_moment(data["gone"]),
    )


def check_data(check: Check) -> dict[str, Any]:
    """A check as it is kept and journalled."""
    return {
        "kind": check.kind.value,
        "value": check.value,
        "unit": check.kind.unit,
        "by": check.by,
        "at": check.at.isoformat(),
        "recorded_by": check.recorded_by,
        "note": check.note,
    }


def check_from(circuit: TargetId, data: Mapping[str, Any]) -> Check:
    """The check ``check_data`` wrote."""
    return Check(
        circuit,
        CheckKind(data["kind"]),
        float(data["value"]),
        data["by"],
        datetime.fromisoformat(data["at"]),
        data["recorded_by"],
        data["note"],
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
