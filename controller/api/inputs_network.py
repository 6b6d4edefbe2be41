"""What callers may ask of the network's model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.api.inputs import IdText, Input, ValueText

MOST_ACTS = 64


class ActInput(Input):
    """One act to think through."""

    target: IdText = Field(examples=["330102-PS-0001"])
    value: ValueText = Field(description="As for an order.", examples=["count 3"])


class WhatIfInput(Input):
    """Acts to think through together; nothing is done."""

    acts: Annotated[list[ActInput], Field(min_length=1, max_length=MOST_ACTS)]
    hours: Annotated[float, Field(ge=0.25, le=48)] = 6.0
    for_s: Annotated[float, Field(gt=0, le=172_800)] | None = Field(
        None, description="How long the acts last; left out: all these hours. Then the stations go on by themselves."
    )
