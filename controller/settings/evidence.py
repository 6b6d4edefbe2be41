"""Where evidence goes when its own disk fails, and how often everything is backed up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.settings.evidence_models import BackupsModel, EvidenceModel
from controller.settings.parsing import Findings, Spot

LEAST_S = 600.0
"""Backups follow each other at this distance at least."""
FOLDER = "backups"
"""Where backups go below the data folder when nobody says."""


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """``second`` is a folder on another disk that takes the journal's lines while the journal takes none."""

    second: Path | None = None


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """A backup every ``every_s`` (None: only when somebody asks), the newest ``keep`` of these kept.

    ``folder`` is best on another disk; None is ``backups`` in the data folder, which survives a damaged file and
    not a damaged disk.
    """

    every_s: float | None = 86_400.0
    keep: int = 14
    folder: Path | None = None

    def folder_of(self, data: Path) -> Path:
        """Where the backups of this data folder are."""
        return self.folder or data / FOLDER


def evidence_of(model: EvidenceModel) -> EvidenceSettings:
    """The settings a site says."""
    return EvidenceSettings(Path(model.second) if model.second else None)


def backups_of(model: BackupsModel, spot: Spot, findings: Findings) -> BackupSettings:
    """The settings a site says; a problem where backups would follow each other too closely."""
    every_s = None if model.every == "never" else model.every
    if every_s is not None and every_s < LEAST_S:
        findings.add(spot.at("every"), f"a backup every {every_s:g} s", f"at least {LEAST_S / 60:g}m, or never")
    return BackupSettings(every_s, model.keep, Path(model.folder) if model.folder else None)
