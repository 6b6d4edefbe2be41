"""Where machines' keys are looked after."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from controller.domain.errors import InvalidValue
from controller.domain.rights import Caller, Grant, Role
from controller.runtime.people import showing
from controller.runtime.people.acts import Acts, label
from controller.runtime.people.book import KEY_PREFIX
from controller.runtime.people.records import KEY, LONGEST_KEY, ApiKey
from controller.runtime.people.secrets import digest_of
from controller.runtime.people.spans import Span
from controller.runtime.people.views import KeyView, NewKey
from controller.store.changes import DropRecord


class KeyDesk:
    """API keys: scoped, ending, shown once. Needs ``administer`` on ``users``; raises like ``PeopleDesk``."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    def list(self, caller: Caller) -> tuple[KeyView, ...]:
        """Every API key, by name."""
        self._acts.see_users(caller)
        known = self._acts.known
        return tuple(showing.key(key, known.clock) for key in known.book.api_keys())

    async def add(self, name: str, grants: Sequence[Grant], for_s: float, caller: Caller) -> NewKey:
        """A key for a machine (``key_added``), for at most a year; a machine administers nobody."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "add_key", name)
            given, called = self._acts.checked(grants), label(name)
            if not called or any(grant.role is Role.ADMINISTRATOR for grant in given):
                raise InvalidValue("a key has a name saying which machine it is for, and no administrator's role")
            if not 60.0 <= for_s <= LONGEST_KEY.total_seconds():
                raise InvalidValue(f"a key lives between a minute and {LONGEST_KEY.days} days, not {for_s:g} s")
            known, key_id = self._acts.known, secrets.token_hex(5)
            token = f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
            span = Span.of(known.clock, timedelta(seconds=for_s))
            now, prefix = known.clock.now().isoformat(), f"{KEY_PREFIX}{key_id}"
            key = ApiKey(key_id, called, prefix, digest_of(token), given, span, now, caller.actor)
            data = {"id": key_id, "name": called, "grants": showing.words(given), "until": span.text()}
            await self._acts.written("key_added", "", caller, data, [key.record()])
            known.book.put_key(key)
            return NewKey(showing.key(key, known.clock), token)

    async def revoke(self, key_id: str, caller: Caller, reason: str = "") -> None:
        """A key opens nothing any more (``key_revoked``)."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "revoke_key", key_id)
            key = next((key for key in self._acts.known.book.api_keys() if key.id == key_id), None)
            if key is None:
                raise InvalidValue(f"there is no key {key_id[:64]!r}")
            self._acts.known.book.drop_key(key_id)
            data = {"id": key_id, "name": key.name, "reason": reason}
            await self._acts.taken_away("key_revoked", "", caller, data, [DropRecord(KEY, key_id)])
