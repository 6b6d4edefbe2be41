"""A night of trial: the real controller over the trial polder of ``tests.peers``, on real sockets in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from controller.assembly import Assembly
from controller.domain.command import Cause
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.controller import Controller
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import AlarmView, Order, TargetOutcome
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from tests.peers.polder_world import MODBUS, POLDER, PROFILE, PolderWorld, Served, served
from tests.scenarios.city import LOCAL, _servers_follow
from tests.scenarios.stepping import SteppedClock

__all__ = ["LOCAL", "Night", "night", "polder_site"]


ELBOW_OVER_MODBUS = {
    "assets/water.yaml": (
        "wire: {profile: station-opcua, endpoint: ua-elbow}",
        f"wire: {{profile: station-modbus, endpoint: {MODBUS}, unit: 1}}",
    ),
    "endpoints.yaml": ("{name: ua-elbow, url: opc.tcp://", f"{{name: {MODBUS}, url: modbus+tcp://"),
}


@lru_cache
def polder_site(*, modbus: bool = False) -> Site:
    """The trial polder's own configuration, read once as any site's is; ``modbus``: its elbow over Modbus."""
    with TemporaryDirectory() as folder:
        copytree(POLDER, Path(folder) / "site")
        for name, (opcua, instead) in ELBOW_OVER_MODBUS.items() if modbus else ():
            file = Path(folder) / "site" / name
            text = file.read_text(encoding="utf-8")
            assert opcua in text
            file.write_text(text.replace(opcua, instead), encoding="utf-8")
        copytree(PROFILE.parent, Path(folder) / "profiles")
        return load_site(Path(folder) / "site")


@dataclass(slots=True)
class Night:
    """What a trial works with: the truth, and what people have in their hands."""

    world: PolderWorld
    site: Served
    clock: ScaledClock
    data: Path
    assembly: Assembly
    controller: Controller

    async def until(
        self, condition: Callable[[], bool], within_s: float, what: str = "", every_s: float = 2.0
    ) -> float:
        """Let time pass until it holds; how long that took (s). Fails when it does not in time."""
        begun_s = self.clock.monotonic()
        while not condition():
            waited_s = self.clock.monotonic() - begun_s
            assert waited_s < within_s, f"did not happen within {within_s:g} s: {what}\n{self.told()}"
            await self.clock.sleep(every_s)
        return self.clock.monotonic() - begun_s

    async def passes(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    async def order(
        self, target: str, value: str, *, for_s: float = 7200.0, slot: str = "district_manual", who: str = "shen"
    ) -> TargetOutcome:
        """A person's order, selected and confirmed by a colleague where that is asked; what became of it."""
        order = Order((target,), value, for_s, "said by the trial", slot)
        caller, desks = Caller(who, person=who, session=f"s-{who}"), self.controller.desks
        receipt = await desks.orders.order(order, caller)
        if receipt.outcomes[0].cause != Cause.NOT_SELECTED:
            return receipt.outcomes[0]
        answer = await desks.orders.operate((await desks.orders.select(order, caller)).token, caller)
        if isinstance(answer, ProposalView):
            answer = await desks.proposals.confirm(answer.id, Caller("a colleague", person="a colleague"))
        return answer.outcomes[0]

    async def reset(self, target: str) -> None:
        receipt = await self.controller.reset(target, Caller("gu", person="gu"), "looked at it")
        assert receipt.outcomes[0].accepted, receipt

    def alarms(self) -> dict[str, AlarmView]:
        """The alarms that stand, by condition."""
        return {alarm.condition: alarm for alarm in self.controller.alarms() if alarm.cleared is None}

    def sources(self, kind: str) -> set[str]:
        """Whose alarms of this kind stand."""
        return {a.source for a in self.controller.alarms() if a.cleared is None and a.condition.split(":")[-1] == kind}

    def why(self, target: str) -> str:
        """What a person asking about the target reads, whole."""
        shown = self.controller.explain(target)
        return "\n".join((shown.text_en, shown.text_zh, shown.phase, shown.winner.reason))

    def told(self) -> str:
        """Where things stand, for a failure's text."""
        world = self.world
        levels = f"south {world.south.level_m:.2f}, low {world.low.level_m:.2f}, outside {world.tide(world.at):.2f}"
        lines = [f"{world.at:%H:%M:%S} {levels}"]
        for name, station in world.stations.items():
            gates = {gate.name: round(gate.percent) for gate in station.gates.values()}
            lines.append(
                f"{name} {station.mode} {sorted(station.running)} {gates}: {self.controller.explain(name).phase}"
            )
            lines += [f"   {name}/{one}: {self.controller.explain(f'{name}/{one}').phase}" for one in station.gates]
            lines += [f"   {name}/{one}: {self.controller.explain(f'{name}/{one}').phase}" for one in station.pumps]
        lines += [f"! {alarm.condition} {alarm.source}: {alarm.text}" for alarm in self.alarms().values()]
        return "\n".join(lines)


@contextlib.asynccontextmanager
async def _controlled(
    at: Served, clock: ScaledClock, data: Path, *, modbus: bool
) -> AsyncIterator[tuple[Assembly, Controller]]:
    store = Store.open(data)
    try:
        site = polder_site(modbus=modbus)
        urls = {one.name: at.urls[one.name] for one in site.endpoints}
        assembly = Assembly(site.with_urls(urls), clock, store)
        async with assembly.running() as controller:
            yield assembly, controller
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def watched(world: PolderWorld, data: Path) -> AsyncIterator[tuple[Served, SteppedClock]]:
    """The polder alone, for trials whose controller comes and goes. Its wall clock can be set: the polder's goes on."""
    time = asyncio.get_running_loop().time
    _servers_follow(time)
    clock = SteppedClock(world.begins, source=time)
    async with served(world) as at:
        yield at, clock


@contextlib.asynccontextmanager
async def controlled(
    world: PolderWorld, at: Served, clock: ScaledClock, data: Path, *, modbus: bool = False
) -> AsyncIterator[Night]:
    async with _controlled(at, clock, data, modbus=modbus) as (assembly, controller):
        trial = Night(world, at, clock, data, assembly, controller)
        await trial.until(lambda: controller.health().ready, 60.0, "the first read")
        yield trial


@contextlib.asynccontextmanager
async def night(world: PolderWorld, data: Path) -> AsyncIterator[Night]:
    """Polder and controller from the world's begin; nothing that must never happen has happened when it ends."""
    try:
        async with watched(world, data) as (at, clock), controlled(world, at, clock, data) as trial:
            yield trial
    except BaseExceptionGroup as group:
        # What a trial says of itself is what its reader wants, not the tasks it went through on its way out.
        said, rest = group.split(AssertionError)
        while isinstance(said, BaseExceptionGroup):
            said = said.exceptions[0]
        raise (group if said is None or rest is not None else said) from None
    assert not world.broken, world.broken


def evening(hour: int, minute: int = 0) -> datetime:
    """A moment of the night of trials. High water at 17:43 and 06:07, low at 11:32 and 23:56."""
    return datetime(2026, 6, 22, hour, minute, tzinfo=LOCAL)
