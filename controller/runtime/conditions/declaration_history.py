"""What was declared before, and how it ended: the last declarations, kept over restarts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from controller.domain.operating import Declaration
from controller.logic.operating_states import StateSpec
from controller.runtime.conditions.records import DECLARED_BEFORE, declaration_body, declaration_of
from controller.runtime.conditions.views import DeclarationView
from controller.runtime.keeper import Keeper
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

KEPT = 1_000
"""So many ended declarations are kept at hand; the journal keeps all of them for ever."""


@dataclass(frozen=True, slots=True)
class Over:
    """A declaration that is over: when, and how it ended."""

    declaration: Declaration
    ended: datetime
    how: str


class DeclarationHistory:
    """The newest ``KEPT`` declarations that are over."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._over: list[Over] = []

    def restore(self, stored: StoredState) -> None:
        """Take up what was kept."""
        found = [
            Over(
                declaration_of(name, body, datetime.fromtimestamp(0, UTC), 0.0),
                datetime.fromisoformat(body["ended"]),
                body["how"],
            )
            for name, body in stored.of(DECLARED_BEFORE).items()
        ]
        self._over = sorted(found, key=lambda over: over.ended)

    def changes(self, over: Over) -> tuple[Change, ...]:
        """What keeps it."""
        body = {**declaration_body(over.declaration), "ended": over.ended.isoformat(), "how": over.how}
        return (PutRecord(DECLARED_BEFORE, over.declaration.id, body),)

    def add(self, over: Over) -> None:
        """It is history now; the oldest make room."""
        self._over.append(over)
        while len(self._over) > KEPT:
            self._keeper.keep(DropRecord(DECLARED_BEFORE, self._over.pop(0).declaration.id))

    def recent(self, limit: int) -> tuple[Over, ...]:
        """The newest first."""
        return tuple(reversed(self._over[-limit:])) if limit > 0 else ()


def view_of(one: Declaration, spec: StateSpec, ended: datetime | None = None, how: str = "") -> DeclarationView:
    """A declaration as people see it."""
    return DeclarationView(
        id=one.id,
        discipline=one.discipline.value,
        scope=str(one.scope),
        state=one.state.value,
        title_zh=spec.title_zh,
        title_en=spec.title_en,
        response=spec.response,
        by=one.by,
        reason=one.reason,
        declared=one.declared,
        expires=one.expires,
        renewed=one.renewed,
        ended=ended,
        how=how,
    )
