"""An order's way from the keyboard to the field: at once where that is allowed, else select, look, operate, confirm."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from controller.cli.client import API, CONFLICT, ApiClient
from controller.cli.deciding import agreed
from controller.cli.failing import Refused, UsageProblem
from controller.cli.finding import LOCAL
from controller.cli.receipts import ask_either, tell

if TYPE_CHECKING:
    from controller.cli.setting import Query
    from controller.runtime.commanding.views import Preview
    from controller.runtime.two_persons import ProposalView
    from controller.runtime.views import Receipt

NOT_SELECTED = "OBJECT_NOT_SELECTED"
TRIES = 3
"""How often a preview that changed while it was read is shown again."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Gives orders for one caller. ``yes``: go on without asking; ``follow``: watch what comes of it."""

    client: ApiClient
    yes: bool
    follow: bool

    def give(self, order: Mapping[str, object]) -> bool:
        """Give the order; whether it was accepted, confirmed where it had to be, and not disproved."""
        from controller.cli.following import known_commands
        from controller.runtime.views import Receipt

        targets = _texts(order["targets"])
        single = targets[0] if len(targets) == 1 else ""
        before = known_commands(self.client, single) if single else frozenset()
        wanted = {**order, "request_id": secrets.token_hex(6)}
        receipt: Receipt = self.client.post(f"{API}/orders", wanted, Receipt, also=CONFLICT)
        left = [one.target for one in receipt.outcomes if one.cause == NOT_SELECTED]
        if not left:
            return self._watch(receipt, single, before)
        done = [one for one in receipt.outcomes if one.cause != NOT_SELECTED]
        if not any(one.accepted for one in done):
            return self._select({**order, "targets": targets}, before)
        from dataclasses import replace

        tell(self.client, replace(receipt, outcomes=tuple(done)))
        return self._select({**order, "targets": left}, before)

    def _watch(self, receipt: Receipt, single: str, before: frozenset[str]) -> bool:
        from controller.cli.following import follow
        from controller.cli.following_request import follow_request

        if not tell(self.client, receipt):
            return False
        if not self.follow:
            return True
        if single:
            return follow(self.client, single, receipt.outcomes[0].lease_id, before)
        return follow_request(self.client, receipt.request_id)

    # -- select, look, operate --------------------------------------------------------------------------------------

    def _select(self, order: Mapping[str, object], before: frozenset[str]) -> bool:
        from controller.cli.preview_texts import picture

        preview = self._look(order)
        for _ in range(TRIES):
            self._show(preview)
            if not preview.token:
                print("Nothing is left to operate. 无可操作目标。")
                return False
            if preview.second_person and not preview.alone and self.client.name == LOCAL:
                print(f"{LOCAL} is a machine, never one of two people: `zhadao sign-in NAME` first 请先以个人身份登录")
                return False
            if not agreed(self._question(preview), yes=self.yes):
                return False
            shown = picture(preview)
            came = self._operate(preview)
            if not _too_late(came):
                return self._came(came, preview, before)
            preview = self._look(order)
            if picture(preview) == shown:  # only the time was over: what was agreed to stands
                return self._came(self._operate(preview), preview, before)
            print("It has changed while you looked; look again. 情况已变化，请重新查看。")
        raise Refused("it changes faster than it can be looked at; try fewer targets")

    def _look(self, order: Mapping[str, object]) -> Preview:
        from controller.runtime.commanding.views import Preview

        preview: Preview = self.client.post(f"{API}/selections", {**order, "request_id": secrets.token_hex(6)}, Preview)
        return preview

    def _show(self, preview: Preview) -> None:
        from controller.cli.preview_texts import needs_lines, preview_lines

        print("\n".join([*preview_lines(preview, self.client.zone()), *needs_lines(preview)]))

    def _question(self, preview: Preview) -> str:
        if preview.second_person and not preview.alone:
            return "Propose it 提请第二人确认?"
        return "Operate it 确认操作?"

    def _operate(self, preview: Preview) -> Receipt | ProposalView:
        return ask_either(self.client, f"{API}/selections/operate", {"token": preview.token})

    def _came(self, came: Receipt | ProposalView, preview: Preview, before: frozenset[str]) -> bool:
        from controller.runtime.two_persons import ProposalView

        if isinstance(came, ProposalView):
            return told_proposal(self.client, came, preview.request_id, follow=self.follow)
        single = preview.targets[0].target if len(preview.targets) == 1 else ""
        done = self._watch(came, single, before)
        if preview.alone and preview.second_person and any(one.accepted for one in came.outcomes):
            print(f"Countersigned by another person within 2 h 须两小时内补签: zhadao countersign{self.client.again}")
        return done


def propose(client: ApiClient, path: str, body: Mapping[str, object], *, follow: bool) -> bool:
    """POST what takes a second person, say what they type, and wait for them."""
    from controller.runtime.two_persons import ProposalView

    proposal: ProposalView = client.post(path, body, ProposalView)
    return told_proposal(client, proposal, "", follow=follow)


def told_proposal(client: ApiClient, proposal: ProposalView, request_id: str, *, follow: bool) -> bool:
    """Say what the second person types, and wait for them; whether it was confirmed (or still waits)."""
    from controller.cli.following_request import await_second
    from controller.cli.texts import clock_time

    until = clock_time(proposal.expires, client.zone())
    second = client.others[0] if len(client.others) == 1 else "THEIR-NAME"
    print(f"PROPOSED 已提请确认: proposal {proposal.id}, waits until {until}")
    print("A second, different person now types 请第二人执行:")
    print(f"  zhadao confirm {proposal.id} --as {second}{client.again}")
    print(f"You take it back with 撤回: zhadao withdraw {proposal.id}{client.again}")
    return await_second(client, proposal, request_id) if follow else True


def targets_of(client: ApiClient, named: Sequence[str], query: Query, value: str) -> list[str]:
    """The targets that were named, and those of the lights asked for.

    Raises:
        UsageProblem: none of either.
    """
    from controller.cli.lights import lights_of

    found = lights_of(client, query, value) if query else []
    targets = list(dict.fromkeys([*named, *found]))
    if not targets:
        none = "no light fits that" if query else "name at least one target, or ask for lights by --division, --road …"
        raise UsageProblem(f"{none}; then the value: zhadao set TARGET VALUE")
    return targets


def _too_late(came: Receipt | ProposalView) -> bool:
    """Whether the selection ran out, or changed, while its preview was read."""
    from controller.runtime.two_persons import ProposalView

    if isinstance(came, ProposalView):
        return False
    return all(not one.accepted and one.cause in (NOT_SELECTED, "NOT_READY") for one in came.outcomes)


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)  # noqa: S101 - narrows what targets_of gave
    return value
