"""CSV files as people and weather offices write them: read in many forms, wrong ones told with line and column."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.logic.forecasts.csv_form import MOST_PROBLEMS
from controller.logic.forecasts.csv_words import known_headers, stamp
from controller.logic.forecasts.soundness import complaints, table_complaints
from tests.unit.logic.forecasts.series_rig import GAUGE, LIMITS, LOCAL, NOW, TIDE, hours, read

RAIN = """\
of,issued,begins,ends,mm
330106-RG-0001,2026-06-22 17:30,2026-06-22 18:00,2026-06-22 19:00,4.5
330106-RG-0001,2026-06-22 17:30,2026-06-22 19:00,2026-06-22 22:00,30
"""
CHINESE = """\
# 发布时间：2026年6月22日17时30分
# 来源：杭州市气象台
站名，开始时间，雨量（毫米）
西湖雨量站，2026/6/22 18:00，4.5
西湖雨量站，2026/6/22 19:00，10
西湖雨量站，2026/6/22 20:00，-
西湖雨量站，2026/6/22 21:00，2
"""
TABLE = """\
潮位站;发布时间;潮时;潮位;高低潮;涌潮时间;涌潮高度
钱塘江;2026-01-01 08:00;2026-06-22 16:10;4.10;高潮;;
钱塘江;2026-01-01 08:00;2026-06-22 22:30;1.02;低潮;23:40;1.2
钱塘江;2026-01-01 08:00;2026-06-23 04:40;3.95;高潮;;
"""


def test_rain_comes_as_sums_or_as_intensities() -> None:
    (one,) = read(RAIN, source="meteo").forecasts
    assert (one.of, one.source, one.issued) == (GAUGE, "meteo", datetime(2026, 6, 22, 9, 30, tzinfo=UTC))
    assert [step.value for step in one.steps] == pytest.approx([4.5, 10.0])
    (intense,) = read(RAIN.replace(",mm", ",mm_h")).forecasts
    assert [step.value for step in intense.steps] == [4.5, 30.0]


def test_a_chinese_file_with_wide_commas_and_a_head_is_read_and_a_missing_hour_stays_missing() -> None:
    (one,) = read(CHINESE).forecasts
    assert (one.of, one.source) == (GAUGE, "杭州市气象台")
    assert [(step.begins.hour, step.value) for step in one.steps] == [(18, 4.5), (19, 10.0), (21, 2.0)]
    assert one.at(datetime(2026, 6, 22, 20, 30, tzinfo=LOCAL)) is None
    assert one.ends == datetime(2026, 6, 22, 22, 0, tzinfo=LOCAL), "the last step is as long as the one before"


def test_a_tide_table_is_read_with_its_bores() -> None:
    (one,) = read(TABLE).tables
    assert one.of == TIDE
    assert [(each.level_m, each.high) for each in one.extremes] == [(4.1, True), (1.02, False), (3.95, True)]
    assert [(each.at, each.height_m) for each in one.bores] == [(datetime(2026, 6, 22, 23, 40, tzinfo=LOCAL), 1.2)]
    bare = "\n".join(";".join(line.split(";")[:4]) for line in TABLE.splitlines())
    assert [each.high for each in read(bare).tables[0].extremes] == [True, False, True]


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said"),
    [
        ("330106-RG-0001,2026-06-22 17:30,2026-06-22 19", "nowhere,2026-06-22 17:30,2026-06-22 19", 3, "of", "nowhere"),
        (",30\n", ",thirty\n", 3, "mm", "no number"),
        (",30\n", ",-3\n", 3, "mm", "plausible"),
        (",30\n", ",9999\n", 3, "mm", "plausible"),
        (",30\n", ",30,7\n", 3, "", "6 cells"),
        ("19:00,2026-06-22 22:00", "18:30,2026-06-22 22:00", 3, "mm", "before the step above"),
        ("19:00,2026-06-22 22:00", "19:00,2026-06-22 18:00", 3, "mm", "ends after it begins"),
        ("2026-06-22 22:00", "tomorrow", 3, "ends", "no time"),
        ("2026-06-22 22:00", "2026-06-22 25:00", 3, "ends", "no time"),
        ("issued,begins", "issued,begins,begins", 1, "begins", "the same as"),
        ("issued,begins", "issued,wind,begins", 1, "wind", "nobody knows"),
        (",mm\n", ",\n", 2, "", "without a header"),
        (",ends,mm\n", ",,ends\n", 2, "", "without a header"),
        ("2026-06-22 17:30", "2026-06-23 17:30", 2, "", "in the future"),
        ("2026-06-22 17:30", "2026-06-02 17:30", 2, "", "more than 48 h ago"),
        ("2026-06-22 17:30", "", 2, "issued", "no time"),
        ("2026-06-22 22:00", "2026-07-22 22:00", 3, "mm", "1 min to 24 h"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column_and_nothing_is_taken(
    old: str, new: str, line: int, column: str, said: str
) -> None:
    found = read(RAIN.replace(old, new))
    assert (found.forecasts, found.tables) == ((), ())
    told = [(one.line, one.column, one.en) for one in found.problems]
    assert any((where, name) == (line, column) and said in text for where, name, text in told), told


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("3.95;高潮", "3.95;低潮", 4, "two low waters"),
        ("3.95;高潮", "0.50;高潮", 4, "not above"),
        ("1.02;低潮", "1.02;平潮", 3, "neither high"),
        ("2026-06-23 04:40", "2026-06-22 21:40", 4, "not after"),
        ("2026-06-23 04:40", "2026-06-25 04:40", 4, "is one missing"),
        ("4.10", "41.0", 2, "plausible"),
        ("23:40", "23:99", 3, "no time"),
        ("23:40", "2026-06-29 23:40", 2, "outside the table"),
        ("钱塘江", "长江", 2, "no tide gauge"),
    ],
)
def test_a_wrong_tide_table_is_not_taken(old: str, new: str, line: int, said: str) -> None:
    found = read(TABLE.replace(old, new))
    assert found.tables == ()
    assert any(one.line == line and said in one.en for one in found.problems), [str(one) for one in found.problems]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# issued: 2026-06-22 17:30\n", "a", '"', "of,mm\n", "\ufeff", "\x00,\x00"]
)
def test_a_file_that_is_no_table_is_told_as_one(text: str) -> None:
    found = read(text)
    assert found.problems
    assert len(found.forecasts) + len(found.tables) == 0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-06-22 18:30", (22, 10, 30)),
        ("2026-06-22T18:30:00+08:00", (22, 10, 30)),
        ("2026-06-22T10:30Z", (22, 10, 30)),
        ("2026/6/22 18:30", (22, 10, 30)),
        ("2026年6月22日18时30分", (22, 10, 30)),
        ("2026年6月22日 18时", (22, 10, 0)),
        ("２０２６-06-22 24:00", (22, 16, 0)),
        ("2026-02-30 10:00", None),
        ("22.06.2026 10:00", None),
        ("0001-01-01 00:00", None),
        ("9999-12-31 24:00", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, at: tuple[int, int, int] | None) -> None:
    found = stamp(text, LOCAL)
    assert (found and found.astimezone(UTC)) == (None if at is None else datetime(2026, 6, *at, tzinfo=UTC))


words = [word for names in known_headers().values() for word in names]
odd = ["", "-", "4.5", "1e400", "nan", "999999", '"', "a\nb", "\u2028", "𝟜", "高潮", "low", "钱塘江", GAUGE]
times = ["2026-06-22 18:00", "2026-06-22 19:00", "9999-12-31 24:00", "0001-01-01 00:00", "23:59"]
cells = st.sampled_from([*odd, *times]) | st.text(max_size=6)
tables = st.tuples(
    st.lists(st.sampled_from(words) | st.text(max_size=5), min_size=1, max_size=9),
    st.lists(st.lists(cells, max_size=9), max_size=6),
)


def joined(one: tuple[list[str], list[list[str]]]) -> str:
    return "\n".join([",".join(one[0]), *map(",".join, one[1])])


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=200), tables.map(joined)))
def test_no_text_whatever_breaks_it_and_what_is_taken_is_sound(text: str) -> None:
    found = read(text)
    assert not (found.problems and (found.forecasts or found.tables))
    assert len(found.problems) <= MOST_PROBLEMS
    for one in found.forecasts:
        assert list(complaints(one, NOW, LIMITS)) == []
    for told in found.tables:
        assert list(table_complaints(told, NOW, LIMITS)) == []


@given(st.integers(0, len(RAIN) - 1), st.characters())
def test_one_wrong_letter_in_a_good_file_never_breaks_it(position: int, letter: str) -> None:
    found = read(RAIN[:position] + letter + RAIN[position + 1 :])
    assert bool(found.problems) != bool(found.forecasts)
    assert all(one.ends <= NOW + hours(240) for one in found.forecasts)
