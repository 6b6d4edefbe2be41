"""Quality on its way out, and back through our own client's table."""

from __future__ import annotations

import pytest
from asyncua.ua.status_codes import StatusCodes
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.quality import Detail, Quality
from controller.northbound.quality import status_code
from drivers.opcua.quality import trust

TABLE = [
    (Quality.GOOD, Detail.NONE, StatusCodes.Good),
    (Quality.UNCERTAIN, Detail.OLD_DATA, StatusCodes.UncertainLastUsableValue),
    (Quality.UNCERTAIN, Detail.COMM_FAULT, StatusCodes.UncertainNoCommunicationLastUsableValue),
    (Quality.UNCERTAIN, Detail.SUBSTITUTED, StatusCodes.UncertainSubstituteValue),
    (Quality.UNCERTAIN, Detail.TEST, StatusCodes.UncertainSimulatedValue),
    (Quality.UNCERTAIN, Detail.FROZEN, StatusCodes.UncertainSensorNotAccurate),
    (Quality.UNCERTAIN, Detail.INCONSISTENT, StatusCodes.UncertainSubNormal),
    (Quality.UNCERTAIN, Detail.OUT_OF_RANGE, StatusCodes.UncertainEngineeringUnitsExceeded),
    (Quality.BAD, Detail.COMM_FAULT, StatusCodes.BadNoCommunication),
    (Quality.BAD, Detail.OLD_DATA, StatusCodes.BadNoCommunication),
    (Quality.BAD, Detail.OUT_OF_RANGE, StatusCodes.BadOutOfRange),
    (Quality.BAD, Detail.FAILURE, StatusCodes.BadDeviceFailure),
    (Quality.BAD, Detail.FROZEN, StatusCodes.BadSensorFailure),
    (Quality.BAD, Detail.CONFIG_ERROR, StatusCodes.BadConfigurationError),
    (Quality.BAD, Detail.NEVER_READ, StatusCodes.BadWaitingForInitialData),
]


@pytest.mark.parametrize(("quality", "detail", "code"), TABLE)
def test_a_quality_is_shown_as_the_status_the_table_says(quality: Quality, detail: Detail, code: int) -> None:
    assert status_code(quality, detail) == code


@given(st.sampled_from(Quality), st.sampled_from(Detail))
def test_no_quality_looks_better_or_worse_outside_than_it_is(quality: Quality, detail: Detail) -> None:
    assert trust(status_code(quality, detail))[0] is quality


@given(st.sampled_from([Detail.OUT_OF_RANGE, Detail.CONFIG_ERROR, Detail.COMM_FAULT, Detail.NEVER_READ]))
def test_another_controller_reads_the_same_detail_of_what_is_bad(detail: Detail) -> None:
    assert trust(status_code(Quality.BAD, detail)) == (Quality.BAD, detail)
