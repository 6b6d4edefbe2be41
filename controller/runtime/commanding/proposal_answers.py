"""What people are told of a proposal: how it looks now, and what came of a word about it."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import Cause
from controller.runtime.commanding.proposal import Proposal
from controller.runtime.two_persons import ProposalView, Wording
from controller.runtime.views import Receipt, TargetOutcome


@dataclass(frozen=True, slots=True)
class FreshProposal:
    """A proposal beside what its act would do now: what the confirmer has to see."""

    proposal: ProposalView
    now: Wording | None
    """None when it cannot be done any more; ``problem`` says why."""
    problem: str
    """Why confirming it now would be refused; empty when nothing speaks against it."""


def one_of(proposal: Proposal) -> str:
    """The journal's target column: the target when there is one; with many, the line's data name them."""
    return proposal.targets[0] if len(proposal.targets) == 1 else ""


def outcome_key(proposal_id: str) -> str:
    """Under which key it is remembered what became of a proposal."""
    return f"proposal/{proposal_id}"


def refusal_of(proposal: Proposal, cause: Cause, text: str) -> Receipt:
    """Nothing was done."""
    return receipt_of(proposal, accepted=False, cause=cause.value, text=text)


def receipt_of(proposal: Proposal, *, accepted: bool, cause: str, text: str) -> Receipt:
    """The same word for every target of a proposal."""
    targets = proposal.targets or ("",)
    return Receipt(proposal.id, tuple(TargetOutcome(target, accepted, cause, text, None, None) for target in targets))
