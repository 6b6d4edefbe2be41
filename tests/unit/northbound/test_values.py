"""Readings as OPC UA values: nothing is made to fit, nothing bad has a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import NEVER_READ, Reading, bad, good, uncertain
from controller.domain.quality import Detail, Quality
from controller.northbound.units import unit_of
from controller.northbound.values import Kind, Now, carried, kind_of, of_own, of_reading
from drivers.opcua.quality import trust
from drivers.profile import PointSpec, PointType

NOW = Now(datetime(2026, 6, 21, 12, tzinfo=UTC), 100.0)
KINDS = [Kind.Boolean, Kind.String, Kind.Double, Kind.UInt16, Kind.Int16, Kind.UInt32, Kind.Int32]
VALUES = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=9))


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (PointSpec("a", PointType.BOOL), Kind.Boolean),
        (PointSpec("a", PointType.BIT), Kind.Boolean),
        (PointSpec("a", PointType.ENUM, labels={0: "LOCAL"}), Kind.String),
        (PointSpec("a", PointType.STRING), Kind.String),
        (PointSpec("a", PointType.U16), Kind.UInt16),
        (PointSpec("a", PointType.U16, scale=0.1), Kind.Double),
        (PointSpec("a", PointType.I32, offset=-40.0), Kind.Double),
        (PointSpec("a", PointType.F32), Kind.Double),
    ],
)
def test_a_point_has_one_type_for_good(spec: PointSpec, kind: Kind) -> None:
    assert kind_of(spec) is kind


@given(VALUES, st.sampled_from(KINDS))
def test_a_value_is_carried_exactly_or_not_at_all(value: bool | float | str, kind: Kind) -> None:
    variant = carried(value, kind)
    if variant is not None:
        assert variant.VariantType is kind
        same = variant.Value == value or (variant.Value != variant.Value and value != value)
        assert same or isinstance(value, int)
        assert isinstance(variant.Value, bool) == (kind is Kind.Boolean)


@given(VALUES, st.sampled_from(Quality), st.sampled_from(Detail), st.sampled_from(KINDS), st.floats(0, 100))
def test_good_is_never_shown_of_what_is_not(
    value: bool | float | str, quality: Quality, detail: Detail, kind: Kind, received_s: float
) -> None:
    shown = of_reading(Reading(value, quality, received_s, detail), kind, NOW)
    status = shown.StatusCode.value if shown.StatusCode else 0
    assert trust(status)[0] <= quality
    if trust(status)[0] is Quality.BAD:
        assert shown.Value is not None
        assert shown.Value.Value is None


def test_a_bad_reading_that_keeps_its_raw_value_for_our_displays_shows_none_outside() -> None:
    shown = of_reading(bad(Detail.OUT_OF_RANGE, 90.0, value=9.9), Kind.Double, NOW)
    assert shown.Value == ua.Variant(None, Kind.Null)


def test_the_source_time_is_the_devices_own_or_when_it_was_received() -> None:
    own = NOW.wall - timedelta(seconds=3)
    assert of_reading(good(1.0, 90.0, own), Kind.Double, NOW).SourceTimestamp == own
    assert of_reading(uncertain(1.0, Detail.OLD_DATA, 90.0), Kind.Double, NOW).SourceTimestamp == NOW.wall - timedelta(
        seconds=10
    )
    assert of_reading(NEVER_READ, Kind.Double, NOW).SourceTimestamp is None


def test_what_the_controller_does_not_know_is_bad_and_not_false() -> None:
    shown = of_own(None, Kind.Boolean, NOW)
    assert shown.Value == ua.Variant(None, Kind.Null)
    assert shown.StatusCode is not None
    assert shown.StatusCode.is_bad()


@pytest.mark.parametrize(("name", "number"), [("m", 5067858), ("kW", 4937556), ("A", 4279632), ("°C", 4408652)])
def test_units_have_the_numbers_of_the_standards_own_table(name: str, number: int) -> None:
    assert unit_of(name) == ("http://www.opcfoundation.org/UA/units/un/cefact", number)


def test_a_unit_without_a_code_says_so() -> None:
    assert unit_of("NTU") == ("urn:zhadao:units", -1)
