"""Answers to acts: taken, told and turned into an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from controller.cli.client import CONFLICT, ApiClient, shaped

if TYPE_CHECKING:
    from controller.runtime.two_persons import ProposalView
    from controller.runtime.views import Receipt

MOST_TOLD = 20
"""Outcomes told one by one; of more than these only the refused ones are, and the rest is counted."""


class InTwoLanguages(Protocol):
    """A receipt that says its sentence in both languages."""

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        ...

    @property
    def cause(self) -> str:
        """Why not, in the field's word."""
        ...

    @property
    def text_en(self) -> str:
        """What became of it."""
        ...

    @property
    def text_zh(self) -> str:
        """The same in Chinese."""
        ...


B = TypeVar("B", bound=InTwoLanguages)


def ask_receipt(client: ApiClient, path: str, body: Mapping[str, object] | None = None) -> Receipt:
    """POST an act whose answer is a receipt, also when it is refused."""
    from controller.runtime.views import Receipt

    receipt: Receipt = client.post(path, body, Receipt, also=CONFLICT)
    return receipt


def ask_either(client: ApiClient, path: str, body: Mapping[str, object] | None = None) -> Receipt | ProposalView:
    """POST an act that is done, refused, or now waits for a second person."""
    from controller.runtime.two_persons import ProposalView
    from controller.runtime.views import Receipt

    answer = client.ask("POST", path, body, CONFLICT)
    came: Receipt | ProposalView = shaped(answer.body, ProposalView if answer.status == 202 else Receipt)
    return came


def tell(client: ApiClient, receipt: Receipt) -> bool:
    """Print what became of every target, refusals with what to do; whether any accepted."""
    from controller.cli.causes import advice
    from controller.cli.texts import clock_time, outcome_line

    outcomes = receipt.outcomes
    refused = [outcome for outcome in outcomes if not outcome.accepted]
    accepted = [outcome for outcome in outcomes if outcome.accepted]
    zone = client.zone() if outcomes else None
    if len(outcomes) > MOST_TOLD:
        ends = accepted[0].expires if accepted else None
        until = f", each until {clock_time(ends, client.zone(), '%m-%d %H:%M:%S')}" if ends else ""
        print(f"{len(accepted)} of {len(outcomes)} targets ACCEPTED{until}; request {receipt.request_id}")
    shown = outcomes if len(outcomes) <= MOST_TOLD else refused[:MOST_TOLD]
    for outcome in shown:
        if zone is not None:
            print(outcome_line(outcome, zone))
    hidden = len(refused) - MOST_TOLD
    if len(outcomes) > MOST_TOLD and hidden > 0:
        print(f"and {hidden} more refused")
    print("\n".join(advice(one.cause for one in refused)), end="\n" if refused else "")
    return bool(accepted)


def act(client: ApiClient, path: str, body: Mapping[str, object] | None = None) -> bool:
    """POST an act with a receipt, tell it; whether anything accepted."""
    return tell(client, ask_receipt(client, path, body))


def settle(client: ApiClient, path: str, body: Mapping[str, object] | None, shape: type[B]) -> B:
    """POST an act with a receipt in both languages, and tell it."""
    from controller.cli.causes import advice

    receipt: B = client.post(path, body, shape, also=CONFLICT)
    word = "" if receipt.accepted else f"REFUSED {receipt.cause}: "
    print(f"{word}{receipt.text_en}\n{receipt.text_zh}")
    if not receipt.accepted:
        print("\n".join(advice([receipt.cause])))
    return receipt
