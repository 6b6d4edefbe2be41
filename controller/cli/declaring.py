"""``state declare|renew|end|list``, ``bypass propose|list|remove``: what people set for a time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.asking import acts, looks, protects
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_duration, spoken
from controller.cli.setting import Follow, Lasting, Reason, Ticket

state_app = typer.Typer(no_args_is_help=True, help="Operating states 平战结合: declared by a person, for 24 h at most.")
bypass_app = typer.Typer(no_args_is_help=True, help="Bypasses of interlocks 联锁旁路: two people, a reason, an end.")


class Discipline(StrEnum):
    """Lighting and water are declared apart."""

    LIGHTING = "lighting"
    WATER = "water"


class State(StrEnum):
    """What can be declared."""

    ORDINARY = "ordinary"
    EVENT = "event"
    FLOOD_IV = "flood_iv"
    FLOOD_III = "flood_iii"
    FLOOD_II = "flood_ii"
    FLOOD_I = "flood_i"
    TYPHOON = "typhoon"
    SNOW = "snow"


@state_app.callback()
def _state() -> None:
    """Operating states 平战结合: declared by a person, for 24 h at most."""


@state_app.command("declare")
@acts
def declare(
    client: ApiClient,
    discipline: Annotated[Discipline, typer.Argument(help="For lighting 照明 or water 水务.")],
    state: Annotated[State, typer.Argument(help="ordinary 日常 ends what stands there.")],
    reason: Reason,
    scope: Annotated[
        str, typer.Option("--scope", help="city, division:330106, street:330106/NAME, station:ID or group:NAME.")
    ] = "city",
    lasting: Annotated[str, typer.Option("--for", help="1m to 24h; it can be renewed.")] = "12h",
) -> bool:
    """Declare an operating state 宣布: it takes the place of what stood for this discipline and scope.

    Example: zhadao state declare water flood_iii --scope division:330106 --for 12h --reason "flood office, notice 12"

    Exit code 0: it is in force. 1: refused; only a duty officer whose scope covers it declares.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {
        "discipline": discipline.value,
        "scope": scope,
        "state": state.value,
        "for_s": parse_duration(lasting),
        "reason": reason,
    }
    return _told(settle(client, f"{API}/states", body, SiteReceipt))


Declaration = Annotated[str, typer.Argument(metavar="ID", help="As `zhadao state list` shows it.")]


@state_app.command("renew")
@acts
def renew(client: ApiClient, declaration: Declaration, lasting: Lasting, reason: Reason) -> bool:
    """Let a declared state go on 续期, counted from now; whoever renews it answers for it.

    Example: zhadao state renew 9f31c2aa --for 12h --reason "rain goes on"

    Exit code 0: renewed. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"for_s": parse_duration(lasting), "reason": reason}
    return _told(settle(client, f"{API}/states/{in_path(declaration)}/renew", body, SiteReceipt))


@state_app.command("end")
@acts
def end(client: ApiClient, declaration: Declaration, reason: Reason) -> bool:
    """End a declared state before its time 解除; what is done alone from now on takes two people again.

    Example: zhadao state end 9f31c2aa --reason "flood office, notice 14"

    Exit code 0: ended. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    return settle(client, f"{API}/states/{in_path(declaration)}/end", {"reason": reason}, SiteReceipt).accepted


