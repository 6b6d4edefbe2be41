"""What displays before an underpass show, by what three gauges say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.gauges import DatedLevel
from controller.domain.points import Reading, bad, good, uncertain
from controller.domain.quality import Detail
from controller.logic.contract import Moment
from controller.logic.poles import FloodWarning
from controller.logic.poles_flood import NO_FLOOD, FloodCase, FloodStage, follow_flood, said_by, text_of

BEGIN = datetime(2026, 7, 21, 18, 0, tzinfo=UTC)
WARNING = FloodWarning(
    id="ahead",
    name_zh="下穿",
    name_en="Underpass",
    gauges=(),
    closes_at=DatedLevel(4.15, "sump", date(2025, 5, 1)),
    displays=("330105-SP-0001/D1",),
    text="CLOSED",
    doubt_text="MAYBE",
    margin_m=0.05,
    hold_s=600.0,
    blind_after_s=60.0,
)
SILENT = replace(WARNING, doubt_text="")
OVER, NEAR, DRY = good(4.15), good(4.12), good(1.0)
LOST, OLD = bad(Detail.FAILURE), uncertain(4.9, Detail.OLD_DATA)
Gauges = tuple[Reading, Reading, Reading]
ALL_DRY, TWO_OVER = (DRY, DRY, DRY), (OVER, OVER, DRY)
UNKNOWN = (LOST, LOST, DRY)


def played(*steps: tuple[float, Gauges], warning: FloodWarning = WARNING) -> FloodCase:
    case = NO_FLOOD
    for s, gauges in steps:
        moment = Moment(BEGIN + timedelta(seconds=s), s)
        case = follow_flood(case, said_by(warning, gauges), moment, warning)
    return case


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (((0, ALL_DRY),), ""),
        (((0, TWO_OVER),), "CLOSED"),
        (((0, (OVER, DRY, DRY)),), ""),
        (((0, (OLD, OLD, OLD)),), ""),
        (((0, (OVER, LOST, LOST)),), "MAYBE"),
        (((0, UNKNOWN), (59, UNKNOWN)), ""),
        (((0, UNKNOWN), (60, UNKNOWN)), "MAYBE"),
        (((0, UNKNOWN), (60, UNKNOWN), (61, TWO_OVER)), "CLOSED"),
        (((0, UNKNOWN), (60, UNKNOWN), (61, ALL_DRY), (660, ALL_DRY)), "MAYBE"),
        (((0, UNKNOWN), (60, UNKNOWN), (61, ALL_DRY), (661, ALL_DRY)), ""),
        (((0, TWO_OVER), (10, ALL_DRY), (609, ALL_DRY)), "CLOSED"),
        (((0, TWO_OVER), (10, ALL_DRY), (610, ALL_DRY)), ""),
        (((0, TWO_OVER), (10, ALL_DRY), (300, UNKNOWN), (310, ALL_DRY), (909, ALL_DRY)), "CLOSED"),
        (((0, TWO_OVER), (10, ALL_DRY), (300, UNKNOWN), (310, ALL_DRY), (910, ALL_DRY)), ""),
        (((0, TWO_OVER), (10, (NEAR, NEAR, NEAR)), (9000, (NEAR, NEAR, NEAR))), "CLOSED"),
        (((0, TWO_OVER), (10, (LOST, LOST, LOST)), (9000, (LOST, LOST, LOST))), "CLOSED"),
    ],
)
def test_what_is_shown(steps: tuple[tuple[float, Gauges], ...], text: str) -> None:
    assert text_of(played(*steps), WARNING) == text


def test_a_site_without_a_text_for_doubt_shows_nothing_of_it() -> None:
    assert played((0, UNKNOWN), (9000, UNKNOWN), warning=SILENT).stage is FloodStage.CLEAR
    assert text_of(played((0, (OVER, LOST, LOST)), warning=SILENT), SILENT) == ""


ONE = st.sampled_from([OVER, NEAR, DRY, LOST, OLD])
STEPS = st.lists(st.tuples(st.integers(0, 400), st.tuples(ONE, ONE, ONE)), max_size=30)


@given(STEPS)
def test_a_warning_only_goes_after_two_good_gauges_stood_clear_for_the_whole_hold(
    steps: list[tuple[int, Gauges]],
) -> None:
    case, now_s, clear_since = NO_FLOOD, 0.0, None
    for after_s, gauges in steps:
        now_s += after_s
        clear = sum(one is DRY for one in gauges) >= 2
        over = sum(one is OVER for one in gauges) >= 2
        clear_since = (now_s if clear_since is None else clear_since) if clear else None
        before = case
        case = follow_flood(case, said_by(WARNING, gauges), Moment(BEGIN + timedelta(seconds=now_s), now_s), WARNING)
        if over:
            assert case.stage is FloodStage.WARNING
        if before.stage is FloodStage.WARNING and case.stage is not FloodStage.WARNING:
            assert clear_since is not None
            assert now_s - clear_since >= WARNING.hold_s
