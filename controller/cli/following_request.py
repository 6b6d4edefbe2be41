"""A request followed to its end: every step of its targets counted, what went wrong named."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from controller.cli.client import API, ApiClient, in_path
from controller.cli.failing import Refused
from controller.cli.following import ASK_EVERY_S, FOLLOW_S

if TYPE_CHECKING:
    from controller.runtime.two_persons import ProposalView
    from controller.runtime.undertakings.views import PartView, UndertakingView

MOST_NAMED = 20
WAIT_S = 600.0
"""How long a proposal is watched, in real seconds: longer than any waits."""
_BAD = frozenset({"FAILED", "MISMATCH", "INDETERMINATE", "REJECTED"})


def request_of(client: ApiClient, request_id: str, actor: str = "") -> UndertakingView:
    """A request with all its targets."""
    from controller.runtime.undertakings.views import UndertakingView

    view: UndertakingView = client.get(f"{API}/requests/{in_path(request_id)}", UndertakingView, actor=actor)
    return view


def follow_request(client: ApiClient, request_id: str, within_s: float | None = None) -> bool:
    """Print how a request gets on until nothing more is to be expected of it, or the time is over.

    False when the field did not do it at some target.
    """
    told, deadline_s = "", time.monotonic() + (FOLLOW_S if within_s is None else within_s)
    while True:
        view = request_of(client, request_id)
        line = progress(view)
        if line != told:
            told = line
            print(f"  {line}")
        if view.waiting == 0:
            return _end(view)
        if time.monotonic() >= deadline_s:
            print(f"Under way 进行中. Follow it with: zhadao request {request_id} --follow{client.again}")
            return _good(view.parts)
        time.sleep(ASK_EVERY_S)


def progress(view: UndertakingView) -> str:
    """How many targets stand where."""
    counts = " · ".join(f"{state} {count}" for state, count in view.counts.items() if count)
    masked = f" · masked 被屏蔽 {view.masked}" if view.masked else ""
    return f"{view.state}: {counts}{masked}"


def bad(parts: tuple[PartView, ...]) -> list[PartView]:
    """The targets where it did not come out as wanted."""
    return [part for part in parts if part.state in _BAD]


def _good(parts: tuple[PartView, ...]) -> bool:
    return not any(part.state in _BAD - {"REJECTED"} for part in parts)


def _end(view: UndertakingView) -> bool:
    from controller.cli.causes import advice

    failed = bad(view.parts)
    for part in failed[:MOST_NAMED]:
        print(f"  {part.target}: {part.state} {part.cause} {part.remark}".rstrip())
    if len(failed) > MOST_NAMED:
        print(f"  and {len(failed) - MOST_NAMED} more: zhadao request {view.id}")
    for line in advice(part.cause for part in failed):
        print(line)
    return _good(view.parts)


def await_second(client: ApiClient, proposal: ProposalView, request_id: str) -> bool:
    """Watch a proposal until it is confirmed (then follow its act) or ended otherwise; Ctrl-C leaves it waiting."""
    print("Waiting for them 等待第二人确认 (Ctrl-C leaves it waiting) …", flush=True)
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        try:
            client.get(f"{API}/proposals/{in_path(proposal.id)}")
        except Refused as gone:
            if gone.status != 404:
                raise
            return _came_of(client, request_id, gone)
        time.sleep(ASK_EVERY_S)
    return False


def _came_of(client: ApiClient, request_id: str, gone: Refused) -> bool:
    """Whether the act was done: its request then has been taken."""
    try:
        view = request_of(client, request_id) if request_id else None
    except Refused as unknown:
        if unknown.status != 404:
            raise
        view = None
    if view is None or (view.state == "REJECTED" and view.counts.get("REJECTED") == view.targets):
        print(f"Not confirmed 未获确认: {gone}")
        return False
    print(f"Confirmed by {view.confirmed_by} 已确认" if view.confirmed_by else "Confirmed 已确认")
    return follow_request(client, request_id)
