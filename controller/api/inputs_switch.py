"""What callers may send to the switch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import (
    MAX_LEASE_S,
    NO_CONTROL_CHARACTERS,
    Input,
    OptionalReason,
    ReasonText,
    RequestId,
    TicketText,
    ValueText,
)
from controller.runtime.switching.views import Throw

LightScopeText = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NO_CONTROL_CHARACTERS)]
"""``city``, ``division:330106``, ``street:…``, ``road:…``, ``grade:…``, ``class:…``, ``feeder:…``, ``group:…``, id."""
Knife = Literal["", "road", "landscape"]
SwitchSlot = Literal["", "emergency_order", "city_manual", "district_manual", "event_scene"]


class AimInput(Input):
    """Where the switch is aimed."""

    scope: LightScopeText = Field(
        description="city, division:CODE, street:NAME, road:NAME, grade:special, class:road, feeder:NAME, group:NAME, "
        "an asset's id, or one light's (330106-LC-0004/K1).",
        examples=["road:文一路"],
    )
    knife: Knife = Field("", description="road or landscape; needed where the scope has lights of both.")


class ThrowInput(AimInput):
    """One throw of the switch."""

    action: ValueText = Field(description="`on`, `off`, a level (`60%`), or `scene:NAME`.", examples=["off"])
    for_s: float = Field(ge=1, le=MAX_LEASE_S, description="How long it lives, in seconds.", examples=[1800])
    reason: ReasonText = Field(description="Why; every lease of it says so, with scope and knife.")
    slot: SwitchSlot = Field("", description="Left out: the scene's slot, the city's, or the district's, by rights.")
    ticket: TicketText = ""
    take_over: bool = Field(False, description="Take the slot from another owner who holds it; this is recorded.")
    urgent: bool = Field(False, description="Compress staging against inrush; the preview says what that costs.")
    request_id: RequestId = ""

    def throw(self, slot: str) -> Throw:
        """As the desk takes it."""
        return Throw(
            scope=self.scope,
            knife=self.knife,
            action=self.action,
            for_s=self.for_s,
            reason=self.reason,
            slot=slot,
            ticket=self.ticket,
            take_over=self.take_over,
            urgent=self.urgent,
            request_id=self.request_id,
        )


class LetGoInput(AimInput):
    """One's own leases in a scope that end now."""

    reason: OptionalReason = ""
    slot: SwitchSlot = ""


class RetryInput(Input):
    """Why the rest is asked again."""

    reason: OptionalReason = ""
    owner: Annotated[str, StringConstraints(max_length=128, pattern=NO_CONTROL_CHARACTERS)] = Field(
        "", description="Whose throw, where several chose the same id; the newest otherwise."
    )
    request_id: RequestId = Field("", description="The id of the new request; the same id never acts twice.")
