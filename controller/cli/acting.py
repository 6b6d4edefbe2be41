"""``set``, ``release``, ``reset``, ``ack``, ``reload``: commands that change something in a running controller."""

from __future__ import annotations

import uuid
from typing import Annotated

import typer

from controller.cli.client import ApiClient, find_address, in_path
from controller.cli.durations import parse_duration
from controller.cli.failing import REFUSED, USAGE, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir, Token, Url

_CONFLICT = frozenset({409})


def set_(
    target: Annotated[str, typer.Argument(help="A station, or asset/output: 330106-LC-0001/K1.")],
    value: Annotated[
        str,
        typer.Argument(
            help="on | off (circuit); 60% (luminaire); 'text: …' (display); start | stop | auto (unit); "
            "open | close | hold | 40% (gate); 'count 2' | hold | hand-back (station)."
        ),
    ],
    lasting: Annotated[str, typer.Option("--for", help="How long the order lives: 90s, 30m, 2h, 1h30m.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes into the journal.")],
    slot: Annotated[str, typer.Option("--slot", help="Priority: city_manual or district_manual.")] = "district_manual",
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Take the slot from whoever holds it; this is recorded.")
    ] = False,
    ticket: Annotated[str, typer.Option("--ticket", help="Work order or dispatch order number.")] = "",
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
) -> None:
    """Order TARGET to be VALUE for a time, then watch for up to 10 s what independent feedback proves.

    Every order ends: when it does, the target is decided anew. An order under a higher one is accepted and waits.
    Interlocks bind every order.

    Exit code 0: accepted (and not disproved while watching). 1: refused, or the field did not obey.
    """
    with plain_words():
        from controller.cli.following import follow, known_commands
        from controller.cli.texts import outcome_line
        from controller.runtime.views import Receipt

        order = {
            "targets": [target],
            "value": value,
            "for_s": parse_duration(lasting),
            "reason": reason,
            "slot": slot,
            "ticket": ticket,
            "take_over": take_over,
            "request_id": uuid.uuid4().hex,
        }
        client = ApiClient(find_address(url, token, data))
        zone = client.zone()
        before = known_commands(client, target)
        receipt = client.post("/api/v1/orders", order, Receipt, also=_CONFLICT)
        outcome = receipt.outcomes[0]
        print(outcome_line(outcome, zone))
        obeyed = outcome.accepted and follow(client, target, outcome.lease_id, before)
    raise typer.Exit(0 if obeyed else REFUSED)


def release(
    lease: Annotated[str, typer.Argument(help="Lease id, as the order's answer and `zhadao explain` show it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it ends early.")] = "",
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
) -> None:
    """End a lease early. Only its slot is emptied; the target is decided anew from whoever was masked."""
    with plain_words():
        from controller.cli.texts import outcome_line
        from controller.runtime.views import Receipt

        client = ApiClient(find_address(url, token, data))
        zone = client.zone()
        path = f"/api/v1/leases/{in_path(lease)}/release"
        receipt = client.post(path, {"reason": reason}, Receipt, also=_CONFLICT)
        for outcome in receipt.outcomes:
            print(outcome_line(outcome, zone))
        released = any(outcome.accepted for outcome in receipt.outcomes)
    raise typer.Exit(0 if released else REFUSED)


def reset(
    target: Annotated[str, typer.Argument(help="What is latched: a unit, a gate or a station: 330102-PS-0001/P1.")],
    reason: Annotated[str, typer.Option("--reason", help="What was found on site, and that it is gone.")],
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
) -> None:
    """Reset what is latched on TARGET, a trip or a lock-out, once somebody has been there and its cause is gone.

    It is decided anew: what is wanted of it may start at once. Exit code 1 while the cause stands or is not known.
    """
    with plain_words():
        from controller.cli.texts import outcome_line
        from controller.runtime.views import Receipt

        client = ApiClient(find_address(url, token, data))
        zone = client.zone()
        receipt = client.post(f"/api/v1/reset/{in_path(target)}", {"reason": reason}, Receipt, also=_CONFLICT)
        for outcome in receipt.outcomes:
            print(outcome_line(outcome, zone))
        done = any(outcome.accepted for outcome in receipt.outcomes)
    raise typer.Exit(0 if done else REFUSED)


def ack(
    alarm: Annotated[str, typer.Argument(help="Alarm id, as `zhadao alarms` shows it.")],
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
) -> None:
    """Say that a person has seen an alarm. A standing alarm stays standing."""
    with plain_words():
        from controller.cli.texts import alarm_lines
        from controller.runtime.views import AlarmView

        client = ApiClient(find_address(url, token, data))
        seen = client.post(f"/api/v1/alarms/{in_path(alarm)}/acknowledge", None, AlarmView)
        print("\n".join(alarm_lines([seen], client.zone())))


def reload(data: DataDir = DEFAULT_DATA, url: Url = None, token: Token = None) -> None:
    """Let the running controller take up its changed configuration: validate, diff, swap.

    Exit code 2 when the configuration has problems; nothing is changed then.
    """
    with plain_words():
        from controller.cli.texts import reload_lines
        from controller.runtime.views import ReloadReport

        client = ApiClient(find_address(url, token, data))
        report = client.post("/api/v1/reload", None, ReloadReport, also=_CONFLICT)
        print("\n".join(reload_lines(report)))
    raise typer.Exit(0 if report.applied else USAGE)
