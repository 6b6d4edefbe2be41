"""Standing requests for lights as TALQ's override commands: one for each act and level, in the slot it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.domain.intents import Dim, Intent, Switch
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.scopes import Scope, ScopeKind
from controller.logic.switching import SCENE
from controller.runtime.book import RequestBook
from controller.runtime.switching.aiming import plain_reason
from controller.runtime.switching.throws import ThrowBook
from controller.runtime.switching.views import Throw
from controller.runtime.talq.addresses import Lights
from controller.runtime.talq.views import TalqOverrideView
from schedules.program import DARK, FULL
from schedules.talq_overrides import Override, Words, override_in_talq
from schedules.talq_references import Reference, Resource
from schedules.talq_words import Said, Unsaid

Sees = Callable[[TargetId], bool]
_HIDDEN = Unsaid("lights you may not see are left out", "无权查看的灯未列出")
_ENDS = Unsaid(
    "that its leases end at different times: the first of them is said", "租约到期时间不一: 仅列最早到期时间"
)


@dataclass(frozen=True, slots=True, order=True)
class _Act:
    """What stands together: one request of one owner in one slot, at one level."""

    slot: Slot
    owner: str
    request_id: str
    percent: float


def standing(book: RequestBook, throws: ThrowBook, lights: Lights, sees: Sees) -> Iterator[TalqOverrideView]:
    """Every leased request for a light the caller may see, the highest slot first."""
    acts: dict[_Act, list[Request]] = {}
    for held in book.held():
        percent = _percent(held.value)
        if held.lease is not None and percent is not None and held.target in lights.scopes.lights:
            acts.setdefault(_Act(held.slot, held.owner, held.request_id, percent), []).append(held)
    for act, requests in sorted(acts.items()):
        seen = [one for one in requests if sees(one.target)]
        if seen:
            thrown = throws.get(act.request_id, act.owner) if act.request_id else None
            yield _said(act, seen, thrown.throw if thrown else None, len(seen) < len(requests), lights, book)


def _percent(value: Intent) -> float | None:
    if isinstance(value, Switch):
        return FULL if value.on else DARK
    return value.percent if isinstance(value, Dim) else None


def _said(
    act: _Act, held: Sequence[Request], throw: Throw | None, hidden: bool, lights: Lights, book: RequestBook
) -> TalqOverrideView:
    first = held[0]
    ends = [one.lease.expires for one in held if one.lease is not None]
    scene = throw.action.removeprefix(SCENE) if throw is not None and throw.action.startswith(SCENE) else ""
    knives = {lights.scopes.lights[one.target].light_class.value for one in held}
    override = Override(
        addresses=_addresses(held, throw, lights),
        percent=act.percent,
        start=min(one.since for one in held if one.since is not None) if first.since else None,
        expiration=min(ends),
        ref=first.ticket,
        words=Words(
            reason=plain_reason(first.reason),
            slot=act.slot.label,
            knife=next(iter(knives)) if len(knives) == 1 else "",
            scene=scene,
        ),
    )
    said = override_in_talq(override)
    unsaid = (*said.unsaid, *((_HIDDEN,) if hidden else ()), *((_ENDS,) if len(set(ends)) > 1 else ()))
    return _view(act, held, Said(said.talq, unsaid), book, min(ends), str(first.value))


def _view(
    act: _Act, held: Sequence[Request], said: Said, book: RequestBook, ends: datetime, value: str
) -> TalqOverrideView:
    return TalqOverrideView(
        talq=said.talq,
        exact=said.exact,
        request_id=act.request_id,
        owner=act.owner,
        confirmed_by=held[0].confirmed_by,
        slot=act.slot.label,
        value=value,
        lights=len(held),
        in_force=sum(book.decision(one.target).winner.slot is act.slot for one in held),
        ends=ends,
        unsaid_zh=tuple(one.zh for one in said.unsaid),
        unsaid_en=tuple(one.en for one in said.unsaid),
    )


def _addresses(held: Sequence[Request], throw: Throw | None, lights: Lights) -> tuple[Reference, ...]:
    """The group it was thrown for, while it holds exactly what that has now (of its knife); else devices."""
    targets = frozenset(one.target for one in held)
    kind, _, name = throw.scope.partition(":") if throw is not None else ("", "", "")
    if kind == ScopeKind.GROUP and throw is not None:
        members = lights.scopes.targets(Scope(ScopeKind.GROUP, name))
        if targets == {one for one in members if lights.scopes.lights[one].light_class == throw.knife}:
            return (Reference(Resource.GROUPS, name),)
    return lights.references(targets)
