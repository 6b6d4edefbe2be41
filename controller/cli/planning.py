"""``plan list|show|preview|start|watch|answer|pause|resume|abort|runs``: plans (预案) from the command line."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson
from controller.cli.setting import Reason, Yes

if TYPE_CHECKING:
    from controller.runtime.plans.views import PlanPreview, RunView

plan_app = typer.Typer(no_args_is_help=True, help="Plans 预案: looked at, started by two, watched, answered, aborted.")
PATH, STARTS, RUNS = f"{API}/plans", f"{API}/plan-starts", f"{API}/plan-runs"
WATCH_S = 1.0
PlanId = Annotated[str, typer.Argument(metavar="PLAN", help="As `zhadao plan list` names it: sanbao-stepwise.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="As `zhadao plan runs` shows it: R4be1907c.")]
Said = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=NUMBER", help="A parameter of the plan; may be repeated.")
]
Basis = Annotated[
    list[str] | None,
    typer.Option("--basis", help="On what it is decided (levels, tide, rain, response); may be repeated."),
]
Ticket = Annotated[str, typer.Option("--ticket", help="Dispatch order number 调度令号.")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="Take the stations from another owner, on the record.")]


@plan_app.command("list")
@looks
def list_(client: ApiClient, as_json: AsJson = False) -> None:
    """Every plan of the site 预案清单, and whether it could be started now.

    Example: zhadao plan list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.plan_texts import plan_rows
    from controller.runtime.plans.views import PlanView

    if as_json:
        _print_json(client.get(PATH))
        return
    found: list[PlanView] = client.get(PATH, list[PlanView])
    print("\n".join(plan_rows(found)))


@plan_app.command("show")
@looks
def show(client: ApiClient, plan: PlanId, as_json: AsJson = False) -> None:
    """One plan in full 预案内容: purpose, conditions as they stand, steps with their deadlines, its way out.

    Example: zhadao plan show sanbao-stepwise

    Exit code 0; 1 when there is no such plan.
    """
    from controller.cli.looking import _print_json
    from controller.cli.plan_texts import plan_lines
    from controller.runtime.plans.views import PlanView

    path = f"{PATH}/{in_path(plan)}"
    if as_json:
        _print_json(client.get(path))
        return
    found: PlanView = client.get(path, PlanView)
    print("\n".join(plan_lines(found)))


@plan_app.command("preview")
@acts
def preview(
    client: ApiClient,
    plan: PlanId,
    reason: Reason = "looking",
    param: Said = None,
    as_json: AsJson = False,
) -> bool:
    """What a plan would do now 预演: every step, what would block it, starts and kW, levels with and without it.

    Example: zhadao plan preview canal-predrawdown --param target_m=1.2

    Exit code 0: it could be started. 1: it could not; says why. Nothing is done.
    """
    from controller.cli.looking import _print_json
    from controller.cli.plan_texts import preview_lines

    body: dict[str, object] = {"reason": reason, "parameters": numbers(param)}
    if as_json:
        _print_json(client.post(f"{PATH}/{in_path(plan)}/preview", body))
        return True
    found = _previewed(client, plan, body)
    print("\n".join(preview_lines(found, client.zone())))
    return not found.refused


@plan_app.command("start")
@acts
def start(
    client: ApiClient,
    plan: PlanId,
    reason: Reason,
    param: Said = None,
    basis: Basis = None,
    ticket: Ticket = "",
    take_over: TakeOver = False,
    yes: Yes = False,
) -> bool:
    """Look at a plan and start exactly that 启动预案; a second person confirms where it takes one.

    Example: zhadao plan start sanbao-stepwise --reason "the canal rises" --basis "拱宸桥 2.41 m"

    Exit code 0: it runs, or waits for a second person. 1: refused, or you said no.
    """
    from controller.cli.deciding import agreed
    from controller.cli.plan_texts import preview_lines
    from controller.cli.previewed_again import plan_does_else
    from controller.cli.receipts import ask_either, tell
    from controller.runtime.two_persons import ProposalView

    body: dict[str, object] = {
        "reason": reason,
        "parameters": numbers(param),
        "basis": basis or [],
        "ticket": ticket,
        "take_over": take_over,
    }
    found = _previewed(client, plan, body)
    print("\n".join(preview_lines(found, client.zone())))
    if not found.token or not agreed("Start it? 确认启动?", yes=yes):
        return False
    if not yes:  # thinking may have taken longer than a token lives; what is not as it was shown is shown again
        found, shown = _previewed(client, plan, body), found
        while plan_does_else(found, shown):
            print("\n".join(["CHANGED MEANWHILE 预演内容已变化", *preview_lines(found, client.zone())]))
            if not found.token or not agreed("Start it? 确认启动?", yes=False):
                return False
            found, shown = _previewed(client, plan, body), found
    came = ask_either(client, STARTS, {"token": found.token})
    if isinstance(came, ProposalView):
        print(f"Waits for a second person 待第二人确认: zhadao confirm {came.id}")
        return True
    if not any(one.accepted for one in came.outcomes):
        return tell(client, came)
    print(f"Run {came.request_id} begins 已启动: zhadao plan watch {came.request_id}")
    return True


