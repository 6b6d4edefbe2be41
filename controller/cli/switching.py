"""``switch``: one knife over many lights 一把闸刀; ``group``: groups of lights 灯组."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, CONFLICT, ApiClient, in_path
from controller.cli.deciding import agreed
from controller.cli.durations import parse_duration
from controller.cli.failing import Refused, UsageProblem
from controller.cli.finding import LOCAL
from controller.cli.options import AsJson
from controller.cli.setting import Follow, Ticket, Yes

if TYPE_CHECKING:
    from controller.runtime.switching.views import LiveCount, SwitchPreview

group_app = typer.Typer(no_args_is_help=True, help="Groups of lights 灯组: by hand, by query, always up to date.")
PATH = f"{API}/switch"
FOLLOW_S = 120.0
"""How long a throw is watched, in real seconds."""
EVERY_S = 1.0
STEADY_LOOKS = 25
"""So many looks more after the last contact, for its power."""
TRIES = 3
_USAGE = "zhadao switch SCOPE on|off|dim 60%|scene NAME|release, or: switch follow|retry REQUEST"


@acts
def switch(
    client: ApiClient,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SCOPE ACTION | follow REQUEST | retry REQUEST",
            help="SCOPE: city, division:330106, street:…, road:文一路, grade:…, class:…, feeder:…, group:…, an "
            "asset or one light (330106-LC-0004/K1). ACTION: on, off, dim 60%, scene NAME, release.",
        ),
    ],
    knife: Annotated[
        str, typer.Option("--knife", help="road or landscape 路灯/景观: needed where there are both.")
    ] = "",
    lasting: Annotated[str, typer.Option("--for", help="How long it lives: 30m, 2h.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; every lease of it says so.")] = "",
    slot: Annotated[str, typer.Option("--slot", help="Left out: the city's or the district's, by your rights.")] = "",
    take_over: Annotated[bool, typer.Option("--take-over", help="Take the slot from whoever holds it.")] = False,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="Compress staging against inrush 加急; the preview tells its cost.")
    ] = False,
    ticket: Ticket = "",
    yes: Yes = False,
    follow: Follow = True,
) -> bool:
    """Throw the switch 一把闸刀 over a SCOPE: look first, then say y; then watch it being proved.

    Road and landscape lighting are two knives. Road lighting OFF at night takes a second person and a short lease.
    The count goes from sent to acknowledged to proved by contact to proved by power; what remains is named, and
    `zhadao switch retry REQUEST` asks exactly those again. `release` ends your own leases in the scope.

    Example: zhadao switch division:330106 off --knife landscape --for 2h --reason "typhoon"

    Example: zhadao switch group:迎宾线 dim 60% --knife road --for 30m --reason "drill"

    Example: zhadao switch 330106-LC-0004/K1 on --for 30m --reason "a crew looks at it"

    Exit code 0: done, nothing remains. 1: refused, not confirmed, or some lights remain.
    """
    match words:
        case ["follow", request_id]:
            return watch(client, request_id)
        case ["retry", request_id]:
            return _retry(client, request_id, reason, follow=follow)
        case [scope, "release"]:
            return _release(client, scope, knife, reason, slot, yes=yes)
        case [scope, *rest] if rest:
            body: dict[str, object] = {"scope": scope, "knife": knife, "action": _action(rest)}
            if not reason.strip() or not lasting:
                raise UsageProblem("say --for how long and --reason why: every throw ends, and somebody asks why")
            body |= {"for_s": parse_duration(lasting), "reason": reason, "slot": slot, "ticket": ticket}
            return throw(client, {**body, "take_over": take_over, "urgent": urgent}, yes=yes, follow=follow)
    raise UsageProblem(_USAGE)


def _action(words: list[str]) -> str:
    match words:
        case ["on" | "off" as plain]:
            return plain
        case ["dim", level]:
            return level if level.endswith("%") else f"{level}%"
        case ["scene", name]:
            return f"scene:{name}"
    raise UsageProblem(_USAGE)


def throw(
    client: ApiClient, body: Mapping[str, object], *, yes: bool, follow: bool, path: str = f"{PATH}/selections"
) -> bool:
    """Look, ask, operate, follow: what is looked at is ``body`` at ``path``. False: refused, or something remains."""
    from controller.cli.preview_texts import needs_lines
    from controller.cli.receipts import ask_either
    from controller.cli.switch_texts import summary_picture, throw_lines
    from controller.runtime.two_persons import ProposalView

    for _ in range(TRIES):
        seen = _look(client, body, path)
        preview = seen.preview
        print("\n".join([*throw_lines(seen, client.zone()), *needs_lines(preview)]))
        if not preview.token:
            print("Nothing is left to switch. 无可操作的灯。")
            return False
        second = bool(preview.second_person) and not preview.alone
        if second and client.name == LOCAL:
            print(f"{LOCAL} is a machine, never one of two people: `zhadao sign-in NAME` first 请先以个人身份登录")
            return False
        if not agreed("Propose it 提请第二人确认?" if second else "Throw it 合闸/拉闸确认?", yes=yes):
            return False
        came = ask_either(client, f"{API}/selections/operate", {"token": preview.token})
        if not isinstance(came, ProposalView) and _too_late(came):
            again = _look(client, body, path)
            if summary_picture(again.summary) != summary_picture(seen.summary):
                print("It has changed while you looked; look again. 情况已变化，请重新查看。")
                continue
            preview = again.preview
            came = ask_either(client, f"{API}/selections/operate", {"token": preview.token})
        return _came(client, came, preview.request_id, follow=follow)
    raise Refused("it changes faster than it can be looked at; try a smaller scope")


def _look(client: ApiClient, body: Mapping[str, object], path: str) -> SwitchPreview:
    from controller.runtime.switching.views import SwitchPreview

    seen: SwitchPreview = client.post(path, body, SwitchPreview)
    return seen


def _too_late(came: object) -> bool:
    from controller.runtime.views import Receipt

    late = {"OBJECT_NOT_SELECTED", "NOT_READY"}
    return isinstance(came, Receipt) and all(one.cause in late for one in came.outcomes)


def _came(client: ApiClient, came: object, request_id: str, *, follow: bool) -> bool:
    from controller.cli.ordering import told_proposal
    from controller.cli.receipts import tell
    from controller.runtime.two_persons import ProposalView
    from controller.runtime.views import Receipt

    if isinstance(came, ProposalView):
        confirmed = told_proposal(client, came, request_id, follow=follow)
        return watch(client, request_id) if confirmed and follow else confirmed
    if not isinstance(came, Receipt) or not tell(client, came):
        return False
    print(f"Follow it with 跟踪: zhadao switch follow {request_id}{client.again}")
    return watch(client, request_id) if follow else True


def watch(client: ApiClient, request_id: str) -> bool:
    """Print how a throw gets on until every contact has proved it and its power had time; False when some remain."""
    from controller.cli.switch_texts import count_head, count_line, masked_lines, standing_lines
    from controller.logic.switch_progress import Stage
    from controller.runtime.switching.views import LiveCount

    told, deadline_s, steady = "", time.monotonic() + FOLLOW_S, 0
    while True:
        count: LiveCount = client.get(f"{PATH}/throws/{in_path(request_id)}", LiveCount)
        if not told:
            print(count_head(count, client.zone()))
        line = count_line(count)
        if line != told:
            told = line
            print(f"  {line}", flush=True)
        steady = steady + 1 if count.settled else 0
        if _over(count) or steady > STEADY_LOOKS or time.monotonic() > deadline_s:
            break
        time.sleep(EVERY_S)
    if count.remaining:
        print(f"  remaining 余下 {count.left}:")
        print("\n".join(standing_lines(count.remaining, 20)))
        print(f"Ask exactly these again 仅重试余下: zhadao switch retry {request_id}{client.again}")
    print("\n".join(masked_lines(count.others)), end="\n" if count.stages.get(Stage.MASKED) else "")
    if count.others and not count.remaining:
        print("\n".join(standing_lines(count.others, 10)))
    return count.left == 0


def _over(count: LiveCount) -> bool:
    """Whether nothing more is to be expected, its power's proof included: lights without a meter have none to come."""
    return count.settled and not count.awaiting_power


