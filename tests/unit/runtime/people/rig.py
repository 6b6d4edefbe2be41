"""The real people of a small city, kept in memory: for tests of everything that asks who is calling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from argon2 import PasswordHasher

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass
from controller.domain.places import Place
from controller.domain.rights import Caller, Grant, Role, Scope
from controller.runtime.authority import Session
from controller.runtime.people.hashing import Hasher
from controller.runtime.people.house import People
from controller.runtime.people.records import User
from controller.settings.access import AccessSettings
from controller.settings.site import Site
from controller.settings.targets import cabinet_targets
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState
from tests.unit.logic.water_rig import PS, station
from tests.unit.runtime.core_field import small_site

WEST, EAST = "330106", "330102"
LAMP, TREES = f"{WEST}-LC-0001/K1", f"{WEST}-LC-0001/K2"
FAR_LAMP = f"{EAST}-LC-0001/K1"
PUMP, GATE = f"{PS}/P1", f"{PS}/G1"
GAUGE = f"{WEST}-LG-0001"
STREET = f"{WEST}/北山街道"
KEY = b"k" * 32

OPERATING = (Grant(Role.DUTY_OFFICER), Grant(Role.LIGHTING_OPERATOR), Grant(Role.WATER_OPERATOR))
ADMIN = Grant(Role.ADMINISTRATOR)


def fast() -> Hasher:
    """Argon2 that takes no time: how strong it is, is not what these tests are about."""
    return Hasher(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def division(code: str, role: Role = Role.LIGHTING_OPERATOR) -> Grant:
    """A role in one division."""
    return Grant(role, Scope.parse(f"division:{code}"))


def cabinet(name: str, code: str, street: str) -> Cabinet:
    circuits = (
        Circuit(f"{name}/K1", "K1", "road", LightClass.ROAD, "p", 8, 1200.0),
        Circuit(f"{name}/K2", "K2", "trees", LightClass.LANDSCAPE, "p", 4, 120.0),
    )
    return Cabinet(name, name, code, Place(30.25, 120.13), Grade.FIRST, circuits, street)


def city_site(access: AccessSettings | None = None) -> Site:
    """Cabinets in two divisions, a station and a gauge."""
    base = small_site(station())
    cabinets = [
        cabinet(f"{WEST}-LC-0001", WEST, "北山街道"),
        cabinet(f"{WEST}-LC-0003", WEST, "灵隐街道"),
        cabinet(f"{EAST}-LC-0001", EAST, ""),
    ]
    targets = {target.id: target for one in cabinets for target in cabinet_targets(one)}
    stations = {name: replace(one, division=EAST) for name, one in base.city.stations.items()}
    gauge = Gauge(GAUGE, "gauge", WEST, Place(30.25, 120.13), GaugeKind.LEVEL)
    city = City({one.id: one for one in cabinets}, {}, stations, {GAUGE: gauge}, {**base.city.targets, **targets})
    groups = {"迎宾路线": (TREES, FAR_LAMP.partition("/")[0])}
    return replace(base, city=city, access=access or AccessSettings(groups=groups))


@dataclass
class Memory:
    """The state store's records, and whether it can be written."""

    records: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    broken: bool = False

    async def apply(self, changes: Sequence[Change]) -> None:
        if self.broken:
            raise StoreError("disk full")
        for change in changes:
            self.now(change)

    def now(self, change: Change) -> None:
        if isinstance(change, PutRecord):
            self.records.setdefault(change.kind, {})[change.id] = change.body
        elif isinstance(change, DropRecord):
            self.records.get(change.kind, {}).pop(change.id, None)


@dataclass
class Lines:
    """A journal in memory, and whether it can be written."""

    written: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    broken: bool = False

    async def before(self, kind: str, actor: str, _target: str, data: Mapping[str, Any]) -> None:
        if self.broken:
            raise StoreError("disk full")
        self.written.append((kind, actor, data))

    async def before_automation(self, kind: str, actor: str, _target: str, data: Mapping[str, Any]) -> None:
        if not self.broken:
            self.written.append((kind, actor, data))

    async def void(self, kind: str, caller: Caller, _target: str, data: Mapping[str, Any]) -> None:
        self.written.append((f"{kind}_void", caller.actor, data))

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.written]


class Folk:
    """People, and short ways to have somebody signed in."""

    def __init__(self, clock: Clock, site: Site | None = None, memory: Memory | None = None) -> None:
        self.clock, self.site = clock, site or city_site()
        self.memory, self.lines = memory or Memory(), Lines()
        self.people = People(
            self.site,
            clock,
            key=KEY,
            state=self.memory,
            stored=StoredState((), {}, {}, {}, {kind: dict(kept) for kind, kept in self.memory.records.items()}),
            evidence=self.lines,
            keep=self.memory.now,
            hasher=fast(),
        )
        self.people.restore()
        self.authority, self.desk, self.known = self.people.authority, self.people.desk, self.people.known

    def restarted(self, site: Site | None = None) -> Folk:
        """The next process: only what was kept is known."""
        return Folk(self.clock, site or self.site, self.memory)

    def add(self, name: str, *grants: Grant, **more: Any) -> User:
        """Somebody is in the book, without anybody having asked for it."""
        user = User(name, grants=grants, **more)
        self.known.book.put(user)
        self.memory.now(user.record())
        return user

    def signed_in(self, name: str = "operator", *grants: Grant) -> Session:
        """Somebody is signed in; with every operating role unless told otherwise (``stranger``: none)."""
        user = self.known.book.user(name)
        given = grants or (user.grants if user else () if name == "stranger" else OPERATING)
        if user is None:
            self.add(name, *given)
        session, changes = self.known.sessions.open(name, given)
        for change in changes:
            self.memory.now(change)
        return session

    def token(self, name: str = "operator", *grants: Grant) -> str:
        """The access token of somebody signed in."""
        return self.signed_in(name, *grants).token

    def caller(self, name: str = "operator", *grants: Grant) -> Caller:
        """Who acts, for a desk."""
        return self.signed_in(name, *grants).caller

    async def with_password(self, name: str, password: str, *grants: Grant) -> User:
        """Somebody with a password."""
        return self.add(name, *grants, password=await self.known.hasher.hash(password))

    def local(self) -> str:
        """The token of the local command line, with every role."""
        self.known.local_grants = tuple(Grant(role) for role in Role)
        return self.authority.local_token()
