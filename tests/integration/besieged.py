"""A city of two divisions behind its real API, with something of everything standing in the east, and its enemies.

Every text somebody wrote about the east carries a canary: it may never be read in the west.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from controller.api.limits import Limits
from controller.domain.quality import Quality
from controller.domain.rights import Grant, Role, Scope
from controller.runtime.clocks import ScaledClock
from controller.runtime.handling.views import HandlingFilter
from controller.store.journal_read import read
from controller.store.lines import Record
from tests.integration.real_api import OFTEN, RealApi, real_api

NOON = datetime(2026, 6, 21, 4, tzinfo=UTC)
WEST, EAST = "330106", "330102"
CANARY = "canary-of-the-east"
LAMP, TREES, FAR_LAMP = f"{EAST}-LC-0001/K1", f"{EAST}-LC-0001/K2", f"{EAST}-LC-0002/K1"
PS = f"{EAST}-PS-0001"
PUMP = f"{PS}/P1"
FAR_RAIN = f"{EAST}-RG-0001"
NEAR_LAMP, NEAR_TREES, NEAR_PS = f"{WEST}-LC-0001/K1", f"{WEST}-LC-0001/K2", f"{WEST}-PS-0001"
PASSWORD = "a heron stands in the reeds"  # noqa: S105 - of people who live as long as a test

_ROLES = (Role.DUTY_OFFICER, Role.LIGHTING_OPERATOR, Role.WATER_OPERATOR)
EVERYTHING = tuple(Grant(role) for role in Role)
OPERATING = tuple(Grant(role) for role in _ROLES)
WESTERN = tuple(Grant(role, Scope.parse(f"division:{WEST}")) for role in Role)
"""Every role there is, an administrator's too, in one division."""

FILES = {
    "site/divisions.yaml": f"""\
divisions:
  - {{code: {WEST}, name: 西湖区, name_en: Xihu, kind: district, centre: {{lat: 30.25, lon: 120.13}}}}
  - {{code: {EAST}, name: 上城区, name_en: Shangcheng, kind: district, centre: {{lat: 30.24, lon: 120.17}}}}
""",
    "site/endpoints.yaml": """\
endpoints:
  - {name: gw-1, url: modbus+tcp://127.0.0.1:20001}
  - {name: ua-1, url: opc.tcp://127.0.0.1:21001}
  - {name: gw-2, url: modbus+tcp://127.0.0.1:20002}
  - {name: ua-2, url: opc.tcp://127.0.0.1:21002}
""",
    "profiles/gauge-rain.yaml": """\
id: gauge-rain
title: Rain gauge
protocol: modbus
points:
  rain_mm_h: {table: input, address: 0, type: u16, scale: 0.1, unit: mm/h}
""",
    "site/assets/east.yaml": f"""\
cabinets:
  - id: {EAST}-LC-0001
    name: 望江路1号箱
    place: {{lat: 30.24, lon: 120.17}}
    wire: {{profile: cabinet, endpoint: gw-2, unit: 1}}
    circuits:
      - {{output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}}
      - {{output: K2, name: trees, program: landscape, lights: landscape, lamps: 4, lamp_w: 30}}
  - id: {EAST}-LC-0002
    name: 望江路2号箱
    place: {{lat: 30.24, lon: 120.17}}
    wire: {{profile: cabinet, endpoint: gw-2, unit: 2}}
    circuits:
      - {{output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}}
stations:
  - id: {PS}
    name: 三堡
    kind: drainage
    place: {{lat: 30.24, lon: 120.17}}
    wire: {{profile: station, endpoint: ua-2}}
    inner_levels: [inner_level_1_m, inner_level_2_m]
    outer_level: outer_level_m
    levels: {{start_m: 1.90, step_m: 0.10, span_m: 0.40, dry_run_m: 0.40}}
    gravity: {{gate: G2}}
    automatic: true
    units:
      - {{output: P1, pump: axial, flow_m3s: 10, power_kw: 500, rated_a: 34, gate: G1}}
    gates:
      - {{output: G1, role: discharge, travel_s: 30}}
      - {{output: G2, role: gravity, travel_s: 120}}
gauges:
  - id: {EAST}-LG-0001
    name: 望江
    kind: level
    place: {{lat: 30.24, lon: 120.17}}
    wire: {{profile: gauge, endpoint: gw-2, unit: 9}}
    warning: {{value_m: 2.70, datum: 吴淞, since: 2021-06-01}}
    guarantee: {{value_m: 3.20, datum: 吴淞, since: 2021-06-01}}
  - id: {EAST}-RG-0001
    name: 望江雨量站
    kind: rain
    place: {{lat: 30.24, lon: 120.17}}
    wire: {{profile: gauge-rain, endpoint: gw-2, unit: 10}}
""",
    "site/water/interlocks.yaml": f"""\
interlocks:
  - id: east-rack
    kind: permissive
    target: {PS}
    action: start
    condition: rack_head_m < 0.3
    on_bad: ask
    bypassable: true
    bypass_at_most: 2h
    text: {{zh: 拦污栅堵塞, en: the rack is blocked}}
    clear: {{zh: 清污, en: clean it}}
""",
    "site/lighting/wet-power.yaml": f"""\
flood_zones:
  - id: east-underpass
    name: {{zh: 望江路, en: Wangjiang Road}}
    datum: 吴淞
    gauges:
      - {{device: {EAST}-LG-0001, datum: 吴淞}}
      - {{device: {PS}, point: inner_level_1_m, datum: 吴淞}}
      - {{device: {PS}, point: inner_level_2_m, datum: 吴淞}}
    circuits:
      - {{circuit: {FAR_LAMP}, lowest_live_part: {{value_m: 4.30, datum: 吴淞, since: 2025-05-01}}}}
""",
}


