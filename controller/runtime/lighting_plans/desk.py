"""Where programs, calendars and nights to come are asked for. Nothing is changed here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from controller.logic.scopes import parse_scope
from controller.runtime.lighting_plans.looking import Light, Together, year_of
from controller.runtime.lighting_plans.views import PlannedNight, PlannedYear, TalqBook, TalqView
from controller.settings.site import Site
from schedules.astro import night_of
from schedules.talq import program_in_talq
from schedules.talq_calendar import Horizon, calendar_in_talq
from schedules.talq_words import DAY_OFFSET, TALQ_VERSION, Said

IN_ONE_GO = 500
"""Lights looked at between two chances for everybody else."""
HORIZON_NIGHTS = 731
"""Two years: as far as holidays and lunar dates are written out for TALQ."""


class LightingPlanDesk:
    """Answers from the site in force."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._clock = clock
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def tonight(self) -> date:
        """The night that is now, dated by its sunset."""
        return night_of(self._clock.now(), self._site.lighting.tz)

    def lights(self, scope: str) -> tuple[TargetId, ...]:
        """The lights of a scope, or the one light named.

        Raises:
            InvalidValue: no such scope; says what would be right.
        """
        scopes = self._site.scopes
        found = scopes.targets(parse_scope(scope))
        if not found:
            raise InvalidValue(
                f"no light has the scope {scope}: see `zhadao group list` and the assets' roads and grades"
            )
        return found

    async def nights(self, targets: Iterable[TargetId], night: date | None) -> list[PlannedNight]:
        """One night of these lights; None: tonight. Worked out in slices: a scope may be a whole city."""
        together = Together(self._site)
        for position, target in enumerate(targets):
            together.add(target)
            if position % IN_ONE_GO == IN_ONE_GO - 1:
                await asyncio.sleep(0)
        found = []
        for planned in together.nights(night or self.tonight()):
            found.append(planned)
            await asyncio.sleep(0)
        return found

    def year(self, target: TargetId, first: date | None) -> PlannedYear:
        """A year of a light from a night on; None: from tonight."""
        return year_of(self._site, target, first or self.tonight())

    def programs(self) -> TalqBook:
        """Every program in TALQ's words."""
        plan, owner = self._site.lighting, self._site.name
        counted: dict[str, int] = {}
        for light in self._own():
            counted[light.program] = counted.get(light.program, 0) + 1
        items = [
            _view(program_in_talq(program, owner), program.title.zh, program.title.en, counted.get(name, 0))
            for name, program in plan.programs.items()
        ]
        return TalqBook(TALQ_VERSION, DAY_OFFSET, owner, tuple(items))

    async def calendars(self) -> TalqBook:
        """One calendar for each program and set of rules that lights have, in TALQ's words."""
        plan, owner, tonight = self._site.lighting, self._site.name, self.tonight()
        horizon = Horizon(tonight, tonight + timedelta(days=HORIZON_NIGHTS))
        kinds: dict[tuple[str, int], list[TargetId]] = {}
        for light in self._own():
            kinds.setdefault((light.program, plan.calendar.standing(light.id)), []).append(light.id)
        items = []
        for (program, standing), lights in sorted(kinds.items()):
            said = calendar_in_talq(plan.calendar, program, owner, horizon, standing, lights[0])
            title = plan.programs[program].title if program in plan.programs else None
            items.append(_view(said, title.zh if title else program, title.en if title else program, len(lights)))
            await asyncio.sleep(0)
        return TalqBook(TALQ_VERSION, DAY_OFFSET, owner, tuple(items))

    def _own(self) -> Iterator[Light]:
        for cabinet in self._site.city.cabinets.values():
            yield from cabinet.circuits
        for pole in self._site.city.poles.values():
            yield from pole.luminaires


def _view(said: Said, zh: str, en: str, lights: int) -> TalqView:
    return TalqView(
        said.talq,
        said.exact,
        zh,
        en,
        lights,
        tuple(one.zh for one in said.unsaid),
        tuple(one.en for one in said.unsaid),
    )
