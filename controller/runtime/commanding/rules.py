"""What the site's rules ask of a looked-at order: a selection, a second person, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from controller.domain.clock import Clock
from controller.domain.places import Place
from controller.domain.rights import Caller
from controller.logic.confirmation import Asked, Need, Thresholds, second_person_needs, selection_needs
from controller.logic.protective import protective
from controller.logic.roster import Roster
from controller.logic.switch_guard import given_at_s
from controller.runtime.book import RequestBook
from controller.runtime.commanding.asking import MANUAL_SLOTS, SCENE_SLOT
from controller.runtime.commanding.darkness import reaches_into_the_night
from controller.runtime.commanding.looked import Sighting
from controller.runtime.commanding.ports import Declared


@dataclass(frozen=True, slots=True)
class Needs:
    """Why an order has to be selected, why a second person has to confirm it, and why one is enough all the same."""

    selection: tuple[Need, ...]
    second_person: tuple[Need, ...]
    alone: str = ""

    @property
    def direct(self) -> bool:
        """Whether it may act at once."""
        return not self.selection and not self.second_person


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site."""

    clock: Clock
    tz: ZoneInfo
    thresholds: Thresholds
    roster: Roster
    declared: Declared
    book: RequestBook

    def needs(self, sighting: Sighting, caller: Caller) -> Needs:
        """What an order needs as it is seen now; what protects needs nothing and is not counted."""
        asked = sighting.asked
        begins = self.clock.now()
        ends = begins + timedelta(seconds=sighting.order.for_s)

        def in_the_dark(place: Place) -> bool:
            return reaches_into_the_night(place, begins, ends, self.tz)

        together = self._shortly_before(caller) if asked else ()
        second = second_person_needs(asked, self.roster, in_the_dark, self.thresholds, together)
        alone = ""
        if second and caller.person and all(self.declared.one_person(one.member.id) for one in asked):
            alone = "a response of level III or higher is declared there: one person may act, another countersigns"
        return Needs(selection_needs(asked), second, alone)

    def _shortly_before(self, caller: Caller) -> list[Asked]:
        """What this caller ordered alone a short while ago, as far as it still stands and did not protect."""
        since_s = self.clock.monotonic() - self.thresholds.together_s
        found = []
        for one in self.book.held():
            if one.owner != caller.actor or one.confirmed_by or one.slot not in _MANUAL:
                continue
            given_s, member = given_at_s(one), self.roster.members.get(one.target)
            if given_s is None or given_s < since_s or member is None or member.station is not None:
                continue
            if not protective(member, one.value, alone=True):
                found.append(Asked(member, one.value))
        return found


_MANUAL = frozenset((*MANUAL_SLOTS.values(), SCENE_SLOT))
