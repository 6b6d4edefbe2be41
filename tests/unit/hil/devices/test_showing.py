"""The quick way into a reply shows exactly what the codec shows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.points import Value
from drivers.modbus.codec import to_words
from drivers.profile import PointSpec, PointType, Table, WordOrder
from hil.devices.showing import shower

KINDS = [kind for kind in PointType if kind is not PointType.BIT]
Values = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=6))


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    value=Values,
    scale=st.sampled_from([1.0, 0.1, 2.0]),
    offset=st.sampled_from([0.0, -40]),
)
def test_every_type_looks_as_the_codec_says(kind: PointType, value: Value, scale: float, offset: float) -> None:
    spec = PointSpec(
        "p",
        kind,
        table=Table.HOLDING,
        address=103,
        length=8,
        scale=scale,
        offset=offset,
        labels={3: "A", 5: "B"},
        word_order=WordOrder.LITTLE,
    )
    if kind is PointType.BOOL and not isinstance(value, bool):
        return
    if isinstance(value, float) and not math.isfinite(value) and kind not in (PointType.F32, PointType.F64):
        return
    if isinstance(value, bool) and kind in (PointType.U16, PointType.I16):
        return
    words = [7] * 16
    try:
        expected = to_words(spec, value)
    except InvalidValue:
        with pytest.raises(InvalidValue):
            shower(spec, {"p": lambda: value})(words, 100)
        return
    shower(spec, {"p": lambda: value})(words, 100)
    assert words[3 : 3 + len(expected)] == expected
    assert words[:3] == [7] * 3
    assert words[3 + len(expected) :] == [7] * (13 - len(expected))


@pytest.mark.parametrize(("before", "on", "after"), [(0, True, 0b100), (0xFFFF, False, 0xFFFB), (0b100, True, 0b100)])
def test_a_bit_leaves_its_neighbours_alone(before: int, on: bool, after: int) -> None:
    spec = PointSpec("b", PointType.BIT, table=Table.HOLDING, address=1, bit=2)
    words = [0, before, 0]
    shower(spec, {"b": lambda: on})(words, 0)
    assert words == [0, after, 0]


def test_a_coil_lies_in_the_word_of_its_sixteen() -> None:
    spec = PointSpec("c", PointType.BOOL, table=Table.COIL, address=37)
    words = [0, 0]
    shower(spec, {"c": lambda: True})(words, 1)
    assert words == [0, 1 << 5]
