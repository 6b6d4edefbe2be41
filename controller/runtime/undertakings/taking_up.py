"""Requests of before a restart: read back, made whole from what they hold, and told where the journal was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from controller.domain.request import Request
from controller.runtime.undertakings import life, records
from controller.runtime.undertakings.life import Undertaking
from controller.runtime.undertakings.shelf import Shelf
from controller.store.lines import Record

log = structlog.get_logger("undertakings")

SETTLED = "request_settled"
"""Kind of the journal's line of how a request came out."""


def restored(
    shelf: Shelf, kept: Mapping[str, Mapping[str, Any]], taken: Iterable[Request], now: datetime
) -> list[Undertaking]:
    """Put what was kept on the shelf again; what of it is another than it was kept as.

    ``taken``: what requests hold, or held until their time was over meanwhile.
    """
    for name, body in kept.items():
        try:
            shelf.add(records.read(body))
        except (KeyError, ValueError, TypeError) as error:
            log.error("request_not_restored", request=name, reason=repr(error))
    shelf.sort()
    changed = [again for request in taken if request.request_id and (again := _made_again(shelf, request, now))]
    changed += [one for one in shelf.newest_first() if records.left_unanswered(one, now)]
    for undertaking in shelf.newest_first():
        if undertaking.followed:
            shelf.followed[undertaking.key] = undertaking
    return changed


def _made_again(shelf: Shelf, request: Request, now: datetime) -> Undertaking | None:
    """The request with this target followed, where what was kept of it is older than its answer; else None."""
    undertaking = shelf.get((request.owner, request.request_id))
    if undertaking is None:
        undertaking = records.made_again(request, now)
        shelf.add(undertaking)
    part = undertaking.parts.get(request.target)
    if part is None:
        shelf.grown(1)
    elif part.followed or part.state not in life.BEFORE_DISPATCH:
        return None
    undertaking.answered = undertaking.follow = True
    undertaking.parts[request.target] = records.part_again(request, now)
    return undertaking


def untold(shelf: Shelf, tail: Sequence[Record]) -> Iterator[Undertaking]:
    """Requests whose outcome was kept, but not journalled; as far back as ``tail`` reaches."""
    if not tail:
        return
    told = {(line.actor, line.data.get("request")) for line in tail if line.kind == SETTLED}
    for undertaking in shelf.newest_first():
        young = undertaking.settled is not None and undertaking.settled >= tail[0].wall
        if young and undertaking.follow and undertaking.key not in told:
            yield undertaking
