"""What every act on people and keys goes through: the right to it, the journal, the store, and only then effect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from controller.domain.errors import InvalidValue, NotPermitted, StoreError
from controller.domain.rights import Caller, Grant, OwnerClass, Right, Scope
from controller.runtime.people.doorkeeper import Known
from controller.runtime.people.permissions import Permissions
from controller.store.changes import Change

LABEL = 64
"""Characters a key's or person's own name may have."""
MOST_GRANTS = 50


class Witness(Protocol):
    """The journal, as this desk uses it."""

    async def before(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Durable when it returns. Raises StoreError."""
        ...

    async def before_automation(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Written if it can be."""
        ...

    async def void(self, kind: str, caller: Caller, target: str, data: Mapping[str, Any]) -> None:
        """What the journal took did not come to pass."""
        ...


class Acts:
    """Shared by the desks of people and of machines."""

    def __init__(
        self,
        known: Known,
        permissions: Permissions,
        evidence: Witness,
        is_scope: Callable[[Scope], bool],
        keep: Callable[[Change], None],
    ) -> None:
        self.known = known
        self.permissions = permissions
        self._evidence = evidence
        self._is_scope = is_scope
        self._keep = keep
        self.one_at_a_time = asyncio.Lock()
        """Between looking whether an administrator is left and acting lies a write; nobody else may come between."""

    def see_users(self, caller: Caller) -> None:
        """Who may not see users hears so. Raises NotPermitted."""
        denial = self.permissions.denial(caller, Right.SEE, of=OwnerClass.USERS)
        if denial is not None:
            raise NotPermitted(denial.text)

    async def may_administer(self, caller: Caller, act: str, subject: str) -> None:
        """Who may not look after people hears so, and it is journalled that they tried. Raises NotPermitted."""
        denial = self.permissions.denial(caller, Right.ADMINISTER, of=OwnerClass.USERS)
        if denial is not None:
            data = {"act": act, "subject": subject[:LABEL], "cause": denial.cause, "text": denial.text}
            await self._evidence.before_automation("people_refused", caller.actor, "", data)
            raise NotPermitted(denial.text)

    def checked(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """The grants, each once. Raises InvalidValue for too many, or a scope that is nowhere in this site."""
        given = tuple(dict.fromkeys(grants))
        if len(given) > MOST_GRANTS:
            raise InvalidValue(f"more than {MOST_GRANTS} roles for one; use a wider scope or a group")
        strange = [str(grant.scope) for grant in given if not self._is_scope(grant.scope)]
        if strange:
            raise InvalidValue(f"nothing in this site is called {', '.join(strange[:5])}")
        return given

    async def written(
        self, kind: str, subject: str, caller: Caller, data: Mapping[str, Any], changes: Sequence[Change]
    ) -> None:
        """Journalled, then kept; it may be put in force when this returns. Raises StoreError: nothing happened."""
        data = {"subject": subject, **data}
        await self._evidence.before(kind, caller.actor, "", data)
        try:
            await self.known.state.apply(changes)
        except StoreError:
            await self._evidence.void(kind, caller, "", data)
            raise

    async def taken_away(
        self, kind: str, subject: str, caller: Caller, data: Mapping[str, Any], changes: Sequence[Change]
    ) -> None:
        """In force already; now on record. Raises StoreError: until a disk takes it, which is tried again and again, a
        restart may bring back what was taken away."""
        await self._evidence.before_automation(kind, caller.actor, "", {"subject": subject, **data})
        try:
            await self.known.state.apply(changes)
        except StoreError:
            for change in changes:
                self._keep(change)
            raise


def label(text: str) -> str:
    """A name people read. Raises InvalidValue."""
    text = text.strip()
    if len(text) > LABEL or not text.isprintable():
        raise InvalidValue(f"a name has at most {LABEL} printable characters")
    return text
