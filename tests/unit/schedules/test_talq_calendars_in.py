"""Calendars of others in TALQ's words: the same program on the same nights, and what is not understood refused."""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from controller.domain.errors import InvalidValue
from controller.settings.calendar_text import calendars_text, check_apart
from controller.settings.calendars import when_of
from controller.settings.lighting_models import RuleModel
from controller.settings.parsing import Findings, Spot
from controller.settings.yaml_lines import parse_document
from schedules.calendar import Calendar, Rule
from schedules.talq_calendars_in import TakenCalendar, calendars_taken
from schedules.talq_reading import program_of_night
from schedules.when import AllOf, When

RULES: list[dict[str, Any]] = [
    {"startDate": "2026-10-01", "endDate": "2026-10-07", "program": "fair"},
    {"condition": {"type": "ccDay", "days": [{"start": 6}], "occurrences": ["1", "L"]}, "program": "show"},
    {
        "startDate": "2026-05-01",
        "endDate": "2026-05-31",
        "condition": {"type": "ccDay", "days": [{"start": 5, "end": 7}]},
        "program": "spring",
    },
    {
        "condition": {"type": "ccDate", "dates": [{"start": "--12-24", "end": "--12-31"}, {"start": "--01-01"}]},
        "program": "winter",
    },
    {"condition": {"type": "ccDay", "days": [{"start": 1}, {"start": 3}]}, "program": "week"},
]


def calendar(**said: Any) -> dict[str, Any]:
    return {"id": "main", "ownerCMS": "other", "defaultProgram": "night", "rules": RULES, **said}


def as_calendar(taken: TakenCalendar) -> Calendar:
    return Calendar(
        tuple(
            Rule(f"{n}", _all(rule.when), MappingProxyType({taken.default: rule.gives}))
            for n, rule in enumerate(taken.rules)
        )
    )


def _all(parts: tuple[When, ...]) -> When:
    return parts[0] if len(parts) == 1 else AllOf(parts)


def as_written(text: str) -> Calendar:
    """The rules as the site folder reads them."""
    found, findings = [], Findings()
    spot = Spot(parse_document(text.encode(), "talq-calendars.yaml"), ())
    for entry in yaml.safe_load(text)["rules"]:
        model = RuleModel.model_validate(entry)
        when = when_of(model.when, None, spot, findings)
        assert when is not None
        found.append(Rule(model.name, when, MappingProxyType(model.use)))
    assert not findings.problems
    return Calendar(tuple(found))


def test_every_night_of_three_years_has_the_program_talq_gives_it_also_as_written_in_the_file() -> None:
    (taken,) = calendars_taken([calendar()])
    read, written = as_calendar(taken), as_written(calendars_text([taken]))
    programs = set()
    for n in range(3 * 366):
        night = date(2026, 1, 1) + timedelta(days=n)
        said = program_of_night(calendar(), night)
        programs.add(said)
        assert read.resolve("night", night) == said == written.resolve("night", night), night
        assert written.resolve("other", night) == "other"
    assert programs == {"fair", "show", "spring", "winter", "week", "night"}


def test_a_rule_without_condition_holds_every_night() -> None:
    (taken,) = calendars_taken([calendar(rules=[{"program": "always"}])])
    assert as_written(calendars_text([taken])).resolve("night", date(2026, 2, 28)) == "always"


def test_a_calendar_sent_again_takes_the_place_of_its_own_rules_only() -> None:
    first = calendars_taken([calendar(), calendar(id="main two", defaultProgram="side")])
    again = calendars_taken([calendar(rules=RULES[:1])])
    text = calendars_text(again, before=calendars_text(first))
    names = [one["name"] for one in yaml.safe_load(text)["rules"]]
    assert [one for one in names if one.startswith("TALQ main #")] == ["TALQ main # 1"]
    assert len([one for one in names if one.startswith("TALQ main two #")]) == 6
    check_apart(again, {"talq.yaml": text}, "talq.yaml")
    with pytest.raises(InvalidValue, match="has the rule 'weekend' for lights of night already"):
        check_apart(again, {"own.yaml": "rules: [{name: weekend, use: {night: late}}]"}, "talq.yaml")


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"id": "a: b"}, "cannot be a name here"),
    ({"defaultProgram": None}, "defaultProgram is missing"),
    ({"priority": 2}, "priority is not followed here"),
    ({"rules": [{"condition": {"type": "ccDay", "days": [{"start": 1}]}}]}, "rules[0].program is missing"),
    ({"rules": [{"program": "x", "startDate": "2026-10-01"}]}, "startDate has no end"),
    ({"rules": [{"program": "x", "startDate": "2026-10-02", "endDate": "2026-10-01"}]}, "startDate has no end"),
    ({"rules": [{"program": "x", "startDate": "1 May", "endDate": "2026-10-01"}]}, "startDate is '1 May'"),
    ({"rules": [{"program": "x", "condition": {"type": "ccMoon"}}]}, "neither ccDay nor ccDate"),
    ({"rules": [{"program": "x", "condition": {"type": "ccDay", "days": [{"start": 8}]}}]}, "days[0] is 8"),
    ({"rules": [{"program": "x", "condition": {"type": "ccDay", "days": []}}]}, "names no day"),
    (
        {"rules": [{"program": "x", "condition": {"type": "ccDay", "days": [{"start": 1}], "occurrences": ["6"]}}]},
        "occurrences is ['6']",
    ),
    ({"rules": [{"program": "x", "condition": {"type": "ccDate", "dates": [{"start": "12-24"}]}}]}, "is '12-24'"),
    (
        {
            "rules": [
                {"program": "x", "condition": {"type": "ccDate", "dates": [{"start": "--12-24", "end": "--01-02"}]}}
            ]
        },
        "ends before it starts",
    ),
)


@pytest.mark.parametrize(("said", "told"), REFUSED)
def test_what_is_not_understood_is_refused_by_its_field(said: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        calendars_taken([calendar(**said)])
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("calendars[0]")


def test_two_calendars_of_the_same_lights_are_refused() -> None:
    with pytest.raises(InvalidValue, match="is that of calendar main too"):
        calendars_taken([calendar(), calendar(id="main@2")])
    with pytest.raises(InvalidValue, match="comes twice"):
        calendars_taken([calendar(), calendar(defaultProgram="b")])
