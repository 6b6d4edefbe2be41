"""What callers may send about poles and displays."""

from __future__ import annotations

from pydantic import Field

from controller.api.inputs import MAX_TARGETS, IdText, Input, OrderSlot, ReasonText


class AnswerInput(Input):
    """What is done about a call for help."""

    reason: ReasonText = Field(examples=["patrol 3 is on its way"])


class ClearInput(Input):
    """Messages to take down."""

    displays: list[IdText] = Field(min_length=1, max_length=MAX_TARGETS, examples=[["330106-SP-0001/D1"]])
    slot: OrderSlot = Field("district_manual", description="The priority they were put into.")
    reason: ReasonText = Field(examples=["the event is over"])
