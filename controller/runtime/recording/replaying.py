"""A recording run again through the logic of today: the same disciplines over the recorded inputs and a hand clock.

Open loop: what the field answered is as recorded, whatever is decided now. After the first difference the readings
are those that followed the recorded decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from controller.domain.errors import UnknownTarget
from controller.domain.image import Block, Image
from controller.domain.points import DeviceId, TargetId
from controller.logic.contract import Moment
from controller.runtime.deciding import decide
from controller.runtime.recording.blocks import apply_blocks
from controller.runtime.recording.comparing import Comparison, Difference
from controller.runtime.recording.core import Core, fresh_core
from controller.runtime.recording.frames import Outcome, Why, outcome, said_of
from controller.runtime.recording.reading import Beginning, RecordedTurn
from controller.runtime.recording.tape import Call
from controller.settings.site import Site

log = structlog.get_logger("replay")

SiteOf = Callable[[str, float], Site]
"""The site to replay with, of the recorded one's hash and the speed of its clock."""


class HandClock:
    """Stands where it was put."""

    speed = 1.0

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Recorded wall time."""
        return self.moment.wall

    def monotonic(self) -> float:
        """Recorded monotonic seconds."""
        return self.moment.s

    async def sleep(self, seconds: float) -> None:
        """Nothing waits in a replay."""
        raise AssertionError(f"a replay never waits, not even {seconds} s")


@dataclass(slots=True)
class Report:
    """What a replay found. ``notes``: starts, reloads and gaps on the way, in words."""

    turns: int = 0
    first: datetime | None = None
    last: datetime | None = None
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_applied: int = 0
    """Recorded acts of people on targets that the site replayed with does not have."""


@dataclass(slots=True)
class _Running:
    core: Core
    site: Site
    clock: HandClock
    blocks: dict[DeviceId, Block]
    anew: set[str]
    """Disciplines that look at every device in their next turn: the site is not the recorded one."""


class Replay:
    """Runs one recording. ``since`` and ``until``: what is compared; what lies before only warms up."""

    def __init__(
        self,
        site_of: SiteOf,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        wanted: Callable[[TargetId], bool] = lambda _: True,
    ) -> None:
        self._site_of = site_of
        self._since = since
        self._until = until
        self._comparison = Comparison(wanted)
        self._report = Report()
        self._running: _Running | None = None

    def run(self, recorded: Iterable[Beginning | RecordedTurn]) -> Report:
        """Replay to the end, or to ``until``.

        Raises:
            ControllerError: the recording, or a configuration it needs, cannot be used.
        """
        for one in recorded:
            if self._until is not None and one.moment.wall > self._until:
                break
            if isinstance(one, Beginning):
                self._begin(one)
            elif self._running is not None:
                self._turn(one, self._running)
        report = self._report
        report.differences, report.turns = self._comparison.differences(), self._comparison.turns
        return report

    def _begin(self, given: Beginning) -> None:
        """Take a snapshot up, unless the replay can simply go on."""
        if given.why is Why.PERIODIC and self._running is not None:
            return
        if self._counts(given.moment.wall) and given.why is not Why.PERIODIC:
            self._report.notes.append(_note(given))
        site = self._site_of(given.config_hash, given.speed)
        clock = HandClock(given.moment)
        core = fresh_core(site, clock)
        core.resume(given.memories, given.last)
        blocks: dict[DeviceId, Block] = {}
        apply_blocks(((), given.blocks), blocks, site.ageings)
        decisions = given.memories["book"]["_decisions"]
        self._comparison.begin({target: said_of(one.winner) for target, one in decisions.items()}, given.held)
        anew: set[str] = set()
        if site.config_hash != given.config_hash:
            core.adopt(site)
            anew = {core.lighting.name, core.water.name}
        self._running = _Running(core, site, clock, blocks, anew)

    def _turn(self, given: RecordedTurn, running: _Running) -> None:
        for call in given.calls:
            self._repeat(call, running.core)
        running.clock.moment = given.moment
        for target, write in given.last.items():
            if write is None:
                running.core.last.pop(target)
            else:
                running.core.last[target] = write
        apply_blocks(given.blocks, running.blocks, running.site.ageings)
        came = _decided(given, running)
        wall = given.moment.wall
        counts = self._counts(wall)
        self._comparison.turn(wall, given.came, came, counts=counts)
        if counts:
            self._report.first = self._report.first or wall
            self._report.last = wall

    def _repeat(self, call: Call, core: Core) -> None:
        try:
            call.repeat(core)
        except (KeyError, UnknownTarget):
            self._report.not_applied += 1

    def _counts(self, wall: datetime) -> bool:
        return self._since is None or wall >= self._since


def _decided(given: RecordedTurn, running: _Running) -> Outcome:
    """One turn of today's logic. A turn that failed then is expected to fail now: the boundary is the cycle's."""
    core, book = running.core, running.core.book
    discipline = core.lighting if given.discipline == core.lighting.name else core.water
    changed = set(given.changed & discipline.devices)
    if discipline.name in running.anew:
        running.anew.discard(discipline.name)
        changed = set(discipline.devices)
    book.expire(given.moment.s)
    settled = given.settled & discipline.targets
    image = Image(running.blocks)
    try:
        decided, acts = decide(discipline, book, image, changed, settled, given.moment)
    except Exception:  # the replay's side of the named supervision boundary of the cycle
        log.exception("replayed_turn_failed", discipline=discipline.name)
        return outcome((), (), core.verdicts.take_touched(), failed=True)
    return outcome(decided, acts, core.verdicts.take_touched(), failed=False)


def _note(given: Beginning) -> str:
    words = {
        Why.START: "the controller started",
        Why.RELOAD: "the configuration was swapped",
        Why.GAP: f"{given.lost} turns before this were not recorded",
    }
    return f"{given.moment.wall.isoformat(timespec='seconds')}: {words[given.why]}"
