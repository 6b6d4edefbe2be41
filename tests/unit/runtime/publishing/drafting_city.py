"""A running controller with a site folder, whose drafts are tried in this process: virtual time knows no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.controller import Controller
from controller.runtime.publishing.desk import DraftDesk
from controller.runtime.publishing.prover import Proven
from controller.runtime.publishing.proving import Job, tried
from controller.runtime.publishing.startup import load_in_force
from controller.runtime.views import TargetOutcome
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK, SoftField, person
from tests.unit.settings.small_site import write_site

HALF = """\
  - id: all-night
    title: {zh: 全夜灯, en: All night}
    edges: {sunset: on, sunrise: off}
    savings: [{from: 23:30, until: 05:00, level: off}]
"""
WHOLE = """\
  - id: all-night
    title: {zh: 全夜灯, en: All night}
    edges: {sunset: on, sunrise: off}
"""
NIGHTS = 40
LIN, WANG = person("lin"), person("wang")


async def here(job: Job) -> Proven:
    """The very function the process runs, over fewer nights."""
    return Proven(*tried(replace(job, nights=NIGHTS)))


@dataclass
class DraftingCity:
    """The controller, its folder and its drafts."""

    assembly: Assembly
    controller: Controller
    clock: ScaledClock
    config: Path
    field: SoftField

    @property
    def desk(self) -> DraftDesk:
        return self.controller.desks.drafts

    def text(self, name: str = "programs.yaml") -> str:
        """A file in force."""
        return self.assembly.site.lighting_version.files[name]

    async def drafted(self, name: str, old: str, new: str, caller: Caller = LIN) -> None:
        """A draft of what is in force with one passage replaced, proven."""
        await self.desk.new(name, caller)
        assert self.text().count(old) == 1
        view = await self.desk.put(name, caller, {"programs.yaml": self.text().replace(old, new)})
        assert view.problems == ()
        await self.desk.prove(name, caller)

    async def published(self, name: str, first: Caller = LIN, second: Caller = WANG) -> TargetOutcome:
        """Proposed by one, confirmed by the other."""
        proposal = await self.desk.publish(name, first, reason="trying")
        return await self.confirmed(proposal.id, second)

    async def confirmed(self, proposal: str, second: Caller = WANG) -> TargetOutcome:
        (outcome,) = (await self.controller.desks.proposals.confirm(proposal, second)).outcomes
        return outcome

    def alarm(self, condition: str) -> bool:
        """Whether an alarm about lighting versions stands."""
        standing = (one for one in self.controller.alarms() if one.state in ("UNACK", "ACKED"))
        return any(one.id == f"lighting:{condition}" for one in standing)


@contextlib.asynccontextmanager
async def drafting_city(tmp_path: Path, *, write: bool = True) -> AsyncIterator[DraftingCity]:
    """Started as ``zhadao run`` starts: what was published is laid over the folder. The same path: a restart."""
    config, data = tmp_path / "config" / "site", tmp_path / "data"
    if write and not config.exists():
        write_site(tmp_path / "config")
    clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
    with SoftField().wired() as field:
        site = load_in_force(config, data)
        store = Store.open(data)
        try:
            assembly = Assembly(site, clock, store)
            assembly.publishing.office.prove = here
            async with assembly.running(config) as controller:
                yield DraftingCity(assembly, controller, clock, config, field)
        finally:
            await store.close()
