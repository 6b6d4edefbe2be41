"""Tags, declarations and on-site confirmations as the state store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.rights import Scope
from controller.domain.tags import Tag

TAG = "tag"
DECLARATION = "declaration"
DECLARED_BEFORE = "declared_before"
"""Declarations that are over: their history."""
LONGEST = timedelta(hours=24)
"""A declaration lives at most this long; it is renewed by a person, never by itself (DESIGN section 4)."""


def tag_body(tag: Tag) -> dict[str, Any]:
    """A tag as it is kept."""
    return {
        "on": tag.on,
        "owner": tag.owner,
        "person": tag.person,
        "reason": tag.reason,
        "since": tag.since.isoformat(),
        "ticket": tag.ticket,
        "photo": tag.photo,
    }


def tag_of(tag_id: str, body: Mapping[str, Any]) -> Tag:
    """The tag ``tag_body`` wrote."""
    since = datetime.fromisoformat(body["since"])
    return Tag(tag_id, body["on"], body["owner"], body["person"], body["reason"], since, body["ticket"], body["photo"])


def declaration_body(one: Declaration) -> dict[str, Any]:
    """A declaration as it is kept."""
    return {
        "discipline": one.discipline.value,
        "scope": str(one.scope),
        "state": one.state.value,
        "by": one.by,
        "reason": one.reason,
        "declared": one.declared.isoformat(),
        "expires": one.expires.isoformat(),
        "renewed": one.renewed,
    }


def declaration_of(declaration_id: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> Declaration:
    """The declaration ``declaration_body`` wrote, with what is left of its time at ``wall`` counted from ``now_s``.

    A wall clock that was set back while we were stopped never makes it longer than it may be.
    """
    declared, expires = datetime.fromisoformat(body["declared"]), datetime.fromisoformat(body["expires"])
    left = min(expires - wall, expires - declared, LONGEST)
    return Declaration(
        id=declaration_id,
        discipline=DisciplineName(body["discipline"]),
        scope=Scope.parse(body["scope"]),
        state=OperatingState(body["state"]),
        by=body["by"],
        reason=body["reason"],
        declared=declared,
        expires=expires,
        expires_s=now_s + left.total_seconds(),
        renewed=int(body["renewed"]),
    )
