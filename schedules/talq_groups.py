"""Groups in TALQ's words: a ``Group`` with references to devices, functions within devices, and groups.

TALQ's groups are snapshots: members are named. Ours may be asked for and follow the city; their members of a moment
are written out, and what makes them stands under ``zhadao``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schedules.talq_references import OWN, Reference, references_in, refused, text_in
from schedules.talq_words import Json


class Purpose(StrEnum):
    """What a TALQ group is mainly for. Ours have no purpose: any of them may be switched, and be scheduled."""

    UNKNOWN = "unknown"
    OVERRIDE = "override"
    CALENDAR = "calendar"
    LOGGER_CONFIG = "loggerConfig"
    LAMP_TYPE = "lampType"
    ATTRIBUTES = "attributes"


HELD = (Purpose.UNKNOWN, Purpose.OVERRIDE, Purpose.CALENDAR)
"""Purposes our groups serve."""


@dataclass(frozen=True, slots=True)
class TalqGroup:
    """A ``Group`` of TALQ 2.7.1. ``own``: what stands under ``zhadao`` (title, query); empty in others' groups."""

    address: str
    owner: str
    members: tuple[Reference, ...]
    own: Mapping[str, Any] = field(default_factory=dict)
    purpose: Purpose = Purpose.UNKNOWN


def group_in_talq(group: TalqGroup) -> Json:
    """The group as TALQ writes it."""
    said: Json = {
        "address": group.address,
        "ownerCMS": group.owner,
        "members": [one.in_talq() for one in group.members],
        "purpose": group.purpose.value,
    }
    return said if not group.own else {**said, OWN: dict(group.own)}


def group_from_talq(said: Mapping[str, Any]) -> TalqGroup:
    """A group as TALQ writes it.

    Raises:
        InvalidValue: a required field is missing, a member is neither device nor group, or its purpose is one that
            groups of lights do not serve.
    """
    address, owner = text_in(said, "address"), text_in(said, "ownerCMS")
    members = references_in(said, "members")
    purpose = said.get("purpose", Purpose.UNKNOWN.value)
    if purpose not in HELD:
        held = ", ".join(HELD)
        raise refused("purpose", f"is {purpose!r}", f"groups of lights serve {held} 灯组不用于此目的")
    own = said.get(OWN) or {}
    if not isinstance(own, Mapping):
        raise refused(OWN, "is no object", "write {title: {zh, en}} or leave it out")
    return TalqGroup(address, owner, members, own, Purpose(purpose))
