"""``gauge_exclusion:`` under ``water/``: how long a person may take a level gauge out of the vote, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from controller.logic.gauge_exclusion import AGREE_M, LIVELY_S
from controller.settings.fields import Duration, Model
from controller.settings.parsing import Entry, Findings

LONGEST_S = 12 * 3600.0
"""Half a day: nobody's word about a gauge outlives the shift that looked at it by much."""


@dataclass(frozen=True, slots=True)
class ExclusionRules:
    """``longest_s``: how long one exclusion may run before it is renewed. ``agree_m``: so near (m) the last two gauges
    have to be, never laxer than gauges always have to. ``lively_s``: so lately the last one must have moved."""

    longest_s: float = LONGEST_S
    agree_m: float = AGREE_M
    lively_s: float = LIVELY_S


class GaugeExclusionModel(Model):
    """``gauge_exclusion:``; each field is explained at ``ExclusionRules``."""

    longest: Annotated[Duration, Field(ge=600, le=86400)] = LONGEST_S
    agree_m: Annotated[float, Field(gt=0, le=AGREE_M)] = AGREE_M
    lively: Annotated[Duration, Field(ge=60, le=3600)] = LIVELY_S


def exclusion_rules_of(entries: Sequence[Entry[GaugeExclusionModel]], findings: Findings) -> ExclusionRules:
    """The rules; a second ``gauge_exclusion`` is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second gauge_exclusion", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return ExclusionRules()
    model = entries[0].value
    return ExclusionRules(model.longest, model.agree_m, model.lively)