@dataclass
class Shifted:
    """A source of seconds that can be pushed forward."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass
class City:
    """The served controller, and short ways to be somebody."""

    api: RealApi
    data: Path
    shifted: Shifted
    http: httpx.Client
    ids: dict[str, str] = field(default_factory=dict)
    _tokens: dict[tuple[str, tuple[Grant, ...]], str] = field(default_factory=dict)

    def token(self, name: str, *grants: Grant) -> str:
        """Somebody's token, the same one each time."""
        key = (name, grants)
        if key not in self._tokens:
            self._tokens[key] = self.api.token(name, *grants)
        return self._tokens[key]

    def ask(self, token: str, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One request under a token; none when it is empty."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.http.request(method, path if path.startswith("/") else f"/api/v1/{path}", headers=headers, **more)

    def officer(self, method: str, path: str, body: Any = None) -> Any:
        """By the city's duty officer, who may; the decoded answer."""
        answer = self.ask(self.token("chen", *OPERATING), method, path, body)
        assert answer.status_code in (200, 202, 204), f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def person(self, name: str, *grants: Grant, password: str = PASSWORD) -> None:
        """Somebody in the book, with a password."""

        async def made() -> None:
            people = self.api.assembly.people
            code = await people.desk.ensure(name, grants)
            session = await people.authority.sign_in(name, code.code, "127.0.0.9")
            await people.desk.set_password("", password, session.caller)

        self.api.run(made())

    def key(self, name: str, *grants: Grant) -> str:
        """A machine's key."""
        body = {"name": name, "grants": [{"role": g.role.value, "scope": str(g.scope)} for g in grants], "for_s": 3600}
        answer = self.ask(self.token("root", *EVERYTHING), "POST", "keys", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def skip(self, seconds: float) -> None:
        """So much later."""
        self.shifted.ahead_s += seconds
        self._read_anew()

    def journal(self, **about: Any) -> list[Record]:
        """What stands in the journal."""
        self.api.run(_settled())
        return list(read(self.data, **about))

    def standing(self) -> str:
        """Everything people and machines can set, as one text: two of them differ when anything was done."""
        desks = self.api.assembly.controller.desks
        root = self.api.assembly.people.known
        return json.dumps(
            {
                "leases": sorted(one.id + str(one.expires) for one in desks.leases.living()),
                "tags": sorted(one.id for one in desks.tags.list(None)),
                "proposals": sorted(one.id for one in desks.proposals.open()),
                "countersigns": sorted(one.id for one in desks.orders.to_countersign()),
                "states": sorted(one.id + str(one.expires) for one in desks.states.list()),
                "bypasses": sorted(one.id for one in desks.bypasses.list()),
                "handling": sorted(f"{one.id}{one.state}{len(one.steps)}" for one in desks.handling.list(_ALL)),
                "dispatch": sorted(
                    f"{one.number}{one.state}{len(one.steps)}" for one in desks.dispatch_orders.orders()
                ),
                "shift": repr(desks.shifts.show().now) + repr(desks.shifts.show().waits),
                "users": sorted(repr(user) for user in root.book.users()),
                "keys": sorted(repr(key) for key in root.book.api_keys()),
                "seen": sorted(a.id for a in self.api.assembly.controller.alarms() if a.acknowledged_by),
                "commands": len(self.api.assembly.controller.commands(None, 1000)),
            },
            indent=1,
        )

    def _read_anew(self) -> None:
        """Everything read before the time that passed is old: wait until it was read again."""
        table, clock = self.api.assembly.table, self.api.assembly.clock
        deadline_s = time.monotonic() + 20
        while any(
            block.complete and table.view(device, clock.monotonic()).read("control_switch").quality is not Quality.GOOD
            for device, block in table.devices().items()
            if "control_switch" in block.readings
        ):
            assert time.monotonic() < deadline_s, "the field was not read anew"
            time.sleep(0.02)

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The OpenAPI description, as served."""
        spec: Mapping[str, Any] = self.http.get("/openapi.json").json()
        return spec


_ALL = HandlingFilter(state="all")


async def _settled() -> None:
    """Lines written alongside are written by then."""
    await asyncio.sleep(0.3)


@contextlib.contextmanager
def city(folder: Path, limits: Limits = OFTEN, start: datetime = NOON) -> Iterator[City]:
    """The two divisions, served."""
    shifted = Shifted()
    clock = ScaledClock(start, source=shifted)
    with (
        real_api(folder, FILES, clock=clock, limits=limits) as api,
        httpx.Client(base_url=api.url, timeout=20) as http,
    ):
        made = City(api, folder / "data", shifted, http)
        deadline = time.monotonic() + 20
        while made.http.get("/api/v1/ready").status_code != 200:
            assert time.monotonic() < deadline, made.http.get("/api/v1/ready").text
            time.sleep(0.05)
        yield made


def settle_in(at: City) -> None:
    """Let something of everything stand in the east; ``ids`` names it by its path parameter."""
    ids, say = at.ids, {"reason": CANARY}
    order = {"targets": [TREES], "value": "on", "for_s": 3000, "request_id": "r-east"}
    lit = at.officer("POST", "orders", {**order, **say})
    ids["lease_id"], ids["request_id"] = lit["outcomes"][0]["lease_id"], "r-east"
    ids["tag_id"] = at.officer("POST", "tags", {"on": f"{PS}/G1", "ticket": CANARY, **say})["tag"]["id"]
    at.officer("POST", "stops", {"target": PUMP, **say})
    ids["proposal_id"] = at.officer("POST", "stops/return", {"target": PUMP, **say})["id"]
    written = {"target": PS, "value": "hold", "unit": CANARY, **say}
    ids["order_number"] = at.officer("POST", "dispatch-orders", written)["number"]
    opened = at.officer("POST", "handling", {"about": LAMP, "urgency": "ordinary", "text": CANARY, "assignee": CANARY})
    ids["handling_id"] = opened["handling"]["id"]
    bypass = {"interlock": "east-rack", "target": PS, "for_s": 3600, **say}
    proposed = at.officer("POST", "bypasses", bypass)
    second = at.token("fang", *OPERATING)
    confirmed = at.ask(second, "POST", f"proposals/{proposed['id']}/confirm")
    assert confirmed.status_code == 200, confirmed.text
    ids["bypass_id"] = at.officer("GET", "bypasses")[0]["id"]
    declared = {"discipline": "water", "scope": f"division:{EAST}", "state": "event", "reason": "known to everybody"}
    ids["declaration_id"] = at.officer("POST", "states", declared)["id"]
    alarms = at.officer("GET", "alarms")
    ids["alarm_id"] = next(one["id"] for one in alarms if EAST in one["source"])
