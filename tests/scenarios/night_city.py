"""A small city with a folder of its own: real files, real sockets, its lighting drafted and published in virtual time.

Ten cabinets of 西湖区 and 拱墅区. The folder knows where the simulated field really listens, so that a published
version, which is loaded from the folder, finds the same devices.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from controller.assembly import Assembly
from controller.domain.rights import Caller
from controller.logic.switch_progress import Stage
from controller.runtime.clocks import ScaledClock
from controller.runtime.publishing.prover import Proven
from controller.runtime.publishing.proving import Job, tried
from controller.runtime.publishing.startup import load_in_force
from controller.runtime.switching.views import LiveCount, SwitchPreview, Throw
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.settings.load import load_site
from controller.store.store import Store
from hil.field import Field
from hil.plants.events import Motion
from hil.world import World
from tests.scenarios.city import CONFIG, RunningCity, running_field

WEST = tuple(f"330106-LC-{n:04d}" for n in range(1, 9))
NORTH = ("330105-LC-0001", "330105-LC-0002")
MAIN, HALF, TREES = "K1", "K2", "K3"
FACADES = tuple(f"{device}/{TREES}" for device in NORTH)
"""The members of the scene."""
NIGHTS = 3
GATEWAYS = {1: 1, 2: 1, 3: 1, 4: 1, 5: 2, 6: 3, 7: 3, 8: 3}
"""The fifth cabinet of the west is alone behind its gateway."""


def _cabinet(device: str, road: str, endpoint: str, unit: int) -> str:
    return f"""\
  - id: {device}
    name: {road}{unit}号箱
    road: {road}
    place: {{lat: 30.25, lon: 120.13}}
    wire: {{profile: cabinet-8, endpoint: {endpoint}, unit: {unit}}}
    circuits:
      - {{output: K1, name: main, program: all-night, lamps: 10, lamp_w: 100}}
      - {{output: K2, name: side, program: half-night, lamps: 10, lamp_w: 50}}
      - {{output: K3, name: trees, program: landscape, lights: landscape, lamps: 10, lamp_w: 20}}
"""


FILES = {
    "site.yaml": "name: Night\ntimezone: Asia/Shanghai\nbackups: {every: never}\n"
    "timing: {poll_normal_s: 30, poll_slow_s: 120, lighting_cycle_s: 5, water_cycle_s: 300, spread_s: 4}\n",
    "divisions.yaml": "divisions:\n"
    "  - {code: 330106, name: 西湖区, name_en: Xihu, kind: district, centre: {lat: 30.25, lon: 120.13}}\n"
    "  - {code: 330105, name: 拱墅区, name_en: Gongshu, kind: district, centre: {lat: 30.25, lon: 120.13}}\n",
    "assets/west.yaml": "cabinets:\n"
    + "".join(_cabinet(d, "文三路", f"gw-{GATEWAYS[n]}", n) for n, d in enumerate(WEST, 1)),
    "assets/north.yaml": "cabinets:\n" + "".join(_cabinet(d, "丽水路", "gw-4", n) for n, d in enumerate(NORTH, 1)),
    "lighting/programs.yaml": """\
programs:
  - id: all-night
    title: {zh: 全夜灯, en: All night}
    edges: {sunset: on, sunrise: off}
  - id: half-night
    title: {zh: 半夜灯, en: Half night}
    edges: {sunset: on, sunrise: off}
    savings: [{from: 23:30, until: 05:00, level: off}]
  - id: landscape
    title: {zh: 景观, en: Landscape}
    edges: {dusk: on, 21:00: off}
""",
    "lighting/scenes.yaml": """\
scenes:
  - id: canal
    title: {zh: 运河立面, en: Canal façades}
    members: [road:丽水路]
    hard_end: "23:30"
    steps: [{at: dusk, name: {zh: 亮灯, en: Lights on}, level: on}]
    nights: [{name: {zh: 平日夜, en: ordinary night}, curfew: "23:00"}]
""",
    "lighting/switching.yaml": "switching: {staging: {least_kw_per_s: 50}, proof: {steady: 15s}}\n",
    "states.yaml": """\
states:
  - {state: ordinary, title: {zh: 日常, en: ordinary}}
  - state: flood_iii
    title: {zh: 防汛Ⅲ级应急响应, en: flood response III}
    response: 3
    slots: [emergency_order]
    lighting: {savings: suspended, landscape: dark}
