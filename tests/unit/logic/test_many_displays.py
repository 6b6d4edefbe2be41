"""How many displays one person may fill alone."""

from __future__ import annotations

import pytest

from controller.domain.assets import City
from controller.domain.intents import Show, TargetKind
from controller.domain.lights import Display, Pole
from controller.domain.places import Place
from controller.domain.targets import Target
from controller.logic.confirmation import Asked, Thresholds, Why, second_person_needs
from controller.logic.roster import Roster

ONE, OTHER = "330106", "330108"
POLES = 60


def _pole(division: str, number: int) -> Pole:
    device = f"{division}-SP-{number:04d}"
    return Pole(device, device, division, Place(30.2, 120.1), (), (Display(f"{device}/D1", "D1"),))


def roster(*divisions: str) -> Roster:
    poles = {pole.id: pole for division in divisions for pole in (_pole(division, n) for n in range(POLES))}
    targets = {
        part.id: Target(part.id, TargetKind.DISPLAY, part.id, Show(""), "poles")
        for pole in poles.values()
        for part in pole.displays
    }
    return Roster.of(City({}, poles, {}, {}, targets))


BOTH, ALONE = roster(ONE, OTHER), roster(ONE)


def messages(rows: Roster, division: str, count: int, start: int = 0) -> list[Asked]:
    names = (f"{division}-SP-{number:04d}/D1" for number in range(start, start + count))
    return [Asked(rows.members[name], Show("hello")) for name in names]


def why(asked: list[Asked], rows: Roster, together: list[Asked] | None = None) -> set[Why]:
    needs = second_person_needs(asked, rows, lambda _: True, Thresholds(), together or [])
    return {need.why for need in needs}


@pytest.mark.parametrize(
    ("asked", "rows", "needs"),
    [
        (messages(BOTH, ONE, 1), BOTH, set()),
        (messages(BOTH, ONE, 50), BOTH, set()),
        (messages(BOTH, ONE, 51), BOTH, {Why.MANY_DISPLAYS}),
        (messages(BOTH, ONE, 1) + messages(BOTH, OTHER, 1), BOTH, {Why.CITY_WIDE}),
        (messages(ALONE, ONE, 50), ALONE, set()),
        ([], BOTH, set()),
    ],
)
def test_many_displays_and_a_whole_city_take_two(asked: list[Asked], rows: Roster, needs: set[Why]) -> None:
    assert why(asked, rows) == needs


def test_one_after_the_other_counts_as_together() -> None:
    before = messages(BOTH, ONE, 49)
    assert why(messages(BOTH, ONE, 1, start=49), BOTH, before) == set()
    assert why(messages(BOTH, ONE, 2, start=49), BOTH, before) == {Why.MANY_DISPLAYS}
    assert why(messages(BOTH, ONE, 2, start=48), BOTH, before) == set()
