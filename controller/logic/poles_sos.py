"""A pole's SOS button: when it calls, who ends the call, and what a stuck or unreadable button means. Pure.

Pressed, by a GOOD reading, calls at once. A call ends when a person acknowledged it and its shortest time is over; a
button that is still pressed then waits, quiet, to be seen released: only after that a press is a new call. What
cannot be read neither calls nor ends a call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.domain.points import Reading
from controller.logic.contract import Moment
from controller.logic.poles import SosRules


class SosStage(StrEnum):
    """QUIET: nothing. CALLING: full light. ANSWERED: the call is over, the button not yet seen released."""

    QUIET = "quiet"
    CALLING = "calling"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class SosCase:
    """Where a pole's button stands.

    ``since``: wall time of the call, ``since_s`` the monotonic moment its shortest time counts from. ``answered_by``:
    who acknowledged it, empty until then. ``released``: seen released since the call began. ``pressed_s``: since when
    it reads pressed without having been seen released; ``blind_s``: since when it cannot be read (both monotonic).
    """

    stage: SosStage = SosStage.QUIET
    since: datetime | None = None
    since_s: float = 0.0
    answered_by: str = ""
    released: bool = False
    pressed_s: float | None = None
    blind_s: float | None = None

    @property
    def calling(self) -> bool:
        """Whether its lights are to be full."""
        return self.stage is SosStage.CALLING

    def stuck(self, now_s: float, rules: SosRules) -> bool:
        """Whether it has been pressed for longer than a person presses."""
        return self.pressed_s is not None and now_s - self.pressed_s >= rules.stuck_after_s

    def blind(self, now_s: float, rules: SosRules) -> bool:
        """Whether it has been unreadable for long enough to be told."""
        return self.blind_s is not None and now_s - self.blind_s >= rules.blind_after_s


SILENT = SosCase()
"""The case of a button nobody pressed."""


def follow_sos(case: SosCase, reading: Reading, moment: Moment, rules: SosRules, *, reachable: bool) -> SosCase:
    """The case after looking at the button. The same object comes back while nothing changed.

    ``reachable``: the pole answers, so that an unreadable button is the button's own trouble; a lost pole has its own
    alarm.
    """
    if not reading.good or not isinstance(reading.value, (bool, int)):
        return _ended(_unread(case, moment, reachable=reachable), moment, rules)
    seen = case if case.blind_s is None else replace(case, blind_s=None)
    if not reading.value:
        return _ended(_released(seen), moment, rules)
    return _ended(_pressed(seen, moment), moment, rules)


def answered(case: SosCase, by: str) -> SosCase:
    """A person acknowledged the call; the first name stays."""
    return replace(case, answered_by=by) if case.calling and not case.answered_by else case


def _pressed(case: SosCase, moment: Moment) -> SosCase:
    again = case.calling and case.released and bool(case.answered_by)
    if case.stage is SosStage.QUIET or again:
        return SosCase(SosStage.CALLING, moment.wall, moment.s, pressed_s=moment.s)
    if case.pressed_s is None:
        return replace(case, pressed_s=moment.s, released=False)
    return case


def _released(case: SosCase) -> SosCase:
    if case.stage is SosStage.CALLING:
        return case if case.released and case.pressed_s is None else replace(case, released=True, pressed_s=None)
    return case if case == SILENT else SILENT


def _unread(case: SosCase, moment: Moment, *, reachable: bool) -> SosCase:
    if not reachable:
        return case if case.blind_s is None else replace(case, blind_s=None)
    return case if case.blind_s is not None else replace(case, blind_s=moment.s)


def _ended(case: SosCase, moment: Moment, rules: SosRules) -> SosCase:
    """A call that was answered, once its shortest time is over."""
    if not case.calling or not case.answered_by or moment.s < case.since_s + rules.hold_s:
        return case
    if case.released and case.pressed_s is None:
        return SILENT if case.blind_s is None else SosCase(blind_s=case.blind_s)
    return replace(case, stage=SosStage.ANSWERED)
