"""Whether extending a lease takes a second person: what the order itself would need, given anew for that long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.places import Place
from controller.domain.request import Request
from controller.logic.arbitration import Refusal
from controller.logic.confirmation import Asked, Thresholds, second_person_needs
from controller.logic.protective import protective_part
from controller.logic.roster import Roster
from controller.runtime.commanding.darkness import reaches_into_the_night
from controller.runtime.commanding.night_off import NightOff


class ExtensionNeeds:
    """Judges by the same rules as orders are judged by; what goes the protective way never needs anybody."""

    def __init__(
        self, clock: Clock, city: City, tz: ZoneInfo, thresholds: Thresholds, night_off: NightOff | None = None
    ) -> None:
        self._clock = clock
        self.adopt(city, tz, thresholds, night_off)

    def adopt(self, city: City, tz: ZoneInfo, thresholds: Thresholds, night_off: NightOff | None = None) -> None:
        """Swap the site (reload)."""
        self._roster = Roster.of(city)
        self._tz = tz
        self._thresholds = thresholds
        self._night_off = night_off

    def reasons(self, requests: Sequence[Request], for_s: float) -> list[str]:
        """Why a second person has to confirm that these go on for ``for_s`` from now; empty when nobody has to.

        An order that took two people takes two again.
        """
        known = [(self._roster.members[one.target], one) for one in requests if one.target in self._roster.members]
        protects = protective_part([member for member, _ in known], [one.value for _, one in known])
        asked = [
            (Asked(member, one.value), one)
            for (member, one), harmless in zip(known, protects, strict=True)
            if not harmless
        ]
        by = sorted({one.confirmed_by for _, one in asked if one.confirmed_by})
        again = [f"the order took two people ({', '.join(by)} confirmed it)"] if by else []
        dark = partial(self._in_the_dark, for_s)
        needs = second_person_needs([one for one, _ in asked], self._roster, dark, self._thresholds)
        return [*again, *(need.text_en for need in needs)]

    def refusal(self, request: Request, for_s: float) -> Refusal | None:
        """Why it may not go on for so long whoever asks: a road dark for too long at night."""
        member = self._roster.members.get(request.target)
        if member is None or self._night_off is None:
            return None
        now = self._clock.now()
        return self._night_off.refusal(member, request.value, now, now + timedelta(seconds=for_s))

    def _in_the_dark(self, for_s: float, place: Place) -> bool:
        now = self._clock.now()
        return reaches_into_the_night(place, now, now + timedelta(seconds=for_s), self._tz)
