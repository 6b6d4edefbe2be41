"""Which alarms somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.domain.points import TargetId
from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.alarm import Alarm
from controller.runtime.alarming.book import AlarmBook


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """What to list; what is left empty does not narrow it.

    ``states`` that are hidden ones (SHELVED, SUPPRESSED, OUT_OF_SERVICE) list those too, ``hidden`` all of them.
    ``priority``: this urgent or more. ``about``: a device, target or division (its six digits). ``under``: the root
    alarm's id, for what it hides. ``sees``: whether the asker may see what an alarm is about.
    """

    states: frozenset[AlarmState] = frozenset()
    hidden: bool = False
    priority: int = 4
    kind: str = ""
    about: str = ""
    under: str = ""
    limit: int = 1000
    sees: Callable[[TargetId], bool] | None = None


def listed(book: AlarmBook, wanted: AlarmFilter) -> list[Alarm]:
    """The alarms asked for, most urgent first."""
    with_hidden = wanted.hidden or wanted.under or any(state.hidden for state in wanted.states)
    alarms = [*book.all(), *book.hidden()] if with_hidden else book.all()
    chosen = (alarm for alarm in alarms if _fits(alarm, wanted))
    return [alarm for alarm, _ in zip(chosen, range(wanted.limit), strict=False)]


def _fits(alarm: Alarm, wanted: AlarmFilter) -> bool:
    return (
        (not wanted.states or alarm.state in wanted.states)
        and alarm.priority <= wanted.priority
        and wanted.kind in ("", alarm.kind)
        and (not wanted.about or _is_about(alarm, wanted.about))
        and (not wanted.under or wanted.under in alarm.roots)
        and (wanted.sees is None or wanted.sees(alarm.subject))
    )


def _is_about(alarm: Alarm, about: str) -> bool:
    return alarm.subject == about or alarm.device == about or alarm.source == about or alarm.device[:7] == f"{about}-"
