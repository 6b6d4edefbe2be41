"""How a thrown switch stands, worked out when somebody asks: from its request, the book, and the image."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.errors import UnknownTarget
from controller.domain.image import View
from controller.domain.intents import Dim, Intent, Switch
from controller.domain.points import DeviceId, TargetId, output_of
from controller.domain.quality import Quality
from controller.logic.arbitration import Refusal
from controller.logic.scopes import LightEntry
from controller.logic.switch_progress import NOTHING_SEEN, UNDER_WAY, Field, Stage, Standing, Told, standing
from controller.runtime.actuals import actual_of
from controller.runtime.book import RequestBook
from controller.runtime.commanding.entering import Values
from controller.runtime.switching.throws import ThrowBook
from controller.runtime.switching.views import LightStanding, LiveCount, Throw
from controller.runtime.table import ImageTable
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.undertakings.views import PartView, UndertakingView
from controller.settings.site import Site

NAMED = 200
"""So many lights are named of each kind; all of them are in the request."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A thrown switch with every light of it."""

    throw: Throw
    request: UndertakingView
    standings: dict[TargetId, Standing]
    ends: datetime | None

    @property
    def again(self) -> tuple[TargetId, ...]:
        """Exactly the lights a retry asks."""
        return tuple(target for target, one in self.standings.items() if one.retry)


class Count:
    """Looks at every light of a throw; changes nothing."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        table: ImageTable,
        book: RequestBook,
        undertakings: Undertakings,
        throws: ThrowBook,
    ) -> None:
        self._clock, self._table, self._book = clock, table, book
        self._undertakings, self._throws = undertakings, throws
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def count(self, request_id: str, actor: str = "") -> Counted:
        """Every light of a throw as it stands now.

        Raises:
            UnknownTarget: no throw of this id is known.
        """
        thrown = self._throws.get(request_id, actor)
        if thrown is None:
            raise UnknownTarget(f"no throw of the switch has the id {request_id}; see `zhadao requests`")
        request = self._undertakings.whole(request_id, thrown.actor)
        values, proof = Values(request.value, self._site.switching.scenes), self._site.switching.proof
        views: dict[DeviceId, View] = {}
        standings = {
            target: standing(Told(CommandState.REJECTED, cause, text), NOTHING_SEEN, 0.0, 0.0, proof)
            for target, cause, text in thrown.left_out
        }
        standings |= {part.target: self._standing(part, values, views) for part in request.parts}
        ends = max((part.expires for part in request.parts if part.expires is not None), default=None)
        return Counted(thrown.throw, request, standings, ends)

    def _standing(self, part: PartView, values: Values, views: dict[DeviceId, View]) -> Standing:
        light, target = self._site.scopes.lights.get(part.target), self._site.city.targets.get(part.target)
        if light is None or target is None:
            return Standing(Stage.ENDED, "it left the configuration")
        told = Told(
            state=CommandState(part.state),
            cause=part.cause,
            remark=part.remark,
            masked_by=self._masked_by(part),
            held=part.lease_id is not None,
            since_s=(self._clock.now() - part.at).total_seconds(),
        )
        value = values.of(target)
        if isinstance(value, Refusal):
            return Standing(Stage.REFUSED, part.remark)
        view = views.get(light.device)
        if view is None:
            view = views[light.device] = self._table.view(light.device, self._clock.monotonic())
        agrees = actual_of(target, value, view, self._site.city).agrees
        metered = f"{output_of(light.target)}.power_w" in view.block.readings
        seen = Field(view.ready, agrees, self._power_w(light, view, told), metered)
        return standing(told, seen, _percent(value), light.rated_w, self._site.switching.proof)

    def _masked_by(self, part: PartView) -> str:
        """What decides it instead now, proved before or not: whose it is, and why."""
        winner = self._book.decision(part.target).winner
        if part.lease_id is None or (winner.lease is not None and winner.lease.id == part.lease_id):
            return ""
        ours = self._book.lease(part.lease_id)
        if ours is None or winner.slot >= ours.slot:
            return ""
        return f"{winner.slot.label} of {winner.owner} ({winner.value}: {winner.reason})"

    def _power_w(self, light: LightEntry, view: View, told: Told) -> float | None:
        """Measured since the contact proved it, and to be trusted; else None."""
        reading = view.read(f"{output_of(light.target)}.power_w")
        proved_s = self._clock.monotonic() - told.since_s
        fresh = max(reading.received_s, view.block.renewed_s) >= proved_s
        if not fresh or reading.quality is not Quality.GOOD or not isinstance(reading.value, (int, float)):
            return None
        return float(reading.value)

    def shown(self, counted: Counted) -> LiveCount:
        """For people: each light in one stage, the ones to look at by name."""
        stages = Counter(one.stage for one in counted.standings.values())
        by_power = stages[Stage.BY_POWER]
        by_contact = by_power + stages[Stage.BY_CONTACT]
        acknowledged = by_contact + stages[Stage.ACKNOWLEDGED]
        sent = acknowledged + stages[Stage.SENT]
        remaining = [t for t, one in counted.standings.items() if one.retry]
        others = [t for t, one in counted.standings.items() if not one.retry and one.text]
        others.sort(key=lambda target: counted.standings[target].stage not in (Stage.BY_CONTACT, Stage.MASKED))
        request, throw = counted.request, counted.throw
        return LiveCount(
            request_id=request.id,
            actor=request.actor,
            confirmed_by=request.confirmed_by,
            scope=throw.scope,
            knife=throw.knife,
            value=request.value,
            slot=request.slot,
            reason=throw.reason,
            opened=request.opened,
            ends=counted.ends,
            lights=len(counted.standings),
            stages=dict(stages),
            sent=sent,
            acknowledged=acknowledged,
            by_contact=by_contact,
            by_power=by_power,
            left=len(remaining),
            remaining=self._named(counted, remaining),
            others=self._named(counted, others),
            settled=not any(stages[stage] for stage in UNDER_WAY),
            awaiting_power=sum(one.awaits_power for one in counted.standings.values()),
        )

    def _named(self, counted: Counted, targets: list[TargetId]) -> tuple[LightStanding, ...]:
        return tuple(
            LightStanding(target, self._name(target), one.stage, one.text)
            for target in targets[:NAMED]
            for one in (counted.standings[target],)
        )

    def _name(self, target: TargetId) -> str:
        known = self._site.city.targets.get(target)
        return known.name if known else ""


def _percent(value: Intent) -> float:
    if isinstance(value, Switch):
        return 100.0 if value.on else 0.0
    return value.percent if isinstance(value, Dim) else 0.0
