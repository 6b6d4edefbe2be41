"""Calendars of others in TALQ's words, taken for a draft as ordered rules of the lights that have its default program.

TALQ's rules are ours: the first that fits a night wins, ``defaultProgram`` is the light's own. Which lights follow a
calendar is said elsewhere in TALQ; here it is every light whose own program is its ``defaultProgram``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from controller.domain.errors import InvalidValue
from schedules.program import ProgramId
from schedules.talq_references import refused, text_in
from schedules.when import InRange, InSeason, OnNthWeekday, OnWeekdays, When

_NAME = re.compile(r"[^\s:#'\"][^:#'\"\n]{0,58}[^\s:#'\"]|[^\s:#'\"]")
_MONTH_DAY = re.compile(r"--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class TakenRule:
    """On nights all of ``when`` pick, lights have ``gives`` in place of the calendar's default."""

    when: tuple[When, ...]
    gives: ProgramId


@dataclass(frozen=True, slots=True)
class TakenCalendar:
    """A ``Calendar`` of TALQ."""

    name: str
    default: ProgramId
    rules: tuple[TakenRule, ...]


def calendars_taken(said: Sequence[Mapping[str, Any]]) -> list[TakenCalendar]:
    """Several of them.

    Raises:
        InvalidValue: naming calendar and field: what is not understood, one id twice, or two calendars of the same
            lights.
    """
    found: list[TakenCalendar] = []
    for n, one in enumerate(said):
        try:
            taken = _calendar(one)
            _apart(taken, found)
        except InvalidValue as error:
            raise InvalidValue(f"calendars[{n}] {one.get('id', '')}: {error}") from error
        found.append(taken)
    return found


def _apart(taken: TakenCalendar, others: Sequence[TakenCalendar]) -> None:
    if any(taken.name == one.name for one in others):
        raise refused("id", "comes twice", "leave one of them out")
    same = next((one.name for one in others if one.default == taken.default), "")
    if same:
        todo = "here a program's lights have one calendar; write rules with only: for some of them 请在草案中编写规则"
        raise refused("defaultProgram", f"is that of calendar {same} too", todo)


def _calendar(said: Mapping[str, Any]) -> TakenCalendar:
    _only(said, {"id", "ownerCMS", "name", "description", "rules", "defaultProgram"}, "")
    name, _, default = text_in(said, "id"), text_in(said, "ownerCMS"), text_in(said, "defaultProgram")
    if not _NAME.fullmatch(name):
        raise refused("id", f"{name!r} cannot be a name here", "60 characters at most, no colons, hashes or quotes")
    rules = [rule for n, one in enumerate(_list(said, "rules", "")) for rule in _rules(one, f"rules[{n}].")]
    return TakenCalendar(name, default, tuple(rules))


def _rules(said: Mapping[str, Any], where: str) -> Iterator[TakenRule]:
    """One rule, or one for each span of the year."""
    _only(said, {"startDate", "endDate", "condition", "program"}, where)
    gives, dates = text_in(said, "program", where), _dates(said, where)
    condition = said.get("condition")
    if condition is None:
        yield TakenRule(dates or (OnWeekdays(_EVERY_DAY),), gives)
        return
    if not isinstance(condition, Mapping) or condition.get("type") not in ("ccDay", "ccDate"):
        raise refused(f"{where}condition", "is neither ccDay nor ccDate", "say weekdays or dates 仅支持ccDay与ccDate")
    parts = _days(condition, where) if condition["type"] == "ccDay" else _spans(condition, where)
    for part in parts:
        yield TakenRule((*dates, part), gives)


def _dates(said: Mapping[str, Any], where: str) -> tuple[When, ...]:
    first, last = (_date(said, name, where) for name in ("startDate", "endDate"))
    if first is None and last is None:
        return ()
    if first is None or last is None or last < first:
        raise refused(f"{where}startDate", "has no end behind it", "say startDate and endDate, in their order")
    return (InRange(first, last),)


def _date(said: Mapping[str, Any], name: str, where: str) -> date | None:
    text = said.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise refused(f"{where}{name}", f"is {text!r}", "write a date: 2026-10-01") from None


def _days(said: Mapping[str, Any], where: str) -> Iterator[When]:
    where = f"{where}condition."
    _only(said, {"type", "days", "occurrences"}, where)
    weekdays: set[int] = set()
    for n, one in enumerate(_list(said, "days", where)):
        first, last = one.get("start"), one.get("end", one.get("start"))
        if type(first) is not int or type(last) is not int or not 1 <= first <= last <= 7:
            raise refused(f"{where}days[{n}]", f"is {first!r} to {last!r}", "1 (Monday) to 7, the end behind the start")
        weekdays |= set(range(first, last + 1))
    if not weekdays:
        raise refused(f"{where}days", "names no day", "1 (Monday) to 7")
    nth = said.get("occurrences")
    if nth is None:
        yield OnWeekdays(frozenset(weekdays))
        return
    if not isinstance(nth, list) or not nth or not all(one in ("1", "2", "3", "4", "5", "L") for one in nth):
        raise refused(f"{where}occurrences", f"is {nth!r}", 'a list of "1" to "5" and "L"')
    yield OnNthWeekday(frozenset(weekdays), frozenset(-1 if one == "L" else int(one) for one in nth))


def _spans(said: Mapping[str, Any], where: str) -> Iterator[When]:
    where = f"{where}condition."
    _only(said, {"type", "dates"}, where)
    spans = _list(said, "dates", where)
    if not spans:
        raise refused(f"{where}dates", "names no date", "write {start: --MM-DD}")
    for n, one in enumerate(spans):
        first, last = (_month_day(one.get(name, one.get("start")), f"{where}dates[{n}].{name}") for name in _ENDS)
        if last < first:
            raise refused(f"{where}dates[{n}]", "ends before it starts", "write two spans: until --12-31, from --01-01")
        yield InSeason(first, last)


_ENDS = ("start", "end")


def _month_day(text: object, where: str) -> tuple[int, int]:
    if not isinstance(text, str) or not _MONTH_DAY.fullmatch(text):
        raise refused(where, f"is {text!r}", "write --MM-DD")
    return int(text[2:4]), int(text[5:7])


def _list(said: Mapping[str, Any], field: str, where: str) -> Sequence[Mapping[str, Any]]:
    found = said.get(field, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise refused(f"{where}{field}", "is no list of objects", "see TALQ 2.7.1")
    return found


def _only(said: Mapping[str, Any], known: Collection[str], where: str) -> None:
    strange = sorted(str(key) for key, value in said.items() if key not in known and value not in (None, [], {}))
    if strange:
        raise refused(
            f"{where}{strange[0]}", "is not followed here", f"leave it out; there are {', '.join(sorted(known))}"
        )
