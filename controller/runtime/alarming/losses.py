"""Lost devices: each has its alarm; those behind a lost gateway are hidden behind the gateway's, with their number."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from controller.domain.clock import Clock
from controller.domain.image import LinkState
from controller.domain.points import DeviceId
from controller.runtime.alarming.alarm import Priority
from controller.runtime.alarming.book import AlarmBook
from controller.settings.site import Site

CONDITION = "offline"
NO_PATH = "no_path"
MOST_NAMED = 8
"""A gateway's alarm names at most this many of its devices."""


class Losses:
    """Who is out of reach, endpoint by endpoint.

    A device is lost from OFFLINE until it is ONLINE again: while it is probed nothing is known anew. While none behind
    a gateway answers and not all are lost yet, nothing is said: it is about to be lost, or back. When a gateway
    answers again its devices come back one by one; until ``settle_s`` after the first of them, those still missing
    stay behind the gateway's alarm. A gateway that says it has no way to some of them (``no_path``, Modbus exception
    10) has one alarm for these: it is the gateway's configuration that wants looking at, not theirs.
    """

    def __init__(
        self, alarms: AlarmBook, clock: Clock, no_path: Callable[[str], frozenset[DeviceId]] = lambda _: frozenset()
    ) -> None:
        self._alarms = alarms
        self._clock = clock
        self._no_path = no_path
        self._members: dict[str, tuple[DeviceId, ...]] = {}
        self._endpoint: dict[DeviceId, str] = {}
        self._lost: set[DeviceId] = set()
        self._answering: set[DeviceId] = set()
        self._back_s: dict[str, float] = {}
        self._touched: set[str] = set()

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): what left it is lost no more."""
        self._settle_s = site.alarms.settle_s
        before = self._members
        self._members = {one.name: tuple(binding.device for binding in one.devices) for one in site.endpoints}
        self._endpoint = {device: name for name, devices in self._members.items() for device in devices}
        for name in before.keys() - self._members.keys():
            self._whole_again(name)
            self._forget_no_path(name)
        for device in {device for devices in before.values() for device in devices} - self._endpoint.keys():
            self._alarms.clear(device, CONDITION)
        self._lost &= self._endpoint.keys()
        self._answering &= self._endpoint.keys()
        self._touched = {name for name in self._members if name in before}

    def link(self, device: DeviceId, state: LinkState) -> None:
        """A device's link changed."""
        if state is LinkState.OFFLINE:
            self._lost.add(device)
            self._answering.discard(device)
        elif state is LinkState.ONLINE:
            self._lost.discard(device)
            self._answering.add(device)
        elif state is LinkState.SUSPECT:
            self._answering.discard(device)
        endpoint = self._endpoint.get(device)
        if endpoint is not None:
            self._touched.add(endpoint)

    def look(self, unmet: Container[DeviceId]) -> None:
        """Turn what changed, or has settled, into alarms. ``unmet``: devices nobody has heard of since the start."""
        now_s = self._clock.monotonic()
        due = {name for name, back_s in self._back_s.items() if now_s >= back_s + self._settle_s}
        touched, self._touched = self._touched | due, set()
        for endpoint in sorted(touched):
            members = self._members.get(endpoint, ())
            if not self._undecided(members, unmet):
                self._fold(endpoint, members, now_s)

    def next_s(self) -> float:
        """When a returning gateway has settled (monotonic); infinity when none returns."""
        return min(self._back_s.values(), default=float("inf")) + self._settle_s

    def _undecided(self, members: Sequence[DeviceId], unmet: Container[DeviceId]) -> bool:
        """Whether a gateway may be failing device by device: some are lost, the others doubted, none answers."""
        if any(device in self._answering for device in members):
            return False
        return not all(device in self._lost and device not in unmet for device in members)

    def _fold(self, endpoint: str, members: Sequence[DeviceId], now_s: float) -> None:
        lost = [device for device in members if device in self._lost]
        for device in members:
            if device not in self._lost:
                self._alarms.clear(device, CONDITION)
        if len(lost) == len(members) > 1:
            self._back_s.pop(endpoint, None)
            self._say_lost(endpoint, members)
        elif lost and self._settling(endpoint, now_s):
            self._say_returning(endpoint, members, lost)
        else:
            self._whole_again(endpoint)
        astray = self._no_path(endpoint)
        self._tell_no_path(endpoint, members, [device for device in lost if device in astray])
        if not self._alarms.folded(endpoint, CONDITION):
            self._say_each(endpoint, lost)

    def _say_each(self, endpoint: str, lost: Sequence[DeviceId]) -> None:
        for device in lost:
            text = f"{device} does not answer on {endpoint}; it goes on by its own program"
            text_zh = f"{device} 失联（{endpoint}），按本地程序运行"
            self._alarms.set(device, CONDITION, text, Priority.MEDIUM, text_zh=text_zh)

    def _settling(self, endpoint: str, now_s: float) -> bool:
        """Whether a gateway that was lost as a whole is just coming back."""
        if not self._alarms.folded(endpoint, CONDITION):
            return False
        return now_s < self._back_s.setdefault(endpoint, now_s) + self._settle_s

    def _say_lost(self, endpoint: str, members: Sequence[DeviceId]) -> None:
        text = f"{endpoint} is out of reach, and with it {len(members)} devices: {_names(members)}"
        text_zh = f"{endpoint} 失联，其下 {len(members)} 台设备不可达"
        self._alarms.fold(endpoint, CONDITION, members)
        self._alarms.set(endpoint, CONDITION, text, Priority.HIGH, text_zh=text_zh)

    def _say_returning(self, endpoint: str, members: Sequence[DeviceId], lost: Sequence[DeviceId]) -> None:
        text = f"{endpoint} answers again; {len(lost)} of its {len(members)} devices are still missing: {_names(lost)}"
        text_zh = f"{endpoint} 已恢复通信，{len(members)} 台设备中尚有 {len(lost)} 台未恢复"
        self._alarms.fold(endpoint, CONDITION, lost)
        self._alarms.set(endpoint, CONDITION, text, Priority.HIGH, text_zh=text_zh)

    def _tell_no_path(self, endpoint: str, members: Sequence[DeviceId], astray: Sequence[DeviceId]) -> None:
        if not astray:
            self._forget_no_path(endpoint)
            return
        text = (
            f"{endpoint} says it has no way to {len(astray)} of its {len(members)} devices (exception 10): "
            f"{_names(astray)}; check the gateway's own configuration"
        )
        text_zh = f"{endpoint} 报告无法到达其下 {len(astray)} 台设备（异常码 10），请检查网关配置"
        self._alarms.fold(endpoint, NO_PATH, astray)
        self._alarms.set(endpoint, NO_PATH, text, Priority.HIGH, text_zh=text_zh)

    def _forget_no_path(self, endpoint: str) -> None:
        if self._alarms.folded(endpoint, NO_PATH):
            self._alarms.clear(endpoint, NO_PATH)
            self._alarms.unfold(endpoint, NO_PATH)

    def _whole_again(self, endpoint: str) -> None:
        self._back_s.pop(endpoint, None)
        self._alarms.clear(endpoint, CONDITION)
        self._alarms.unfold(endpoint, CONDITION)


def _names(devices: Sequence[DeviceId]) -> str:
    named = ", ".join(devices[:MOST_NAMED])
    return named if len(devices) <= MOST_NAMED else f"{named} and {len(devices) - MOST_NAMED} more"
