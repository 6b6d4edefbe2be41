"""How people, keys and sessions look to those who may see them."""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.clock import Clock
from controller.domain.rights import Grant
from controller.runtime.people.records import ApiKey, User
from controller.runtime.people.sessions import Kept
from controller.runtime.people.views import GrantView, KeyView, PersonView, SessionView


def words(grants: Sequence[Grant]) -> list[str]:
    """Grants for the journal: ``lighting_operator in division:330106``."""
    return [f"{grant.role.value} in {grant.scope}" for grant in grants]


def person(user: User, sessions: int, clock: Clock) -> PersonView:
    """A person."""
    return PersonView(
        user.name, user.display, _grants(user.grants), _state(user, clock), sessions, user.created, user.created_by
    )


def key(key: ApiKey, clock: Clock) -> KeyView:
    """A key."""
    state = "over" if key.until.over(clock) else "active"
    return KeyView(
        key.id, key.name, key.prefix, _grants(key.grants), state, key.until.ends, key.created, key.created_by
    )


def session(kept: Kept) -> SessionView:
    """A session."""
    return SessionView(kept.id, kept.person, kept.client, kept.span.ends)


def _grants(grants: Sequence[Grant]) -> tuple[GrantView, ...]:
    return tuple(GrantView(grant.role.value, str(grant.scope)) for grant in grants)


def _state(user: User, clock: Clock) -> str:
    if user.disabled:
        return "disabled"
    if user.password:
        return "active"
    out = bool(user.code) and user.code_until is not None and not user.code_until.over(clock)
    return "invited" if out else "waiting"
