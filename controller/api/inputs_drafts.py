"""What callers may send about drafts of lighting programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.inputs import Input, OptionalReason, ReasonText

DraftName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=65, pattern=r"^[a-z0-9][a-z0-9._-]*\.yaml$")]
FileText = Annotated[str, StringConstraints(max_length=800_000)]


class DraftInput(Input):
    """A draft to make, and of what."""

    name: DraftName = Field(examples=["half-night-later"])
    source: Literal["in_force", "folder", "version"] = Field(
        "in_force", description="What is in force; the site folder's own files; or a published version."
    )
    version: Annotated[int, Field(ge=0)] | None = Field(None, description="With source `version`: its number.")


class DraftFilesInput(Input):
    """Whole files to put into a draft, in place of those of the same name."""

    files: dict[FileName, FileText] = Field(
        {},
        max_length=40,
        description="YAML by file name; at most 800,000 bytes together.",
        examples=[{"programs.yaml": "programs: []\n"}],
    )
    drop: list[FileName] = Field([], max_length=40, description="Files the draft shall no longer hold.")


class PublishInput(Input):
    """Why a draft is to be put in force."""

    reason: ReasonText = Field(examples=["half-night circuits stay lit until midnight, council decision 14"])
    accept: OptionalReason = Field("", description="Why what blocks it is meant so; only where something blocks.")
