"""Drafts, proofs and versions as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.runtime.publishing.records import Acceptance
from controller.runtime.publishing.report import ProofReport


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of a draft: its size in bytes, and whether it is as in force, changed, new, or left out."""

    name: str
    bytes: int
    state: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft. ``state``: bad | unproven | proven | blocked | accepted | overtaken; ``next_en``: what to do next."""

    name: str
    state: str
    next_en: str
    next_zh: str
    origin: str
    base: int
    in_force: int
    by: str
    created: datetime
    changed_by: str
    changed: datetime
    hash: str
    files: tuple[DraftFile, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProofView:
    """A draft's proof, whether it still holds, and who accepted what blocks."""

    id: str
    by: str
    at: datetime
    holds: bool
    why_not: str
    report: ProofReport
    accepted: tuple[Acceptance, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version. Number 0: the site folder's own files, as they were before the first one.

    ``form``: of the lighting files when it was published; ``unreadable``: why this program cannot read them, or empty.
    """

    number: int
    in_force: bool
    published: datetime | None
    proposer: str
    confirmer: str
    reason: str
    draft: str
    origin: str
    base: int
    hash: str
    files: tuple[str, ...]
    changed_lights: int
    kwh: float
    accepted: tuple[Acceptance, ...]
    form: int = 1
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class VersionsView:
    """All versions, newest first, and what people have to know about the site folder's own files."""

    versions: tuple[VersionView, ...]
    notice_en: str
    notice_zh: str


@dataclass(frozen=True, slots=True)
class FilesView:
    """Whole files by name: a draft's, or a version's."""

    name: str
    files: dict[str, str]
