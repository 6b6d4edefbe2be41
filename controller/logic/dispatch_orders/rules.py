"""What a site says of dispatch orders. Defaults: FACTS (unacknowledged after 5 min: escalate)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.rights import Role
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import Ticket, TicketStep

DUTY_OFFICER = Words("防汛值班长", "the flood-season duty officer")
LEADER = Words("防汛指挥部带班领导", "the flood headquarters' leader on duty")


@dataclass(frozen=True, slots=True)
class StationRules:
    """Who executes orders at a station, whom to call in turn when nobody acknowledges, and its operation ticket."""

    unit: Words
    escalate: tuple[Words, ...] = ()
    ticket: tuple[TicketStep, ...] = ()
    supervised: bool = True


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """``acknowledge_s``: how long an issued order waits for its acknowledgement, and again before each further contact
    role. ``valid_s``: an order that is not executing by then is expired, unless it says otherwise."""

    acknowledge_s: float = 300.0
    valid_s: float = 12 * 3600.0
    keep_s: float = 400 * 86_400.0
    may_issue: frozenset[Role] = frozenset({Role.DUTY_OFFICER})
    escalate: tuple[Words, ...] = (DUTY_OFFICER, LEADER)
    stations: Mapping[DeviceId, StationRules] = field(default_factory=dict)

    def contacts(self, objects: Iterable[TargetId]) -> tuple[Words, ...]:
        """Whom to call in turn: the first station's own roles, then the site's."""
        devices = dict.fromkeys(map(device_of, objects))
        own = next((self.stations[one].escalate for one in devices if one in self.stations), ())
        return tuple(dict.fromkeys((*own, *self.escalate)))

    def ticket(self, objects: Iterable[TargetId], names: Mapping[DeviceId, str]) -> Ticket | None:
        """The ticket an order about these takes: its stations' lines one after the other; None where none asks."""
        asking = [one for one in dict.fromkeys(map(device_of, objects)) if self._lines(one)]
        if not asking:
            return None
        several = len(asking) > 1
        lines = [
            _of(line, names.get(device, device)) if several else line
            for after in (False, True)
            for device in asking
            for line in self._lines(device)
            if line.after is after
        ]
        return Ticket(tuple(lines), supervised=any(self.stations[one].supervised for one in asking))

    def _lines(self, device: DeviceId) -> tuple[TicketStep, ...]:
        rules = self.stations.get(device)
        return rules.ticket if rules else ()


def _of(line: TicketStep, station: str) -> TicketStep:
    return TicketStep(Words(f"{station}：{line.text.zh}", f"{station}: {line.text.en}"), line.after)
