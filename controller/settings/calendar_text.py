"""Rules of calendars taken over from others, as text of ``lighting/*.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from controller.domain.errors import InvalidValue
from schedules.talq_calendars_in import TakenCalendar
from schedules.when import InRange, InSeason, OnNthWeekday, OnWeekdays, When

_KEY = "rules"


def calendars_text(calendars: Sequence[TakenCalendar], before: str = "") -> str:
    """A whole file of rules: those of these calendars, behind those of others that a file written here before has."""
    mine = tuple(f"{_mark(one.name)} " for one in calendars)
    there = [one for one in _entries(before) if not str(one.get("name", "")).startswith(mine)]
    entries = [*there, *(entry for one in calendars for entry in _written(one))]
    said = yaml.safe_dump({_KEY: entries}, allow_unicode=True, sort_keys=False, width=120)
    return f"# Calendars taken over from another system in TALQ's words 由TALQ导入的日历\n{said}"


def check_apart(calendars: Sequence[TakenCalendar], files: Mapping[str, str], own: str) -> None:
    """Other rules speak of none of the same programs: the first rule wins, and these would lose or win silently.

    ``own``: the file earlier ones were written into; rules of calendars of the same names there are replaced.

    Raises:
        InvalidValue: one does, with its file and name; or a file cannot be read.
    """
    mine = tuple(f"{_mark(one.name)} " for one in calendars)
    for file, text in files.items():
        for entry in _entries(text, file):
            name, uses = str(entry.get("name", "")), entry.get("use")
            if (file == own and name.startswith(mine)) or not isinstance(uses, Mapping):
                continue
            for one in calendars:
                if one.default in uses:
                    raise InvalidValue(
                        f"calendar {one.name}: {file} has the rule {name!r} for lights of {one.default} already, and "
                        "the first rule that fits wins. Take it out of the draft first, or leave this calendar out "
                        "草案中已有同一方案的规则，请先删除"
                    )


def _entries(text: str, file: str = "") -> list[dict[str, Any]]:
    try:
        said = yaml.safe_load(text) if text else None
    except yaml.YAMLError as cause:
        raise InvalidValue(f"{file}: not YAML, so its rules cannot be read; mend the draft first") from cause
    found = said.get(_KEY) if isinstance(said, Mapping) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _mark(name: str) -> str:
    return f"TALQ {name} #"


def _written(calendar: TakenCalendar) -> Iterator[dict[str, Any]]:
    for n, rule in enumerate(calendar.rules, 1):
        when: dict[str, Any] = {}
        for part in rule.when:
            when |= _said(part)
        yield {"name": f"{_mark(calendar.name)} {n}", "when": when, "use": {calendar.default: rule.gives}}


def _said(when: When) -> dict[str, Any]:
    match when:
        case InRange(first, last):
            return {"range": {"first": first, "last": last}}
        case InSeason(first=(month, day), last=(to_month, to_day)):
            return {"season": {"first": f"{month:02d}-{day:02d}", "last": f"{to_month:02d}-{to_day:02d}"}}
        case OnWeekdays(weekdays):
            return {"weekdays": sorted(weekdays)}
        case OnNthWeekday(weekdays=weekdays, nth=nth):
            return {"nth": {"weekdays": sorted(weekdays), "of_month": sorted(nth)}}
        case _:
            raise InvalidValue(f"a rule's condition {when!r} has no words in a file")
