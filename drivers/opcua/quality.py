"""OPC UA status codes as quality and detail (OPC UA part 4 section 7.39, part 8 annex A)."""

from __future__ import annotations

from asyncua.ua.status_codes import StatusCodes

from controller.domain.quality import Detail, Quality

_SEVERITY_SHIFT = 30
_CODE_MASK = 0xFFFF_0000
"""The upper half is the code; the lower half carries flags (limits, overflow) that do not change its meaning."""

_QUALITIES = {0: Quality.GOOD, 1: Quality.UNCERTAIN, 2: Quality.BAD, 3: Quality.BAD}

_DETAILS = {
    StatusCodes.BadNodeIdUnknown: Detail.CONFIG_ERROR,
    StatusCodes.BadNodeIdInvalid: Detail.CONFIG_ERROR,
    StatusCodes.BadAttributeIdInvalid: Detail.CONFIG_ERROR,
    StatusCodes.BadNotReadable: Detail.CONFIG_ERROR,
    StatusCodes.BadUserAccessDenied: Detail.CONFIG_ERROR,
    StatusCodes.BadTypeMismatch: Detail.CONFIG_ERROR,
    StatusCodes.BadConfigurationError: Detail.CONFIG_ERROR,
    StatusCodes.UncertainConfigurationError: Detail.CONFIG_ERROR,
    StatusCodes.BadNoCommunication: Detail.COMM_FAULT,
    StatusCodes.BadNotConnected: Detail.COMM_FAULT,
    StatusCodes.BadCommunicationError: Detail.COMM_FAULT,
    StatusCodes.BadServerNotConnected: Detail.COMM_FAULT,
    StatusCodes.BadTimeout: Detail.COMM_FAULT,
    StatusCodes.UncertainNoCommunicationLastUsableValue: Detail.OLD_DATA,
    StatusCodes.UncertainLastUsableValue: Detail.OLD_DATA,
    StatusCodes.BadOutOfRange: Detail.OUT_OF_RANGE,
    StatusCodes.UncertainEngineeringUnitsExceeded: Detail.OUT_OF_RANGE,
    StatusCodes.UncertainOverRange: Detail.OUT_OF_RANGE,
    StatusCodes.UncertainUnderRange: Detail.OUT_OF_RANGE,
    StatusCodes.UncertainSubNormal: Detail.INCONSISTENT,
    StatusCodes.UncertainSubstituteValue: Detail.SUBSTITUTED,
    StatusCodes.UncertainInitialValue: Detail.SUBSTITUTED,
    StatusCodes.UncertainTransducerInManual: Detail.SUBSTITUTED,
    StatusCodes.UncertainSimulatedValue: Detail.TEST,
    StatusCodes.BadWaitingForInitialData: Detail.NEVER_READ,
}

_TRUSTED = (Quality.GOOD, Detail.NONE)
_FORCED = (Quality.UNCERTAIN, Detail.SUBSTITUTED)


def trust(status: int) -> tuple[Quality, Detail]:
    """Quality and detail of a status code; what has no entry of its own is ``failure``.

    ``GoodLocalOverride`` is UNCERTAIN: a value somebody forced at the PLC is no measurement.
    """
    if status == 0:
        return _TRUSTED
    code = status & _CODE_MASK
    if code == StatusCodes.GoodLocalOverride:
        return _FORCED
    quality = _QUALITIES[status >> _SEVERITY_SHIFT & 0b11]
    return (Quality.GOOD, Detail.NONE) if quality is Quality.GOOD else (quality, _DETAILS.get(code, Detail.FAILURE))
