"""``order list|show|write|phone|preview|issue|…|print``: dispatch orders (调度令) from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, CONFLICT, ApiClient, in_path, shaped
from controller.cli.options import AsJson
from controller.cli.order_words import TargetOption, words_of
from controller.cli.printing import print_json
from controller.cli.setting import Reason, Yes

if TYPE_CHECKING:
    from controller.runtime.dispatch_orders.views import DispatchOrderPreview

order_app = typer.Typer(
    no_args_is_help=True, help="Dispatch orders 调度令: written, issued, acknowledged, executed, closed, printed."
)
PATH = f"{API}/dispatch-orders"
NOT_READY = "NOT_READY"
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As `zhadao order list` shows it: 2026-0007.")]
Plan = Annotated[str, typer.Option("--plan", help="The plan it starts; or name a --target.")]
Params = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=NUMBER", help="A parameter of the plan; may be repeated.")
]
ValueOption = Annotated[str, typer.Option("--value", help="count 3, flow 100, level 1.8, open, 40%, hold.")]
For = Annotated[str, typer.Option("--for", help="How long it holds: 4h, 90m.")]
SlotOption = Annotated[str, typer.Option("--slot", help="district_manual, city_manual or emergency_order.")]
Unit = Annotated[str, typer.Option("--unit", help="Who executes it, where that is not whom the site names.")]
Grounds = Annotated[
    list[str] | None, typer.Option("--ground", help="A ground besides what is taken down by itself; may be repeated.")
]
Supersedes = Annotated[
    list[str] | None, typer.Option("--supersedes", metavar="NUMBER", help="An order whose place it takes; repeatable.")
]


@order_app.command("list")
@looks
def list_(
    client: ApiClient,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that are not over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Orders, newest first 调度令清单.

    Example: zhadao order list --unfinished

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.order_texts import order_rows
    from controller.runtime.dispatch_orders.views import DispatchOrderView

    if as_json:
        print_json(client.get(PATH, unfinished=unfinished))
        return
    found: list[DispatchOrderView] = client.get(PATH, list[DispatchOrderView], unfinished=unfinished)
    print("\n".join(order_rows(found, client.zone())))


@order_app.command("show")
@looks
def show(client: ApiClient, number: Number, as_json: AsJson = False) -> None:
    """One order in full 调度令详情: its words, grounds, ticket, every step, and what the field makes of it.

    Example: zhadao order show 2026-0007

    Exit code 0; 1 when there is no such order.
    """
    from controller.cli.order_texts import order_lines
    from controller.runtime.dispatch_orders.views import DispatchOrderView

    path = f"{PATH}/{in_path(number)}"
    if as_json:
        print_json(client.get(path))
        return
    found: DispatchOrderView = client.get(path, DispatchOrderView)
    print("\n".join(order_lines(found, client.zone())))


@order_app.command("write")
@acts
def write(
    client: ApiClient,
    reason: Reason,
    plan: Plan = "",
    param: Params = None,
    target: TargetOption = None,
    value: ValueOption = "",
    lasting: For = "4h",
    slot: SlotOption = "district_manual",
    unit: Unit = "",
    ground: Grounds = None,
    begin: Annotated[str, typer.Option("--begin", help="Not before: 2026-06-21T19:30:00+08:00.")] = "",
    supersedes: Supersedes = None,
) -> bool:
    """Write an order 拟稿, from a plan or for one target. Nothing is ordered yet; another person issues it.

    Example: zhadao order write --plan sanbao-stepwise --reason "the canal rises"

    Example: zhadao order write --target 330102-PS-0001 --value "count 3" --for 4h --reason "rain until midnight"

    Exit code 0: it has a number. 1: refused.
    """
    body = words_of(reason, plan, param, target, value, lasting, slot, unit, ground)
    body |= {"supersedes": supersedes or []} | ({"begin": begin} if begin else {})
    return _act(client, PATH, body)


@order_app.command("phone")
@acts
def phone(
    client: ApiClient,
    reason: Reason,
    at: Annotated[str, typer.Option("--at", help="When it was spoken: 2026-06-21T18:40:00+08:00.")],
    by: Annotated[str, typer.Option("--by", help="Who gave it: role and name.")],
    to: Annotated[str, typer.Option("--to", help="Who took it down.")],
    plan: Plan = "",
    param: Params = None,
    target: TargetOption = None,
    value: ValueOption = "",
    lasting: For = "4h",
    unit: Unit = "",
    ground: Grounds = None,
) -> bool:
    """Enter an order that was given by telephone 电话调度令补录. It is marked so and executes nothing.

    Example: zhadao order phone --target 330102-PS-0001 --value "count 2" --at 2026-06-21T18:40:00+08:00
    --by 带班领导 --to 三堡值班员 --reason "the network was down"

    Exit code 0: it is kept. 1: refused.
    """
    body = words_of(reason, plan, param, target, value, lasting, "district_manual", unit, ground)
    return _act(client, f"{API}/phone-orders", {**body, "spoken_at": at, "spoken_by": by, "spoken_to": to})


@order_app.command("preview")
@acts
def preview(client: ApiClient, number: Number, as_json: AsJson = False) -> bool:
    """What executing it now would do 预演: levels with and without it, blocked steps, kW, starts, the river outside.

    Example: zhadao order preview 2026-0007

    Exit code 0: it could be executed now. 1: it could not; says why. Nothing is done.
    """
    from controller.cli.order_texts import order_preview_lines

    path = f"{PATH}/{in_path(number)}/preview"
    if as_json:
        print_json(client.post(path, {}))
        return True
    found = _previewed(client, number)
    print("\n".join(order_preview_lines(found, client.zone())))
    return bool(found.token)


@order_app.command("issue")
@acts
def issue(
    client: ApiClient,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="A remark, if there is one.")] = "",
    urgent: Annotated[
        bool, typer.Option("--urgent", help="One's own draft, in an emergency: flagged, countersigned within 2 h.")
    ] = False,
    supersedes: Supersedes = None,
    yes: Yes = False,
) -> bool:
    """Look at what it would do, and issue it 签发. Levels, tide, rain and response are taken down with it.

    Example: zhadao order issue 2026-0007

    Exit code 0: issued. 1: refused, or you said no.
    """
    from controller.cli.deciding import agreed
    from controller.cli.order_texts import order_preview_lines

    print("\n".join(order_preview_lines(_previewed(client, number), client.zone())))
    if not agreed("Issue it? 确认签发?", yes=yes):
        return False
    body: dict[str, object] = {"reason": reason, "urgent": urgent, "supersedes": supersedes or []}
    return _act(client, f"{PATH}/{in_path(number)}/issue", body)


@order_app.command("acknowledge")
@acts
def acknowledge(
    client: ApiClient,
    number: Number,
    remark: Annotated[str, typer.Option("--remark", help="A remark, if there is one.")] = "",
) -> bool:
    """The executing unit has it 签收.

    Example: zhadao order acknowledge 2026-0007

    Exit code 0: noted. 1: refused.
    """
    return _act(client, f"{PATH}/{in_path(number)}/acknowledge", {"remark": remark})


@order_app.command("reject")
@acts
def reject(client: ApiClient, number: Number, reason: Reason) -> bool:
    """It is not taken 退回, with the reason.

    Example: zhadao order reject 2026-0007 --reason "unit 2 is being repaired"

    Exit code 0: rejected. 1: refused.
    """
    return _act(client, f"{PATH}/{in_path(number)}/reject", {"reason": reason})


@order_app.command("tick")
@acts
def tick(
    client: ApiClient,
    number: Number,
    line: Annotated[int, typer.Argument(metavar="LINE", help="Which line of the ticket, from 1.")],
    supervisor: Annotated[bool, typer.Option("--supervisor", help="The supervisor's tick 监护人; else yours.")] = False,
) -> bool:
    """Tick a line of its operation ticket 操作票勾票, in order; another person ticks as supervisor.

    Example: zhadao order tick 2026-0007 1

    Exit code 0: ticked. 1: refused.
    """
    body: dict[str, object] = {"line": line, "supervisor": supervisor}
    return _act(client, f"{PATH}/{in_path(number)}/tick", body)


@order_app.command("execute")
@acts
def execute(
    client: ApiClient,
    number: Number,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Take slots another owner holds, on the record.")
    ] = False,
    yes: Yes = False,
) -> bool:
    """Look at it and execute exactly that 执行: the plan starts, or the target is ordered.

    Example: zhadao order execute 2026-0007

    Exit code 0: it executes, or waits for a second person. 1: refused, or you said no.
    """
    from controller.cli.deciding import agreed
    from controller.cli.order_texts import order_preview_lines
    from controller.cli.previewed_again import does_else
    from controller.runtime.dispatch_orders.views import DispatchReceipt
    from controller.runtime.two_persons import ProposalView

    found = _previewed(client, number, take_over=take_over)
    print("\n".join(order_preview_lines(found, client.zone())))
    if not found.token or not agreed("Execute it? 确认执行?", yes=yes):
        return False
    if not yes:  # thinking may have taken longer than a token lives; what is not as it was shown is shown again
        found, shown = _previewed(client, number, take_over=take_over), found
        while does_else(found, shown):
            print("\n".join(["CHANGED MEANWHILE 预演内容已变化", *order_preview_lines(found, client.zone())]))
            if not found.token or not agreed("Execute it? 确认执行?", yes=False):
                return False
            found, shown = _previewed(client, number, take_over=take_over), found
    answer = client.ask("POST", f"{PATH}/{in_path(number)}/execute", {"token": found.token}, CONFLICT)
    if answer.status == 202:
        waits: ProposalView = shaped(answer.body, ProposalView)
        print(f"Waits for a second person 待第二人确认: zhadao confirm {waits.id}")
        return True
    return _told(shaped(answer.body, DispatchReceipt))


@order_app.command("abort")
@acts
def abort(client: ApiClient, number: Number, reason: Reason) -> bool:
    """End it, now 中止: its plan goes to its safe state, its target is handed back; no running unit stops.

    Example: zhadao order abort 2026-0007 --reason "the bore comes early"

    Exit code 0: ended. 1: refused.
    """
    return _act(client, f"{PATH}/{in_path(number)}/abort", {"reason": reason})


@order_app.command("close")
@acts
def close(
    client: ApiClient, number: Number, result: Annotated[str, typer.Option("--result", help="What came of it.")]
) -> bool:
    """Close what is verified 办结, with its result.

    Example: zhadao order close 2026-0007 --result "canal at 1.8 m, all handed back"

    Exit code 0: closed. 1: refused.
    """
    return _act(client, f"{PATH}/{in_path(number)}/close", {"result": result})


@order_app.command("print")
@looks
def print_(
    client: ApiClient,
    number: Number,
    out: Annotated[Path, typer.Option("--out", help="The file to write: order.html. A browser prints it.")],
) -> None:
    """The written form 打印调度令: one A4 page, Chinese with English labels; the browser makes the PDF.

    Example: zhadao order print 2026-0007 --out order.html

    Exit code 0; 1 when there is no such order, or the file cannot be written.
    """
    from controller.cli.failing import Refused

    page = client.fetch(f"{PATH}/{in_path(number)}/form")
    try:
        out.write_bytes(page)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from error
    print(f"{out}: open it in a browser and print 请用浏览器打开并打印")


def _previewed(client: ApiClient, number: str, *, take_over: bool = False) -> DispatchOrderPreview:
    from controller.runtime.dispatch_orders.views import DispatchOrderPreview

    path = f"{PATH}/{in_path(number)}/preview"
    found: DispatchOrderPreview = client.post(path, {"take_over": take_over}, DispatchOrderPreview)
    return found


def _act(client: ApiClient, path: str, body: dict[str, object]) -> bool:
    from controller.runtime.dispatch_orders.views import DispatchReceipt

    return _told(client.post(path, body, DispatchReceipt, also=CONFLICT))


def _told(receipt: object) -> bool:
    from controller.cli.causes import advice
    from controller.runtime.dispatch_orders.views import DispatchReceipt

    assert isinstance(receipt, DispatchReceipt)  # noqa: S101 - narrows what the client shaped
    word = "" if receipt.accepted else f"REFUSED {receipt.cause}: "
    print(f"{word}{receipt.text_en}\n{receipt.text_zh}")
    if not receipt.accepted and receipt.cause != NOT_READY:  # its text says what may be done
        print("\n".join(advice([receipt.cause])))
    return receipt.accepted