@state_app.command("dismiss")
@acts
def dismiss(
    client: ApiClient,
    discipline: Annotated[Discipline, typer.Argument(help="For lighting 照明 or water 水务.")],
    reason: Reason,
    scope: Annotated[str, typer.Option("--scope", help="Where it is proposed, as `zhadao state list` shows it.")],
) -> bool:
    """Take a proposed state down 搁置建议: it stays down until its grounds change (another joins, or it is graver).

    Example: zhadao state dismiss water --scope division:330105 --reason "staff gauge reads 1.90 m, sensor fault"

    Exit code 0: down. 1: refused; whoever may declare there may dismiss.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"discipline": discipline.value, "scope": scope, "reason": reason}
    return settle(client, f"{API}/states/proposed/dismiss", body, SiteReceipt).accepted


@state_app.command("list")
@looks
def state_list(
    client: ApiClient,
    history: Annotated[bool, typer.Option("--history", help="Also those that ended, and how.")] = False,
) -> None:
    """What is declared, what the rules would propose and nobody has declared, and with --history what was.

    Example: zhadao state list

    Exit code 0; 3 when no controller answers.
    """
    from controller.runtime.conditions.views import DeclarationView, ProposedState

    print("In force 已宣布")
    _states(client, client.get(f"{API}/states", list[DeclarationView]))
    proposed: list[ProposedState] = client.get(f"{API}/states/proposed", list[ProposedState])
    if proposed:
        print("The rules would propose 建议宣布 (a person declares)")
        for one in proposed:
            print(f"  {one.discipline} {one.scope}: {one.state} {one.title_zh}\n    {one.why_en}\n    {one.why_zh}")
            declare_it = f"zhadao state declare {one.discipline} {one.state} --scope {one.scope} --reason …"
            print(f"    {declare_it}{client.again}")
    if history:
        print("Before 历史")
        _states(client, client.get(f"{API}/states/history", list[DeclarationView]))


def _states(client: ApiClient, states: list[object]) -> None:
    from controller.cli.texts import clock_time, columns
    from controller.runtime.conditions.views import DeclarationView

    zone, form = client.zone(), "%m-%d %H:%M"
    rows = [
        (
            one.id,
            one.discipline,
            one.scope,
            f"{one.state} {one.title_zh}",
            one.by,
            one.how or f"until {clock_time(one.expires, zone, form)}",
            one.reason,
        )
        for one in states
        if isinstance(one, DeclarationView)
    ]
    print("\n".join(columns(rows) if rows else ["  none: ordinary days 日常"]))


def _told(receipt: object) -> bool:
    from controller.runtime.conditions.views import SiteReceipt

    assert isinstance(receipt, SiteReceipt)  # noqa: S101 - narrows what settle gave
    if receipt.accepted and receipt.id:
        print(f"  id {receipt.id}")
    return receipt.accepted


@bypass_app.callback()
def _bypass() -> None:
    """Bypasses of interlocks 联锁旁路: two people, a reason, an end."""


@bypass_app.command("propose")
@acts
def bypass_propose(
    client: ApiClient,
    interlock: Annotated[str, typer.Argument(metavar="INTERLOCK", help="Its id, as `zhadao explain` names it.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The station or output it is lifted from.")],
    lasting: Lasting,
    reason: Reason,
    ticket: Ticket = "",
    follow: Follow = True,
) -> bool:
    """Propose to lift an interlock for a time 旁路; a second person confirms. Only where the configuration allows it.

    Example: zhadao bypass propose sanbao.rack-clear 330102-PS-0001 --for 1h --reason "sensor being calibrated"

    Exit code 0: in force, or waiting with --no-follow. 1: refused or not confirmed.
    """
    from controller.cli.ordering import propose

    body = {
        "interlock": interlock,
        "target": target,
        "for_s": parse_duration(lasting),
        "reason": reason,
        "ticket": ticket,
    }
    return propose(client, f"{API}/bypasses", body, follow=follow)


@bypass_app.command("list")
@looks
def bypass_list(
    client: ApiClient, target: Annotated[str, typer.Option("--target", help="Only those on this target.")] = ""
) -> None:
    """Bypasses in force, the one that ends first in front.

    Example: zhadao bypass list

    Exit code 0; 3 when no controller answers.
    """
    from controller.runtime.bypassing.book import BypassView

    found: list[BypassView] = client.get(f"{API}/bypasses", list[BypassView], target=target)
    for one in found:
        print(f"  {one.id}  {one.target}  ends in {spoken(one.remaining_s)}\n    {one.text_en}\n    {one.text_zh}")
    if not found:
        print("  none 无")


@bypass_app.command("remove")
@protects
def bypass_remove(
    client: ApiClient,
    bypass: Annotated[str, typer.Argument(metavar="ID", help="As `zhadao bypass list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; may be left out.")] = "",
) -> bool:
    """Take a bypass back 恢复联锁: one person, at once; the interlock guards again.

    Example: zhadao bypass remove 5d0c2f9a71b3

    Exit code 0: it guards again. 1: refused.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/bypasses/{in_path(bypass)}/remove", {"reason": reason})
