"""What callers may send about faults being dealt with, and about notices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, IdText, Input
from controller.runtime.handling.acts import MOST_NAME, MOST_TEXT

WorkText = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_TEXT, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
OptionalWorkText = Annotated[
    str, StringConstraints(max_length=MOST_TEXT, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
NameText = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_NAME, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
OptionalName = Annotated[
    str, StringConstraints(max_length=MOST_NAME, strip_whitespace=True, pattern=NO_CONTROL_CHARACTERS)
]
UrgencyWord = Literal["emergency", "ordinary", "serious"]


class HandlingInput(Input):
    """A fault to be dealt with: for an alarm, or for something no alarm tells of."""

    alarm: Annotated[str, StringConstraints(max_length=256, pattern=NO_CONTROL_CHARACTERS)] = Field(
        "", description="The alarm's id; left out, say what it is `about`.", examples=["330106-LC-0001/K1:mismatch"]
    )
    about: IdText | None = Field(None, description="An asset or target: a citizen's call about a lamp.")
    urgency: UrgencyWord = Field(description="Sets the deadline.", examples=["ordinary"])
    text: WorkText = Field(examples=["a citizen calls: 文三路 dark from no. 12 to no. 20"])
    assignee: OptionalName = Field("", description="Who takes it over, if that is known.")


class AssignInput(Input):
    """Who takes a record over."""

    to: NameText = Field(examples=["wang"])
    text: OptionalWorkText = Field("", examples=["crew 3 is near"])


class StepInput(Input):
    """What was done."""

    text: WorkText = Field(examples=["contactor K1 replaced, 4 lamps still dark"])


class CloseInput(Input):
    """How it ended."""

    result: WorkText = Field(examples=["contactor replaced; lit since 21:40, seen on site"])
