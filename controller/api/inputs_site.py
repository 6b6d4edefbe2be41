"""What callers may send about the site: tags, switches, operating states, bypasses, circuits in water, alarms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, Strict, StringConstraints

from controller.api.inputs import (
    MAX_LEASE_S,
    NO_CONTROL_CHARACTERS,
    IdText,
    Input,
    NoteText,
    OptionalReason,
    ReasonText,
    TicketText,
)


def _text(value: object) -> object:
    """A moment is written out; a bare number could be seconds or milliseconds of any epoch."""
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - what pydantic takes for a refusal
            "a moment is written 2026-06-21T19:20:00+08:00"
        )
    return value


ScopeText = Annotated[str, StringConstraints(min_length=1, max_length=112, pattern=NO_CONTROL_CHARACTERS)]
"""``city``, ``division:330106``, ``street:330106/NAME``, ``station:ID`` or ``group:NAME``."""
AlarmId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_CONTROL_CHARACTERS)]
Discipline = Literal["lighting", "water"]
State = Literal["ordinary", "event", "flood_iv", "flood_iii", "flood_ii", "flood_i", "typhoon", "snow"]
AlarmStateWord = Literal["UNACK", "ACKED", "RTNUN", "LATCHED", "SHELVED", "SUPPRESSED", "OUT_OF_SERVICE"]
Moment = Annotated[AwareDatetime, Strict(strict=False), BeforeValidator(_text)]
MAX_SHELF_S = 12 * 3600.0
MAX_BYPASS_S = 8 * 3600.0
MOST_ALARMS = 2000
"""Seen at once: as many as fit into a request."""
MOST_CHECKED = 500
"""Circuits in one measurement or return."""
MOST_CABINETS = 5000
"""Cabinets named in one download; all of them need no names."""


class TagInput(Input):
    """A maintenance tag to hang (检修挂牌)."""

    on: IdText = Field(description="An asset (then all its outputs) or one output.", examples=["330106-LC-0001/K1"])
    reason: ReasonText = Field(examples=["replacing the contactor"])
    ticket: TicketText = Field("", description="Work ticket 工作票, if there is one.", examples=["WO-2026-1180"])
    photo: OptionalReason = Field("", description="Where a picture of the hung tag is kept.")


class TimetablesInput(Input):
    """Cabinets whose own timetables are to be written."""

    cabinets: list[IdText] = Field(
        [], max_length=MOST_CABINETS, description="Cabinets; empty with all: true.", examples=[["330106-LC-0001"]]
    )
    all: bool = Field(False, description="Every cabinet that keeps a table and is the caller's.")
    reason: ReasonText = Field(examples=["replaced the controller board, WO-1182"])


class TagRemovalInput(Input):
    """Why somebody else's tag may come down, and who was there to look."""

    reason: ReasonText = Field(examples=["its owner went home ill"])
    on_site: NoteText = Field(
        description="Who was there and what they found: everybody clear, covers closed.",
        examples=["Wang stands before it: nobody inside, covers closed"],
    )


class ConfirmRemoteInput(Input):
    """A person's word for a switch that cannot be read."""

    on_site: NoteText = Field(examples=["Wang stands before it: it is at REMOTE"])
    for_s: float = Field(ge=60, le=8 * 3600, description="1 min to 8 h.", examples=[3600])
    reason: ReasonText = Field(examples=["the switch's wire is broken, ticket WO-2026-1181"])


class DeclareInput(Input):
    """An operating state (平战结合) for a discipline and an area."""

    discipline: Discipline = Field(examples=["water"])
    scope: ScopeText = Field(examples=["division:330106"])
    state: State = Field(description="`ordinary` ends what stands there.", examples=["flood_iii"])
    for_s: float = Field(3600.0, ge=60, le=MAX_LEASE_S, description="At most a day; it can be renewed.")
    reason: ReasonText = Field(examples=["city flood office, notice 12"])


class RenewInput(Input):
    """How long from now a declaration goes on."""

    for_s: float = Field(ge=60, le=MAX_LEASE_S, examples=[43_200])
    reason: ReasonText = Field(examples=["rain goes on"])


class BypassInput(Input):
    """An interlock to lift for a time."""

    interlock: IdText = Field(examples=["rack-clear"])
    target: IdText = Field(description="The station or output it is lifted from.", examples=["330102-PS-0001"])
    for_s: float = Field(ge=1, le=MAX_BYPASS_S, description="At most 8 h, or less where config says so.")
    reason: ReasonText = Field(examples=["level sensor replaced, being calibrated"])
    ticket: TicketText = ""


class DecideInput(Input):
    """A person's decision about circuits in water (涉水断电)."""

    target: IdText = Field(description="A circuit, a flood zone or a cabinet.", examples=["330106-LC-0001/K1"])
    choice: Literal["cut", "keep"]
    reason: ReasonText = Field(examples=["people still in the underpass"])


class CheckInput(Input):
    """What was measured at cut circuits."""

    circuits: list[IdText] = Field(min_length=1, max_length=MOST_CHECKED, examples=[["330106-LC-0001/K1"]])
    kind: Literal["insulation", "leakage"] = Field(description="Insulation in MΩ, leakage in mA.")
    value: float = Field(ge=0, le=100_000, examples=[2.5])
    by: NoteText = Field(description="Who measured.", examples=["Wang, electrician 3312"])
    at: Moment | None = Field(None, description="When, with its zone; now when left out.")
    note: OptionalReason = ""


class ReturnInput(Input):
    """Cut circuits that may come back."""

    circuits: list[IdText] = Field(min_length=1, max_length=MOST_CHECKED, examples=[["330106-LC-0001/K1"]])
    reason: ReasonText = Field(examples=["water gone, insulation measured"])


class AcknowledgeInput(Input):
    """Alarms a person has seen."""

    alarms: list[AlarmId] = Field(min_length=1, max_length=MOST_ALARMS, examples=[["330106-LC-0003:device_offline"]])


class ShelveInput(Input):
    """How long an alarm is put aside, and why."""

    for_s: float = Field(ge=60, le=MAX_SHELF_S, description="It comes back by itself.", examples=[3600])
    reason: ReasonText = Field(examples=["known, a spare is on its way"])
