"""Taking down somebody else's tag: two people, neither its owner, and a word from the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from controller.domain.command import Cause
from controller.domain.rights import Caller
from controller.domain.tags import Tag
from controller.runtime.conditions.views import TagReceipt
from controller.runtime.two_persons import Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import Change

KIND = "tag_removal"


class TagKeeper(Protocol):
    """The desk's part in it."""

    def tag(self, tag_id: str) -> Tag:
        """The tag of this id; UnknownTarget when it does not hang."""
        ...

    async def take_down(
        self, tag: Tag, caller: Caller, said: Mapping[str, object], also: tuple[Change, ...] = ()
    ) -> TagReceipt:
        """Journal, drop and forget it."""
        ...


class TagRemoval:
    """Implements ``TwoPersonAct`` for ``tag_removal``."""

    def __init__(self, desk: TagKeeper) -> None:
        self._desk = desk

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What hangs there, for whom, and what the proposer says of the site."""
        tag = self._desk.tag(str(body["tag"]))
        lines = (
            str(tag),
            f"on site / 现场确认: {body['on_site']}",
            f"{tag.on} may then be energised, started and moved again / 摘牌后允许送电、启动与动作",
        )
        title_en, title_zh = f"take {tag.owner}'s tag off {tag.on}", f"摘除 {tag.on} 上由{tag.owner}悬挂的检修牌"
        return Wording(title_en, title_zh, lines, fingerprint=f"{tag.id}:{body['on_site']}")

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Take it down, when neither of the two is its owner or a machine and they are two people."""
        tag = self._desk.tag(str(body["tag"]))
        refusal = _refusal(tag, proposer, confirmer)
        if refusal:
            return _receipt(key, tag, Cause.NO_AUTHORITY.value, refusal)
        said = {
            "reason": body["reason"],
            "on_site": body["on_site"],
            "by_owner": False,
            "proposer": proposer.actor,
            "confirmer": confirmer.actor,
        }
        done = await self._desk.take_down(tag, confirmer, said, tuple(also))
        return _receipt(key, tag, done.cause, done.text_en)


def _refusal(tag: Tag, proposer: Caller, confirmer: Caller) -> str:
    if not proposer.person or not confirmer.person:
        return "taking down somebody's tag takes two people; a machine is none"
    if proposer.same_person(confirmer):
        return "taking down somebody's tag takes two people; proposer and confirmer are one"
    if tag.person and tag.person in (proposer.person, confirmer.person):
        return f"{tag.owner} is its owner and takes it down alone; the two must be others"
    return ""


def _receipt(key: str, tag: Tag, cause: str, text: str) -> Receipt:
    return Receipt(key, (TargetOutcome(tag.on, not cause, cause, text, None, None),))
