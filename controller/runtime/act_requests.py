"""Acts that ask nothing of the field (resets, tags, declarations, bypasses, decisions) in the list of requests."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Protocol

from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.views import Receipt, TargetOutcome


class Book(Protocol):
    """Who keeps what becomes of requests (``runtime.undertakings``)."""

    def opened(
        self,
        request_id: str,
        caller: Caller,
        kind: str,
        targets: Iterable[TargetId],
        *,
        value: str = "",
        slot: Slot | None = None,
        reason: str = "",
    ) -> None:
        """A request was RECEIVED."""
        ...

    def answered(self, receipt: Receipt, caller: Caller, *, follow: bool = True, confirmed_by: str = "") -> None:
        """The desk gave its answer."""
        ...


class ActRequests:
    """Shared by every desk whose act is done once it is durable: it is opened and answered in one go."""

    def __init__(self) -> None:
        self._book: Book | None = None

    def tell(self, book: Book) -> None:
        """From now on acts are told here."""
        self._book = book

    def done(
        self,
        kind: str,
        caller: Caller,
        outcomes: Sequence[TargetOutcome],
        *,
        value: str = "",
        reason: str = "",
        confirmed_by: str = "",
    ) -> Receipt:
        """The desk's answer, under an id of its own by which it is found again. Refusals are told as well."""
        receipt = Receipt(secrets.token_hex(8), tuple(outcomes))
        if self._book is not None:
            targets = [outcome.target for outcome in outcomes]
            self._book.opened(receipt.request_id, caller, kind, targets, value=value, reason=reason)
            self._book.answered(receipt, caller, follow=False, confirmed_by=confirmed_by)
        return receipt


def outcome(target: TargetId, cause: str, text: str) -> TargetOutcome:
    """Accepted when there is no cause against it."""
    return TargetOutcome(target, not cause, cause, text, None, None)