""",
}


def person(name: str) -> Caller:
    """Somebody signed in under their own name."""
    return Caller(name, person=name, session=f"S-{name}")


def written(folder: Path) -> Path:
    """The folder of the site, before its field has addresses."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    profile = (CONFIG.parent / "profiles" / "cabinet-8.yaml").read_text(encoding="utf-8")
    head, points = profile.split("\ntimetable:")[0], profile.split("\npoints:")[1]
    (folder / "profiles").mkdir()  # its cabinets take no downloads: the night is not about their tables
    (folder / "profiles" / "cabinet-8.yaml").write_text(f"{head}\npoints:{points}", encoding="utf-8")
    _wired(folder, {f"gw-{n}": f"modbus+tcp://127.0.0.1:{20000 + n}" for n in range(1, 5)})
    return folder


def _wired(folder: Path, urls: dict[str, str]) -> None:
    endpoints = [{"name": name, "url": url} for name, url in urls.items()]
    (folder / "endpoints.yaml").write_text(yaml.safe_dump({"endpoints": endpoints}), encoding="utf-8")


@contextlib.asynccontextmanager
async def night_field(folder: Path, start: datetime) -> AsyncIterator[tuple[ScaledClock, Field]]:
    """The field alone; the folder is told where it listens."""
    config = written(folder)
    async with running_field(load_site(config), start, world=World(), step_s=30.0) as (clock, field, here):
        _wired(config, {endpoint.name: endpoint.url for endpoint in here.endpoints})
        yield clock, field


@dataclass(slots=True)
class NightCity(RunningCity):
    """The controller over that field, and its people."""

    config: Path

    async def look(self, who: str, scope: str, action: str, for_s: float, **said: str) -> SwitchPreview:
        """Aim the landscape knife, unless another is said."""
        knife, slot = said.pop("knife", "landscape"), said.pop("slot", "district_manual")
        switch = self.controller.desks.switching
        throw = Throw(scope=scope, action=action, for_s=for_s, reason="a festival", knife=knife, slot=slot)
        return await switch.select(switch.aim(scope, knife), throw, person(who))

    async def throw(self, who: str, scope: str, action: str, for_s: float, **said: str) -> str:
        """Throw it; confirmed by a colleague, for all of these take two. The request's id."""
        seen = await self.look(who, scope, action, for_s, **said)
        came = await self.controller.desks.orders.operate(seen.preview.token, person(who))
        assert isinstance(came, ProposalView), came
        await self.confirmed(came.id)
        return seen.preview.request_id

    async def confirmed(self, proposal: str) -> Receipt:
        """A colleague's word."""
        return await self.controller.desks.proposals.confirm(proposal, person("zhou"))

    def count(self, request: str) -> LiveCount:
        """How a throw stands."""
        return self.controller.desks.switching.thrown(request)

    async def stands(self, request: str, within_s: float = 60.0, **stages: int) -> LiveCount:
        """Wait until exactly so many of its lights stand in each stage."""
        wanted = {Stage[name.upper()]: number for name, number in stages.items()}
        try:
            await self.until(lambda: dict(self.count(request).stages) == wanted, within_s)
        except AssertionError as late:
            raise AssertionError(f"{self.count(request)} is not {wanted}") from late
        return self.count(request)

    async def published(self, name: str, *, old: str = "", new: str = "", version: int | None = None) -> None:
        """A draft with one passage replaced, or of an earlier version: proven, then put in force by two people."""
        desk, li = self.controller.desks.drafts, person("li")
        await desk.new(name, li, source="in_force" if version is None else "version", version=version)
        if old:
            text = desk.files(name).files["programs.yaml"]
            assert text.count(old) == 1
            assert not (await desk.put(name, li, {"programs.yaml": text.replace(old, new)})).problems
        await desk.prove(name, li)
        (outcome,) = (await self.confirmed((await desk.publish(name, li, reason="trying")).id)).outcomes
        assert outcome.accepted, outcome.text

    def closed(self, output: str, devices: tuple[str, ...] = WEST) -> set[str]:
        """Where the main contacts are closed in truth."""
        return {device for device in devices if self.field.cabinet(device).circuits[output].closed}

    def moved(self, since: datetime) -> list[tuple[str, str, object]]:
        """How contactors really moved since then: device, output, and whether it closed."""
        moves = (event for event in self.field.events() if event.motion is Motion.CONTACTOR and event.at >= since)
        return [(event.device, event.output, event.value) for event in moves]


async def here(job: Job) -> Proven:
    """What the proving process runs, over a few nights, in this one: virtual time knows no other."""
    return Proven(*tried(replace(job, nights=NIGHTS)))


@contextlib.asynccontextmanager
async def night_city(clock: ScaledClock, field: Field, config: Path, data: Path) -> AsyncIterator[NightCity]:
    """Started as ``zhadao run`` starts: what was published is laid over the folder. The field lives on after it."""
    site = load_in_force(config, data)
    store = Store.open(data)
    try:
        assembly = Assembly(site, clock, store)
        assembly.publishing.office.prove = here
        async with assembly.running(config) as controller:
            yield NightCity(clock, site, field, assembly, controller, config)
    finally:
        await store.close()
