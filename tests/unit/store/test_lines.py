from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.store.lines import EMPTY, GENESIS, Entry, line_hash, line_of, wall_text

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def test_the_hash_can_be_computed_by_anybody_with_standard_tools() -> None:
    line = line_of(Entry("command", NOON, "lin", "330106-LC-0001/K1", {"value": "on", "count": 2}))
    text = (
        '[1,"2026-06-21T12:00:00.000000Z","command","lin","330106-LC-0001/K1","{\\"count\\":2,\\"value\\":\\"on\\"}"]'
    )
    assert line_hash(GENESIS, 1, line) == hashlib.sha256(bytes(32) + text.encode()).hexdigest()
    assert line.after(EMPTY).hash == line_hash(GENESIS, 1, line)


def test_times_are_written_in_utc_and_sort_as_texts() -> None:
    hangzhou = timezone(timedelta(hours=8))
    assert wall_text(datetime(2026, 6, 21, 20, tzinfo=hangzhou)) == "2026-06-21T12:00:00.000000Z"
    assert wall_text(NOON) < wall_text(NOON + timedelta(microseconds=1))
    assert datetime.fromisoformat(wall_text(NOON)) == NOON


@pytest.mark.parametrize(
    "entry",
    [
        Entry("k", NOON, "a", data={"level_m": float("nan")}),
        Entry("k", NOON, "a", data={"level_m": float("inf")}),
        Entry("k", NOON, "a", data={"when": NOON}),
        Entry("k", NOON, "a", data={"text": "\ud800"}),
        Entry("k", NOON, "\udcff"),
        Entry("k", datetime(2026, 6, 21), "a"),  # noqa: DTZ001  # the naive time is what is refused
    ],
    ids=["NaN", "infinity", "not JSON", "half a character", "half a character in a name", "naive time"],
)
def test_what_is_not_plain_is_refused_with_a_sentence(entry: Entry) -> None:
    with pytest.raises(InvalidValue, match=r"not plain JSON|no time zone"):
        line_of(entry)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_data_comes_back_as_it_was_and_in_one_form(data: dict[str, object]) -> None:
    line = line_of(Entry("k", NOON, "a", data=data))
    assert json.loads(line.data) == data
    assert line_of(Entry("k", NOON, "a", data=dict(reversed(data.items())))).data == line.data


@given(st.lists(st.text(max_size=6), min_size=4, max_size=4), st.lists(st.text(max_size=6), min_size=4, max_size=4))
def test_two_different_lines_never_share_a_hash(one: list[str], other: list[str]) -> None:
    first = line_of(Entry(one[0], NOON, one[1], one[2], {"text": one[3]}))
    second = line_of(Entry(other[0], NOON, other[1], other[2], {"text": other[3]}))
    assert (line_hash(GENESIS, 1, first) == line_hash(GENESIS, 1, second)) == (one == other)
