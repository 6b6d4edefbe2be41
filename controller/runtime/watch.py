"""Conditions people must know of that no command shows: lost devices, folded under their cause; levels past limits."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.clock import Clock
from controller.domain.image import LinkState
from controller.domain.points import DeviceId, TargetId
from controller.runtime.alarming.levels import LevelWatch
from controller.runtime.alarming.losses import Losses
from controller.runtime.alarms import AlarmBook
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.waker import Waker
from controller.settings.site import Site

GATHER_S = 1.0
"""Changes are gathered this long and looked at together."""
IDLE_S = 60.0
"""Gauges are looked at this often also while nothing changes: a trend needs values of a level at rest, too."""


class Watch:
    """Looks at what changed, at most once a second.

    ``met`` says whether a target is where it is wanted by its feedback: its mismatch is over then, though nothing
    was written (a contact repaired by hand, an order that ended). ``no_path`` names the devices to which a gateway
    says it has no way.
    """

    def __init__(
        self,
        site: Site,
        table: ImageTable,
        alarms: AlarmBook,
        stream: ChangeStream,
        clock: Clock,
        *,
        met: Callable[[TargetId], bool] = lambda _: False,
        no_path: Callable[[str], frozenset[DeviceId]] = lambda _: frozenset(),
    ) -> None:
        self._table = table
        self._alarms = alarms
        self._stream = stream
        self._clock = clock
        self._met = met
        self._levels = LevelWatch(table, alarms, clock)
        self._losses = Losses(alarms, clock, no_path)
        self._links: dict[DeviceId, LinkState] = {}
        self._dirty: set[DeviceId] = set()
        self._swept_s = clock.monotonic()
        self._waker = Waker(clock)
        self.adopt(site)
        table.listen(self._noticed)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._losses.adopt(site)
        self._levels.adopt(site.city.gauges, site.alarms.levels)
        self._waker.call()

    def restored(self) -> None:
        """The alarms of before a restart are back: what is not watched any more since is cleared."""
        self._levels.adopt(self._site.city.gauges, self._site.alarms.levels)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            wait_s = self._losses.next_s() - self._clock.monotonic()
            await self._waker.wait(min(IDLE_S, max(0.0, wait_s)))
            await self._clock.sleep(max(GATHER_S, 0.2 * self._clock.speed))
            self.look()

    def rise_m_per_h(self, gauge: DeviceId) -> float | None:
        """How fast a gauge's level rises now (m/h; negative: it falls); None while nobody can say."""
        return self._levels.rate(gauge)

    def look(self) -> None:
        """Turn what changed since the last look into alarms and changes."""
        dirty, self._dirty = self._dirty, set()
        blocks = self._table.devices()
        unmet = set(self._table.not_met())
        for device in dirty - unmet:
            block = blocks.get(device)
            if block is None:
                continue
            if self._links.get(device) is not block.link:
                self._links[device] = block.link
                self._stream.publish("link", device, {"state": block.link.value})
                self._losses.link(device, block.link)
            self._stream.publish("point", device, {"sequence": block.sequence})
            self._levels.look(device)
        self._losses.look(unmet)
        self._sweep(unmet)
        self._end_mismatches()

    def _sweep(self, unmet: set[DeviceId]) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._swept_s >= IDLE_S:
            self._swept_s = now_s
            self._levels.sweep(unmet)

    def _end_mismatches(self) -> None:
        for alarm in self._alarms.of_kind("mismatch"):
            if alarm.stands and alarm.source in self._site.city.targets and self._met(alarm.source):
                self._alarms.clear(alarm.source, "mismatch")

    def _noticed(self, device: DeviceId) -> None:
        self._dirty.add(device)
        self._waker.call()
