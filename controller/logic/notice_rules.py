"""Who is told what: occasions, the rules that send them to receivers, and when many become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller.logic.alarm_settings import LEAST_URGENT, Words


class On(StrEnum):
    """What a rule waits for.

    ``alarm``: an alarm begins to ask for a person; ``returned``: one that was told is back to normal; ``declared``: an
    operating state is declared, renewed or over; ``overdue``: a handling record missed its deadline; ``roads_dark``: a
    cut left roads dark, or more of them.
    """

    ALARM = "alarm"
    RETURNED = "returned"
    DECLARED = "declared"
    OVERDUE = "overdue"
    ROADS_DARK = "roads_dark"


WEIGHED = frozenset({On.ALARM, On.RETURNED})
"""What a rule's ``priority`` and ``kinds`` narrow; the others are wanted or they are not."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing to tell. ``on`` may be several: a cut is an alarm and leaves roads dark.

    ``division``: its six digits, empty for what concerns the whole city or the controller itself. ``grave``: about
    life safety, never folded into a summary while there is room. ``alarm``: the alarm's id, where it is about one.
    """

    on: frozenset[On]
    at: datetime
    about: str
    kind: str
    priority: int
    title: Words
    text: Words
    advice: Words = field(default_factory=Words)
    alarm: str = ""
    division: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """Whoever is in ``to`` is told of ``on``; alarms only of this priority or more urgent, of these kinds (empty: all).

    ``divisions``: only what stands there, and what concerns the whole city; empty: everywhere.
    """

    id: str
    on: frozenset[On]
    to: tuple[str, ...]
    priority: int = LEAST_URGENT
    kinds: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()

    def wants(self, occasion: Occasion) -> bool:
        """Whether the rule speaks of it."""
        matched = self.on & occasion.on
        here = not self.divisions or occasion.division in ("", *self.divisions)
        return here and (bool(matched - WEIGHED) or (bool(matched) and self._weighs(occasion)))

    def _weighs(self, occasion: Occasion) -> bool:
        return occasion.priority <= self.priority and (not self.kinds or occasion.kind in self.kinds)


def receivers_of(rules: Iterable[NoticeRule], occasion: Occasion) -> tuple[str, ...]:
    """Who is told of it: each once, in the order of the rules."""
    return tuple(dict.fromkeys(name for rule in rules if rule.wants(occasion) for name in rule.to))


@dataclass(frozen=True, slots=True)
class FoldRule:
    """After ``more_than`` notices to one receiver within ``within_s`` the next ones become one summary, which waits
    ``collect_s`` for more. 0 folds all but what is about life safety."""

    more_than: int = 10
    within_s: float = 60.0
    collect_s: float = 60.0


@dataclass(frozen=True, slots=True)
class DeliveryRule:
    """How a receiver that does not take a notice is tried again (real seconds, doubling, with jitter) and given up.

    After ``give_up_s`` or ``tries`` a notice is a dead letter; after ``refused_tries`` already when the receiver
    understood and said no. With ``waiting`` notices in line for one receiver, further ones are folded into one.
    """

    first_s: float = 5.0
    longest_s: float = 900.0
    give_up_s: float = 172_800.0
    tries: int = 1000
    refused_tries: int = 3
    waiting: int = 2000
    down_after_s: float = 300.0


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What the outbox goes by."""

    rules: tuple[NoticeRule, ...] = ()
    fold: FoldRule = FoldRule()
    delivery: DeliveryRule = field(default_factory=DeliveryRule)
