"""Tables of nights a device can hold: never darker than the programs, and the same after a trip through registers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.timetables import (
    AssignmentLayout,
    CommitLayout,
    RowIndex,
    RowOrder,
    TimeForm,
    TimetableLayout,
)
from controller.logic.timetables import (
    DARK,
    WHOLE,
    Night,
    Table,
    bridge,
    dates_from,
    fit,
    fit_table,
    fitted_rows,
    length,
    minutes_of,
    row_of,
    spoken,
    union,
    without,
)
from controller.logic.timetables_codec import Image, blocks, changed_blocks, decode, decode_night, encode, encode_night
from controller.logic.timetables_compare import Difference, differences, same_night, summary

SMALL = TimetableLayout(1000, programs=2, entries=2, days=4, always=65534, assignment=AssignmentLayout(900, 4))
DATES = tuple(date(2026, 1, 1) + timedelta(days=i) for i in range(4))
EVENING: Night = ((300, 1020),)
HALF: Night = ((300, 690), (1020, 1080))


@st.composite
def nights(draw: st.DrawFn, most: int = 5) -> Night:
    marks = draw(st.lists(st.integers(0, 1440), unique=True, max_size=2 * most).map(sorted))
    return union(list(zip(marks[::2], marks[1::2], strict=False)))


LAYOUTS = st.builds(
    TimetableLayout,
    address=st.just(1000),
    programs=st.integers(1, 4),
    entries=st.integers(1, 3),
    days=st.just(4),
    entry_registers=st.integers(2, 3),
    index=st.sampled_from(RowIndex),
    order=st.sampled_from(RowOrder),
    time=st.sampled_from(TimeForm),
    always=st.sampled_from([None, 65534]),
    assignment=st.sampled_from([None, AssignmentLayout(900, 8), AssignmentLayout(900, 3, stride=2, none=255)]),
    commit=st.sampled_from([None, CommitLayout(950)]),
    max_registers=st.integers(9, 123),
)
WANTED = st.dictionaries(
    st.sampled_from(["K1", "K2", "K3", "K4", "K5"]), st.lists(nights(), min_size=4, max_size=4), min_size=1
)


@given(LAYOUTS, WANTED)
def test_whatever_a_device_can_hold_it_is_never_darker_than_the_programs(
    layout: TimetableLayout, wanted: dict[str, list[Night]]
) -> None:
    fitted = fit_table(layout, DATES, wanted)
    held = decode(layout, encode(layout, fitted.table), wanted)
    for output, theirs in wanted.items():
        for row, night in enumerate(theirs):
            if output in fitted.left_out:
                assert held.assigned.get(output) is None
                continue
            found = held.night(row, output)
            assert found is not None
            missing = without(night, found)
            assert missing in (DARK, ((1439, 1440),)), "at most the last minute before noon of a night without end"
            assert (missing == DARK) or (layout.always is None and fitted.table.night(row, output) == WHOLE)
            assert fitted.longer.get(output, {}).get(DATES[row], 0) == length(
                fitted.table.night(row, output) or DARK
            ) - length(night)


@given(LAYOUTS, WANTED)
def test_a_table_comes_back_from_its_registers_as_it_went_in(
    layout: TimetableLayout, wanted: dict[str, list[Night]]
) -> None:
    table = fit_table(layout, DATES, wanted).table
    image = encode(layout, table)
    assert len(image.words) == layout.registers
    assert encode(layout, decode(layout, image, wanted)).words == image.words
    assert list(differences(table, decode(layout, image, wanted), DATES, DATES[0], roll_days=0)) == []


@given(LAYOUTS, st.data())
def test_no_registers_at_all_are_taken_for_a_night_they_do_not_say(
    layout: TimetableLayout, data: st.DataObject
) -> None:
    words = tuple(data.draw(st.lists(st.integers(0, 65535), min_size=layout.cell, max_size=layout.cell)))
    night = decode_night(layout, words)
    if night is None:
        return
    assert all(0 <= on < off <= 1440 for on, off in night)
    again = decode_night(layout, encode_night(layout, night))
    assert again is not None
    assert same_night(again, night)


@given(nights(), st.integers(1, 4))
def test_fitting_lights_through_the_shortest_dark_and_never_darkens(night: Night, entries: int) -> None:
    fitted = fit(night, entries)
    assert len(fitted) <= max(entries, 0)
    assert without(night, fitted) == DARK
    assert fit(fitted, entries) == fitted


@given(st.lists(st.tuples(st.floats(0, 1440), st.floats(0, 1440)), max_size=4))
def test_whole_minutes_begin_no_later_and_end_no_earlier(lit: list[tuple[float, float]]) -> None:
    night = minutes_of(lit)
    for on, off in lit:
        if off > on + 1e-3:
            assert any(begin <= on + 1e-6 and off - 1e-6 <= end for begin, end in night)
    assert all(isinstance(edge, int) for window in night for edge in window)


@pytest.mark.parametrize(
    ("words", "night"),
    [
        ((1020, 300, 65535, 65535), ((300, 1020),)),
        ((1020, 1410, 300, 360), ((300, 690), (1020, 1080))),
        ((65535, 65535, 65535, 65535), DARK),
        ((65534, 65534, 65535, 65535), WHOLE),
        ((720, 719, 65535, 65535), ((0, 1439),)),
        ((1020, 720, 65535, 65535), ((300, 1440),)),
        ((0, 0, 0, 0), None),
        ((1020, 1440, 65535, 65535), None),
        ((300, 1020, 65535, 65535), None),
        ((1020, 65535, 65535, 65535), None),
    ],
    ids=[
        "night",
        "two",
        "off",
        "on",
        "on-without-a-word",
        "until-noon",
        "never-set",
        "24:00",
        "over-noon",
        "half-a-pair",
    ],
)
def test_registers_and_what_they_say(words: tuple[int, ...], night: Night | None) -> None:
    assert decode_night(SMALL, words) == night


def test_hours_and_minutes_share_a_register_where_the_device_has_it_so() -> None:
    layout = replace(SMALL, time=TimeForm.HOUR_MINUTE)
    assert encode_night(layout, EVENING) == (17 << 8, 5 << 8, 65535, 65535)
    assert decode_night(layout, (17 << 8 | 75, 5 << 8, 65535, 65535)) is None


@pytest.mark.parametrize(
    ("night", "month_day", "day_of_year"),
    [(date(2026, 1, 1), 0, 0), (date(2026, 3, 1), 60, 59), (date(2028, 2, 29), 59, 59), (date(2028, 12, 31), 365, 365)],
)
def test_the_row_of_a_date(night: date, month_day: int, day_of_year: int) -> None:
    assert (row_of(night, RowIndex.MONTH_DAY), row_of(night, RowIndex.DAY_OF_YEAR)) == (month_day, day_of_year)


@pytest.mark.parametrize("index", RowIndex)
def test_every_row_stands_for_the_next_night_that_is_kept_there(index: RowIndex) -> None:
    layout = replace(SMALL, days=366, index=index)
    tonight = date(2026, 11, 23)
    dates = dates_from(tonight, layout)
    assert [row_of(night, index) for night in dates] == list(range(366))
    assert min(dates) == tonight
    near = [night for night in dates if night < tonight + timedelta(days=365)]
    assert len(near) == 365, "a whole year without a gap"


def test_circuits_with_the_same_nights_share_a_program_and_too_many_are_joined_where_it_costs_least_light() -> None:
    late: Night = ((300, 700),)
    later: Night = ((300, 720),)
    wanted = {"K1": [EVENING] * 4, "K2": [late] * 4, "K3": [later] * 4, "K4": [EVENING] * 4}
    fitted = fit_table(SMALL, DATES, wanted)
    assert dict(fitted.table.assigned) == {"K1": 0, "K4": 0, "K2": 1, "K3": 1}
    assert fitted.longer == {"K2": dict.fromkeys(DATES, 20)}


def test_an_output_beyond_the_devices_programs_is_left_out_and_named() -> None:
    layout = replace(SMALL, assignment=None)
    fitted = fit_table(layout, DATES, {"K2": [EVENING] * 4, "K3": [EVENING] * 4})
    assert (fitted.left_out, fitted.table.night(0, "K3"), fitted.table.night(0, "K2")) == (("K3",), None, EVENING)


def test_the_half_night_of_a_device_with_one_pair_is_lit_through() -> None:
    fitted = fit_table(replace(SMALL, entries=1), DATES, {"K1": [HALF] * 4})
    assert fitted.table.night(0, "K1") == ((300, 1080),)
    assert fitted.longer["K1"][DATES[0]] == 330


@given(WANTED, WANTED, st.randoms(use_true_random=False))
def test_the_table_in_between_is_safe_under_the_old_and_the_new_assignment(
    old: dict[str, list[Night]], new: dict[str, list[Night]], chance: object
) -> None:
    del chance
    layout = replace(SMALL, programs=3, assignment=AssignmentLayout(900, 5))
    was, will = fit_table(layout, DATES, old).table, fit_table(layout, DATES, new).table
    between = fitted_rows(bridge(was, will), layout.entries)
    for assigned, table in ((was.assigned, was), (will.assigned, will)):
        seen = Table(between.rows, assigned)
        for output in assigned:
            for row in range(4):
                assert without(table.night(row, output) or DARK, seen.night(row, output) or DARK) == DARK


def test_a_night_nobody_can_read_is_taken_for_lit_in_between() -> None:
    assert bridge(Table(((None,),), {"K1": 0}), Table(((DARK,),), {"K1": 0})).rows == ((WHOLE,),)


def test_what_differs_is_told_by_output_night_and_minutes() -> None:
    wanted = Table(tuple((EVENING, HALF) for _ in DATES), {"K1": 0, "K2": 1, "K3": None})
    found = Table(
        ((EVENING, HALF), (((300, 1000),), HALF), (EVENING, ((300, 700),)), (None, HALF)),
        {"K1": 0, "K2": 1, "K3": 0},
    )
    said = list(differences(wanted, found, DATES, DATES[0], roll_days=0))
    assert [one for one in said if one.output != "K3"] == [
        Difference("K1", DATES[1], 20, 0),
        Difference("K2", DATES[2], 60, 10),
        Difference("K1", DATES[3], 720, 0, unreadable=True),
    ]
    assert [one.longer_min for one in said if one.output == "K3"] == [720, 700, 720, 0]
    total = summary(said)
    assert (total.nights, total.outputs, total.first) == (4, ("K1", "K2", "K3"), DATES[0])
    assert (total.darker_min, total.longer_min) == (720, 720)


def test_a_minute_is_no_difference_and_two_are() -> None:
    assert same_night(((300, 1020),), ((301, 1019),))
    assert not same_night(((300, 1020),), ((302, 1020),))
    assert not same_night(HALF, EVENING)


def test_rows_of_nights_that_have_passed_are_no_difference_before_their_time() -> None:
    wanted = Table(tuple((EVENING,) for _ in DATES), {"K1": 0})
    stale = Table(((HALF,), (EVENING,), (EVENING,), (EVENING,)), {"K1": 0})
    rolled = (DATES[0] + timedelta(days=366), *DATES[1:])
    assert list(differences(wanted, stale, rolled, DATES[1], roll_days=1)) == []
    assert len(list(differences(wanted, stale, DATES, DATES[0], roll_days=1))) == 1


@given(LAYOUTS)
def test_blocks_cover_the_table_once_and_never_split_a_night(layout: TimetableLayout) -> None:
    covered = [at for block in blocks(layout) for at in range(block.address, block.end)]
    assert covered == list(range(layout.registers))
    assert all(block.address % layout.cell == block.count % layout.cell == 0 for block in blocks(layout))
    assert all(block.count <= max(layout.max_registers, layout.cell) for block in blocks(layout))


def test_only_blocks_that_differ_are_written_and_all_where_nothing_was_read() -> None:
    layout = replace(SMALL, max_registers=8)
    image = encode(layout, Table(tuple((EVENING, HALF) for _ in DATES), {"K1": 0}))
    found = list(image.words)
    found[9] = 1
    assert [block.address for block in changed_blocks(layout, found, image.words)] == [8]
    assert len(changed_blocks(layout, None, image.words)) == 4


def test_one_register_more_or_less_is_another_hash_and_no_table_has_none() -> None:
    image = encode(SMALL, Table(tuple((EVENING, HALF) for _ in DATES), {"K1": 0}))
    other = Image((image.words[0] + 1, *image.words[1:]), image.assigned)
    assert image.digest != other.digest
    assert image.hash == (int(image.digest[:4], 16), int(image.digest[4:8], 16))
    assert image.hash != (0, 0)


def test_nights_are_told_in_clock_times() -> None:
    assert [spoken(night) for night in (HALF, DARK, WHOLE, None)] == [
        "17:00–23:30, 05:00–06:00",
        "off",
        "on",
        "not readable",
    ]