def _retry(client: ApiClient, request_id: str, reason: str, *, follow: bool) -> bool:
    from controller.cli.receipts import ask_either

    anew = secrets.token_hex(6)
    came = ask_either(client, f"{PATH}/throws/{in_path(request_id)}/retry", {"reason": reason, "request_id": anew})
    return _came(client, came, anew, follow=follow)


def _release(client: ApiClient, scope: str, knife: str, reason: str, slot: str, *, yes: bool) -> bool:
    if not agreed(f"End all leases of {client.name} in {scope} 释放该范围内本人的全部指令?", yes=yes):
        return False
    body: dict[str, object] = {"scope": scope, "knife": knife, "reason": reason, "slot": slot}
    return let_go(client, f"{PATH}/release", body)


def let_go(client: ApiClient, path: str, body: Mapping[str, object]) -> bool:
    """End leases, and tell how many. False: none of them was."""
    from controller.cli.receipts import tell
    from controller.runtime.views import Receipt

    receipt: Receipt = client.post(path, body, Receipt, also=CONFLICT)
    if all(one.accepted for one in receipt.outcomes):
        print(f"{len(receipt.outcomes)} leases ended, everything is decided anew 已释放 {len(receipt.outcomes)} 条指令")
        return True
    return tell(client, receipt)


@group_app.callback()
def _group() -> None:
    """Groups of lights 灯组: by hand, by query, always up to date."""


@group_app.command("list")
@looks
def group_list(client: ApiClient, as_json: AsJson = False) -> None:
    """Every group 灯组: how many lights it has now, and what makes a member.

    Example: zhadao group list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import columns
    from controller.runtime.switching.views import GroupView

    if as_json:
        _print_json(client.get(f"{API}/lighting/groups"))
        return
    found: list[GroupView] = client.get(f"{API}/lighting/groups", list[GroupView])
    rows = [
        (one.address, one.title_en, f"{one.lights} lights", f"{one.lamps} lamps", f"{one.rated_kw:.1f} kW", one.query)
        for one in found
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@group_app.command("show")
@looks
def group_show(
    client: ApiClient,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A group's name: 迎宾线.")],
    as_json: AsJson = False,
) -> None:
    """One group and who is in it now 灯组成员.

    Example: zhadao group show 迎宾线

    Exit code 0; 1 when there is no such group; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.switching.views import GroupView

    path = f"{API}/lighting/groups/{in_path(name)}"
    if as_json:
        _print_json(client.get(path))
        return
    one: GroupView = client.get(path, GroupView)
    print(f"{one.address}  {one.title_zh} / {one.title_en}: {one.query}")
    print(f"  {one.lights} lights ({one.road} road 路灯, {one.landscape} landscape 景观), {one.lamps} lamps 灯,")
    print(f"  {one.rated_kw:.1f} kW rated 额定")
    print("\n".join(f"    {member}" for member in one.members))
