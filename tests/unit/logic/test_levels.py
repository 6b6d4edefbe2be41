import pytest

from controller.domain.points import Reading, bad, good, uncertain
from controller.domain.quality import Detail, Quality
from controller.logic.levels import vote

DEAD = bad(Detail.FAILURE)
OLD = uncertain(2.0, Detail.OLD_DATA)


@pytest.mark.parametrize(
    ("readings", "quality", "level_m"),
    [
        ([good(2.00), good(2.02), good(2.05)], Quality.GOOD, 2.02),
        ([good(2.00), good(2.02), good(2.20)], Quality.UNCERTAIN, 2.02),
        ([good(2.00), good(2.10), DEAD], Quality.GOOD, 2.05),
        ([good(2.00), good(2.20), OLD], Quality.UNCERTAIN, 2.10),
        ([good(2.00), DEAD, OLD], Quality.UNCERTAIN, 2.00),
        ([OLD, DEAD, DEAD], Quality.BAD, None),
        ([], Quality.BAD, None),
        ([good(True), good("2.0"), good(2.0)], Quality.UNCERTAIN, 2.0),
    ],
)
def test_two_of_three_decide_and_disagreement_is_only_uncertain(
    readings: list[Reading], quality: Quality, level_m: float | None
) -> None:
    voted = vote(readings)
    assert voted.reading.quality is quality
    assert voted.reading.value == (None if level_m is None else pytest.approx(level_m))
    assert voted.level_m == (pytest.approx(level_m) if quality is Quality.GOOD else None)


def test_people_are_told_what_is_wrong_with_the_gauges() -> None:
    assert vote([good(2.0), good(2.01), good(2.02)]).note == ""
    assert "1 of 3 gauges out" in vote([good(2.0), good(2.01), DEAD]).note
    assert "0.50 m apart" in vote([good(2.0), good(2.5), good(2.1)]).note
