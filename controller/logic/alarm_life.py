"""The life of an alarm (ISA-18.2): which state follows which event. A table, and nothing else.

An alarm lives through NORM, UNACK, ACKED, RTNUN and LATCHED; over that life it may be hidden: SHELVED by a person for
a time, SUPPRESSED by design while a root cause stands, OUT_OF_SERVICE while its equipment is tagged. A hidden alarm
goes on living beneath: what it comes back to is what is true then, not what was true when it was hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class AlarmState(StrEnum):
    """Where an alarm stands in its life, as people see it."""

    NORM = "NORM"
    UNACK = "UNACK"
    ACKED = "ACKED"
    RTNUN = "RTNUN"
    LATCHED = "LATCHED"
    SHELVED = "SHELVED"
    SUPPRESSED = "SUPPRESSED"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"

    @property
    def hidden(self) -> bool:
        """Whether it is kept from the list of what people must look at."""
        return self in _HIDDEN

    @property
    def zh(self) -> str:
        """The state's Chinese name."""
        return _ZH[self]


_HIDDEN = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
_ZH = {
    AlarmState.NORM: "正常",
    AlarmState.UNACK: "未确认",
    AlarmState.ACKED: "已确认",
    AlarmState.RTNUN: "已恢复未确认",
    AlarmState.LATCHED: "已恢复待复位",
    AlarmState.SHELVED: "已搁置",
    AlarmState.SUPPRESSED: "已抑制",
    AlarmState.OUT_OF_SERVICE: "停用",
}


class Event(StrEnum):
    """What happens to an alarm. RAISE and RETURN are the condition's, the others people's."""

    RAISE = "raise"
    RETURN = "return"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"


_Table = Mapping[tuple[AlarmState, Event], AlarmState]

_IN_SIGHT: _Table = {
    (AlarmState.NORM, Event.RAISE): AlarmState.UNACK,
    (AlarmState.UNACK, Event.ACKNOWLEDGE): AlarmState.ACKED,
    (AlarmState.UNACK, Event.RETURN): AlarmState.RTNUN,
    (AlarmState.ACKED, Event.RETURN): AlarmState.NORM,
    (AlarmState.RTNUN, Event.ACKNOWLEDGE): AlarmState.NORM,
    (AlarmState.RTNUN, Event.RAISE): AlarmState.UNACK,
    (AlarmState.LATCHED, Event.RAISE): AlarmState.UNACK,
    (AlarmState.LATCHED, Event.RESET): AlarmState.NORM,
}
_LATCHING: _Table = {
    (AlarmState.UNACK, Event.RETURN): AlarmState.LATCHED,
    (AlarmState.ACKED, Event.RETURN): AlarmState.LATCHED,
}
"""What is different for an alarm that latches: gone is not enough, a person resets it."""
_BENEATH: _Table = {
    (AlarmState.NORM, Event.RAISE): AlarmState.ACKED,
    (AlarmState.RTNUN, Event.RAISE): AlarmState.ACKED,
    (AlarmState.LATCHED, Event.RAISE): AlarmState.ACKED,
}
"""What is different while it is hidden: nobody is asked to look, so what stands counts as seen until it is shown."""


def after(life: AlarmState, event: Event, *, latching: bool = False, hidden: bool = False) -> AlarmState:
    """The life that follows; the same where the event means nothing to it. ``life`` is never a hidden state."""
    key = (life, event)
    if hidden and key in _BENEATH:
        return _BENEATH[key]
    if latching and key in _LATCHING:
        return _LATCHING[key]
    return _IN_SIGHT.get(key, life)


def on_hiding(life: AlarmState) -> AlarmState:
    """The life beneath when it is hidden: what hides it (a person, a root cause, a tag) answers for what stands."""
    return AlarmState.ACKED if life is AlarmState.UNACK else life


def on_showing(life: AlarmState) -> AlarmState:
    """The life when it is shown again: what still stands is unseen, whoever saw it before."""
    return AlarmState.UNACK if life is AlarmState.ACKED else life


def shown(life: AlarmState, *, tagged: bool, shelved: bool, suppressed: bool) -> AlarmState:
    """The state people see. Out of service tells more than a shelf, and a shelf more than a root cause."""
    if tagged:
        return AlarmState.OUT_OF_SERVICE
    if shelved:
        return AlarmState.SHELVED
    return AlarmState.SUPPRESSED if suppressed else life
