"""How users, keys and grants are kept in the state store, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.domain.rights import Grant, Role, Scope
from controller.runtime.people.secrets import CODE_LIFE
from controller.runtime.people.spans import Span
from controller.store.changes import PutRecord

log = structlog.get_logger("people")

USER, KEY = "user", "api_key"
LONGEST_KEY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class User:
    """A person. At most one is filled: ``password`` (argon2id) or ``code`` (SHA-256 of what is random anyway)."""

    name: str
    display: str = ""
    grants: tuple[Grant, ...] = ()
    password: str = ""
    code: str = ""
    code_until: Span | None = None
    disabled: bool = False
    created: str = ""
    created_by: str = ""

    def record(self) -> PutRecord:
        """As it is kept."""
        body = {
            "display": self.display,
            "grants": grants_data(self.grants),
            "password": self.password,
            "code": self.code,
            "code_until": self.code_until.text() if self.code_until else "",
            "disabled": self.disabled,
            "created": self.created,
            "created_by": self.created_by,
        }
        return PutRecord(USER, self.name, body)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A machine's key. ``prefix`` is visible everywhere, the key itself was shown once; ``digest`` is its SHA-256."""

    id: str
    name: str
    prefix: str
    digest: str
    grants: tuple[Grant, ...]
    until: Span
    created: str
    created_by: str

    def record(self) -> PutRecord:
        """As it is kept."""
        body = {
            "name": self.name,
            "prefix": self.prefix,
            "digest": self.digest,
            "grants": grants_data(self.grants),
            "until": self.until.text(),
            "created": self.created,
            "created_by": self.created_by,
        }
        return PutRecord(KEY, self.id, body)


def grants_data(grants: Sequence[Grant]) -> list[dict[str, str]]:
    """Grants as plain JSON."""
    return [{"role": grant.role.value, "scope": str(grant.scope)} for grant in grants]


def grants_of(data: Sequence[Mapping[str, str]]) -> tuple[Grant, ...]:
    """Grants of plain JSON; one that is not understood (a role of another version) gives nothing."""
    grants: list[Grant] = []
    for item in data:
        try:
            grants.append(Grant(Role(item["role"]), Scope.parse(item["scope"])))
        except (ValueError, InvalidValue) as cause:
            log.warning("grant_not_understood", grant=dict(item), reason=str(cause))
    return tuple(grants)


def users_of(records: Mapping[str, Mapping[str, Any]], clock: Clock) -> dict[str, User]:
    """The kept users, by name."""
    return {name: _user(name, body, clock) for name, body in records.items()}


def keys_of(records: Mapping[str, Mapping[str, Any]], clock: Clock) -> dict[str, ApiKey]:
    """The kept keys, by id."""
    return {name: _key(name, body, clock) for name, body in records.items()}


def _user(name: str, body: Mapping[str, Any], clock: Clock) -> User:
    until = body["code_until"]
    return User(
        name=name,
        display=body["display"],
        grants=grants_of(body["grants"]),
        password=body["password"],
        code=body["code"],
        code_until=Span.resumed(until, clock, CODE_LIFE) if until else None,
        disabled=bool(body["disabled"]),
        created=body["created"],
        created_by=body["created_by"],
    )


def _key(name: str, body: Mapping[str, Any], clock: Clock) -> ApiKey:
    return ApiKey(
        id=name,
        name=body["name"],
        prefix=body["prefix"],
        digest=body["digest"],
        grants=grants_of(body["grants"]),
        until=Span.resumed(body["until"], clock, LONGEST_KEY),
        created=body["created"],
        created_by=body["created_by"],
    )
