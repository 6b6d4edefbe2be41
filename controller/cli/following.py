"""After an order: what the field did about it, told as it is proven."""

from __future__ import annotations

import time

from controller.cli.causes import advice
from controller.cli.client import ApiClient, in_path
from controller.domain.command import CommandState
from controller.domain.intents import TargetKind
from controller.runtime.views import CommandView, Explanation

FOLLOW_S = 10.0
ASK_EVERY_S = 0.25
_ONE_STEP = {TargetKind.CIRCUIT.value, TargetKind.LUMINAIRE.value, TargetKind.DISPLAY.value}
"""Kinds that one write settles; the others take several steps, of which one may fail and be put right."""
_FINE = {CommandState.CONFIRMED.value, CommandState.SUPERSEDED.value}


def known_commands(client: ApiClient, target: str) -> frozenset[str]:
    """Commands the target already had, so that only what the order caused is told."""
    return frozenset(command.id for command in _commands(client, target))


def follow(client: ApiClient, target: str, lease_id: str | None, before: frozenset[str], slot: str = "") -> bool:
    """Print what becomes of an accepted order, for at most ``FOLLOW_S`` real seconds; False when disproved.

    ``slot``: only what was sent for this slot is told.
    """
    told: dict[str, str] = {}
    deadline_s = time.monotonic() + FOLLOW_S
    while True:
        sent = reversed(_commands(client, target))
        fresh = [command for command in sent if command.id not in before and slot in ("", command.slot)]
        _tell(fresh, told)
        why = client.get(f"/api/v1/explain/{in_path(target)}", Explanation)
        verdict = _verdict(why, lease_id, fresh)
        if verdict is None and time.monotonic() >= deadline_s:
            verdict = _open_end(why, fresh)
        if verdict is not None:
            sentence, obeyed = verdict
            print(sentence)
            return obeyed
        time.sleep(ASK_EVERY_S)


def _commands(client: ApiClient, target: str) -> list[CommandView]:
    commands: list[CommandView] = client.get("/api/v1/commands", list[CommandView], target=target, limit=50)
    return commands


def _tell(commands: list[CommandView], told: dict[str, str]) -> None:
    for command in commands:
        if told.get(command.id) != command.state:
            told[command.id] = command.state
            remark = command.history[-1][2] if command.history else ""
            print("  " + " ".join(part for part in (command.state, command.write, command.cause, remark) if part))


def _verdict(why: Explanation, lease_id: str | None, fresh: list[CommandView]) -> tuple[str, bool] | None:
    """The last sentence and whether the order still stands as good, or None while it is open."""
    if lease_id is not None and why.winner.lease_id != lease_id:
        winner = why.winner
        return f"Masked: {winner.name} of {winner.owner} ({winner.value}) wins; the order waits underneath it.", True
    if why.agrees is True:
        proof = "CONFIRMED by feedback" if fresh else "Already so, by feedback; nothing was sent"
        return f"{proof}: {why.target} is {why.actual}.", True
    if why.kind in _ONE_STEP and _failed(fresh):
        return _not_obeyed(why, fresh), False
    if why.interlocks:
        lock = why.interlocks[0]
        held = f"Held 闭锁 by {lock.id} ({lock.cause}): {lock.reason}"
        return "\n".join([held, *advice([lock.cause])]), True
    return None


def _open_end(why: Explanation, fresh: list[CommandView]) -> tuple[str, bool]:
    """What is said when the time to watch is over."""
    if _failed(fresh):
        return _not_obeyed(why, fresh), False
    return f"Under way: {why.phase or 'not proven yet'}. Follow it with: zhadao explain {why.target}", True


def _failed(fresh: list[CommandView]) -> bool:
    """Whether the latest thing sent ended badly; an earlier failure may have been put right since."""
    return bool(fresh) and CommandState(fresh[-1].state).final and fresh[-1].state not in _FINE


def _not_obeyed(why: Explanation, fresh: list[CommandView]) -> str:
    said = " ".join(word for word in (fresh[-1].state, fresh[-1].cause) if word)
    return f"Not obeyed: {said}. Actual: {why.actual}. The controller tries again: zhadao explain {why.target}"
