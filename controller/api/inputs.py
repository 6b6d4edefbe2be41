"""What callers may send. Strict: unknown keys, wrong types, endless numbers and endless texts are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from controller.runtime.views import Order

MAX_TARGETS = 20_000
MAX_LEASE_S = 86_400.0
"""No slot's lease is longer than a day (``controller.domain.slots.MAX_LEASE``); the slot's own limit may be shorter."""

MAX_STANDING_S = 31 * 86_400.0
"""No standing order is longer; the site's own limit may be shorter."""

OrderSlot = Literal["emergency_order", "city_manual", "district_manual", "plan", "event_scene", "optimiser"]
"""The leased slots: the others are computed, latched or config, and nobody orders into them."""

NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]*$"
IdText = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/:-]+$")]
"""Ids of assets, targets, leases and alarms, and keys: letters, digits and ``. _ / : -``."""
ValueText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL_CHARACTERS)]
ReasonText = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
OptionalReason = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)]
TicketText = Annotated[str, StringConstraints(max_length=64, pattern=NO_CONTROL_CHARACTERS)]
LabelText = Annotated[str, StringConstraints(max_length=128, pattern=NO_CONTROL_CHARACTERS)]
"""Names of people, sessions and things."""
NoteText = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
RequestId = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]


class Input(BaseModel):
    """What every body is: strict, and nothing more in it than is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


SecretText = Annotated[str, StringConstraints(min_length=1, max_length=256)]
TokenText = Annotated[str, StringConstraints(min_length=1, max_length=16_384)]


_COOKIES = "Keep the tokens in cookies no script can read, and give a CSRF token instead: for the page."


class SignInInput(Input):
    """Who one is, and the proof: a password, or a one-time code that then asks for a password to be set."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(examples=["operator"])
    secret: SecretText = Field(examples=["1234-5678-9012-3456-7890"])
    cookies: bool = Field(False, description=_COOKIES)


class SignOnInput(Input):
    """A token of the city's own sign-on."""

    token: TokenText = Field(description="The ID token the issuer gave for the nonce of `/sign-on/begin`.")
    cookies: bool = Field(False, description=_COOKIES)


class RefreshInput(Input):
    """A refresh token; it is used up by this, and the answer brings the next one."""

    refresh: TokenText | None = Field(None, description="Left out: the one in the page's cookie.")


class PasswordInput(Input):
    """One's own new password."""

    password: SecretText = Field(description="At least 12 characters; a few unrelated words do well.")
    secret: Annotated[str, StringConstraints(max_length=256)] = Field(
        "", description="The present password; not asked for right after signing in by a one-time code."
    )


class OrderInput(Input):
    """A leased order for one or many targets."""

    targets: list[IdText] = Field(
        min_length=1,
        max_length=MAX_TARGETS,
        description="Targets, each a station or `asset/output`.",
        examples=[["330106-LC-0001/K1"]],
    )
    value: ValueText = Field(
        description="In the words of the targets' kind: `on`, `60%`, `count 2`, `level 2.3`, `flow 60`, `hand-back` …",
        examples=["on"],
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


class OperateInput(Input):
    """The token of a selection; it is used up by this."""

    token: TokenText = Field(description="What `/selections` gave you. Works once, for the session that selected.")


class StopInput(Input):
    """One unit, circuit, lamp or gate that has to stop now."""

    target: IdText = Field(examples=["330102-PS-0001/P1"])
    reason: OptionalReason = Field("", description="May be left out: the stop does not wait for words.")


class StopReturnInput(Input):
    """A stop that is to be taken back."""

    target: IdText = Field(examples=["330102-PS-0001/P1"])
    reason: ReasonText = Field(examples=["coupling replaced, guard is on again"])


class ResetInput(Input):
    """Why what is latched may go: what was found on site, and that it is gone."""

    reason: ReasonText = Field(description="It goes into the journal.", examples=["rack cleaned, unit inspected"])


class ReleaseInput(Input):
    """Why a lease ends early."""

    reason: OptionalReason = Field("", examples=["repair finished"])


class WhyInput(Input):
    """Why."""

    reason: ReasonText = Field(description="It goes into the journal; somebody reads it at 3 a.m.")


class MaybeWhyInput(Input):
    """Why, if there is something to say."""

    reason: OptionalReason = ""


class ForInput(Input):
    """How much longer, and why."""

    for_s: float = Field(ge=1, le=MAX_STANDING_S, description="Seconds from now.", examples=[3600])
    reason: ReasonText = Field(examples=["the repair takes longer"])


class AbortInput(Input):
    """Why a request ends everywhere."""

    reason: ReasonText = Field(examples=["wrong street"])
    owner: LabelText = Field("", description="Whose request, where several chose the same id; the newest otherwise.")