@plan_app.command("runs")
@looks
def runs(
    client: ApiClient,
    live: Annotated[bool, typer.Option("--live", help="Only those that are not over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Runs of plans 执行记录, newest first.

    Example: zhadao plan runs --live

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.plan_texts import run_rows
    from controller.runtime.plans.views import RunView

    if as_json:
        _print_json(client.get(RUNS, live=live))
        return
    found: list[RunView] = client.get(RUNS, list[RunView], live=live)
    print("\n".join(run_rows(found, client.zone())))


@plan_app.command("watch")
@looks
def watch(
    client: ApiClient,
    run: RunId,
    once: Annotated[bool, typer.Option("--once", help="Print how it stands and leave.")] = False,
    as_json: AsJson = False,
) -> bool:
    """How a run stands, printed anew at every change until it is over 跟踪执行. Ctrl-C leaves it running.

    Example: zhadao plan watch R4be1907c

    Exit code 0: it finished (or you left it going). 1: it was aborted, lapsed or taken over.
    """
    from controller.cli.looking import _print_json
    from controller.cli.plan_texts import run_lines

    told = ""
    while True:
        if as_json:
            _print_json(client.get(f"{RUNS}/{in_path(run)}"))
            return True
        found = _run(client, run)
        said = "\n".join(run_lines(found, client.zone()))
        if _without_leases(said) != told:
            print(said, flush=True)
            told = _without_leases(said)
        if once or not found.live:
            return found.live or found.phase == "finished"
        time.sleep(WATCH_S)


@plan_app.command("answer")
@acts
def answer(
    client: ApiClient,
    run: RunId,
    step: Annotated[str, typer.Argument(help="The step that asks.")],
    said: Annotated[str, typer.Argument(metavar="ANSWER", help="One of its answers.")],
) -> bool:
    """Answer a run's question 答复; `zhadao plan watch RUN` shows what it asks.

    Example: zhadao plan answer R4be1907c more enough

    Exit code 0: taken. 1: it asks no such thing now.
    """
    return _act(client, run, "answer", {"step": step, "answer": said})


@plan_app.command("pause")
@acts
def pause(client: ApiClient, run: RunId, reason: Reason) -> bool:
    """Order nothing new for now 暂停; what stands, stands until its lease ends, and nothing stops then.

    Example: zhadao plan pause R4be1907c --reason "waiting for the tide office"

    Exit code 0: paused. 1: it does not run.
    """
    return _act(client, run, "pause", {"reason": reason})


@plan_app.command("resume")
@acts
def resume(client: ApiClient, run: RunId, reason: Reason, take_over: TakeOver = False) -> bool:
    """Let a paused or held run go on 继续; its conditions are asked again, lost orders are given again.

    Example: zhadao plan resume R4be1907c --reason "looked at the gauge, the water is there"

    Exit code 0: it goes on. 1: it cannot; says why.
    """
    return _act(client, run, "resume", {"reason": reason, "take_over": take_over})


@plan_app.command("abort")
@acts
def abort(client: ApiClient, run: RunId, reason: Reason) -> bool:
    """Take a run to its safe state, now 中止; one person is enough, and no running unit is stopped by it.

    Example: zhadao plan abort R4be1907c --reason "the bore comes early"

    Exit code 0: on its way out. 1: it is over already.
    """
    return _act(client, run, "abort", {"reason": reason})


def _act(client: ApiClient, run: str, what: str, body: dict[str, object]) -> bool:
    from controller.cli.receipts import settle
    from controller.runtime.plans.views import RunReceipt

    return settle(client, f"{RUNS}/{in_path(run)}/{what}", body, RunReceipt).accepted


def _previewed(client: ApiClient, plan: str, body: dict[str, object]) -> PlanPreview:
    from controller.runtime.plans.views import PlanPreview

    found: PlanPreview = client.post(f"{PATH}/{in_path(plan)}/preview", body, PlanPreview)
    return found


def _run(client: ApiClient, run: str) -> RunView:
    from controller.runtime.plans.views import RunView

    found: RunView = client.get(f"{RUNS}/{in_path(run)}", RunView)
    return found


def _without_leases(said: str) -> str:
    """What is worth printing anew: leases that were extended and seconds that passed are not."""
    kept = (line for line in said.splitlines() if "lease until" not in line)
    return re.sub(r"\d+(\.\d+)? ?(s|秒|min|分钟|h|小时)\b", "", "\n".join(kept))


def numbers(said: list[str] | None) -> dict[str, float]:
    """``NAME=NUMBER``, several of them.

    Raises:
        UsageProblem: one is not of this form.
    """
    from controller.cli.failing import UsageProblem

    found = {}
    for one in said or ():
        name, equals, number = one.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            equals = ""
        if not equals:
            raise UsageProblem(f"{one!r} is not NAME=NUMBER")
    return found
