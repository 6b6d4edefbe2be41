"""What callers may send about dispatch orders (调度令) and shifts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import MAX_LEASE_S, NO_CONTROL_CHARACTERS, Input, LabelText
from controller.api.inputs_plans import ParameterName
from controller.api.inputs_site import Moment
from controller.runtime.dispatch_orders.writing_orders import Draft

Said = Annotated[
    str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
MaybeSaid = Annotated[str, StringConstraints(max_length=400, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)]
GroundText = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_CONTROL_CHARACTERS)]
OrderNumber = Annotated[str, StringConstraints(max_length=16, pattern=r"^\d{4}-\d{4,6}$")]
PlanId = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9_-]*$")]
TargetText = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._/:-]*$")]
NoteText = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)]
ManualSlot = Literal["district_manual", "city_manual", "emergency_order"]


class _Written(Input):
    """What an order says: a plan with its parameters, or one target with its value."""

    plan: PlanId = Field("", description="The plan it starts; or name a target.", examples=["sanbao-stepwise"])
    parameters: dict[ParameterName, Annotated[float, Field(allow_inf_nan=False)]] = Field({}, max_length=40)
    target: TargetText = Field("", description="A station, unit or gate.", examples=["330102-PS-0001"])
    value: Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)] = Field(
        "", description="As people type it: count 3, flow 100, level 1.8, open, 40%.", examples=["count 3"]
    )
    for_s: float = Field(4 * 3600.0, ge=60, le=min(MAX_LEASE_S, 86_400.0), description="How long it holds (s).")
    slot: ManualSlot = Field("district_manual", description="The slot a target's order fills.")
    reason: Said = Field(examples=["the canal rises, rain until midnight"])
    unit: LabelText = Field("", description="Who executes it, where that is not whom the site names.")
    grounds: list[GroundText] = Field([], max_length=8, description="Grounds besides those the controller takes down.")

    def draft(self) -> Draft:
        """As the desk takes it."""
        return Draft(
            reason=self.reason,
            plan=self.plan,
            parameters=self.parameters,
            target=self.target,
            value=self.value,
            for_s=self.for_s,
            slot=self.slot,
            unit=self.unit,
            grounds=tuple(self.grounds),
        )


class DispatchOrderInput(_Written):
    """An order to write. Nothing is ordered until it is issued, acknowledged and executed."""

    begin: Moment | None = Field(None, description="Not before; left out: at once.")
    valid_s: float | None = Field(None, ge=600, le=7 * 86_400, description="Executing within this, or expired.")
    supersedes: list[OrderNumber] = Field([], max_length=20, description="Orders whose place it takes.")

    def draft(self) -> Draft:
        """As the desk takes it."""
        return replace(super().draft(), begin=self.begin, valid_s=self.valid_s, supersedes=tuple(self.supersedes))


class PhoneOrderInput(_Written):
    """An order that was given by telephone. It executes nothing here."""

    spoken_at: Moment = Field(description="When it was spoken.", examples=["2026-06-21T18:40:00+08:00"])
    spoken_by: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=NO_CONTROL_CHARACTERS)] = Field(
        description="Who gave it: role and name.", examples=["防汛指挥部带班领导"]
    )
    spoken_to: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=NO_CONTROL_CHARACTERS)] = Field(
        description="Who took it down.", examples=["三堡排涝站值班员"]
    )


class IssueInput(Input):
    """Signing an order."""

    reason: MaybeSaid = ""
    urgent: bool = Field(False, description="One's own draft, in an emergency: flagged, countersigned within 2 h.")
    supersedes: list[OrderNumber] = Field([], max_length=20, description="Orders whose place it takes, besides.")


class RemarkInput(Input):
    """A remark, if there is one."""

    remark: MaybeSaid = ""


class OrderReasonInput(Input):
    """Why."""

    reason: Said = Field(examples=["the river is too high"])


class ResultInput(Input):
    """What came of it."""

    result: Said = Field(examples=["canal down to 1.8 m, all four units handed back"])


class TickInput(Input):
    """A tick on an operation ticket."""

    line: int = Field(ge=1, le=400, description="Which line, from 1.", examples=[1])
    supervisor: bool = Field(False, description="The supervisor's tick; else the operator's.")


class LookInput(Input):
    """How to look at an order."""

    take_over: bool = Field(False, description="Take slots another owner holds; this is recorded.")


class ExecuteInput(Input):
    """The token of a preview."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        description="Works once, within 30 s, for the session that looked."
    )


class HandOverInput(Input):
    """Handing the shift over."""

    note: NoteText = Field("", examples=["三堡 3 units run under 2026-0007; P4 is tagged"])


class TakeOverInput(Input):
    """Taking the shift over."""

    orders: list[OrderNumber] = Field([], max_length=500, description="Unfinished orders acknowledged with it.")
    note: NoteText = ""
    alone: bool = Field(False, description="Nobody handed over; takes a note that says why.")


class ShiftOrdersInput(Input):
    """Orders the shift that is on has seen."""

    orders: list[OrderNumber] = Field(min_length=1, max_length=500, examples=[["2026-0007"]])
