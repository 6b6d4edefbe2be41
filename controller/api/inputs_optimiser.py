"""What callers may send about the optimiser."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input

Said = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]


class AcceptInput(Input):
    """Let the optimiser set a station's target."""

    for_s: float = Field(ge=900, le=86400, description="Seconds, 15 minutes to 24 hours.", examples=[14400])
    reason: Said = Field("", examples=["night tide, forecast from 18:00"])


class WithdrawInput(Input):
    """Give the station back to the rules."""

    reason: Said = Field("", examples=["rain came early"])
