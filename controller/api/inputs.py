"""What callers may send. Strict: unknown keys, wrong types, endless numbers and endless texts are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from controller.runtime.views import Order

MAX_TARGETS = 20_000
MAX_LEASE_S = 86_400.0
"""No slot's lease is longer than a day (``controller.domain.slots.MAX_LEASE``); the slot's own limit may be shorter."""

OrderSlot = Literal["emergency_order", "city_manual", "district_manual", "plan", "event_scene", "optimiser"]
"""The leased slots: the others are computed, latched or config, and nobody orders into them."""

_NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]*$"
IdText = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/:-]+$")]
"""Ids of assets, targets, leases and alarms, and keys: letters, digits and ``. _ / : -``."""
ValueText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL_CHARACTERS)]
ReasonText = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=_NO_CONTROL_CHARACTERS)
]
TicketText = Annotated[str, StringConstraints(max_length=64, pattern=_NO_CONTROL_CHARACTERS)]
RequestId = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SignInInput(_Input):
    """The one-time code the controller printed when it started."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(examples=["1234-5678-9012-3456-7890"])


class OrderInput(_Input):
    """A leased order for one or many targets."""

    targets: list[IdText] = Field(
        min_length=1,
        max_length=MAX_TARGETS,
        description="Targets, each a station or `asset/output`.",
        examples=[["330106-LC-0001/K1"]],
    )
    value: ValueText = Field(
        description="In the words of the targets' kind: `on`, `60%`, `count 2`, `hand-back` …", examples=["on"]
    )
    for_s: float = Field(
        ge=1, le=MAX_LEASE_S, description="How long the order lives, in seconds; every order ends.", examples=[1800]
    )
    reason: ReasonText = Field(description="Why; it goes into the journal.", examples=["night repair on 文三路"])
    slot: OrderSlot = Field("district_manual", description="The priority to order in; it has to be yours to fill.")
    ticket: TicketText = Field("", description="Work order or dispatch order number, if there is one.")
    take_over: bool = Field(False, description="Take the slot from another owner who holds it; this is recorded.")
    request_id: RequestId = Field(
        "", description="Idempotency key: the same key never acts twice, also across restarts."
    )

    def order(self) -> Order:
        """The order as the controller takes it."""
        return Order(
            targets=tuple(self.targets),
            value=self.value,
            for_s=self.for_s,
            reason=self.reason,
            slot=self.slot,
            ticket=self.ticket,
            take_over=self.take_over,
            request_id=self.request_id,
        )


class ResetInput(_Input):
    """Why what is latched may go: what was found on site, and that it is gone."""

    reason: ReasonText = Field(description="It goes into the journal.", examples=["rack cleaned, unit inspected"])


class ReleaseInput(_Input):
    """Why a lease ends early."""

    reason: Annotated[str, StringConstraints(max_length=500, pattern=_NO_CONTROL_CHARACTERS)] = Field(
        "", examples=["repair finished"]
    )
