"""A controller in memory: the facade's contract with two assets, for tests of its callers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace

from controller.api import examples, examples_acts, examples_plans
from controller.domain.clock import Clock
from controller.domain.drill import DrillMark
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.intents import TargetKind, parse_intent
from controller.domain.rights import Caller
from controller.runtime import views
from controller.runtime.alarming.listing import AlarmFilter
from controller.runtime.clocks import RealClock
from controller.runtime.leases.views import LeaseView
from controller.runtime.lighting_plans.views import PlannedNight
from controller.runtime.stream import ChangeStream
from controller.runtime.traffic.health import EndpointView
from controller.runtime.two_persons import ProposalView

ASSET = "330106-LC-0001"
TARGET = "330106-LC-0001/K1"


@dataclass
class FakeController:
    """Holds what was asked of it, and answers with the worked examples."""

    clock: Clock = field(default_factory=RealClock)
    drill: DrillMark | None = None
    alive: bool = True
    ready: bool = True
    journal_ok: bool = True
    reload_applies: bool = True
    held_by: str = ""
    state_of_command: str = "CONFIRMED"
    orders: list[tuple[views.Order, str]] = field(default_factory=list)
    released: list[tuple[str, str, str]] = field(default_factory=list)
    resets: list[tuple[str, str, str]] = field(default_factory=list)
    cause_stands: bool = False
    acknowledged_by: str = ""
    reloaded_by: list[str] = field(default_factory=list)
    overviews: int = 0
    clients_gone: list[str] = field(default_factory=list)
    desks: SimpleNamespace = field(init=False)
    stream: ChangeStream = field(init=False)

    def __post_init__(self) -> None:
        self.stream = ChangeStream(self.clock)
        self.desks = SimpleNamespace(
            orders=SimpleNamespace(client_gone=self.clients_gone.append),
            leases=SimpleNamespace(lease=self._lease),
            alarms=SimpleNamespace(list=self._listed, subject=self._subject),
            undertakings=SimpleNamespace(targets=self._targets),
            proposals=SimpleNamespace(get=self._proposal),
            lighting_plans=SimpleNamespace(lights=self._lights, nights=self._nights),
        )

    def health(self) -> views.Health:
        base = examples.HEALTH if self.ready else examples.NOT_READY
        return replace(base, alive=self.alive)

    def overview(self) -> views.Overview:
        self.overviews += 1
        return replace(examples.OVERVIEW, now=self.clock.now(), speed=self.clock.speed, ready=self.ready)

    def endpoints(self) -> list[EndpointView]:
        return [examples.WIRE]

    def assets(self, kind: str | None = None, division: str | None = None) -> list[views.AssetView]:
        asset = examples.ASSET
        fits = kind in (None, asset.kind) and division in (None, asset.division)
        return [asset] if fits else []

    def asset(self, asset_id: str) -> views.AssetView:
        if asset_id != ASSET:
            raise UnknownTarget(f"{asset_id} is no asset of this site")
        return examples.ASSET

    def points(self, device: str) -> list[views.PointView]:
        self.asset(device)
        return [examples.POINT]

    def qualities(self) -> Iterator[Mapping[str, int]]:
        yield {"GOOD": 1, "UNCERTAIN": 0, "BAD": 0}
        yield {"GOOD": 0, "UNCERTAIN": 1, "BAD": 2}

    def explain(self, target: str) -> views.Explanation:
        self._known(target)
        winner = examples.WINNER
        if not self.orders:
            winner = examples.MASKED
        if self.held_by:
            winner = replace(examples.WINNER, owner=self.held_by, lease_id="L-other", slot=3, name="emergency_order")
        agrees = {"CONFIRMED": True, "MISMATCH": False}.get(self.state_of_command)
        return replace(examples.EXPLANATION, winner=winner, agrees=agrees)

    def _known(self, target: str) -> None:
        if target != TARGET:
            raise UnknownTarget(f"{target} is no target of this site")

    async def order(self, order: views.Order, caller: Caller) -> views.Receipt:
        self.orders.append((order, caller.actor))
        if not self.journal_ok:
            raise StoreError("the journal cannot be written: disk full; make room")
        return views.Receipt(order.request_id, tuple(self._taken(target, order) for target in order.targets))

    def _taken(self, target: str, order: views.Order) -> views.TargetOutcome:
        if target != TARGET:
            return views.TargetOutcome(target, False, "UNKNOWN_TARGET", "no such target", None, None)
        if order.for_s > 43_200:
            return views.TargetOutcome(target, False, "OUT_OF_RANGE", "at most 12 h here", None, None)
        parse_intent(TargetKind.CIRCUIT, order.value)
        lease = examples.WINNER.lease_id
        return views.TargetOutcome(target, True, "", "", lease, self.clock.now() + timedelta(seconds=order.for_s))

    async def release(self, lease_id: str, caller: Caller, reason: str = "") -> views.Receipt:
        if lease_id != examples.WINNER.lease_id:
            raise UnknownTarget(f"{lease_id} is no lease that lives")
        self.released.append((lease_id, caller.actor, reason))
        return views.Receipt("", (views.TargetOutcome(TARGET, True, "", "released", None, None),))

    def _lease(self, lease_id: str) -> LeaseView:
        if lease_id != examples.LEASE:
            raise UnknownTarget(f"{lease_id} is no lease that lives")
        return examples_acts.LEASE_VIEW

    def _listed(self, wanted: AlarmFilter) -> list[views.AlarmView]:
        return [alarm for alarm in self.alarms() if wanted.sees is None or wanted.sees(alarm.source)]

    def _subject(self, alarm_id: str) -> str:
        if alarm_id != examples.ALARM.id:
            raise UnknownTarget(f"{alarm_id} is no standing alarm")
        return examples.ALARM.source

    def _targets(self, request_id: str, actor: str = "") -> tuple[str, ...]:
        if request_id != "r-1":
            raise UnknownTarget(f"no request {request_id} of {actor}")
        return (TARGET,)

    def _proposal(self, proposal_id: str) -> ProposalView:
        if proposal_id != examples.PROPOSAL.id:
            raise UnknownTarget(f"no proposal {proposal_id} waits")
        return examples.PROPOSAL

    def lease_target(self, lease_id: str) -> str | None:
        return TARGET if lease_id == examples.WINNER.lease_id else None

    async def reset(self, target: str, caller: Caller, reason: str) -> views.Receipt:
        self._known(target)
        if self.cause_stands:
            refusal = views.TargetOutcome(target, False, "BLOCKED_BY_INTERLOCKING", "its cause stands", None, None)
            return views.Receipt("", (refusal,))
        self.resets.append((target, caller.actor, reason))
        return views.Receipt("", (views.TargetOutcome(target, True, "", "reset", None, None),))

    def commands(self, target: str | None = None, limit: int = 100) -> list[views.CommandView]:
        if target is not None:
            self._known(target)
        count = len(self.orders)
        made = [replace(examples.COMMAND, id=f"C-{n}", state=self.state_of_command) for n in range(count)]
        return made[::-1][:limit]

    def alarms(self) -> list[views.AlarmView]:
        state = "ACKED" if self.acknowledged_by else "UNACK"
        return [replace(examples.ALARM, state=state, acknowledged_by=self.acknowledged_by)]

    async def acknowledge(self, alarm_id: str, caller: Caller) -> views.AlarmView:
        if alarm_id != examples.ALARM.id:
            raise UnknownTarget(f"{alarm_id} is no standing alarm")
        self.acknowledged_by = caller.actor
        return self.alarms()[0]

    def night(self, target: str, night: date) -> views.NightView:
        self._known(target)
        if night.year > 2100:
            raise InvalidValue(f"no sun times for {night}: ask for a night before 2101")
        return replace(examples.NIGHT, night=night.isoformat())

    def _lights(self, scope: str) -> tuple[str, ...]:
        self._known(TARGET if scope == ASSET else scope)
        return (TARGET,)

    async def _nights(self, targets: Iterable[str], night: date | None) -> list[PlannedNight]:
        said = "2026-06-21" if night is None else night.isoformat()
        return [replace(examples_plans.NIGHT, lights=(target,), night=said) for target in targets]

    def changes(self) -> AsyncIterator[views.Change]:
        return self.stream.listen()

    async def reload(self, caller: Caller) -> views.ReloadReport:
        self.reloaded_by.append(caller.actor)
        return examples.RELOADED if self.reload_applies else examples.NOT_RELOADED
