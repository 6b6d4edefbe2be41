"""``proposals``, ``confirm``, ``refuse``, ``withdraw``, ``countersign``: acts that take two people."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.setting import Yes

ProposalId = Annotated[str, typer.Argument(metavar="ID", help="Proposal id, as `zhadao proposals` shows it.")]


@looks
def proposals(client: ApiClient) -> None:
    """What waits for a second person 待确认, and what waits for a countersignature 待补签; the most urgent first.

    Example: zhadao proposals

    Exit code 0 in any case; 3 when no controller answers.
    """
    from controller.cli.preview_texts import proposal_row
    from controller.cli.texts import clock_time, columns
    from controller.runtime.commanding.views import CountersignView
    from controller.runtime.two_persons import ProposalView

    waiting: list[ProposalView] = client.get(f"{API}/proposals", list[ProposalView])
    zone = client.zone()
    print("\n".join(columns([proposal_row(one, zone) for one in waiting]) if waiting else ["  none 无"]))
    owed: list[CountersignView] = client.get(f"{API}/countersigns", list[CountersignView])
    if owed:
        print("To countersign 待补签")
        rows = [
            (
                one.id,
                "OVERDUE 逾期" if one.overdue else f"until {clock_time(one.due, zone)}",
                one.actor,
                one.text,
                one.reason,
            )
            for one in owed
        ]
        print("\n".join(columns(rows)))


@acts
def confirm(client: ApiClient, proposal_id: ProposalId, yes: Yes = False) -> bool:
    """The second person's word 确认: look at what it would do now, then let it be done.

    You have to be somebody else than the proposer, whatever the session, and hold the right yourself.

    Example: zhadao confirm 5d0c2f9a71b3 --as second

    Exit code 0: done (and not disproved while watching). 1: refused, changed meanwhile, or you said no.
    """
    from controller.cli.deciding import agreed
    from controller.cli.following_request import follow_request
    from controller.cli.preview_texts import wording_lines
    from controller.cli.receipts import ask_receipt, tell
    from controller.runtime.commanding.proposal_answers import FreshProposal

    path = f"{API}/proposals/{in_path(proposal_id)}"
    fresh: FreshProposal = client.get(path, FreshProposal)
    proposed = fresh.proposal
    print(f"{proposed.proposer} proposes 提请: {proposed.reason}")
    print("\n".join(wording_lines(fresh.now or proposed.wording)))
    if fresh.problem:
        print(f"It can't be confirmed now 现不可确认: {fresh.problem}")
        return False
    if not agreed(f"Confirm it as {client.name} 以此身份确认?", yes=yes):
        return False
    receipt = ask_receipt(client, f"{path}/confirm")
    done = tell(client, receipt)
    if done and proposed.kind == "order" and receipt.request_id:
        return follow_request(client, receipt.request_id)
    return done


@acts
def refuse(
    client: ApiClient,
    proposal_id: ProposalId,
    reason: Annotated[str, typer.Option("--reason", help="Why not; the proposer reads it.")],
) -> bool:
    """Say no to a proposal 否决: by whoever could confirm it, or its proposer.

    Example: zhadao refuse 5d0c2f9a71b3 --reason "people are on the bridge"

    Exit code 0: it waits no more. 1: refused.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/proposals/{in_path(proposal_id)}/refuse", {"reason": reason})


@acts
def withdraw(client: ApiClient, proposal_id: ProposalId) -> bool:
    """Take your own proposal back 撤回.

    Example: zhadao withdraw 5d0c2f9a71b3

    Exit code 0: it waits no more. 1: refused; only the proposer withdraws.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/proposals/{in_path(proposal_id)}/withdraw")


@acts
def countersign(
    client: ApiClient,
    act_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="As `zhadao proposals` shows it; left out: the only one there is.")
    ] = "",
    remark: Annotated[str, typer.Option("--remark", help="What you have to say about it.")] = "",
) -> bool:
    """Put your name beside what one person did alone under a declared response 补签. It judges nothing anew.

    Example: zhadao countersign operator:3c0e41

    Exit code 0: countersigned. 1: refused; it takes somebody else than who acted.
    """
    from controller.cli.failing import UsageProblem
    from controller.cli.receipts import act

    if not act_id:
        owed = [str(one["id"]) for one in client.get(f"{API}/countersigns")]
        if len(owed) != 1:
            raise UsageProblem(f"which? {', '.join(owed) or 'nothing waits to be countersigned 无待补签'}")
        act_id = owed[0]
    return act(client, f"{API}/countersigns/{in_path(act_id)}", {"reason": remark})
