"""After an order: what the field did about it, told as it is proven."""

from __future__ import annotations

import time

from controller.cli.client import ApiClient, in_path
from controller.domain.command import CommandState
from controller.runtime.views import CommandView, Explanation

FOLLOW_S = 10.0
ASK_EVERY_S = 0.25
_FINE = {CommandState.CONFIRMED.value, CommandState.SUPERSEDED.value}


def known_commands(client: ApiClient, target: str) -> frozenset[str]:
    """Commands the target already had, so that only what the order caused is told."""
    return frozenset(command.id for command in _commands(client, target))


def follow(client: ApiClient, target: str, lease_id: str | None, before: frozenset[str]) -> bool:
    """Print what becomes of an accepted order, for at most ``FOLLOW_S`` real seconds; False when disproved."""
    told: dict[str, str] = {}
    deadline_s = time.monotonic() + FOLLOW_S
    while True:
        fresh = [command for command in reversed(_commands(client, target)) if command.id not in before]
        _tell(fresh, told)
        why = client.get(f"/api/v1/explain/{in_path(target)}", Explanation)
        verdict = _verdict(why, lease_id, fresh)
        if verdict is not None:
            sentence, obeyed = verdict
            print(sentence)
            return obeyed
        if time.monotonic() >= deadline_s:
            print(f"Under way: {why.phase or 'not proven yet'}. Follow it with: zhadao explain {target}")
            return True
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
        return (
            f"Masked: {winner.name} of {winner.owner} ({winner.value}) wins; the order waits underneath it.",
            True,
        )
    if fresh and all(CommandState(command.state).final for command in fresh):
        failed = [command for command in fresh if command.state not in _FINE]
        if failed and why.agrees is not True:
            return f"Not obeyed: {failed[-1].state} {failed[-1].cause}. Actual: {why.actual}.".replace(" .", "."), False
    if why.agrees is True:
        proof = "CONFIRMED by feedback" if fresh else "Already so, by feedback; nothing was sent"
        return f"{proof}: {why.target} is {why.actual}.", True
    if why.interlocks:
        lock = why.interlocks[0]
        return f"Held by {lock.id} ({lock.cause}): {lock.reason}", True
    return None
