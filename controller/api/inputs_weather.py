"""What callers may send about weather."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import MAX_LEASE_S, NO_CONTROL_CHARACTERS, Input, ReasonText

KindText = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
LightScopeText = Annotated[str, StringConstraints(min_length=1, max_length=112, pattern=NO_CONTROL_CHARACTERS)]


class SignalInput(Input):
    """A weather signal to set."""

    kind: KindText = Field(description="One of the site's weather_signals.", examples=["rainstorm"])
    colour: Literal["blue", "yellow", "orange", "red"] = Field(examples=["orange"])
    scope: LightScopeText = Field("city", examples=["division:330106"])
    for_s: float | None = Field(None, ge=60, le=MAX_LEASE_S, description="Left out: the kind's own time.")
    reason: ReasonText = Field(examples=["city weather office, orange signal no. 7"])
