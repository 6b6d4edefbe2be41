"""``zhadao tonight``: what will happen in a scope, when, by which mode; what holds now; what the sky did so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.lighting_words import cause_zh
from controller.logic.operating_states import LightMeasures
from controller.logic.scopes import Scope, parse_scope
from controller.logic.tonight import Crowd, Line, tonight
from controller.runtime.book import RequestBook
from controller.runtime.conditions.parts import Conditions
from controller.runtime.daylight.crowds import Crowds, Night
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.daylight.exceptions_now import exceptions_now
from controller.runtime.daylight.spell_lines import spell_lines
from controller.runtime.daylight.tonight_views import TonightLine, TonightView, WindowLine
from controller.runtime.local_time import LocalTime
from controller.settings.site import Site
from schedules.astro import night_of, sun_crossings, utc
from schedules.when import MODE_ZH

AFTER_SUNRISE = timedelta(hours=1)
"""From then on, "tonight" is the coming night."""
Sees = Callable[[DeviceId], bool]


class TonightDesk:
    """Only looks. What it works out of programs it keeps until the configuration or the night is another."""

    def __init__(
        self,
        site: Site,
        *,
        asked: Daylight,
        clock: Clock,
        book: RequestBook,
        conditions: Conditions,
        local: LocalTime,
    ) -> None:
        self._asked = asked
        self._clock = clock
        self._book = book
        self._conditions = conditions
        self._local = local
        self._crowds = Crowds(site, self._measures)
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._crowds.adopt(site)

    async def view(self, scope: str = "city", night: date | None = None, sees: Sees = lambda _: True) -> TonightView:
        """A scope's night; ``sees`` says of which devices the caller may see anything. In slices: a city is large.

        Raises:
            InvalidValue: no such scope.
        """
        self._scope(scope)
        await self._crowds.ready()
        return self._told(self._scope(scope), night, sees)

    def _told(self, where: Scope, night: date | None, sees: Sees) -> TonightView:
        """In one go, that all of it is of one moment and one configuration."""
        now = self._clock.now()
        when = night or self.tonight(now)
        targets = _visible(self._site.scopes.targets(where), sees)
        crowds = list(self._crowds.of(targets, when))
        lines, burning = tonight((crowd, found.periods) for crowd, found in crowds)
        mode, title = self._site.lighting.calendar.mode_of(when)
        told = tuple(self._line(line) for line in lines)
        rules = sorted({found.rule for _, found in crowds if found.rule})
        lights, lamps = len(targets), sum(crowd.lamps for crowd, _ in crowds)
        return TonightView(
            scope=str(where),
            night=when.isoformat(),
            mode=mode.value if title is None else f"{mode.value}: {title.en}",
            mode_zh=MODE_ZH[mode] if title is None else f"{MODE_ZH[mode]}（{title.zh}）",
            rules=tuple(rules),
            now=now,
            lights=lights,
            lamps=lamps,
            rated_kw=sum(crowd.rated_w for crowd, _ in crowds) / 1000.0,
            planned_light_h=burning.light_h,
            planned_kwh=burning.kwh,
            lines=told,
            windows=tuple(self._windows(crowds, when)),
            exceptions=exceptions_now(
                frozenset(targets), self._book, self._conditions, self._asked.signals, self._local
            ),
            daylight=spell_lines(frozenset(targets), self._asked, told, now, self._local, since=self._begins(when)),
            daylight_since=self._asked.tally.since,
            text_en=f"night of {when}, {mode.value}: {lights} lights, {lamps} lamps, {burning.kwh:,.0f} kWh planned",
            text_zh=f"{when} 当晚（{MODE_ZH[mode]}）：{lights} 路、{lamps} 盏，计划用电 {burning.kwh:,.0f} kWh",
        )

    def tonight(self, now: datetime) -> date:
        """The night a person means who asks now: by day the coming one."""
        night = night_of(now, self._site.lighting.tz)
        place = next((division.centre for division in self._site.divisions.values()), None)
        if place is None:
            return night
        sunrise = utc(sun_crossings(place, night, self._site.lighting.tz).morning_s)
        return night + timedelta(days=1) if now > sunrise + AFTER_SUNRISE else night

    def _begins(self, night: date) -> datetime:
        """What happened in the day before a night belongs to what is told of it: early on in dark weather."""
        place = next(division.centre for division in self._site.divisions.values())
        yesterday = night - timedelta(days=1)
        return utc(sun_crossings(place, yesterday, self._site.lighting.tz).morning_s) - AFTER_SUNRISE

    def _scope(self, text: str) -> Scope:
        scope = parse_scope(text)
        if not self._site.scopes.known(scope):
            raise InvalidValue(f"nothing is lit in {scope}; check its name: `zhadao group list`, `zhadao status`")
        return scope

    def _measures(self, device: DeviceId) -> LightMeasures:
        return self._conditions.declared.measures(device)

    def _line(self, line: Line) -> TonightLine:
        first, last = utc(line.first_s), utc(line.last_s)
        names = sorted(line.programs.items(), key=lambda item: -item[1])
        what = {"on": ("ON", "开灯"), "off": ("OFF", "关灯")}.get(line.turns, (f"to {line.turns}", f"调至{line.turns}"))
        kinds = ("landscape lights", "路景观照明") if line.landscape else ("lights", "路")
        by_en = ", ".join(f"{en} {count}" for (_, en), count in names[:4]) + (" …" if len(names) > 4 else "")
        by_zh = "、".join(f"{zh} {count}" for (zh, _), count in names[:4]) + ("等" if len(names) > 4 else "")
        span = self._span(first, last)
        return TonightLine(
            first=first,
            last=last,
            to=line.turns,
            lights=line.lights,
            lamps=line.lamps,
            kw_step=line.kw,
            light_class="landscape" if line.landscape else "road",
            cause=line.cause,
            text_en=f"{span} {line.lights} {kinds[0]} {what[0]}: {line.cause} ({by_en})",
            text_zh=f"{span} {line.lights} {kinds[1]}{what[1]}：{cause_zh(line.cause)}（{by_zh}）",
            programs=tuple((zh, en, count) for (zh, en), count in names),
        )

    def _span(self, first: datetime, last: datetime) -> str:
        one, other = self._local.hour(first), self._local.hour(last)
        return one if one == other else f"{one}–{other}"

    def _windows(self, crowds: Sequence[tuple[Crowd, Night]], night: date) -> Iterator[WindowLine]:
        """When photocells may act, by program; from the earliest sun of the site's divisions to the latest."""
        counts: dict[str, int] = {}
        programs = {}
        for crowd, found in crowds:
            if found.program.lux is not None:
                counts[found.program.id] = counts.get(found.program.id, 0) + crowd.lights
                programs[found.program.id] = found.program
        suns = [
            sun_crossings(division.centre, night, self._site.lighting.tz) for division in self._site.divisions.values()
        ]
        for name, program in sorted(programs.items()):
            rule = program.lux
            if rule is None or not suns:
                continue
            for minutes, sun_s, en, zh in (
                (rule.evening, [sun.evening_s for sun in suns], "bring ON earlier", "提前开灯"),
                (
                    rule.morning,
                    [sun.morning_s for sun in suns],
                    _morning(rule.mode.value)[0],
                    _morning(rule.mode.value)[1],
                ),
            ):
                first, last = utc(min(sun_s) + minutes[0] * 60.0), utc(max(sun_s) + minutes[1] * 60.0)
                span = self._span(first, last)
                yield WindowLine(
                    first,
                    last,
                    counts[name],
                    f"{span} photocells may {en}: {counts[name]} lights of {program.title.en}",
                    f"{span} 光控可{zh}：{program.title.zh} {counts[name]} 路",
                )


def _morning(mode: str) -> tuple[str, str]:
    return ("bring OFF earlier", "提前关灯") if mode == "lux" else ("keep ON longer", "推迟关灯")


def _visible(targets: Sequence[TargetId], sees: Sees) -> list[TargetId]:
    known: dict[DeviceId, bool] = {}
    found = []
    for target in targets:
        device = device_of(target)
        seen = known.get(device)
        if seen is None:
            seen = known[device] = sees(device)
        if seen:
            found.append(target)
    return found
