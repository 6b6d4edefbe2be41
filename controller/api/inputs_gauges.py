"""What callers may send about level gauges out of the vote."""

from __future__ import annotations

from pydantic import Field

from controller.api.inputs import IdText, Input, ReasonText

_GAUGE = "A level point of a station or gauge, as `zhadao gauge exclusions` names it."
_EXAMPLE = "330102-PS-0001/inner_level_2_m"


class GaugeExcludeInput(Input):
    """A level gauge to take out of the vote, or whose exclusion to renew."""

    gauge: IdText = Field(description=_GAUGE, examples=[_EXAMPLE])
    for_s: float = Field(ge=60, le=24 * 3600, description="1 min to what the site allows (12 h).", examples=[3600])
    reason: ReasonText = Field(examples=["stands still at 2.90 m, the staff gauge says 3.20 m"])


class GaugeIncludeInput(Input):
    """A level gauge that gets its vote back."""

    gauge: IdText = Field(description=_GAUGE, examples=[_EXAMPLE])
    reason: ReasonText = Field(examples=["cleaned, reads as the staff gauge"])
