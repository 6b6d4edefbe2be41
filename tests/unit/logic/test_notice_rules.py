"""Which rule sends what to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.logic.alarm_settings import Words
from controller.logic.notice_rules import NoticeRule, Occasion, On, receivers_of

ALARM = Occasion(
    on=frozenset({On.ALARM}),
    at=datetime(2026, 6, 21, tzinfo=UTC),
    about="330106-LC-0001/K1",
    kind="mismatch",
    priority=2,
    title=Words("拒动", "mismatch"),
    text=Words("", "reads off"),
    division="330106",
)
DARK = replace(ALARM, on=frozenset({On.ALARM, On.ROADS_DARK}), kind="wet_power_cut", priority=1)


def rule(*on: On, **more: object) -> NoticeRule:
    return replace(NoticeRule("r", frozenset(on), ("duty",)), **more)  # type: ignore[arg-type]  # a test's short hand


@pytest.mark.parametrize(
    ("one", "occasion", "wanted"),
    [
        (rule(On.ALARM), ALARM, True),
        (rule(On.ALARM, priority=2), ALARM, True),
        (rule(On.ALARM, priority=1), ALARM, False),
        (rule(On.ALARM, kinds=frozenset({"offline"})), ALARM, False),
        (rule(On.ALARM, divisions=frozenset({"330106"})), ALARM, True),
        (rule(On.ALARM, divisions=frozenset({"330102"})), ALARM, False),
        (rule(On.ALARM, divisions=frozenset({"330102"})), replace(ALARM, division=""), True),
        (rule(On.RETURNED), ALARM, False),
        (rule(On.ROADS_DARK), ALARM, False),
        (rule(On.ROADS_DARK), DARK, True),
        (rule(On.ROADS_DARK, priority=1, kinds=frozenset({"offline"})), DARK, True),
        (rule(On.ROADS_DARK, divisions=frozenset({"330102"})), DARK, False),
        (rule(On.OVERDUE, On.DECLARED), DARK, False),
    ],
)
def test_a_rule_wants_what_it_names(one: NoticeRule, occasion: Occasion, wanted: bool) -> None:
    assert one.wants(occasion) is wanted


def test_who_is_named_by_two_rules_is_told_once() -> None:
    rules = [replace(rule(On.ALARM), to=("a", "b")), replace(rule(On.ROADS_DARK), to=("b", "c"))]
    assert receivers_of(rules, DARK) == ("a", "b", "c")
