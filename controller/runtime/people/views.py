"""People, keys and sessions as administrators see them: nothing in here lets anybody in but what is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GrantView:
    """A role in a scope, in words: ``lighting_operator`` in ``division:330106``."""

    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person. ``state``: active | invited (a code is out) | waiting (the code ran out) | disabled."""

    name: str
    display: str
    grants: tuple[GrantView, ...]
    state: str
    sessions: int
    created: str
    created_by: str


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code to sign in with once, and then set a password. Shown here and never again."""

    name: str
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """A machine's key. ``state``: active | over."""

    id: str
    name: str
    prefix: str
    grants: tuple[GrantView, ...]
    state: str
    expires: datetime
    created: str
    created_by: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. ``token`` is shown here and never again."""

    key: KeyView
    token: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """Somebody signed in."""

    id: str
    person: str
    client: str
    ends: datetime
