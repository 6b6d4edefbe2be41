"""Which changes a listener may hear of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from controller.api.security import any_visible, only_visible, sees
from controller.api.state import Shared
from controller.domain.errors import UnknownTarget
from controller.runtime.authority import Session
from controller.runtime.views import Change

Hears = Callable[[Shared, Session, Change], bool]


def heard_by(shared: Shared, session: Session, changes: Iterable[Change]) -> list[Change]:
    """Those of the changes that are about something the session may see."""
    known: dict[tuple[str, str], bool] = {}
    heard: list[Change] = []
    for change in changes:
        about = (change.kind, _source(change))
        if about not in known:
            known[about] = _BY_KIND.get(change.kind, _asset)(shared, session, change)
        if known[about]:
            heard.append(_said(shared, session, change))
    return heard


def _source(change: Change) -> str:
    """What a change is about: an alarm's its source, everything else its subject."""
    return str(change.data.get("source", change.subject))


def _asset(shared: Shared, session: Session, change: Change) -> bool:
    return sees(shared, session, _source(change))


def _request(shared: Shared, session: Session, change: Change) -> bool:
    """Requests are their actor's, and of whoever may see any target of them."""
    actor = str(change.data.get("actor") or change.data.get("owner") or "")
    if actor == session.actor:
        return True
    try:
        return any_visible(shared, session, shared.facade.desks.undertakings.targets(change.subject, actor))
    except UnknownTarget:
        return False


def _proposal(shared: Shared, session: Session, change: Change) -> bool:
    """One that waits, like in the list; of one that is over everybody hears that it is (``_said``)."""
    targets = _proposed(shared, change)
    return targets is None or any_visible(shared, session, targets)


def _proposed(shared: Shared, change: Change) -> Sequence[str] | None:
    """The targets of a proposal that waits; None for one that is over: nobody knows them any more."""
    try:
        return shared.facade.desks.proposals.get(change.subject).targets
    except UnknownTarget:
        return None


def _said(shared: Shared, session: Session, change: Change) -> Change:
    """The change as it is told: of a proposal that is over, only its id and what became of it; of many leases at
    once, those the session may see."""
    named = change.data.get("targets")
    if change.kind == "lease" and isinstance(named, list):
        return replace(change, data={**change.data, "targets": only_visible(shared, session, named, str)})
    if change.kind != "proposal" or _proposed(shared, change) is not None:
        return change
    return replace(change, data={"state": change.data.get("state", ""), "kind": change.data.get("kind", "")})


def _lease(shared: Shared, session: Session, change: Change) -> bool:
    """A lease's change names its target, or, as a warning for many at once, their request."""
    if shared.authority.knows(change.subject):
        return sees(shared, session, change.subject)
    return _request(shared, session, change)


def _plan(shared: Shared, session: Session, change: Change) -> bool:
    """A run of a plan: whoever sees everything it is about."""
    try:
        about = shared.facade.desks.plans.run_concerned(change.subject)
    except UnknownTarget:
        return False
    return all(sees(shared, session, one) for one in about)


_BY_KIND: Mapping[str, Hears] = {"request": _request, "proposal": _proposal, "lease": _lease, "plan": _plan}
