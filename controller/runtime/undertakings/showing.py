"""A request's life as it is shown, streamed and journalled."""

from __future__ import annotations

from controller.runtime.undertakings.life import Part, Tally, Undertaking
from controller.runtime.undertakings.sight import Sight
from controller.runtime.undertakings.views import PartView, UndertakingView

NAMED = 200
"""So many targets that did not come out are named in the journal's line of a settled request; the rest are counted."""


def summary(undertaking: Undertaking) -> UndertakingView:
    """The request without its targets."""
    tally = undertaking.tally()
    return UndertakingView(
        id=undertaking.id,
        kind=undertaking.kind,
        actor=undertaking.actor,
        person=undertaking.person,
        origin=undertaking.origin,
        value=undertaking.value,
        slot=undertaking.slot.label if undertaking.slot else "",
        reason=undertaking.reason,
        confirmed_by=undertaking.confirmed_by,
        opened=undertaking.opened,
        settled=undertaking.settled,
        state=tally.state.value,
        targets=len(undertaking.parts),
        counts=_counts(tally),
        masked=tally.masked,
        waiting=tally.waiting,
        stages={state.value: at for state, at in undertaking.stages.items()},
        parts=(),
    )


def parts(undertaking: Undertaking, sight: Sight) -> tuple[PartView, ...]:
    """Every target of it, with the lease it still holds."""
    return tuple(_part(undertaking, part, sight) for part in undertaking.parts.values())


def progress(undertaking: Undertaking, tally: Tally) -> dict[str, object]:
    """How it stands, for the live stream."""
    return {
        "kind": undertaking.kind,
        "actor": undertaking.actor,
        "state": tally.state.value,
        "targets": len(undertaking.parts),
        "counts": _counts(tally),
        "masked": tally.masked,
        "waiting": tally.waiting,
        "settled": undertaking.settled is not None,
    }


def settlement(undertaking: Undertaking, tally: Tally) -> dict[str, object]:
    """How it came out, for the journal: counts, and the targets that are not as they were asked to be."""
    missing = [part for part in undertaking.parts.values() if part.state.value != "CONFIRMED"]
    return {
        "request": undertaking.id,
        "kind": undertaking.kind,
        "counts": _counts(tally),
        "masked": tally.masked,
        "not_confirmed": {part.target: [part.state.value, part.cause, part.remark] for part in missing[:NAMED]},
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {state.value: count for state, count in tally.counts.items()}


def _part(undertaking: Undertaking, part: Part, sight: Sight) -> PartView:
    held = sight.held(part.target, undertaking.slot, undertaking.actor, undertaking.id)
    lease = held.lease if held is not None else None
    return PartView(
        target=part.target,
        state=part.state.value,
        at=part.at,
        cause=part.cause,
        remark=part.remark,
        masked_by=part.masked_by,
        attempts=part.attempts,
        command=part.command,
        lease_id=lease.id if lease else None,
        expires=lease.expires if lease else None,
    )
