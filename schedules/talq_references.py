"""References to devices and groups in TALQ's words, and refusals that name the field and TALQ's own word for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.errors import InvalidValue
from schedules.talq_words import Json

OWN = "zhadao"
"""The one key under which TALQ objects carry what TALQ has no word for; TALQ's schemas allow further properties."""


class Resource(StrEnum):
    """What members of groups and targets of overrides may be."""

    DEVICES = "devices"
    GROUPS = "groups"


class TalqError(StrEnum):
    """Keys of ``TALQErrorMessage`` (2.7.1) that refusals here are of."""

    PAYLOAD = "payloadError"
    COMMAND = "overrideCommandNotValid"
    ADDRESS = "overrideAddressNotValid"
    RELATED = "relatedResourceNotFound"


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A ``ResourceReference``. A device's address is its id, or ``id/function``; a group's is its name."""

    resource: Resource
    address: str

    def in_talq(self) -> Json:
        """As TALQ writes it."""
        return {"resource": self.resource.value, "address": self.address}


def refused(field: str, what: str, todo: str, key: TalqError = TalqError.PAYLOAD) -> InvalidValue:
    """Why something in TALQ's words is not taken: the field by TALQ's own name, and what would be right."""
    return InvalidValue(f"TALQ {field} {what}; {todo} ({key})")


def text_in(said: Mapping[str, object], field: str, where: str = "") -> str:
    """A text that has to be there.

    Raises:
        InvalidValue: it is missing, empty or no text.
    """
    found = said.get(field)
    if not isinstance(found, str) or not found.strip():
        raise refused(f"{where}{field}", "is missing or no text", "TALQ 2.7.1 requires it 缺少必填字段")
    return found


def references_in(said: Mapping[str, object], field: str) -> tuple[Reference, ...]:
    """A list of references that has to be there, each once, in its order.

    Raises:
        InvalidValue: it is missing or no list, or an item is no reference to devices or groups.
    """
    found = said.get(field)
    if isinstance(found, str) or not isinstance(found, Sequence):
        raise refused(field, "is missing or no list", "send a list of {resource, address} 缺少引用列表")
    return tuple(dict.fromkeys(_reference(one, f"{field}[{n}]") for n, one in enumerate(found)))


def _reference(said: object, where: str) -> Reference:
    if not isinstance(said, Mapping):
        raise refused(where, "is no reference", "write {resource, address}")
    resource, address = text_in(said, "resource", f"{where}."), text_in(said, "address", f"{where}.")
    if resource not in set(Resource):
        raise refused(
            f"{where}.resource", f"is {resource!r}", "lights are found in devices and groups only", TalqError.ADDRESS
        )
    return Reference(Resource(resource), address)
