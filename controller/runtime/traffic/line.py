"""What all parts of one channel share: its devices and their turns, the links, the queue, the wire's health."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from zlib import crc32

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import GatewayFault
from controller.domain.image import LinkState
from controller.domain.points import DeviceId
from controller.runtime.device_state import DeviceState, Rank
from controller.runtime.outcomes import Outcomes
from controller.runtime.table import ImageTable
from controller.runtime.traffic.health import WireHealth
from controller.runtime.traffic.news import FieldNews
from controller.runtime.traffic.poll_plan import NEVER_S
from controller.runtime.traffic.turns import Turns
from controller.runtime.traffic.write_queue import WriteQueue
from controller.settings.timing import Timing
from drivers.base import Driver, Endpoint
from drivers.link import Link

log = structlog.get_logger("channel")

PROBE_SHARE = 0.05
"""Share of a wire's time that devices which do not answer may cost those that do."""
FULL = 0.9
"""From this load on the wire is full, and a slow device yields to the others."""
FAIR_SHARES = 2.0
"""How many fair shares of a full wire one device may take."""
SMOOTH = 0.25
"""Weight of the newest read in a device's mean cost."""


class Line:
    """One endpoint's devices and wire. No I/O happens here."""

    def __init__(
        self,
        endpoint: Endpoint,
        driver: Driver,
        *,
        clock: Clock,
        table: ImageTable,
        timing: Timing,
        outcomes: Outcomes,
        news: FieldNews,
    ) -> None:
        self.endpoint = endpoint
        self.driver = driver
        self.clock = clock
        self.table = table
        self.timing = timing
        self.outcomes = outcomes
        self.news = news
        self.health = WireHealth()
        self.queue = WriteQueue()
        self.devices: dict[DeviceId, DeviceState] = {}
        self.no_path: set[DeviceId] = set()
        """Devices to which the gateway says it has no way."""
        self.went_offline: list[Callable[[DeviceState], None]] = []
        self.jitter = random.Random(crc32(endpoint.name.encode()))  # noqa: S311 - spreads retries, guards nothing
        self.living = 0
        seats = itertools.count(1)
        self._turns: dict[Rank, Turns[DeviceState]] = {rank: Turns(seats) for rank in Rank}
        self._floors_s = {Rank.LIVING: float("-inf"), Rank.UNMET: float("-inf"), Rank.DEAD: float("-inf")}
        self._load = 0.0
        self._pressing: list[tuple[float, int, DeviceState]] = []

    # -- turns --------------------------------------------------------------------------------------------------

    def put(self, device: DeviceState, due_s: float | None = None) -> None:
        """The device's next turn: then, or when the next of its own dates comes."""
        if due_s is None:
            due_s = min(device.plan.next_s, device.look_s, device.beat_due_s)
        self._turns[device.rank].put(device, due_s)

    def due(self, now_s: float) -> DeviceState | None:
        """Whose turn it is now. Who does not answer comes after those who do, and costs them little."""
        return self.turn(now_s)[0]

    def turn(self, now_s: float) -> tuple[DeviceState | None, float]:
        """Whose turn it is now (see ``due``), and when the next turn comes, or came."""
        best, best_s = None, NEVER_S
        for rank, turns in self._turns.items():
            first = turns.first() if turns.heap else None
            if first is not None:
                at_s = max(first.due_s, self._floors_s[rank])
                if at_s < best_s:
                    best, best_s = first, at_s
        return (best if best_s <= now_s else None), best_s

    def next_s(self) -> float:
        """When the next turn comes; infinite when there is none."""
        return self.turn(NEVER_S)[1]

    def prove_by(self, device: DeviceState, at_s: float) -> None:
        """From then on the device's proof goes before ordinary writes."""
        if at_s < device.prove_by_s:
            device.prove_by_s = at_s
            heapq.heappush(self._pressing, (at_s, id(device), device))

    def pressing(self, now_s: float) -> DeviceState | None:
        """A device whose proof must be read now, before its time is over."""
        while self._pressing and self._pressing[0][0] <= now_s:
            at_s, _, device = self._pressing[0]
            if device.prove_by_s == at_s and device.link.usable and device.look_s <= now_s:
                return device
            heapq.heappop(self._pressing)
        return None

    # -- links --------------------------------------------------------------------------------------------------

    def set_link(self, device: DeviceState, link: Link) -> None:
        """Note a device's link and tell the image."""
        before, device.link = device.link, link
        if link.state is before.state:
            return
        self.living += link.usable - before.usable
        if not self.living:
            self._floors_s[Rank.DEAD] = float("-inf")  # nobody left to spare
        if link.state is LinkState.ONLINE and before.state is LinkState.RESYNC:  # not after a mere doubt
            log.info("device_online", device=device.binding.device)
        self.table.set_link(device.binding.device, link.state)

    def answered(self, device: DeviceState, now_s: float) -> None:
        """The device said something, if only that it is busy."""
        device.fruitless = 0
        device.replied_s = now_s
        if self.no_path:
            self.no_path.discard(device.binding.device)
        self.set_link(device, device.link.succeeded(now_s))

    def failed(self, device: DeviceState, error: Exception, took_s: float = 0.0, *, asked: bool = True) -> None:
        """A request to the device failed, or its wire did (``asked`` false)."""
        now_s = self.clock.monotonic()
        device.complete = False
        device.fruitless += asked
        self._weigh(device, 0.0)
        if isinstance(error, GatewayFault):
            self.no_path.add(device.binding.device)
        else:
            self.no_path.discard(device.binding.device)
        link = device.link.failed(now_s, self.jitter.random())
        lost = link.state is LinkState.OFFLINE and device.link.state is not LinkState.OFFLINE
        if lost and link.attempts == 1:  # once when it is lost, not at every fruitless probe
            log.warning("device_offline", device=device.binding.device, reason=str(error))
        self.set_link(device, link)
        if lost:
            device.look_s = device.prove_by_s = NEVER_S
            self.drop_writes(device, str(error))
            for tell in self.went_offline:
                tell(device)
        if asked:
            self._hold_back(device.rank, now_s, took_s)
        self.put(device, max(now_s, link.retry_at_s) if link.state is LinkState.OFFLINE else now_s)

    def _hold_back(self, rank: Rank, now_s: float, took_s: float) -> None:
        """What a fruitless request cost the others is paid back before the next of its kind."""
        self._floors_s[Rank.UNMET] = now_s
        if rank is Rank.DEAD:
            self._floors_s[Rank.DEAD] = now_s + (took_s / PROBE_SHARE if self.living else 0.0)

    def drop_writes(self, device: DeviceState, reason: str) -> None:
        """What waits for a device that went away is not played to it when it returns."""
        for command in self.queue.drop(device.binding.device):
            self.outcomes.failed(command, Cause.OFFLINE, reason)

    # -- load ---------------------------------------------------------------------------------------------------

    def cost(self, device: DeviceState, took_s: float) -> float:
        """A read took that long; gives back how long the device must now leave the wire to others (0: not at all)."""
        device.cost_s += (took_s - device.cost_s) * (SMOOTH if device.cost_s else 1.0)
        self._weigh(device, device.cost_s / device.plan.shortest_s)
        if self._load <= FULL or device.share <= FAIR_SHARES / max(1, self.living):
            return 0.0
        return device.cost_s * self.living / FAIR_SHARES

    def _weigh(self, device: DeviceState, share: float) -> None:
        self._load += share - device.share
        device.share = share
