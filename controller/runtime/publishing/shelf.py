"""Every draft, proof and version there is, and the changes that keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.domain.errors import UnknownTarget
from controller.runtime.publishing.records import (
    DRAFT,
    PROOF,
    TEXT,
    VERSION,
    Draft,
    Proof,
    Version,
    body_of,
    record_of,
    text_key,
)
from controller.settings.overlay import Overlay, upgraded
from controller.store.changes import Change, DropRecord, PutRecord

Records = Mapping[str, Mapping[str, Mapping[str, object]]]
"""By kind, then by id: ``StoredState.records``."""


class Shelf:
    """What the state store holds of publishing, in memory. Nothing here writes: callers keep the changes given."""

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.proofs: dict[str, Proof] = {}
        self.versions: dict[int, Version] = {}
        self._texts: dict[str, str] = {}

    def restore(self, records: Records) -> None:
        """Take up what was kept."""
        self._texts = {name: str(body["text"]) for name, body in records.get(TEXT, {}).items()}
        self.drafts = {name: record_of(Draft, body) for name, body in records.get(DRAFT, {}).items()}
        self.proofs = {name: record_of(Proof, body) for name, body in records.get(PROOF, {}).items()}
        found = (record_of(Version, body) for body in records.get(VERSION, {}).values())
        self.versions = {version.number: version for version in sorted(found, key=lambda one: one.number)}

    @property
    def newest(self) -> Version | None:
        """What was published last; None when nothing ever was."""
        return self.versions[max(self.versions)] if self.versions else None

    def overlay(self) -> Overlay | None:
        """What is laid over the site folder; None while nothing was published."""
        newest = self.newest
        if newest is None:
            return None
        files, form = self.upgraded(newest)
        return Overlay(newest.number, files, newest.over, form=form)

    def files(self, number: int) -> dict[str, str]:
        """A version's files, in today's form where there is a way there.

        Raises:
            UnknownTarget: there is no such version.
        """
        return self.upgraded(self.version(number))[0]

    def upgraded(self, version: Version) -> tuple[dict[str, str], int]:
        """Its files in today's form where there is a way there, and the form they are in."""
        return upgraded({name: self._texts[key] for name, key in sorted(version.files.items())}, version.form)

    def version(self, number: int) -> Version:
        """One version. Raises UnknownTarget: there is none of this number."""
        found = self.versions.get(number)
        if found is None:
            known = ", ".join(str(one) for one in sorted(self.versions)) or "none yet"
            raise UnknownTarget(f"no lighting version {number}; there are: {known}")
        return found

    def draft(self, name: str) -> Draft:
        """One draft. Raises UnknownTarget: there is none of this name."""
        found = self.drafts.get(name)
        if found is None:
            known = ", ".join(sorted(self.drafts)) or "none"
            raise UnknownTarget(f"no draft {name!r}; there are: {known} (`zhadao schedule draft new NAME` makes one)")
        return found

    # -- what keeps it ------------------------------------------------------------------------------------------

    def put_draft(self, draft: Draft) -> Iterator[Change]:
        """The draft is this; a proof of another text of it counts no more."""
        yield PutRecord(DRAFT, draft.name, body_of(draft))
        proof = self.proofs.get(draft.name)
        if proof is not None and proof.report.draft_hash != draft.hash:
            yield DropRecord(PROOF, draft.name)

    def drop_draft(self, name: str) -> Iterator[Change]:
        """The draft and its proof are gone."""
        yield DropRecord(DRAFT, name)
        yield DropRecord(PROOF, name)

    def put_proof(self, proof: Proof) -> Iterator[Change]:
        """The proof of a draft."""
        yield PutRecord(PROOF, proof.report.draft, body_of(proof))

    def put_version(self, version: Version, files: Mapping[str, str]) -> Iterator[Change]:
        """The version, and those of its texts that are not kept yet."""
        for text in files.values():
            if text_key(text) not in self._texts:
                yield PutRecord(TEXT, text_key(text), {"text": text})
        yield PutRecord(VERSION, f"{version.number:06d}", body_of(version))

    # -- once it is kept ----------------------------------------------------------------------------------------

    def has_draft(self, draft: Draft) -> None:
        """It was kept."""
        self.drafts[draft.name] = draft
        proof = self.proofs.get(draft.name)
        if proof is not None and proof.report.draft_hash != draft.hash:
            del self.proofs[draft.name]

    def lost_draft(self, name: str) -> None:
        """It is gone."""
        self.drafts.pop(name, None)
        self.proofs.pop(name, None)

    def has_proof(self, proof: Proof) -> None:
        """It was kept."""
        self.proofs[proof.report.draft] = proof

    def has_version(self, version: Version, files: Mapping[str, str]) -> None:
        """It was kept."""
        self._texts |= {text_key(text): text for text in files.values()}
        self.versions[version.number] = version
