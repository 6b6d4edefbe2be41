"""What each throw of the switch was: kept beside its request, so that it can be followed and its rest asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from controller.domain.points import TargetId
from controller.runtime.switching.views import Throw
from controller.store.changes import Change, DropRecord, PutRecord

log = structlog.get_logger("switching")

KIND = "knife"
"""Kind of the records in the state store."""
MOST = 300
"""So many are remembered; the oldest goes first. All of them are in the journal."""
MERELY_LOOKED = timedelta(minutes=10)
"""What was looked at and not thrown within this time is forgotten: longer than a selection and a proposal live."""

Key = tuple[str, str]
"""Whose request, and its id."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """A throw under the request it became; ``at`` aware, UTC.

    ``left_out``: each light that was no part of what was operated, with the cause and the sentence that were shown.
    """

    actor: str
    request_id: str
    throw: Throw
    at: datetime
    left_out: tuple[tuple[TargetId, str, str], ...] = ()

    @property
    def key(self) -> Key:
        """Its place in the book."""
        return self.actor, self.request_id

    @property
    def name(self) -> str:
        """Its name in the state store."""
        return "/".join(self.key)


class ThrowBook:
    """Remembers; decides nothing. ``acted``: whether a request of this key was really given (key as ``Key``)."""

    def __init__(self, keep: Callable[[Change], None], acted: Callable[[Key], bool]) -> None:
        self._keep, self._acted = keep, acted
        self._thrown: dict[Key, Thrown] = {}
        self._given: set[Key] = set()

    def put(self, thrown: Thrown) -> None:
        """Remember one more look, which may become a throw; looks that came to nothing never push throws out."""
        self._forget_looks(thrown.at - MERELY_LOOKED)
        self._thrown.pop(thrown.key, None)
        self._thrown[thrown.key] = thrown
        self._keep(PutRecord(KIND, thrown.name, _record(thrown)))
        while len(self._thrown) > MOST:
            self._drop(next(iter(self._thrown)))

    def _forget_looks(self, before: datetime) -> None:
        for key, thrown in tuple(self._thrown.items()):
            if thrown.at >= before or key in self._given:
                continue
            if self._acted(key):
                self._given.add(key)
            else:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        self._keep(DropRecord(KIND, self._thrown.pop(key).name))
        self._given.discard(key)

    def get(self, request_id: str, actor: str = "") -> Thrown | None:
        """The newest of this id; of one actor, where one is named."""
        for thrown in reversed(self._thrown.values()):
            if thrown.request_id == request_id and actor in ("", thrown.actor):
                return thrown
        return None

    def restore(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up what was kept before a restart."""
        found = []
        for name, body in kept.items():
            try:
                found.append(_read(body))
            except (KeyError, TypeError, ValueError) as error:
                log.error("throw_not_restored", request=name, reason=repr(error))
        self._thrown = {one.key: one for one in sorted(found, key=lambda one: one.at)}


def _record(thrown: Thrown) -> dict[str, Any]:
    return {
        "actor": thrown.actor,
        "request": thrown.request_id,
        "at": thrown.at.isoformat(),
        "throw": asdict(thrown.throw),
        "left_out": [list(one) for one in thrown.left_out],
    }


def _read(body: Mapping[str, Any]) -> Thrown:
    left_out = tuple((target, cause, text) for target, cause, text in body["left_out"])
    at = datetime.fromisoformat(body["at"])
    return Thrown(body["actor"], body["request"], Throw(**body["throw"]), at, left_out)
