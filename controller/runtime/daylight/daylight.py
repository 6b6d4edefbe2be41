"""Slot 12 of every light: photocells, dark weather, signals and values, asked when a light is worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from controller.domain.image import Image
from controller.domain.lights import Grade, LightClass
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Request
from controller.logic.contract import Moment
from controller.logic.daylight_plan import COLOURS, DarkWeatherRule
from controller.logic.lighting_automatic import (
    Origin,
    Wish,
    asks_for_light,
    automatic_request,
    is_landscape,
    lux_band,
    value_wishes,
)
from controller.logic.lighting_lux import Band, Sky
from controller.logic.lighting_windows import Sun, day_spans, evening_window, morning_window
from controller.logic.lighting_words import both, half
from controller.runtime.daylight.asked import Asked
from controller.runtime.daylight.membership import Membership
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.daylight.tally import Tally
from controller.runtime.daylight.values import ValueWatch, lookup_of
from controller.settings.site import Site
from schedules.astro import sun_crossings
from schedules.conditions import LuxMode, LuxRule
from schedules.spans import Sky as NightSky

NEVER_S = float("inf")
PAST_EDGE_S = 1.0
"""What a program wants from a window's end on is asked for this much after it: times are rounded to microseconds."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a light's weather depends on: its area (empty: no photocell speaks for it) and its dark-weather rules."""

    area: str
    grade: Grade
    rules: tuple[DarkWeatherRule, ...]


_NOWHERE = _Place("", Grade.SECOND, ())
_SKY_ZH = {
    Sky.DARK: "判暗",
    Sky.KEPT: "此前判暗、现无信号",
    Sky.BRIGHT: "判亮",
    Sky.SETTLING: "待稳定",
    Sky.NO_SIGNAL: "无信号",
}


class Daylight:
    """Asked light by light; says with ``look`` which lights to ask anew before their time."""

    def __init__(self, site: Site, skies: Skies, signals: SignalBook) -> None:
        self.skies = skies
        self.signals = signals
        self.values = ValueWatch()
        self.tally = Tally()
        self._inside: dict[str, set[TargetId]] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); every light is worked out anew after it."""
        self._tz: ZoneInfo = site.lighting.tz
        self._places = _places(site)
        self._of_device: dict[DeviceId, list[TargetId]] = {}
        for target in self._places:
            self._of_device.setdefault(device_of(target), []).append(target)
        self._inside = {}
        self._sun: tuple[tuple[Place, date], Sun] | None = None
        self.values.adopt(site.lighting)

    @property
    def devices(self) -> Set[DeviceId]:
        """Devices besides cabinets and poles whose values some program asks for."""
        return self.values.devices

    def area_of(self, target: TargetId) -> str:
        """The area whose photocells speak for a light; empty when none does."""
        return self._places.get(target, _NOWHERE).area

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> Set[TargetId]:
        """The lights for which sky, signals or values mean something else now."""
        anew = self.signals.take_touched() | self.values.look(image, changed, moment)
        for area in self.skies.look(image, changed, moment):
            anew |= self._inside.get(area, set())
        return anew | self._settling(changed) if self.skies.settling else anew

    def next_due_s(self) -> float:
        """When something is due by monotonic time alone."""
        return min(self.skies.next_due_s(), self.values.next_due_s())

    def ask(self, asked: Asked) -> tuple[Request | None, float]:
        """The request of slot 12, and the second of the epoch at which it may change by time alone."""
        place = self._places.get(asked.light.id, _NOWHERE)
        signal = tuple(self._signal_wishes(asked.light.id))
        if not asked.program.conditions:
            self.values.drop(asked.light.id)
        if not (place.area or signal or asked.program.conditions):
            self._put_inside(asked.light.id, place.area, inside=False)
            return self._answer(asked, ()), NEVER_S
        wishes, until_s, inside = [*signal], NEVER_S, False
        if place.area:
            sun = self._sun_at(asked)
            for wish, next_s, within in (*self._lux(asked, place, sun), *self._weather(asked, place, sun)):
                wishes.extend([wish] if wish else ())
                until_s, inside = min(until_s, next_s), inside or within
        if asked.program.conditions:
            sky = NightSky(asked.night, asked.place, self._tz)
            found, next_s = self._values(asked, sky)
            wishes.extend(found)
            until_s = min(until_s, next_s)
        self._put_inside(asked.light.id, place.area, inside=inside)
        return self._answer(asked, wishes), until_s

    # -- wishes -------------------------------------------------------------------------------------------------

    def _lux(self, asked: Asked, place: _Place, sun: Sun) -> Iterator[tuple[Wish | None, float, bool]]:
        """Of the program's two windows: what is wished, when the next of its ends comes, whether it is now."""
        rule = asked.program.lux
        if rule is None:
            return
        evening = evening_window(rule.evening, sun, asked.shift_s)
        morning = morning_window(rule.morning, sun, asked.shift_s)
        band = lux_band(rule, place.grade, asked.program.min_burn_min * 60.0)
        sky = self.skies.sky(place.area, band).sky
        within = evening.holds(asked.at_s)
        wish = self._lit(asked, place.area, band, sky, evening.end_s) if within else None
        yield wish, evening.next_s(asked.at_s), within
        within = morning.holds(asked.at_s)
        wish = self._morning(asked, place.area, rule, band, sky, morning.start_s) if within else None
        yield wish, morning.next_s(asked.at_s), within

    def _lit(self, asked: Asked, area: str, band: Band, sky: Sky, like_s: float) -> Wish | None:
        """Light, as much as the program wants at another moment: at the window's end, at its beginning."""
        if not asks_for_light(sky, burns=asked.burns):
            return None
        percent = asked.level_at(like_s + PAST_EDGE_S)
        return Wish(Origin.LUX, area, percent, self._because(area, band, sky)) if percent > 0.0 else None

    def _morning(self, asked: Asked, area: str, rule: LuxRule, band: Band, sky: Sky, start_s: float) -> Wish | None:
        if rule.mode is LuxMode.ASTRO_AND_LUX:
            return self._lit(asked, area, band, sky, start_s)
        if sky is not Sky.BRIGHT:
            return None
        return Wish(Origin.LUX, area, 0.0, self._because(area, band, sky), darkens=True)

    def _weather(self, asked: Asked, place: _Place, sun: Sun) -> Iterator[tuple[Wish | None, float, bool]]:
        for rule in place.rules:
            spans = day_spans(rule.after_sunrise_min, rule.until_sunset_min, sun, asked.shift_s)
            by_day = any(span.holds(asked.at_s) for span in spans)
            memory = self.skies.sky(place.area, rule.band)
            sky, wish = memory.sky, None
            dark_since_s = asked.at_s - (asked.moment.s - memory.dark_since_s)
            if sky is Sky.KEPT and not any(span.holds(dark_since_s) for span in spans):
                sky = Sky.NO_SIGNAL  # the dark of the night, and no word since: no reason to burn by day
            if by_day and asks_for_light(sky, burns=asked.burns):
                why = self._because(place.area, rule.band, sky)
                reason = both(f"{rule.title_en}: {half(why, zh=False)}", f"{rule.title_zh}：{half(why, zh=True)}")
                wish = Wish(Origin.WEATHER, rule.id, rule.percent, reason)
            yield wish, min(span.next_s(asked.at_s) for span in spans), by_day

    def _signal_wishes(self, target: TargetId) -> Iterator[Wish]:
        signal = self.signals.at(target)
        kind = self.signals.kind(signal) if signal else None
        if signal is None or kind is None:
            return
        zh, en = COLOURS[signal.colour]
        until = f"{signal.expires.astimezone(self._tz):%H:%M}"
        reason = both(
            f"weather signal {kind.title_en} {en} until {until}, set by {signal.by}: {signal.reason}",
            f"{kind.title_zh}{zh}信号，至 {until}（{signal.by}：{signal.reason}）",
        )
        yield Wish(Origin.SIGNAL, signal.id, kind.percent, reason)

    def _values(self, asked: Asked, sky: NightSky) -> tuple[list[Wish], float]:
        which, until_s = [], NEVER_S
        for position, one in enumerate(asked.program.conditions):
            start_s = sky.second(one.start) + asked.shift_s
            end_s = sky.second(one.until) + asked.shift_s
            if start_s <= asked.at_s < end_s:
                which.append(position)
            until_s = min((until_s, *(end for end in (start_s, end_s) if end > asked.at_s)))
        target, program = asked.light.id, asked.program
        self.values.watch(target, program.id, tuple(which), asked.image, asked.moment)
        conditions = [program.conditions[position] for position in which]
        wishes = value_wishes(
            [(one, lookup_of(one.points, target, asked.image, asked.moment.s)) for one in conditions],
            program.id,
            landscape=is_landscape(asked.light),
        )
        return [wish for _, wish in wishes if wish is not None], until_s

    # -- how ----------------------------------------------------------------------------------------------------

    def _sun_at(self, asked: Asked) -> Sun:
        """The circuits of a cabinet come one after the other, and have one sun."""
        key = (asked.place, asked.night)
        if self._sun is None or self._sun[0] != key:
            self._sun = key, sun_crossings(asked.place, asked.night, self._tz)
        return self._sun[1]

    def _answer(self, asked: Asked, wishes: list[Wish] | tuple[Wish, ...]) -> Request | None:
        found = automatic_request(asked.light, wishes, asked.below)
        self.tally.note(asked, found)
        return found[0] if found else None

    def _because(self, area: str, band: Band, sky: Sky) -> str:
        """Why, in words that stay the same for as long as the sky does."""
        known = self.skies.areas[area]
        lux = self.skies.sky(area, band).at_lux
        said = "" if lux is None else f" at {lux:.0f} lx"
        said_zh = "" if lux is None else f"（{lux:.0f} lx）"
        on, off = band.on_below_lx, band.off_above_lx
        return both(
            f"photocells of {known.title_en}: {sky.value}{said} (dark below {on:g}, bright above {off:g} lx)",
            f"{known.title_zh}光照传感器{_SKY_ZH[sky]}{said_zh}，低于 {on:g} lx 为暗、高于 {off:g} lx 为亮",
        )

    def _put_inside(self, target: TargetId, area: str, *, inside: bool) -> None:
        if inside:
            self._inside.setdefault(area, set()).add(target)
        elif area in self._inside:
            self._inside[area].discard(target)

    def _settling(self, changed: Set[DeviceId]) -> set[TargetId]:
        """While a sky settles after a start, what turns out to burn is kept: lights are asked anew as they are read."""
        of_changed = {target for device in changed & self._of_device.keys() for target in self._of_device[device]}
        return {target for area in self.skies.settling for target in of_changed & self._inside.get(area, set())}


def _places(site: Site) -> Mapping[TargetId, _Place]:
    """Every light some photocells speak for; lights for which the same holds share one place."""
    areas = Membership({area.id: area.scopes for area in site.daylight.areas}, site.scopes)
    rules = {rule.id: rule for rule in site.daylight.dark}
    dark = Membership({rule.id: rule.scopes for rule in site.daylight.dark}, site.scopes)
    shared: dict[_Place, _Place] = {}
    places = {}
    for target, light in site.scopes.lights.items():
        area = next(iter(areas.of(light)), "")
        if not area:
            continue
        grade = Grade(light.grade)
        road = light.light_class is LightClass.ROAD
        found = tuple(rules[name] for name in dark.of(light) if road and grade in rules[name].grades)
        place = _Place(area, grade, found)
        places[target] = shared.setdefault(place, place)
    return places
