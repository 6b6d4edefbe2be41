"""Units as OPC UA carries them: EUInformation with the code of UNECE Recommendation 20 (part 8, section 5.6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
OURS = "urn:zhadao:units"
"""Of units Recommendation 20 does not have, or does not have by the name a profile uses."""

_CODES: Mapping[str, str] = MappingProxyType(
    {
        "m": "MTR",
        "mm": "MMT",
        "cm": "CMT",
        "km": "KMT",
        "m3": "MTQ",
        "m³": "MTQ",
        "m3/s": "MQS",
        "m³/s": "MQS",
        "m3/h": "MQH",
        "m³/h": "MQH",
        "mm/h": "H67",
        "A": "AMP",
        "mA": "4K",
        "V": "VLT",
        "kV": "KVT",
        "W": "WTT",
        "kW": "KWT",
        "Wh": "WHR",
        "kWh": "KWH",
        "kvar": "KVR",
        "Hz": "HTZ",
        "Ω": "OHM",
        "MΩ": "B75",
        "%": "P1",
        "°C": "CEL",
        "℃": "CEL",
        "s": "SEC",
        "min": "MIN",
        "h": "HUR",
        "d": "DAY",
        "lx": "LUX",
        "Pa": "PAL",
        "kPa": "KPA",
        "bar": "BAR",
        "mg/l": "M1",
        "mg/L": "M1",
        "rpm": "RPM",
        "r/min": "RPM",
    }
)


def unit_of(name: str) -> tuple[str, int]:
    """``(namespace, unit id)`` of a unit as profiles write it; id -1 in our own namespace where there is no code.

    The id is the code's characters as a big-endian number: ``MTR`` is 0x4D5452 = 5067858.
    """
    code = _CODES.get(name)
    return (OURS, -1) if code is None else (UNECE, int.from_bytes(code.encode("ascii"), "big"))
