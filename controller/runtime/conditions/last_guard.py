"""Tag and switch judged once more, right before the socket: between decision and wire somebody may have come."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.clock import Clock
from controller.domain.command import Command
from controller.domain.intents import TargetKind
from controller.domain.points import TargetId, device_of, output_of
from controller.domain.targets import Target
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.interlocks import UNBOUND
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.switch_guard import Word, judge_local, word_of
from controller.logic.tag_guard import guard_tag, write_begins
from controller.runtime.table import ImageTable


class LastGuard:
    """The last word of the site on a command. What is no target's own write (a lock-out) is not asked here."""

    def __init__(
        self,
        targets: Mapping[TargetId, Target],
        table: ImageTable,
        clock: Clock,
        conditions: SiteConditions = NOTHING_ON_SITE,
    ) -> None:
        self._targets = targets
        self._table = table
        self._clock = clock
        self._conditions = conditions

    def adopt(self, targets: Mapping[TargetId, Target]) -> None:
        """Swap the site (reload)."""
        self._targets = targets

    def judge(self, command: Command) -> Verdict:
        """HOLD when a tag or the switch forbids it by now.

        A wait after LOCAL is the cycle's to judge. Cuts, stops and closing gates of slots 1 and 2 are attempted past
        the switch.
        """
        target = self._targets.get(command.target)
        if target is None:
            return ALLOWED
        view = self._table.view(device_of(command.target), self._clock.monotonic())
        gate = target.kind is TargetKind.GATE
        position = view.number(f"{output_of(command.target)}.position_percent") if gate else None
        begins = write_begins(target.kind, command.write, command.proof, position)
        on_site = self._conditions.at(command.target)
        tagged = guard_tag(on_site.tag, begins=begins)
        attempted = command.slot in UNBOUND and (not begins or gate)
        if tagged.ruling is not Ruling.ALLOW or attempted:
            return tagged
        if word_of(on_site.switch, view, on_site.wait_s) is Word.LOCAL:
            return judge_local(view, on_site.key)
        return ALLOWED
