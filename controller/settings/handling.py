"""What a site says of handling, from ``handling.yaml``; without the file only people open records."""

from __future__ import annotations

from types import MappingProxyType

from controller.logic.handling_rules import DAY_S, HandlingRules, HandlingSpec
from controller.settings.handling_models import HandlingModel
from controller.settings.parsing import Findings, Spot
from controller.settings.yaml_lines import Document

NEVER = frozenset({"handling_overdue", "receiver_down", "notice_dead", "flood"})
"""Alarms about the answering of alarms: a record for each would only make more of them."""


def handling_of(document: Document | None, findings: Findings) -> HandlingRules:
    """The site's rules; what is wrong with the file is noted."""
    if document is None:
        return HandlingRules()
    findings.problems.extend(document.problems)
    entry = findings.parse(HandlingModel, Spot(document, ())) if document.data is not None else None
    if entry is None:
        return HandlingRules()
    model, spot = entry.value, entry.spot
    _check(model, spot, findings)
    specs = {one.kind: HandlingSpec(one.kind, one.urgency, one.after, one.feedback) for one in model.alarms}
    return HandlingRules(
        emergency_s=model.deadlines.emergency,
        ordinary_s=model.deadlines.ordinary,
        serious_days=model.deadlines.serious_working_days,
        reopen_s=model.reopen_within,
        keep_s=model.keep_days * DAY_S,
        specs=MappingProxyType(specs),
    )


def _check(model: HandlingModel, spot: Spot, findings: Findings) -> None:
    for name in ("emergency", "ordinary"):
        if not 60.0 <= getattr(model.deadlines, name) <= 31 * DAY_S:
            findings.add(spot.at("deadlines", name), "no deadline people could work by", "1h, 24h; at most 31 days")
    if model.deadlines.emergency > model.deadlines.ordinary:
        findings.add(spot.at("deadlines", "emergency"), "an emergency waits longer than an ordinary fault", "1h")
    said: set[str] = set()
    for position, one in enumerate(model.alarms):
        here = spot.at("alarms", position, "kind")
        if one.kind in said:
            findings.add(here, "this kind stands here twice", "keep one of them")
        if one.kind in NEVER:
            findings.add(here, "this alarm is itself about the answering of alarms", "leave it out")
        said.add(one.kind)
