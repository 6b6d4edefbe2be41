"""``requests``, ``request``, ``abort``, ``leases``, ``extend``, ``release``, ``standing``: what became of orders."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_duration, spoken
from controller.cli.setting import Follow, Lasting, Reason

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="Request id, as the order's answer shows it.")]
standing_app = typer.Typer(no_args_is_help=True, help="Orders that stand longer than their slot's maximum 长期指令.")


@looks
def requests(
    client: ApiClient,
    who: Annotated[str, typer.Option("--who", help="Only this name's.")] = "",
    target: Annotated[str, typer.Option("--target", help="Only those about this target.")] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those of which more is to be expected.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many.")] = 20,
) -> None:
    """Recent requests 近期指令, newest first: what was asked, by whom, and how far it got.

    Example: zhadao requests --waiting

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.texts import clock_time, columns
    from controller.runtime.undertakings.views import UndertakingView

    views: list[UndertakingView] = client.get(
        f"{API}/requests", list[UndertakingView], actor=who, target=target, waiting=waiting, limit=limit
    )
    zone = client.zone()
    rows = [
        (
            one.id,
            clock_time(one.opened, zone, "%m-%d %H:%M:%S"),
            one.actor + (f"+{one.confirmed_by}" if one.confirmed_by else ""),
            " ".join(word for word in (one.kind, one.value) if word),
            f"{one.targets} target{'s' * (one.targets != 1)}",
            one.state,
            one.reason,
        )
        for one in views
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@looks
def request(
    client: ApiClient,
    request_id: RequestId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Watch it to its end.")] = False,
) -> bool:
    """One request 指令进程: how far each target got, what holds it up, who confirmed it.

    Example: zhadao request 3c0e41 --follow

    Exit code 0: nothing of it failed. 1: the field did not do it at some target, or there is no such request.
    """
    from controller.cli.following_request import bad, follow_request, progress, request_of
    from controller.cli.texts import clock_time, columns

    view = request_of(client, request_id)
    confirmed = f", confirmed by {view.confirmed_by}" if view.confirmed_by else ""
    print(f"{view.kind} {view.value} in {view.slot or '—'} by {view.actor}{confirmed}: {view.reason}")
    zone = client.zone()
    steps = sorted(view.stages.items(), key=lambda one: one[1])
    print("  " + " → ".join(f"{state} {clock_time(at, zone)}" for state, at in steps))
    print(f"  {progress(view)}")
    rows = [
        (one.target, one.state, one.cause or one.masked_by, one.remark, f"lease {one.lease_id}" if one.lease_id else "")
        for one in view.parts
    ]
    print("\n".join(columns(rows)) if rows else "", end="\n" if rows else "")
    if follow and view.waiting:
        return follow_request(client, request_id, within_s=3600.0)
    return not bad(view.parts)


@acts
def abort(
    client: ApiClient,
    request_id: RequestId,
    reason: Reason,
    owner: Annotated[str, typer.Option("--owner", help="Whose request, where several chose one id.")] = "",
) -> bool:
    """End a request at every target 中止: its leases are released, what is not sent yet is cancelled.

    Running pumps go on until somebody or something orders anew; what is latched stays.

    Example: zhadao abort 3c0e41 --reason "wrong street"

    Exit code 0: ended. 1: refused, or nothing of it is in force.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/requests/{in_path(request_id)}/abort", {"reason": reason, "owner": owner})


@looks
def leases(
    client: ApiClient,
    owner: Annotated[str, typer.Option("--owner", help="Only this name's.")] = "",
    target: Annotated[str, typer.Option("--target", help="Only those on this target.")] = "",
) -> None:
    """Leases that live 有效指令, the first to end first, and what happens then.

    Example: zhadao leases --owner operator

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.texts import clock_time, columns
    from controller.runtime.leases.views import LeaseView

    views: list[LeaseView] = client.get(f"{API}/leases", list[LeaseView], owner=owner, target=target)
    zone = client.zone()
    rows = [
        (
            one.id,
            one.target,
            f"{one.slot}: {one.value}",
            one.owner,
            f"until {clock_time(one.expires, zone, '%m-%d %H:%M:%S')} ({spoken(one.remaining_s)})"
            + (" ENDS SOON 即将到期" if one.warned else ""),
            f"then {one.then}" + (" CHANGES 将变化" if one.changes else ""),
        )
        for one in views
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@acts
def extend(
    client: ApiClient,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Lease id; with --request, a request id instead.")],
    lasting: Lasting,
    reason: Reason,
    whole: Annotated[bool, typer.Option("--request", help="LEASE is a request id: extend every lease of it.")] = False,
    follow: Follow = True,
) -> bool:
    """Let a lease end later 延长, counted from now. Its owner only; what took two people takes two again.

    Longer than the slot's maximum it becomes a standing order, which takes two people too.

    Example: zhadao extend L-7f3a91 --for 1h --reason "the repair takes longer"

    Exit code 0: extended, or confirmed. 1: refused or not confirmed.
    """
    from controller.cli.ordering import told_proposal
    from controller.cli.receipts import ask_either, tell
    from controller.runtime.two_persons import ProposalView

    path = f"{API}/{'requests' if whole else 'leases'}/{in_path(lease)}/extend"
    came = ask_either(client, path, {"for_s": parse_duration(lasting), "reason": reason})
    if isinstance(came, ProposalView):
        return told_proposal(client, came, "", follow=follow)
    return tell(client, came)


@acts
def release(
    client: ApiClient,
    lease: Annotated[str, typer.Argument(help="Lease id, as the order's answer and `zhadao explain` show it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it ends early.")] = "",
) -> bool:
    """End a lease early 释放. Only its slot is emptied; the target is decided anew from whoever was masked.

    Example: zhadao release L-7f3a91 --reason "repair finished"

    Exit code 0: released. 1: refused, or it lives no more.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/leases/{in_path(lease)}/release", {"reason": reason})


@standing_app.callback()
def _standing() -> None:
    """Orders that stand longer than their slot's maximum 长期指令."""


@standing_app.command("list")
@looks
def standing_list(client: ApiClient) -> None:
    """Standing orders, the one to be confirmed first in front.

    Example: zhadao standing list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.texts import clock_time, columns
    from controller.runtime.leases.views import StandingView

    views: list[StandingView] = client.get(f"{API}/standing-orders", list[StandingView])
    zone, form = client.zone(), "%m-%d %H:%M"
    rows = [
        (
            one.id,
            f"{one.slot}: {one.value}, {one.targets} targets",
            one.owner,
            ("OVERDUE 逾期, ends " if one.overdue else "confirm by ")
            + clock_time(one.ends if one.overdue else one.confirm_by, zone, form),
            f"until {clock_time(one.until, zone, form)}",
            one.reason,
        )
        for one in views
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@standing_app.command("confirm")
@acts
def standing_confirm(
    client: ApiClient,
    standing: Annotated[str, typer.Argument(metavar="ID", help="As `zhadao standing list` shows it.")],
    reason: Reason,
) -> bool:
    """Say for this shift that a standing order goes on 本班确认. Not confirmed, it is alarmed and then ends.

    Example: zhadao standing confirm b41f --reason "bridge still closed"

    Exit code 0: confirmed. 1: refused.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/standing-orders/{in_path(standing)}/confirm", {"reason": reason})
