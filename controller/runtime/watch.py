"""Conditions people must know of that no command shows: lost devices, folded under their cause; levels past limits."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.assets import DatedLevel, Gauge, GaugeKind
from controller.domain.clock import Clock
from controller.domain.image import LinkState
from controller.domain.points import DeviceId, TargetId
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.waker import Waker
from controller.settings.site import Site

GATHER_S = 1.0
"""Changes are gathered this long and looked at together."""
IDLE_S = 60.0
LEVEL_DEADBAND_M = 0.02
"""A level alarm clears this far below its limit, so that waves do not make it chatter."""


class Watch:
    """Looks at what changed, at most once a second.

    ``met`` says whether a target is where it is wanted by its feedback: its mismatch is over then, though nothing
    was written (a contact repaired by hand, an order that ended).
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
    ) -> None:
        self._table = table
        self._alarms = alarms
        self._stream = stream
        self._clock = clock
        self._met = met
        self._links: dict[DeviceId, LinkState] = {}
        self._dirty: set[DeviceId] = set()
        self._waker = Waker(clock)
        self.adopt(site)
        table.listen(self._noticed)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._members = {
            endpoint.name: tuple(binding.device for binding in endpoint.devices) for endpoint in site.endpoints
        }
        self._endpoint = {device: name for name, devices in self._members.items() for device in devices}

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._waker.wait(IDLE_S)
            await self._clock.sleep(max(GATHER_S, 0.2 * self._clock.speed))
            self.look()

    def look(self) -> None:
        """Turn what changed since the last look into alarms and changes."""
        dirty, self._dirty = self._dirty, set()
        blocks = self._table.devices()
        unmet = set(self._table.not_met())
        touched = set()
        for device in dirty - unmet:
            block = blocks.get(device)
            if block is None:
                continue
            if self._links.get(device) is not block.link:
                self._links[device] = block.link
                self._stream.publish("link", device, {"state": block.link.value})
                touched.add(self._endpoint[device])
            self._stream.publish("point", device, {"sequence": block.sequence})
            gauge = self._site.city.gauges.get(device)
            if gauge is not None:
                self._level(gauge)
        for endpoint in touched:
            self._fold(endpoint)
        self._end_mismatches()

    def _end_mismatches(self) -> None:
        for alarm in self._alarms.all():
            known = alarm.condition == "mismatch" and alarm.source in self._site.city.targets
            if known and alarm.cleared is None and self._met(alarm.source):
                self._alarms.clear(alarm.source, "mismatch")

    def _noticed(self, device: DeviceId) -> None:
        self._dirty.add(device)
        self._waker.call()

    def _fold(self, endpoint: str) -> None:
        """One alarm for a lost endpoint hides its devices; a device lost alone has its own."""
        members = self._members[endpoint]
        lost = [device for device in members if self._links.get(device) is LinkState.OFFLINE]
        whole = len(lost) == len(members) and len(members) > 1
        if whole:
            text = f"{endpoint} is out of reach, and with it {len(members)} devices: {', '.join(members)}"
            self._alarms.set(endpoint, "offline", text, Priority.HIGH)
        else:
            self._alarms.clear(endpoint, "offline")
        for device in members:
            if device in lost and not whole:
                text = f"{device} does not answer on {endpoint}; it goes on by its own program"
                self._alarms.set(device, "offline", text, Priority.MEDIUM)
            else:
                self._alarms.clear(device, "offline")

    def _level(self, gauge: Gauge) -> None:
        if gauge.kind is not GaugeKind.LEVEL:
            return
        level_m = self._table.view(gauge.id, self._clock.monotonic()).number("level_m")
        if level_m is None:
            return
        self._limit(gauge, "guarantee", gauge.guarantee, level_m, Priority.EMERGENCY)
        self._limit(gauge, "warning", gauge.warning, level_m, Priority.HIGH)

    def _limit(self, gauge: Gauge, name: str, limit: DatedLevel | None, level_m: float, priority: int) -> None:
        if limit is None:
            return
        if level_m >= limit.value_m:
            text = f"{gauge.name} stands at {level_m:.2f} m, {name} level {limit.value_m:.2f} m ({limit.datum})"
            self._alarms.set(gauge.id, name, text, priority)
        elif level_m < limit.value_m - LEVEL_DEADBAND_M:
            self._alarms.clear(gauge.id, name)
