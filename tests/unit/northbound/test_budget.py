"""The clients' share of the processor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.northbound.budget import PATIENCE_S, SAVED_S, SHARE, SMALL, Budget


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=200))
def test_however_much_is_asked_no_more_than_the_share_is_spent(works: list[float]) -> None:
    clock = Clock()
    budget = Budget(clock)
    for work_s in works:
        clock.now_s += budget.wait_s(SMALL + 1)
        assert budget.wait_s(SMALL + 1) < 1e-6
        clock.now_s += work_s
        budget.spend(work_s)
    clock.now_s += budget.wait_s(SMALL + 1)
    assert sum(works) <= SAVED_S + SHARE * clock.now_s + 1e-6


def test_what_is_small_goes_first_but_not_for_ever() -> None:
    budget = Budget(Clock())
    budget.spend(SAVED_S + PATIENCE_S / 2)
    assert budget.wait_s(SMALL) == 0.0
    assert budget.wait_s(SMALL + 1) > 0.0
    budget.spend(PATIENCE_S)
    assert budget.wait_s(SMALL) > 0.0
