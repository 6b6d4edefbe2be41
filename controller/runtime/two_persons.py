"""Acts that take two people: what the second one confirms, and who carries it out.

A first person proposes; the proposal lives five minutes and survives a restart. A second, different person sees a
fresh preview and confirms. The act and the end of its proposal are one transaction, so that a crash between them
neither loses nor doubles it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from controller.domain.points import TargetId
from controller.domain.rights import Caller, OwnerClass, Right
from controller.runtime.views import Receipt
from controller.store.changes import Change


@dataclass(frozen=True, slots=True)
class Wording:
    """What an act that takes two people is, told to whoever is to confirm it."""

    title_en: str
    title_zh: str
    lines: tuple[str, ...]
    """What would happen, as it looks now: one fact a line."""
    fingerprint: str = ""
    """Everything the proposer saw and agreed to, as one text; a proposal whose fingerprint changed is refused.
    What may move while people think (a level, a member lost) is left out of it."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as people see it."""

    id: str
    kind: str
    proposer: str
    reason: str
    targets: tuple[TargetId, ...]
    proposed: datetime
    expires: datetime
    wording: Wording
    right: Right
    of: OwnerClass | None


class TwoPersonAct(Protocol):
    """One kind of act that takes two people; each desk that has one registers it with the proposals."""

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What the act would do now.

        Raises:
            InvalidValue: it cannot be done any more; the message says why.
            UnknownTarget: what it speaks of is gone.
        """
        ...

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Do it: journalled first, ``also`` kept in the same transaction as the act's own changes.

        ``key`` is the proposal's id: the idempotency key of the act. Refusals come back in the receipt; ``also`` is
        then not applied and the proposal stays until its time is over.
        """
        ...


class Proposals(Protocol):
    """Where two-person acts are proposed and confirmed."""

    def register(self, kind: str, act: TwoPersonAct) -> None:
        """Know how acts of this kind are looked at and carried out."""
        ...

    async def propose(
        self,
        kind: str,
        body: Mapping[str, Any],
        caller: Caller,
        *,
        reason: str,
        targets: Sequence[TargetId],
        right: Right = Right.CONFIRM,
        of: OwnerClass | None = None,
    ) -> ProposalView:
        """Keep a proposal, journalled and durable when it returns. ``body`` is plain JSON.

        ``right`` (on ``targets``, or on the class ``of``) is what the confirmer needs.

        Raises:
            InvalidValue: the act cannot be done as it stands.
            StoreError: it could not be written down; nothing was proposed.
        """
        ...
