"""Status codes as quality and detail."""

from __future__ import annotations

import pytest
from asyncua.ua.status_codes import StatusCodes
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.quality import Detail, Quality
from drivers.opcua.quality import trust


@pytest.mark.parametrize(
    ("status", "quality", "detail"),
    [
        (StatusCodes.Good, Quality.GOOD, Detail.NONE),
        (StatusCodes.GoodClamped, Quality.GOOD, Detail.NONE),
        (StatusCodes.GoodLocalOverride, Quality.UNCERTAIN, Detail.SUBSTITUTED),
        (StatusCodes.UncertainLastUsableValue, Quality.UNCERTAIN, Detail.OLD_DATA),
        (StatusCodes.UncertainSimulatedValue, Quality.UNCERTAIN, Detail.TEST),
        (StatusCodes.UncertainEngineeringUnitsExceeded, Quality.UNCERTAIN, Detail.OUT_OF_RANGE),
        (StatusCodes.Uncertain, Quality.UNCERTAIN, Detail.FAILURE),
        (StatusCodes.BadNodeIdUnknown, Quality.BAD, Detail.CONFIG_ERROR),
        (StatusCodes.BadNoCommunication, Quality.BAD, Detail.COMM_FAULT),
        (StatusCodes.BadSensorFailure, Quality.BAD, Detail.FAILURE),
        (StatusCodes.BadSensorFailure | 0x0480, Quality.BAD, Detail.FAILURE),
        (0xFFFF_FFFF, Quality.BAD, Detail.FAILURE),
    ],
)
def test_a_status_code_means_this_much_trust(status: int, quality: Quality, detail: Detail) -> None:
    assert trust(status) == (quality, detail)


@given(st.integers(0, 0xFFFF_FFFF))
def test_only_good_severity_is_ever_good_and_then_without_detail(status: int) -> None:
    quality, detail = trust(status)
    if quality is Quality.GOOD:
        assert status >> 30 == 0
        assert detail is Detail.NONE
    else:
        assert detail is not Detail.NONE
