"""``notices receivers|list|show|requeue|discard|test``: what people outside are told, and what does not arrive."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, CONFLICT, ApiClient, in_path
from controller.cli.options import AsJson
from controller.cli.printing import print_json
from controller.cli.setting import Reason

notices_app = typer.Typer(no_args_is_help=True, help="Notices 对外通知: who is told, what waits, what was given up.")
NoticeId = Annotated[str, typer.Argument(metavar="NOTICE", help="Notice id, as `zhadao notices list` shows it.")]


class NoticeState(StrEnum):
    """Where a notice is."""

    WAITING = "waiting"
    DEAD = "dead"
    SENT = "sent"


@notices_app.callback()
def _notices() -> None:
    """Notices 对外通知: who is told, what waits, what was given up."""


@notices_app.command("receivers")
@looks
def receivers(client: ApiClient, as_json: AsJson = False) -> None:
    """Everybody who is told, how their line stands, and why one does not answer.

    Example: zhadao notices receivers

    Exit code 0; 3 when no controller answers.
    """
    found = client.get(f"{API}/notices/receivers")
    if as_json:
        print_json(found)
        return
    from controller.cli.client import shaped
    from controller.cli.handling_texts import receiver_lines
    from controller.runtime.notices.views import ReceiverView

    print("\n".join(receiver_lines(shaped(found, list[ReceiverView]), client.zone())))


@notices_app.command("list")
@looks
def notices_list(
    client: ApiClient,
    states: Annotated[
        list[NoticeState] | None,
        typer.Option("--state", help="waiting, dead, sent; may be given again.", show_default="waiting and dead"),
    ] = None,
    receiver: Annotated[str, typer.Option("--to", help="Only this receiver's.")] = "",
    as_json: AsJson = False,
) -> None:
    """Notices that wait, and those that were given up 死信.

    Example: zhadao notices list --state dead

    Exit code 0; 3 when no controller answers.
    """
    wanted = states or [NoticeState.DEAD, NoticeState.WAITING]
    found = [one for state in wanted for one in client.get(f"{API}/notices", state=state.value, receiver=receiver)]
    if as_json:
        print_json(found)
        return
    from controller.cli.client import shaped
    from controller.cli.handling_texts import notice_lines
    from controller.runtime.notices.views import NoticeView

    print("\n".join(notice_lines(shaped(found, list[NoticeView]), client.zone())))


@notices_app.command("show")
@looks
def notices_show(client: ApiClient, notice: NoticeId) -> None:
    """One notice, whole, as JSON.

    Example: zhadao notices show N-3f0c9b2d6e1a7c55

    Exit code 0; 1: no such notice, it may have arrived long ago.
    """
    print_json(client.get(f"{API}/notices/{in_path(notice)}"))


@notices_app.command("requeue")
@acts
def notices_requeue(
    client: ApiClient,
    reason: Reason,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="A dead letter; left out, say --to.")] = "",
    receiver: Annotated[str, typer.Option("--to", help="All dead letters of this receiver.")] = "",
) -> bool:
    """Send dead letters after all 重发: at the end of the line, under the same id.

    Example: zhadao notices requeue --to duty-room --reason "their server is back"

    Exit code 0: in line. 1: refused.
    """
    from controller.runtime.notices.views import NoticeReceipt

    if bool(notice) == bool(receiver):
        raise typer.BadParameter("name one notice, or a receiver with --to")
    if notice:
        return _settle(client, f"{in_path(notice)}/requeue", {"reason": reason})
    path = f"{API}/notices/receivers/{in_path(receiver)}/requeue"
    receipts: list[NoticeReceipt] = client.post(path, {"reason": reason}, list[NoticeReceipt], also=CONFLICT)
    for one in receipts:
        print(f"{'' if one.accepted else f'REFUSED {one.cause}: '}{one.text_en} / {one.text_zh}")
    print(f"{sum(one.accepted for one in receipts)} in line again")
    return all(one.accepted for one in receipts)


@notices_app.command("discard")
@acts
def notices_discard(client: ApiClient, notice: NoticeId, reason: Reason) -> bool:
    """Tell nobody any more 丢弃; what it said is in the journal.

    Example: zhadao notices discard N-3f0c9b2d6e1a7c55 --reason "told by telephone"

    Exit code 0: discarded. 1: refused.
    """
    return _settle(client, f"{in_path(notice)}/discard", {"reason": reason})


@notices_app.command("test")
@acts
def notices_test(
    client: ApiClient, receiver: Annotated[str, typer.Argument(help="As `zhadao notices receivers` names it.")]
) -> bool:
    """Send a trial notice 测试, behind what waits; a receiver that failed is tried at once.

    Example: zhadao notices test duty-room

    Exit code 0: in line (`zhadao notices list --state sent` shows it once it arrived). 1: refused.
    """
    return _settle(client, f"receivers/{in_path(receiver)}/test", None)


def _settle(client: ApiClient, path: str, body: dict[str, object] | None) -> bool:
    from controller.cli.receipts import settle
    from controller.runtime.notices.views import NoticeReceipt

    return settle(client, f"{API}/notices/{path}", body, NoticeReceipt).accepted
