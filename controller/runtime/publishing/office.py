"""What drafting and publishing share: the shelf, the site in force, the folder, and what still holds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.publishing.prover import Prove, prove_beside
from controller.runtime.publishing.proving import Job
from controller.runtime.publishing.records import Draft, Proof
from controller.runtime.publishing.shelf import Shelf
from controller.settings.overlay import form_refused
from controller.settings.site import Site
from schedules.astro import night_of

SOURCE, NOT_IN_FORCE, FOLDER_DIFFERS = "lighting", "published_not_in_force", "folder_differs"


@dataclass(slots=True)
class Office:
    """One controller's. ``config`` is the site's folder; None where it was not started from one."""

    site: Site
    clock: Clock
    keeper: Keeper
    evidence: Evidence
    alarms: AlarmBook
    shelf: Shelf = field(default_factory=Shelf)
    config: Path | None = None
    prove: Prove = prove_beside
    rows: dict[str, bytes] = field(default_factory=dict)
    """Every light's numbers by proof; in memory alone: whoever wants them after a restart proves anew."""
    at_once: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One process tries one draft at a time."""

    @property
    def in_force(self) -> int:
        """The number of the version that decides now."""
        return self.site.lighting_version.number

    def folder(self) -> Path:
        """The site's folder.

        Raises:
            InvalidValue: there is none.
        """
        if self.config is None:
            raise InvalidValue("this controller was not started from a site folder; there is nothing to draft from")
        return self.config

    def job(self, draft: Draft, *, prove: bool) -> Job:
        """What is to be tried of a draft: proven from tonight on, or only checked."""
        now = self.site.lighting_version
        tonight = night_of(self.clock.now(), self.site.lighting.tz)
        config = str(self.folder().absolute())
        return Job(draft.name, config, draft.files, now.number, now.files, now.over, tonight if prove else None)

    def why_not(self, draft: Draft, proof: Proof | None) -> str:
        """Why a proof does not hold; empty when it does."""
        if proof is None:
            return f"{draft.name} is not proven: zhadao schedule prove {draft.name}"
        if proof.report.draft_hash != draft.hash:
            return f"{draft.name} was changed since it was proven: zhadao schedule prove {draft.name}"
        if proof.report.base_config != self.site.config_hash:
            return (
                f"the configuration in force changed since {draft.name} was proven: zhadao schedule prove {draft.name}"
            )
        return ""

    def overtaken(self, draft: Draft) -> str:
        """Why a draft cannot take the place of what is in force; empty when it can."""
        if draft.base == self.in_force:
            return ""
        return (
            f"{draft.name} was made when version {draft.base} was in force; version {self.in_force} is now, and "
            f"publishing would undo it: make a new draft (zhadao schedule draft new NAME) and put the change into it"
        )

    def tell(self) -> None:
        """Alarms about which lighting is in force: nothing wins silently."""
        newest = self.shelf.newest
        if newest is not None and newest.number != self.in_force:
            text = (
                f"lighting version {newest.number} was published, the site folder's own lighting runs: the version "
                "does not fit the folder; zhadao check FOLDER --data DATA names why, put it right and zhadao reload / "
                f"已发布的照明方案第 {newest.number} 版与站点目录不符, 现执行目录内文件: 检查改正后 zhadao reload"
            )
            _, form = self.shelf.upgraded(newest)
            text = form_refused(newest.number, form) or text
            self.alarms.set(SOURCE, NOT_IN_FORCE, text, Priority.EMERGENCY)
        else:
            self.alarms.clear(SOURCE, NOT_IN_FORCE)
        en, zh = self.site.lighting_version.notice()
        if en:
            self.alarms.set(SOURCE, FOLDER_DIFFERS, f"{en} / {zh}", Priority.MEDIUM)
        else:
            self.alarms.clear(SOURCE, FOLDER_DIFFERS)
