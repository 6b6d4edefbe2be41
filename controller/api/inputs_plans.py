"""What callers may send about plans."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input, ReasonText, TicketText

BasisText = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_CONTROL_CHARACTERS)]
StepName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")]
ParameterName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]


class PlanInput(Input):
    """A plan to look at, with what one chooses of it."""

    parameters: dict[ParameterName, Annotated[float, Field(allow_inf_nan=False)]] = Field(
        {}, max_length=40, description="What is left out is as the plan says.", examples=[{"units": 2}]
    )
    reason: ReasonText = Field(examples=["the canal rises, rain until midnight"])
    ticket: TicketText = Field("", description="Dispatch order number, if there is one.")
    basis: list[BasisText] = Field([], max_length=20, description="On what it is decided: levels, tide, rain.")
    take_over: bool = Field(False, description="Take the stations from another running plan; this is recorded.")


class StartInput(Input):
    """The token of a preview."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        description="Works once, within 30 s, for the session that looked."
    )


class PlanAnswerInput(Input):
    """An answer to a run's question."""

    step: StepName = Field(description="The step that asks.", examples=["more"])
    answer: StepName = Field(description="One of its answers.", examples=["enough"])


class ResumeInput(Input):
    """Why a run may go on."""

    reason: ReasonText = Field(examples=["looked at the gauge, the water is there"])
    take_over: bool = Field(False, description="Take back what another owner holds by now; this is recorded.")
