"""Everything about publishing lighting, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.rights import SELF
from controller.runtime.alarms import AlarmBook
from controller.runtime.evidence import VOID, Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.publishing.desk import DraftDesk
from controller.runtime.publishing.office import Office
from controller.runtime.publishing.publish import PUBLISHED, Publication, Swap
from controller.runtime.two_persons import Proposals
from controller.settings.overlay import Overlay
from controller.settings.site import Site
from controller.store.lines import Record
from controller.store.state import StoredState

WHY = "the controller ended before this was kept: it was not published"


class Publishing:
    """One controller's drafts and versions. ``swapping`` is held by whoever swaps a configuration."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        proposals: Proposals,
    ) -> None:
        self.swapping = asyncio.Lock()
        self.office = Office(site, clock, keeper, evidence, alarms)
        self._publication = Publication(self.office, self.swapping)
        self.desk = DraftDesk(self.office, self._publication)
        self.desk.propose_to(proposals)

    def restore(self, stored: StoredState) -> None:
        """Take up what was kept, and say so when it is not what runs."""
        self.office.shelf.restore(stored.records)
        self.office.tell()

    async def take_back(self, tail: Sequence[Record]) -> None:
        """The journal's last lines may tell of a publication the state never kept: it was not done."""
        newest = self.office.shelf.newest
        number = 0 if newest is None else newest.number
        told = {line.data.get("proposal") for line in tail if line.kind == f"{PUBLISHED}{VOID}"}
        for line in tail:
            version = line.data.get("version")
            proposal = line.data.get("proposal")
            if line.kind == PUBLISHED and isinstance(version, int) and version > number and proposal not in told:
                said = {"proposal": proposal, "version": version, "line": line.seq, "why": WHY}
                await self.office.evidence.void(PUBLISHED, SELF, "", said)

    def begin(self, config: Path | None, swap: Swap) -> None:
        """The site's folder, and how a site takes the place of the running one."""
        self.office.config = config
        self._publication.swap_by(swap)

    def adopt(self, site: Site) -> None:
        """The site was swapped: by a reload, or by a publication."""
        self.office.site = site
        self.office.tell()

    def overlay(self) -> Overlay | None:
        """What is laid over the site folder at a reload."""
        return self.office.shelf.overlay()
