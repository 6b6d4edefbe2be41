"""``tag hang|list|remove``, ``switches``, ``resume``, ``vouch``: who works on site, and who has it in hand."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_duration
from controller.cli.setting import Follow, Lasting, Reason, Ticket

tag_app = typer.Typer(no_args_is_help=True, help="Maintenance tags 检修挂牌: nothing there is energised or moved.")
Asset = Annotated[str, typer.Argument(metavar="ASSET", help="The device: 330106-LC-0001.")]


@tag_app.callback()
def _tag() -> None:
    """Maintenance tags 检修挂牌: nothing there is energised or moved."""


@tag_app.command("hang")
@acts
def hang(
    client: ApiClient,
    on: Annotated[str, typer.Argument(metavar="TARGET", help="An asset (then all its outputs) or one output.")],
    reason: Reason,
    ticket: Ticket = "",
    photo: Annotated[str, typer.Option("--photo", help="Where a picture of the hung tag is kept.")] = "",
) -> bool:
    """Hang a tag 挂牌: from now on nothing there is energised, started or moved; OFF and STOP pass.

    Example: zhadao tag hang 330106-LC-0001/K1 --reason "replacing the contactor" --ticket WO-1180

    Exit code 0: it hangs. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import TagReceipt

    body = {"on": on, "reason": reason, "ticket": ticket, "photo": photo}
    return settle(client, f"{API}/tags", body, TagReceipt).accepted


@tag_app.command("list")
@looks
def tag_list(
    client: ApiClient, asset: Annotated[str, typer.Option("--on", help="Only on this asset and its outputs.")] = ""
) -> None:
    """Tags that hang, oldest first.

    Example: zhadao tag list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.texts import clock_time, columns
    from controller.domain.tags import Tag

    tags: list[Tag] = client.get(f"{API}/tags", list[Tag], asset=asset)
    zone = client.zone()
    rows = [
        (one.id, one.on, one.owner, clock_time(one.since, zone, "%m-%d %H:%M"), one.reason, one.ticket, one.photo)
        for one in tags
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@tag_app.command("remove")
@acts
def tag_remove(
    client: ApiClient,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="Tag id, as `zhadao tag list` shows it.")],
    reason: Reason,
    on_site: Annotated[
        str,
        typer.Option("--on-site", help="Somebody else's tag: who stands there and what they see. Two people do it."),
    ] = "",
    follow: Follow = True,
) -> bool:
    """Take your own tag down 摘牌; somebody else's with --on-site, and a second person who confirms.

    Example: zhadao tag remove 1a2b3c4d --reason "work done, covers closed"

    Exit code 0: it is down. 1: refused, or not confirmed.
    """
    from controller.cli.ordering import propose
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import TagReceipt

    path = f"{API}/tags/{in_path(tag)}"
    if on_site:
        return propose(client, f"{path}/propose-removal", {"reason": reason, "on_site": on_site}, follow=follow)
    return settle(client, f"{path}/remove", {"reason": reason}, TagReceipt).accepted


@looks
def switches(client: ApiClient) -> None:
    """Switches that keep the centre out 就地/远控: at LOCAL or OFF, unreadable, not released yet; where the key is.

    Example: zhadao switches

    Exit code 0; 3 when no controller answers.
    """
    from controller.runtime.conditions.views import SwitchView

    found: list[SwitchView] = client.get(f"{API}/switches", list[SwitchView])
    for one in found:
        print(f"  {one.device}  {one.word}  reads {one.reads}\n    {one.text_en}\n    {one.text_zh}")
    if not found:
        print("  none: every switch that can be read is at REMOTE 均在远控")


@acts
def resume(client: ApiClient, asset: Asset, reason: Reason) -> bool:
    """Let automation take over again at once after LOCAL 恢复自动, starting from the actual state.

    Example: zhadao resume 330102-PS-0001 --reason "crew left"

    Exit code 0: released. 1: refused, for example while the switch is off REMOTE.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    return settle(client, f"{API}/switches/{in_path(asset)}/resume", {"reason": reason}, SiteReceipt).accepted


@acts
def vouch(
    client: ApiClient,
    asset: Asset,
    on_site: Annotated[str, typer.Option("--on-site", help="Who stands before it and what they see.")],
    lasting: Lasting,
    reason: Reason,
) -> bool:
    """Give your word for a switch that cannot be read: somebody stands before it and sees REMOTE. At most 8 h.

    Example: zhadao vouch 330102-PS-0001 --on-site "Wang: at REMOTE" --for 2h --reason "broken wire, WO-1181"

    Exit code 0: it counts as REMOTE. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.conditions.views import SiteReceipt

    body = {"on_site": on_site, "for_s": parse_duration(lasting), "reason": reason}
    return settle(client, f"{API}/switches/{in_path(asset)}/confirm-remote", body, SiteReceipt).accepted
