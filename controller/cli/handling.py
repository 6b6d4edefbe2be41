"""``handling list|show|statistics|open|assign|step|close|reopen``: who deals with a fault, and how far they are."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson
from controller.cli.printing import print_json
from controller.cli.setting import Reason

if TYPE_CHECKING:
    from controller.runtime.handling.views import HandlingStatisticsView

handling_app = typer.Typer(no_args_is_help=True, help="Handling 处置闭环: who deals with a fault, until when.")
HandlingId = Annotated[str, typer.Argument(metavar="RECORD", help="Record id, as `zhadao handling list` shows it.")]
Text = Annotated[str, typer.Option("--text", help="What is wrong, or what was done; it is read by others.")]


class Urgency(StrEnum):
    """Sets the deadline: 1 h, 24 h, 3 working days where the site says nothing else."""

    EMERGENCY = "emergency"
    ORDINARY = "ordinary"
    SERIOUS = "serious"


@handling_app.callback()
def _handling() -> None:
    """Handling 处置闭环: who deals with a fault, until when."""


@handling_app.command("list")
@looks
def handling_list(
    client: ApiClient,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their deadline.")] = False,
    about: Annotated[str, typer.Option("--about", help="Only about a device, a target, or a division's code.")] = "",
    assignee: Annotated[str, typer.Option("--to", help="Only what this person deals with.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open records, the nearest deadline first 处置单.

    Example: zhadao handling list --overdue

    Exit code 0; 3 when no controller answers.
    """
    state = "all" if everything else "open"
    found = client.get(f"{API}/handling", state=state, overdue=overdue, about=about, assignee=assignee)
    if as_json:
        print_json(found)
        return
    from controller.cli.client import shaped
    from controller.cli.handling_texts import record_lines
    from controller.runtime.handling.views import HandlingView

    print("\n".join(record_lines(shaped(found, list[HandlingView]), client.zone())))


@handling_app.command("show")
@looks
def handling_show(client: ApiClient, record: HandlingId, as_json: AsJson = False) -> None:
    """One record with every step.

    Example: zhadao handling show H-7f3a91c2

    Exit code 0; 1: no such record.
    """
    found = client.get(f"{API}/handling/{in_path(record)}")
    if as_json:
        print_json(found)
        return
    from controller.cli.client import shaped
    from controller.cli.handling_texts import story
    from controller.runtime.handling.views import HandlingView

    print("\n".join(story(shaped(found, HandlingView), client.zone())))


@handling_app.command("statistics")
@looks
def handling_statistics(
    client: ApiClient,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """How well faults are dealt with 处置及时率. What is open past its deadline counts as missed.

    Example: zhadao handling statistics --days 7

    Exit code 0; 3 when no controller answers.
    """
    found = client.get(f"{API}/handling/statistics", days=days)
    if as_json:
        print_json(found)
        return
    from controller.cli.client import shaped
    from controller.cli.handling_texts import figures
    from controller.runtime.handling.views import HandlingStatisticsView

    counted: HandlingStatisticsView = shaped(found, HandlingStatisticsView)
    print("\n".join(figures(counted)))


@handling_app.command("open")
@acts
def handling_open(
    client: ApiClient,
    urgency: Annotated[Urgency, typer.Argument(help="emergency, ordinary or serious.")],
    text: Text,
    alarm: Annotated[str, typer.Option("--alarm", help="For this alarm, as `zhadao alarms` shows it.")] = "",
    about: Annotated[str, typer.Option("--about", help="Or about this asset or target: a citizen's call.")] = "",
    to: Annotated[str, typer.Option("--to", help="Who takes it over, if that is known.")] = "",
) -> bool:
    """Open a record 建处置单. Its urgency sets the deadline.

    Example: zhadao handling open ordinary --about 330106-LC-0001/K1 --text "a citizen calls: dark since 20:00"

    Exit code 0: it is open. 1: refused, for example while the alarm has one.
    """
    body: dict[str, object] = {"urgency": urgency.value, "text": text, "alarm": alarm, "assignee": to}
    return _settle(client, "", {**body, "about": about} if about else body)


@handling_app.command("assign")
@acts
def handling_assign(
    client: ApiClient,
    record: HandlingId,
    to: Annotated[str, typer.Argument(metavar="WHO", help="Who takes it over.")],
    text: Annotated[str, typer.Option("--text", help="A remark.")] = "",
) -> bool:
    """Somebody takes it over 指派.

    Example: zhadao handling assign H-7f3a91c2 wang

    Exit code 0: done. 1: refused.
    """
    return _settle(client, f"/{in_path(record)}/assign", {"to": to, "text": text})


@handling_app.command("step")
@acts
def handling_step(client: ApiClient, record: HandlingId, text: Text) -> bool:
    """Say what was done 处置过程.

    Example: zhadao handling step H-7f3a91c2 --text "contactor replaced"

    Exit code 0: noted. 1: refused.
    """
    return _settle(client, f"/{in_path(record)}/steps", {"text": text})


@handling_app.command("close")
@acts
def handling_close(
    client: ApiClient,
    record: HandlingId,
    result: Annotated[str, typer.Option("--result", help="How it ended, or why it ends without a result.")],
) -> bool:
    """End it with its result 办结. The alarm is not touched.

    Example: zhadao handling close H-7f3a91c2 --result "lit again, seen on site"

    Exit code 0: closed. 1: refused.
    """
    return _settle(client, f"/{in_path(record)}/close", {"result": result})


@handling_app.command("reopen")
@acts
def handling_reopen(client: ApiClient, record: HandlingId, reason: Reason) -> bool:
    """It was not done after all 重新处置: open again, with a deadline counted from now.

    Example: zhadao handling reopen H-7f3a91c2 --reason "dark again"

    Exit code 0: open. 1: refused.
    """
    return _settle(client, f"/{in_path(record)}/reopen", {"reason": reason})


def _settle(client: ApiClient, path: str, body: dict[str, object]) -> bool:
    from controller.cli.receipts import settle
    from controller.runtime.handling.views import HandlingReceipt

    return settle(client, f"{API}/handling{path}", body, HandlingReceipt).accepted
