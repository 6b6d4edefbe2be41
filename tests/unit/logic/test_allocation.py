import pytest

from controller.domain.intents import UnitMode
from controller.logic.allocation import Candidate, Wish, allocate, wear
from controller.logic.contract import UnitMemory


def one(
    unit: str, wear_: float, *, on: bool = False, order: UnitMode = UnitMode.AUTO, start: bool = True, stop: bool = True
) -> Candidate:
    return Candidate(unit, order, on, start, stop, wear_)


def running(candidates: list[Candidate], count: int, keep: int = 0) -> str:
    return "".join(unit for unit, wish in allocate(candidates, count, keep).items() if wish is Wish.START)


@pytest.mark.parametrize(
    ("candidates", "count", "expected"),
    [
        ([one("a", 30), one("b", 10), one("c", 20)], 1, "b"),
        ([one("a", 30), one("b", 10), one("c", 20)], 2, "bc"),
        ([one("a", 30, on=True), one("b", 10), one("c", 20)], 1, "a"),
        ([one("a", 30, on=True), one("b", 10, on=True), one("c", 20)], 1, "b"),
        ([one("a", 30, on=True, stop=False), one("b", 10, on=True)], 1, "a"),
        ([one("a", 30), one("b", 10, start=False)], 1, "a"),
        ([one("a", 30), one("b", 10, start=False)], 2, "a"),
        ([one("a", 30, order=UnitMode.START), one("b", 10)], 1, "a"),
        ([one("a", 30, order=UnitMode.START, start=False), one("b", 10)], 1, "ab"),
        ([one("a", 30, order=UnitMode.START, on=True), one("b", 10, on=True)], 1, "ab"),
        ([one("a", 30), one("b", 10, order=UnitMode.STOP)], 2, "a"),
        ([one("a", 30, on=True), one("b", 10, on=True)], 0, ""),
    ],
)
def test_the_least_worn_start_and_the_most_worn_stop(candidates: list[Candidate], count: int, expected: str) -> None:
    assert "".join(sorted(running(candidates, count))) == expected


def test_what_is_kept_stays_but_nothing_is_added_for_it() -> None:
    assert sorted(running([one("a", 1, on=True), one("b", 2, on=True), one("c", 0)], 0, keep=2)) == ["a", "b"]
    assert running([one("a", 1, on=True), one("b", 2), one("c", 0)], 0, keep=3) == "a"


def test_a_start_wears_like_ten_hours() -> None:
    assert wear(UnitMemory(run_hours=12.5, starts_total=3)) == 42.5
