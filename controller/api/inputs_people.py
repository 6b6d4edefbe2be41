"""What callers may send about people and keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input
from controller.api.inputs_site import ScopeText
from controller.domain.rights import Grant, Role, Scope

RoleWord = Literal[
    "viewer",
    "lighting_operator",
    "water_operator",
    "duty_officer",
    "commissioning_engineer",
    "administrator",
    "forecaster",
]
NameText = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_CONTROL_CHARACTERS)]
MOST_GRANTS = 50
MAX_KEY_S = 366 * 86_400.0


class GrantInput(Input):
    """One role in one scope."""

    role: RoleWord = Field(examples=["lighting_operator"])
    scope: ScopeText = Field("city", examples=["division:330106"])

    def grant(self) -> Grant:
        """As rights know it. Raises InvalidValue: no such scope."""
        return Grant(Role(self.role), Scope.parse(self.scope))


class GrantsInput(Input):
    """All the roles somebody has from now on."""

    grants: list[GrantInput] = Field(max_length=MOST_GRANTS)


class PersonInput(Input):
    """A new person."""

    name: NameText = Field(description="The name to sign in with: a-z 0-9 . _ @ -", examples=["wang.li"])
    display: Annotated[str, StringConstraints(max_length=64, pattern=NO_CONTROL_CHARACTERS)] = Field(
        "", description="The person's own name.", examples=["王丽"]
    )
    grants: list[GrantInput] = Field(default_factory=list, max_length=MOST_GRANTS)


class KeyInput(Input):
    """A key for a machine."""

    name: NameText = Field(description="Which machine it is for.", examples=["scada-bridge"])
    grants: list[GrantInput] = Field(min_length=1, max_length=MOST_GRANTS)
    for_s: float = Field(ge=60, le=MAX_KEY_S, description="How long it works; at most a year.", examples=[7_776_000])
