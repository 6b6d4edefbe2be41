"""What callers may send about mobile pumps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input

Said = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]


class MobilePumpInput(Input):
    """Where a mobile pump is and what it does."""

    state: Literal["ready", "underway", "pumping", "fault"] = Field(examples=["pumping"])
    where: Said = Field("", description="In words; needed while it pumps, unless a position is given.")
    lat: float | None = Field(None, ge=-90, le=90, description="WGS-84, with lon.", examples=[30.248])
    lon: float | None = Field(None, ge=-180, le=180, examples=[120.19])
    note: Said = Field("", examples=["two hoses to the canal"])
