"""Where people draft lighting programs, have them proven, accept what blocks, and propose to publish."""

from __future__ import annotations

import asyncio
import builtins
import re
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from controller.domain.errors import ConfigError, InvalidValue
from controller.domain.rights import Caller, OwnerClass, Right
from controller.logic.scopes import Scope
from controller.runtime.publishing.lights import lights_of
from controller.runtime.publishing.office import Office
from controller.runtime.publishing.prover import Proven
from controller.runtime.publishing.publish import PUBLISH, Publication
from controller.runtime.publishing.records import Acceptance, Draft, Proof
from controller.runtime.publishing.report import MEASURES, LightProof
from controller.runtime.publishing.showing import draft_view, proof_view, versions_view
from controller.runtime.publishing.views import DraftView, FilesView, ProofView, VersionsView
from controller.runtime.two_persons import Proposals, ProposalView
from controller.settings.overlay import FILE_NAME, FILE_NAMES, KEPT, files_hash, folder_files
from controller.settings.site import Site

MOST_DRAFTS = 20
MOST_FILES = 40
MOST_BYTES = 800_000
"""All files of a draft together; a request's body is at most 1 MB."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class DraftDesk:
    """That the caller may (``operate`` on schedules, for the whole city) is asked before a method here is called."""

    def __init__(self, office: Office, publication: Publication) -> None:
        self._office = office
        self._publication = publication
        self._proposals: Proposals | None = None

    def propose_to(self, proposals: Proposals) -> None:
        """Where publications are proposed and confirmed."""
        self._proposals = proposals
        proposals.register(PUBLISH, self._publication)

    # -- questions ----------------------------------------------------------------------------------------------

    def list(self) -> list[DraftView]:
        """Every draft, by name."""
        return [draft_view(self._office, one) for _, one in sorted(self._office.shelf.drafts.items())]

    def get(self, name: str) -> DraftView:
        """One draft. Raises UnknownTarget: there is none of this name."""
        return draft_view(self._office, self._office.shelf.draft(name))

    def files(self, name: str) -> FilesView:
        """A draft's files. Raises UnknownTarget: there is none of this name."""
        return FilesView(name, dict(self._office.shelf.draft(name).files))

    def proof(self, name: str) -> ProofView:
        """A draft's last proof.

        Raises:
            UnknownTarget: there is no such draft. InvalidValue: it was not proven.
        """
        draft = self._office.shelf.draft(name)
        proof = self._office.shelf.proofs.get(name)
        if proof is None:
            raise InvalidValue(self._office.why_not(draft, None))
        return proof_view(self._office, draft, proof)

    async def lights(self, name: str, scope: Scope, limit: int) -> builtins.list[LightProof]:
        """What the proof found light by light, of a scope, at most ``limit``. In a thread: a city has many.

        Raises:
            UnknownTarget: there is no such draft. InvalidValue: it was not proven since the controller started.
        """
        draft = self._office.shelf.draft(name)
        proof = self._office.shelf.proofs.get(name)
        rows = self._office.rows.get(proof.id) if proof is not None else None
        why = self._office.why_not(draft, proof)
        if why or rows is None:
            raise InvalidValue(why or f"single lights are kept until a restart only: zhadao schedule prove {name}")
        return await asyncio.to_thread(_light_rows, self._office.site, rows, scope, limit)

    def versions(self) -> VersionsView:
        """Every version, newest first."""
        return versions_view(self._office)

    def version_files(self, number: int) -> FilesView:
        """A version's files; those in force also where nothing was ever published.

        Raises:
            UnknownTarget: there is no such version.
        """
        return FilesView(f"version {number}", self._files_of(number))

    # -- acts ---------------------------------------------------------------------------------------------------

    async def new(
        self, name: str, caller: Caller, *, source: str = "in_force", version: int | None = None
    ) -> DraftView:
        """A draft of what is in force, of the site folder's own files (``folder``), or of a version (``version``).

        Raises:
            InvalidValue: its name will not do or is taken, or there are too many. UnknownTarget: no such version.
            StoreError: it could not be kept.
        """
        office = self._office
        if not _NAME.fullmatch(name):
            raise InvalidValue(f"{name!r} is no name for a draft: small letters, digits and dashes, 40 at most")
        if name in office.shelf.drafts:
            raise InvalidValue(f"there is a draft {name} already: drop it first, or take another name")
        if len(office.shelf.drafts) >= MOST_DRAFTS:
            raise InvalidValue(f"{MOST_DRAFTS} drafts are kept already; drop some: zhadao schedule draft list")
        now, in_force = office.clock.now(), office.site.lighting_version
        over, origin = in_force.over, f"version {in_force.number}, in force"
        if source == "folder":
            files, origin = folder_files(office.folder()), "the site folder"
            over = files_hash(files)
        elif source == "version":
            files, origin = self._files_of(version or 0), f"version {version or 0}"
        else:
            files = dict(in_force.files)
        draft = Draft(name, files, origin, in_force.number, over, caller.actor, now, caller.actor, now)
        return await self._keep(draft, caller, "lighting_drafted", instead_of=None)

    async def put(self, name: str, caller: Caller, files: Mapping[str, str], drop: Sequence[str] = ()) -> DraftView:
        """Put files into a draft, in place of those of the same name; ``drop`` names files it shall no longer hold.

        It is checked whole. A bad draft is kept, with every problem, and can be neither proven nor published.

        Raises:
            InvalidValue: a file's name or text will not do, or the draft grows too large. UnknownTarget: no such draft.
            StoreError: it could not be kept.
        """
        draft = self._office.shelf.draft(name)
        for one in files:
            if not FILE_NAME.fullmatch(one):
                raise InvalidValue(f"{one!r} is no name for a lighting file: {FILE_NAMES}")
            if one in KEPT:
                raise InvalidValue(f"{one} is no part of a lighting version; it stays in the site folder")
        kept = {held: text for held, text in draft.files.items() if held not in drop}
        if strange := sorted(set(drop) - set(draft.files)):
            raise InvalidValue(f"{draft.name} has no {strange[0]}; it has {', '.join(sorted(draft.files))}")
        together = {**kept, **files}
        size = sum(_bytes(name, text) for name, text in together.items())
        if len(together) > MOST_FILES or size > MOST_BYTES:
            raise InvalidValue(f"a draft holds at most {MOST_FILES} files and {MOST_BYTES} bytes together")
        changed = replace(draft, files=together, changed_by=caller.actor, changed=self._office.clock.now())
        return await self._keep(changed, caller, "lighting_draft_changed", instead_of=draft)

    async def drop(self, name: str, caller: Caller) -> None:
        """Forget a draft.

        Raises:
            UnknownTarget: there is none of this name. StoreError: that could not be kept.
        """
        shelf, draft = self._office.shelf, self._office.shelf.draft(name)
        await self._office.evidence.before(
            "lighting_draft_dropped", caller.actor, "", {"draft": name, "hash": draft.hash}
        )
        await self._office.keeper.keep_now(list(shelf.drop_draft(name)))
        shelf.lost_draft(name)

    async def prove(self, name: str, caller: Caller) -> ProofView:
        """Try the draft over a year beside what is in force, in a process of its own.

        Raises:
            InvalidValue: it has problems, another proof runs, or the site folder changed since it was loaded.
            UnknownTarget: no such draft. ConfigError: it could not be tried. StoreError: the proof could not be kept.
        """
        office, draft = self._office, self._office.shelf.draft(name)
        if draft.problems:
            raise InvalidValue(f"{name} cannot be used as it is: {draft.problems[0]}")
        proven = await self._tried(draft, prove=True)
        report = proven.report
        if report.problems:
            bad = replace(draft, problems=report.problems)
            await self._keep(bad, caller, "lighting_draft_changed", instead_of=draft, check=False)
            raise InvalidValue(f"{name} cannot be used as it is: {report.problems[0]}")
        if report.base_config != office.site.config_hash:
            raise InvalidValue(
                "the site folder was changed since the controller loaded it, so the proof would be of another city: "
                "zhadao reload first, then prove again"
            )
        if office.shelf.drafts.get(name) != draft:
            raise InvalidValue(f"{name} was changed while it was tried: prove it again")
        proof = Proof(secrets.token_hex(6), caller.actor, office.clock.now(), report)
        said = {"draft": name, "proof": proof.id, "hash": draft.hash, "base": report.base}
        counted = {"blocking": len(report.blocking), "changed_lights": report.changed_lights}
        await office.evidence.before("lighting_proven", caller.actor, "", {**said, **counted})
        await office.keeper.keep_now(list(office.shelf.put_proof(proof)))
        office.shelf.has_proof(proof)
        office.rows = {proof.id: proven.rows}
        return proof_view(office, draft, proof)

    async def accept(self, name: str, caller: Caller, reason: str) -> ProofView:
        """This person's word that what blocks the draft is meant so. Both who publish have to give it.

        Raises:
            InvalidValue: nothing blocks, the proof does not hold, no reason is given, a machine asks.
            UnknownTarget: no such draft. StoreError: it could not be kept.
        """
        office, draft = self._office, self._office.shelf.draft(name)
        proof = office.shelf.proofs.get(name)
        if why := office.why_not(draft, proof):
            raise InvalidValue(why)
        assert proof is not None  # noqa: S101 - why_not would have said so
        if not caller.person:
            raise InvalidValue(f"{caller.actor} is a machine: a person accepts what blocks a draft")
        if not proof.report.blocking:
            raise InvalidValue(f"nothing blocks {name}; there is nothing to accept")
        if not reason.strip():
            raise InvalidValue("to accept what blocks needs a reason")
        word = Acceptance(caller.person, caller.actor, reason.strip(), office.clock.now())
        others = tuple(one for one in proof.accepted if one.person != caller.person)
        accepted = replace(proof, accepted=(*others, word))
        blocking = [one.text_en for one in proof.report.blocking]
        said = {"draft": name, "proof": proof.id, "person": caller.person, "reason": word.reason, "blocking": blocking}
        await office.evidence.before("lighting_accepted", caller.actor, "", said)
        await office.keeper.keep_now(list(office.shelf.put_proof(accepted)))
        office.shelf.has_proof(accepted)
        return proof_view(office, draft, accepted)

    async def publish(self, name: str, caller: Caller, *, reason: str, accept: str = "") -> ProposalView:
        """Propose to put a proven draft in force; a second, different person confirms. ``accept``: see ``accept``.

        Raises:
            InvalidValue: it cannot be published as it stands. UnknownTarget: no such draft.
            StoreError: the proposal could not be written down.
        """
        if self._proposals is None:
            raise InvalidValue("nobody can confirm here: this controller runs without proposals")
        if accept.strip():
            await self.accept(name, caller, accept)
        body = self._publication.body(name, caller, reason)
        await self._publication.prepare(name)
        return await self._proposals.propose(
            PUBLISH, body, caller, reason=reason, targets=(), right=Right.CONFIRM, of=OwnerClass.SCHEDULES
        )

    # -- in here ------------------------------------------------------------------------------------------------

    def _files_of(self, number: int) -> dict[str, str]:
        in_force = self._office.site.lighting_version
        if number == in_force.number:
            return dict(in_force.files)
        return self._office.shelf.files(number)

    async def _tried(self, draft: Draft, *, prove: bool) -> Proven:
        if self._office.at_once.locked():
            raise InvalidValue("another draft is being tried just now; ask again in a moment")
        async with self._office.at_once:
            return await self._office.prove(self._office.job(draft, prove=prove))

    async def _keep(
        self, draft: Draft, caller: Caller, kind: str, *, instead_of: Draft | None, check: bool = True
    ) -> DraftView:
        if check:
            try:
                problems = (await self._tried(draft, prove=False)).report.problems
            except ConfigError as error:
                problems = (str(error),)
            draft = replace(draft, problems=problems)
        if self._office.shelf.drafts.get(draft.name) is not instead_of:
            raise InvalidValue(f"somebody else changed {draft.name} meanwhile: look at it, then put it again")
        said: dict[str, Any] = {"draft": draft.name, "hash": draft.hash, "base": draft.base, "origin": draft.origin}
        await self._office.evidence.before(kind, caller.actor, "", {**said, "problems": len(draft.problems)})
        await self._office.keeper.keep_now(list(self._office.shelf.put_draft(draft)))
        self._office.shelf.has_draft(draft)
        return draft_view(self._office, draft)


def _bytes(name: str, text: str) -> int:
    try:
        return len(text.encode("utf-8"))
    except UnicodeEncodeError as cause:
        line = text.count("\n", 0, cause.start) + 1
        raise InvalidValue(f"{name}:{line}: half a character stands there; files are UTF-8 text") from cause


def _light_rows(site: Site, rows: bytes, scope: Scope, limit: int) -> builtins.list[LightProof]:
    wanted = frozenset(site.scopes.targets(scope))
    numbered = zip(lights_of(site.city), struct.iter_unpack(f"<{MEASURES}d", rows), strict=True)
    found = ((light.target, numbers) for light, numbers in numbered if light.target in wanted)
    return [LightProof(target, *(round(number, 3) for number in numbers)) for target, numbers in islice(found, limit)]
