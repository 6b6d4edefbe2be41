"""What callers may send in TALQ's words: groups, and override commands. ``zhadao`` holds what TALQ has no word for.

Lists are as long as a body may be (1 MB).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from controller.api.inputs import NO_CONTROL_CHARACTERS, Input, OptionalReason
from controller.api.inputs_switch import Knife, SwitchSlot

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL_CHARACTERS)]
_Word = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]
_Names = list[_Text]


class TalqReferenceInput(Input):
    """`ResourceReference`: a device (an asset), a function of it (`asset/output`), or a group."""

    resource: _Text = Field(examples=["devices"])
    address: _Text = Field(examples=["330106-LC-0001"])


class TalqStateInput(Input):
    """`State`. A light is told a `LevelState` (whole percent) or a `BooleanState`; others are refused by name."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    name: _Text = Field(examples=["LevelState"])
    value: bool | int | float | _Word | None = Field(None, examples=[60])


class TalqCommandInput(Input):
    """`Command`. `expiration` is needed here; ramps, a `start` ahead and commands of sensors are refused."""

    state: TalqStateInput
    expiration: _Word | None = Field(None, examples=["2026-06-22T23:00:00+08:00"])
    start: _Word | None = None
    reason: _Word | None = Field(None, description="TALQ's code: `override` or `default`.")
    ref: Annotated[_Word | None, Field(alias="cmsRefId", description="Kept as the ticket; 64 characters.")] = None
    ref_address: Annotated[_Word | None, Field(alias="refAddress")] = None
    ramp_to_s: Annotated[float | int | None, Field(alias="rampToLevelTime")] = None
    ramp_from_s: Annotated[float | int | None, Field(alias="rampFromLevelTime")] = None


class TalqOverrideWords(Input):
    """What TALQ has no word for."""

    reason: OptionalReason = Field("", description="Why, in words; needed to set an override.", examples=["drill"])
    slot: SwitchSlot = Field("", description="Left out: the city's or the district's, by rights.")
    knife: Knife = Field("", description="road or landscape; needed where the addresses have lights of both.")
    take_over: bool = Field(False, description="Take the slot from another owner who holds it; this is recorded.")
    urgent: bool = Field(False, description="Compress staging against inrush.")
    scene: _Word = Field("", description="Told of a scene's levels; refused when sent.")


class TalqOverrideInput(Input):
    """`OverrideCommand`. Without `targetCommand` it ends the caller's own override."""

    addresses: list[TalqReferenceInput]
    target_command: Annotated[TalqCommandInput | None, Field(alias="targetCommand")] = None
    own: Annotated[TalqOverrideWords | None, Field(alias="zhadao")] = None

    def talq(self) -> dict[str, Any]:
        """As TALQ writes it."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class TalqGroupTitle(Input):
    """A group's name in both languages."""

    zh: _Word = ""
    en: _Word = ""


class TalqGroupQuery(Input):
    """What makes a member of a live group, and who is picked besides."""

    all_of: _Names = Field(default_factory=list)
    any_of: _Names = Field(default_factory=list)
    none_of: _Names = Field(default_factory=list)
    lights: _Names = Field(default_factory=list)
    assets: _Names = Field(default_factory=list)


class TalqGroupWords(Input):
    """What TALQ has no word for."""

    title: TalqGroupTitle | None = None
    query: TalqGroupQuery | None = Field(None, description="Live membership; `members` must be what it gives now.")
    as_of: _Word = ""


class TalqGroupInput(Input):
    """`Group`: `address`, `ownerCMS` and `members` are needed; its address becomes the group's name."""

    address: _Text = Field(examples=["迎宾线"])
    owner: Annotated[_Text, Field(alias="ownerCMS")]
    members: list[TalqReferenceInput]
    purpose: _Word = Field("unknown", description="unknown, override or calendar; it is not kept.")
    own: Annotated[TalqGroupWords | None, Field(alias="zhadao")] = None


class TalqGroupsInput(Input):
    """TALQ's groups for a draft."""

    groups: Annotated[list[TalqGroupInput], Field(min_length=1)]

    def talq(self) -> list[dict[str, Any]]:
        """As TALQ writes them."""
        return [one.model_dump(by_alias=True, exclude_unset=True) for one in self.groups]


class TalqProgramInput(Input):
    """`ControlProgramOne` by the sun (one `AstroClockActivePeriod`) or by the clock; others are refused by field."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    type: _Text = Field(examples=["ControlProgramOne"])
    id: _Text = Field(examples=["road-half-night"])
    owner: Annotated[_Text, Field(alias="ownerCMS")]


class TalqProgramsInput(Input):
    """TALQ's programs for a draft."""

    programs: Annotated[list[TalqProgramInput], Field(min_length=1)]

    def talq(self) -> list[dict[str, Any]]:
        """As TALQ writes them."""
        return [one.model_dump(by_alias=True, exclude_unset=True) for one in self.programs]


class TalqCalendarInput(Input):
    """`Calendar`: ordered `rules`, the first that fits a night wins; other fields are refused by name."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    id: _Text = Field(examples=["road-half-night"])
    owner: Annotated[_Text, Field(alias="ownerCMS")]
    default_program: Annotated[_Text, Field(alias="defaultProgram", examples=["road-half-night"])]


class TalqCalendarsInput(Input):
    """TALQ's calendars for a draft."""

    calendars: Annotated[list[TalqCalendarInput], Field(min_length=1)]

    def talq(self) -> list[dict[str, Any]]:
        """As TALQ writes them."""
        return [one.model_dump(by_alias=True, exclude_unset=True) for one in self.calendars]
