"""The form of ``evidence:`` and ``backups:`` in ``site.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.settings.fields import Duration, Model

AbsolutePath = Annotated[str, Field(pattern=r"^/\S(.{0,250}\S)?$")]
"""A path from the root of the file system on: one that does not depend on where the controller was started."""


class EvidenceModel(Model):
    """``evidence:``; explained at ``controller.settings.evidence.EvidenceSettings``."""

    second: AbsolutePath | None = Field(default=None, description="an absolute path on another disk: /mnt/evidence")


class BackupsModel(Model):
    """``backups:``; explained at ``controller.settings.evidence.BackupSettings``."""

    every: Duration | Literal["never"] = Field(default=86_400.0, description="24h, or never")
    keep: Annotated[int, Field(ge=1, le=1000)] = 14
    folder: AbsolutePath | None = Field(default=None, description="an absolute path: /mnt/backups")
