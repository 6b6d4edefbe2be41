"""Our quality as OPC UA status codes (part 4 section 7.39, part 8 annex A); ``drivers.opcua.quality`` leads back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncua.ua.status_codes import StatusCodes

from controller.domain.quality import Detail, Quality

_GOOD = int(StatusCodes.Good)

_UNCERTAIN: Mapping[Detail, int] = MappingProxyType(
    {
        Detail.NONE: StatusCodes.Uncertain,
        Detail.OLD_DATA: StatusCodes.UncertainLastUsableValue,
        Detail.OUT_OF_RANGE: StatusCodes.UncertainEngineeringUnitsExceeded,
        Detail.FAILURE: StatusCodes.UncertainSensorNotAccurate,
        Detail.FROZEN: StatusCodes.UncertainSensorNotAccurate,
        Detail.INCONSISTENT: StatusCodes.UncertainSubNormal,
        Detail.SUBSTITUTED: StatusCodes.UncertainSubstituteValue,
        Detail.TEST: StatusCodes.UncertainSimulatedValue,
        Detail.COMM_FAULT: StatusCodes.UncertainNoCommunicationLastUsableValue,
        Detail.CONFIG_ERROR: StatusCodes.UncertainConfigurationError,
        Detail.NEVER_READ: StatusCodes.UncertainInitialValue,
    }
)
_BAD: Mapping[Detail, int] = MappingProxyType(
    {
        Detail.NONE: StatusCodes.Bad,
        # A value older than its dead_s: whoever should have brought it did not, so there is no communication.
        Detail.OLD_DATA: StatusCodes.BadNoCommunication,
        Detail.OUT_OF_RANGE: StatusCodes.BadOutOfRange,
        Detail.FAILURE: StatusCodes.BadDeviceFailure,
        Detail.FROZEN: StatusCodes.BadSensorFailure,
        Detail.INCONSISTENT: StatusCodes.BadSensorFailure,
        Detail.SUBSTITUTED: StatusCodes.Bad,
        Detail.TEST: StatusCodes.BadOutOfService,
        Detail.COMM_FAULT: StatusCodes.BadNoCommunication,
        Detail.CONFIG_ERROR: StatusCodes.BadConfigurationError,
        Detail.NEVER_READ: StatusCodes.BadWaitingForInitialData,
    }
)


def status_code(quality: Quality, detail: Detail) -> int:
    """The status a client is shown: its severity is the quality's, always; its code says why as well as there is one.

    A detail this table does not know yet is still as good or bad as its quality says.
    """
    if quality is Quality.GOOD:
        return _GOOD
    if quality is Quality.UNCERTAIN:
        return int(_UNCERTAIN.get(detail, StatusCodes.Uncertain))
    return int(_BAD.get(detail, StatusCodes.Bad))
