"""Drafts, versions and proofs as they are remembered, and how the state store keeps them.

A version is the whole set of lighting files. Texts are kept once each, by their hash: most files of a version are
those of the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from controller.runtime.publishing.report import ProofReport
from controller.settings.overlay import files_hash

DRAFT = "lighting_draft"
PROOF = "lighting_proof"
VERSION = "lighting_version"
TEXT = "lighting_text"
"""Kinds of records; ids are the draft's name (its proof's too), the version's number, the text's hash."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """A set of lighting files somebody works on. ``base``: the version in force when it was made.

    ``over`` is the hash of the folder's own files that it takes the place of; ``problems`` what checking it found.
    """

    name: str
    files: Mapping[str, str]
    origin: str
    base: int
    over: str
    by: str
    created: datetime
    changed_by: str
    changed: datetime
    problems: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Of its files."""
        return files_hash(self.files)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's word that what blocks publishing is meant so."""

    person: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """A report that was made, by whom and when, and who accepted what blocks."""

    id: str
    by: str
    at: datetime
    report: ProofReport
    accepted: tuple[Acceptance, ...] = ()

    def accepted_by(self, person: str) -> bool:
        """Whether this person accepted what blocks."""
        return any(one.person == person for one in self.accepted)


@dataclass(frozen=True, slots=True)
class Version:
    """What two people published. ``files``: the hash of each file's text. Number 0 is what the folder held before.

    ``form``: of the lighting files (``overlay.FORM``) when it was published; what was kept before forms were is of the
    first.
    """

    number: int
    hash: str
    files: Mapping[str, str]
    over: str
    base: int
    origin: str
    draft: str
    reason: str
    proposer: str
    confirmer: str
    published: datetime
    changed_lights: int = 0
    kwh: float = 0.0
    """More in the proof's nights than before; negative: less."""
    accepted: tuple[Acceptance, ...] = field(default=())
    form: int = 1


def text_key(text: str) -> str:
    """Under which a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_ADAPTERS: dict[type, TypeAdapter[Any]] = {shape: TypeAdapter(shape) for shape in (Draft, Proof, Version)}


def body_of(record: Draft | Proof | Version) -> dict[str, Any]:
    """A record as plain JSON."""
    body: dict[str, Any] = _ADAPTERS[type(record)].dump_python(record, mode="json")
    return body


def record_of(shape: type[T], body: Mapping[str, Any]) -> T:
    """A record read back.

    Raises:
        ValidationError: it is not one; the state file holds what this program did not write.
    """
    record: T = _ADAPTERS[shape].validate_python(body)
    return record
