"""Raw value ⇄ reading: scaling, ranges, what is no number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.points import Value
from controller.domain.quality import Detail, Quality
from drivers.check import INTEGER_RANGES, beat_value, judge, to_raw, unchecked_raw
from drivers.profile import PointSpec, PointType


def spec(type_: PointType, **fields: object) -> PointSpec:
    return PointSpec("p", type_, **fields)  # type: ignore[arg-type] - fields of PointSpec


@pytest.mark.parametrize(
    ("point", "raw", "value", "quality", "detail"),
    [
        (spec(PointType.U16), 7, 7, Quality.GOOD, Detail.NONE),
        (spec(PointType.U16, scale=0.1), 3, 0.3, Quality.GOOD, Detail.NONE),
        (spec(PointType.I16, scale=0.1, offset=-40.0), 650, 25.0, Quality.GOOD, Detail.NONE),
        (spec(PointType.U16, scale=0.1, high=0.3), 3, 0.3, Quality.GOOD, Detail.NONE),
        (spec(PointType.U16, scale=0.1, high=0.3), 4, 0.4, Quality.BAD, Detail.OUT_OF_RANGE),
        (spec(PointType.F64, low=0.0), -0.001, -0.001, Quality.BAD, Detail.OUT_OF_RANGE),
        (spec(PointType.F32, high=2.68), 2.680000066757202, 2.680000066757202, Quality.GOOD, Detail.NONE),
        (spec(PointType.F32, high=2.68), 2.6801, 2.6801, Quality.BAD, Detail.OUT_OF_RANGE),
        (spec(PointType.F32), math.nan, None, Quality.BAD, Detail.FAILURE),
        (spec(PointType.F32), math.inf, None, Quality.BAD, Detail.FAILURE),
        (spec(PointType.F64, scale=2.0), -math.inf, None, Quality.BAD, Detail.FAILURE),
        (spec(PointType.F64), True, None, Quality.BAD, Detail.CONFIG_ERROR),
        (spec(PointType.U16), 2.5, None, Quality.BAD, Detail.CONFIG_ERROR),
        (spec(PointType.F64), "2.5", None, Quality.BAD, Detail.CONFIG_ERROR),
        (spec(PointType.BOOL), 1, True, Quality.GOOD, Detail.NONE),
        (spec(PointType.BOOL), 2, 2, Quality.BAD, Detail.OUT_OF_RANGE),
        (spec(PointType.BOOL), "on", None, Quality.BAD, Detail.CONFIG_ERROR),
        (spec(PointType.ENUM, labels={1: "LOCAL"}), 1, "LOCAL", Quality.GOOD, Detail.NONE),
        (spec(PointType.ENUM, labels={1: "LOCAL"}), 0, 0, Quality.BAD, Detail.OUT_OF_RANGE),
        (spec(PointType.ENUM, labels={1: "LOCAL"}), True, None, Quality.BAD, Detail.CONFIG_ERROR),
        (spec(PointType.STRING), "abc", "abc", Quality.GOOD, Detail.NONE),
        (spec(PointType.STRING), 5, None, Quality.BAD, Detail.CONFIG_ERROR),
    ],
)
def test_a_raw_value_becomes_a_reading_with_its_quality(
    point: PointSpec, raw: object, value: Value | None, quality: Quality, detail: Detail
) -> None:
    reading = judge(point)(raw, 12.5, None)
    assert (reading.value, reading.quality, reading.detail, reading.received_s) == (value, quality, detail, 12.5)


@pytest.mark.parametrize(
    ("point", "value", "raw"),
    [
        (spec(PointType.U16, scale=0.1), 62.5, 625),
        (spec(PointType.I16, scale=0.5, offset=-40.0), -50.0, -20),
        (spec(PointType.F32), 1.5, 1.5),
        (spec(PointType.BOOL), True, True),
        (spec(PointType.ENUM, labels={0: "PLC_AUTO", 1: "REMOTE"}), "REMOTE", 1),
        (spec(PointType.STRING), "x", "x"),
    ],
)
def test_a_value_becomes_the_raw_value_to_write(point: PointSpec, value: Value, raw: Value) -> None:
    assert to_raw(point, value) == raw


@pytest.mark.parametrize(
    ("point", "value"),
    [
        (spec(PointType.U16), 65536),
        (spec(PointType.U16), -1),
        (spec(PointType.I16), 32768),
        (spec(PointType.U32), 2**32),
        (spec(PointType.U16, high=100.0), 100.5),
        (spec(PointType.F32), 1e39),
        (spec(PointType.F64), math.nan),
        (spec(PointType.U16), True),
        (spec(PointType.U16), "5"),
        (spec(PointType.BOOL), 1),
        (spec(PointType.ENUM, labels={0: "A"}), 0),
        (spec(PointType.ENUM, labels={0: "A"}), "B"),
        (spec(PointType.STRING), 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_point_and_the_value(point: PointSpec, value: Value) -> None:
    with pytest.raises(InvalidValue, match=r"point p cannot take"):
        to_raw(point, value)


def test_a_simulated_device_may_show_what_nobody_may_write() -> None:
    assert unchecked_raw(spec(PointType.F32, high=6.0), 8.0) == 8.0
    assert unchecked_raw(spec(PointType.ENUM, labels={0: "A"}), 7) == 7
    assert math.isnan(float(unchecked_raw(spec(PointType.F64), math.nan)))


@given(
    st.sampled_from([PointType.U16, PointType.I16, PointType.U32, PointType.I32]),
    st.sampled_from([1.0, 0.1, 0.01, 0.001, 0.5, 10.0]),
    st.integers(),
)
def test_every_register_value_survives_reading_and_writing_back(type_: PointType, scale: float, number: int) -> None:
    low, high = INTEGER_RANGES[type_]
    raw = low + number % (high - low + 1)
    point = spec(type_, scale=scale)
    value = judge(point)(raw, 0.0, None).value
    assert value is not None
    assert to_raw(point, value) == raw


@given(st.integers(0, 2**40), st.sampled_from([(None, None), (0.0, 255.0), (1.0, 9.0)]))
def test_a_heartbeat_counts_on_inside_the_range_of_its_point(
    count: int, limits: tuple[float | None, float | None]
) -> None:
    point = spec(PointType.U16, low=limits[0], high=limits[1])
    beat, following = beat_value(point, count), beat_value(point, count + 1)
    assert to_raw(point, beat) == beat
    assert beat != following


def test_a_heartbeat_on_a_text_is_refused() -> None:
    with pytest.raises(InvalidValue, match="u16"):
        beat_value(spec(PointType.STRING), 1)
