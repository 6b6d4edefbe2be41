"""What is remembered of every LOCAL/REMOTE/OFF switch: seen away, come back, confirmed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.image import View
from controller.domain.places import KeyPlace
from controller.domain.points import DeviceId
from controller.domain.stations import Station
from controller.logic.site_conditions import OnSite
from controller.logic.switch_guard import NO_KEY, NOTHING_SEEN, SwitchMemory, follow_switch, released
from controller.settings.site import LocalRules
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

SWITCH = "switch"
"""Record kind: a switch seen away, or back and not released."""
CONFIRMATION = "switch_confirmation"
"""Record kind: a person's word for a switch that cannot be read."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person on site says that a switch that cannot be read stands at REMOTE; at most 8 h."""

    device: DeviceId
    by: str
    on_site: str
    reason: str
    granted: datetime
    expires: datetime
    expires_s: float

    def body(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "by": self.by,
            "on_site": self.on_site,
            "reason": self.reason,
            "granted": self.granted.isoformat(),
            "expires": self.expires.isoformat(),
        }


class SwitchBook:
    """Switch memories by device. ``keep`` takes what must survive a restart (where automation waits after LOCAL).

    ``turned`` is told a device whenever its switch was seen turned: away from REMOTE or back to it. ``changes`` is
    counted for whoever looks for longer than a moment.
    """

    def __init__(
        self,
        city: City,
        rules: LocalRules,
        *,
        clock: Clock,
        keep: Callable[[Change], None],
        turned: Callable[[DeviceId, bool], None] = lambda _device, _away: None,
    ) -> None:
        self._clock = clock
        self._keep = keep
        self._turned = turned
        self._memories: dict[DeviceId, SwitchMemory] = {}
        self._confirmations: dict[DeviceId, Confirmation] = {}
        self._kept: dict[DeviceId, tuple[bool, bool]] = {}
        self.changes = 0
        self.adopt(city, rules)

    def adopt(self, city: City, rules: LocalRules) -> None:
        """Take a site over, also in place of another (reload); memories of devices that stay are kept."""
        self._on_site: dict[DeviceId, OnSite] = {}
        self._waits = {
            asset.id: rules.stations_wait_s if isinstance(asset, Station) else rules.lights_wait_s
            for asset in city.assets()
        }
        self._keys: Mapping[DeviceId, KeyPlace] = {
            asset.id: asset.key_at or KeyPlace(asset.road, asset.road)
            for asset in city.cabinets.values()
            if asset.key_at or asset.road
        } | {asset.id: asset.key_at for asset in city.stations.values() if asset.key_at}

    def restore(self, stored: StoredState) -> None:
        """Switches that were away or back and unreleased before a restart are so still; confirmations run on."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for device, body in stored.of(SWITCH).items():
            returned = body["returned"]
            back_s = None if returned is None else now_s - (wall - datetime.fromisoformat(returned)).total_seconds()
            self._memories[device] = SwitchMemory(away=body["away"], returned_s=back_s)
            self._kept[device] = (body["away"], returned is not None)
        for device, body in stored.of(CONFIRMATION).items():
            expires = datetime.fromisoformat(body["expires"])
            granted = datetime.fromisoformat(body["granted"])
            # A wall clock that was set back while we were stopped must not lengthen a person's word.
            left_s = min(expires - wall, expires - granted).total_seconds()
            one = Confirmation(device, body["by"], body["on_site"], body["reason"], granted, expires, now_s + left_s)
            self.confirm(one)

    def look(self, view: View) -> None:
        """A device changed: follow its switch."""
        device = view.block.device
        past = self._memories.get(device, NOTHING_SEEN)
        now = follow_switch(past, view, self.wait_s(device))
        if now is not past:
            self._put(device, now)
        if now.away is not past.away:
            self._turned(device, now.away)

    def memory(self, device: DeviceId) -> SwitchMemory:
        """What is remembered of a device's switch."""
        return self._memories.get(device, NOTHING_SEEN)

    def on_site(self, device: DeviceId) -> OnSite:
        """A device's switch as guards are told of it. Asked for every light in every turn, so it is kept."""
        known = self._on_site.get(device)
        if known is None or known.switch is not self._memories.get(device, NOTHING_SEEN):
            known = self._on_site[device] = OnSite(None, self.memory(device), self.wait_s(device), self.key(device))
        return known

    def wait_s(self, device: DeviceId) -> float:
        """How long automation waits there once the switch is back at REMOTE."""
        return self._waits.get(device, 0.0)

    def key(self, device: DeviceId) -> KeyPlace:
        """Where its key is."""
        return self._keys.get(device, NO_KEY)

    def confirmation(self, device: DeviceId) -> Confirmation | None:
        """The word that stands for a device's unreadable switch."""
        return self._confirmations.get(device)

    def confirm(self, one: Confirmation) -> None:
        """Take a person's word for an unreadable switch."""
        self._confirmations[one.device] = one
        past = self.memory(one.device)
        self._put(one.device, SwitchMemory(past.away, past.returned_s, one.expires_s, one.by))

    def release(self, device: DeviceId) -> None:
        """A person let automation take over again."""
        self._put(device, released(self.memory(device)))

    def remembered(self) -> Mapping[DeviceId, SwitchMemory]:
        """Every switch there is something to remember of."""
        return self._memories

    def _put(self, device: DeviceId, now: SwitchMemory) -> None:
        self.changes += 1
        if now == NOTHING_SEEN:
            self._memories.pop(device, None)
        else:
            self._memories[device] = now
        if now.confirmed_until_s is None and self._confirmations.pop(device, None) is not None:
            self._keep(DropRecord(CONFIRMATION, device))
        state = (now.away, now.returned_s is not None)
        if self.wait_s(device) <= 0.0 or self._kept.get(device, (False, False)) == state:
            return
        self._kept[device] = state
        if state == (False, False):
            self._keep(DropRecord(SWITCH, device))
            return
        back = self._back_at(now)
        self._keep(PutRecord(SWITCH, device, {"away": now.away, "returned": back}))

    def _back_at(self, now: SwitchMemory) -> str | None:
        if now.returned_s is None:
            return None
        ago = timedelta(seconds=self._clock.monotonic() - now.returned_s)
        return (self._clock.now() - ago).isoformat()
