"""How long road lighting may be off at night by one order, in whatever way it is given: the switch, a set, a selection.

DESIGN section 4: a night OFF is a special case, with a short lease and a second person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.domain.command import Cause
from controller.domain.intents import Intent
from controller.logic.arbitration import Refusal
from controller.logic.confirmation import goes_dark
from controller.logic.roster import Member
from controller.runtime.commanding.darkness import reaches_into_the_night
from controller.settings.site import Site


@dataclass(frozen=True, slots=True)
class NightOff:
    """``longest_s``: ``switching: night_off``. A light is dark below ``dark_below_percent``."""

    longest_s: float
    dark_below_percent: float
    tz: ZoneInfo

    @classmethod
    def of(cls, site: Site) -> NightOff:
        """By the rules of a site."""
        return cls(site.switching.night_off_s, site.safety.thresholds.dark_below_percent, site.lighting.tz)

    def forbids(self, member: Member, value: Intent, now: datetime, ends: datetime) -> bool:
        """Whether this would leave a road dark for too long, at least partly at night."""
        if not member.lights_a_road or (ends - now).total_seconds() <= self.longest_s + 1.0:
            return False
        return goes_dark(value, self.dark_below_percent) and reaches_into_the_night(member.place, now, ends, self.tz)

    def refusal(self, member: Member, value: Intent, now: datetime, ends: datetime) -> Refusal | None:
        """Why it may not be for so long; None when it may."""
        if not self.forbids(member, value, now, ends):
            return None
        most, asked = self.longest_s / 3600.0, (ends - now).total_seconds() / 3600.0
        return Refusal(
            Cause.OUT_OF_RANGE,
            f"road lighting is off at night for {most:g} h at most (switching: night_off), and {asked:g} h were asked: "
            f"ask for less, and order it anew before it ends / 道路照明夜间关灯一次最长{most:g}小时",
        )
