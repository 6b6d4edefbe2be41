"""The recorder on the control loop's side: hands frozen things over to a thread, and never waits for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision
from controller.logic.contract import Moment
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.dispatch import Act
from controller.runtime.recording.core import Core
from controller.runtime.recording.frames import Snapshot, TurnFrame, Why, held_of
from controller.runtime.recording.scribe import Scribe
from controller.runtime.recording.tape import Tape
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.recording import FOLDER

log = structlog.get_logger("recording")

WAITING_MAX = 2_000
"""Frames that may wait for the thread (a quarter of an hour of two quiet cycles); beyond it a gap is recorded."""
TOGETHER, TOGETHER_S = 32, 2.0
"""The thread is woken for so many frames, or once the oldest has waited so many clock seconds."""
CROWDED_S = 6.0
"""While a large switch is under way its turns may wait this long: the thread would take the machine from it."""
SNAPSHOT_S = 3600.0
"""Clock seconds between two snapshots of everything remembered; a replay begins at the last one before it."""
AGAIN_S = 60.0
"""Clock seconds until recording is tried again after the disk refused."""
SOURCE, LOST = "recording", "not_recorded"


class Recorder:
    """A ``Witness`` of every turn. Control goes on whatever becomes of the recording; a gap in it is alarmed."""

    def __init__(
        self,
        core: Core,
        table: ImageTable,
        *,
        site: Site,
        clock: Clock,
        data: Path,
        alarms: AlarmBook,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """``crowded``: whether a large switch is under way."""
        self._crowded = crowded
        self._core = core
        self._table = table
        self._clock = clock
        self._alarms = alarms
        self._site = site
        self._folder = data / FOLDER
        self._scribe = Scribe(self._folder, site.recording)
        self._tape = Tape(core)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zhadao-recording")
        self._waiting: deque[Snapshot | TurnFrame] = deque()
        self._writing: asyncio.Future[None] | None = None
        self._on = False
        self._open: tuple[str, Moment] | None = None
        self._given: tuple[Image, frozenset[DeviceId], frozenset[TargetId], frozenset[DeviceId]] | None = None
        self._came: tuple[tuple[Decision, ...], tuple[Act, ...]] | None = None
        self._lost = 0
        self._resume_s: float | None = None
        self._snapshot_s = 0.0

    def begin(self, config: Path | None) -> None:
        """What stood before the start was restored: record from here on. ``config``: the site's folder."""
        if not self._site.recording.enabled:
            self._executor.shutdown()
            return
        self._on = True
        self._scribe.config, self._scribe.lighting = config, published_files(self._site)
        self._anew(Why.START)

    def adopted(self, site: Site, config: Path | None) -> None:
        """The configuration was swapped. Whether to record at all is asked at the start only."""
        self._site = site
        self._scribe.settings = site.recording
        self._scribe.config, self._scribe.lighting = config, published_files(site)
        if self._on:
            self._anew(Why.RELOAD)

    async def close(self) -> None:
        """Write what was taken and end."""
        if not self._on:
            return
        self._on, self._tape.deaf = False, True
        if self._writing is not None:
            await asyncio.wait([self._writing])
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._finish)
        except (OSError, StoreError) as error:
            log.error("recording_failed", reason=str(error))
        self._executor.shutdown()

    # -- a turn -------------------------------------------------------------------------------------------------

    def begins(self, discipline: str, moment: Moment) -> None:
        """A turn begins: the tape listens no more."""
        self._tape.deaf = True
        self._open, self._given, self._came = (discipline, moment), None, None

    def given(self, image: Image, changed: Set[DeviceId], settled: Set[TargetId]) -> None:
        """What it decides on."""
        touched = frozenset(self._table.take_replaced())  # the image was taken in this very moment
        self._given = (image, frozenset(changed), frozenset(settled), touched)

    def ended(self, decided: Sequence[Decision], acts: Sequence[Act]) -> None:
        """What came of it."""
        self._came = (tuple(decided), tuple(acts))

    def over(self) -> None:
        """The turn is over: hand it to the thread."""
        if not self._on or self._open is None:
            return
        name, moment = self._open
        if self._resume_s is None:
            self._push(self._frame(name, moment))
        else:
            self._lost += 1
        self._forget()
        if self._resume_s is not None:
            self._try_again(moment.s)
        elif moment.s >= self._snapshot_s:
            self._push(self._snapshot(Why.PERIODIC, moment))
        self._tape.deaf = False

    def _frame(self, name: str, moment: Moment) -> TurnFrame:
        given = self._given or (self._table.snapshot(), frozenset(), frozenset(), self._table.take_replaced())
        image, changed, settled, touched = given
        decided, acts = self._came or ((), ())
        return TurnFrame(
            name,
            moment,
            image,
            changed,
            settled,
            self._tape.take(),
            self._core.last.take_touched(),
            decided,
            acts,
            self._core.verdicts.take_touched(),
            failed=self._came is None,
            touched=frozenset(touched),
        )

    # -- snapshots and gaps -------------------------------------------------------------------------------------

    def _anew(self, why: Why) -> None:
        self._forget()
        self._push(self._snapshot(why, Moment(self._clock.now(), self._clock.monotonic())))
        self._tape.deaf = False

    def _forget(self) -> None:
        """What was told since the last turn lies in the frame, or in the snapshot, that follows."""
        self._tape.take()
        self._core.last.take_touched()
        self._core.verdicts.take_touched()

    def _snapshot(self, why: Why, moment: Moment) -> Snapshot:
        self._snapshot_s = moment.s + SNAPSHOT_S
        lost, self._lost = self._lost, 0
        memories, last = self._core.memories(), dict(self._core.last)
        held, image = held_of(self._core.verdicts), self._table.snapshot()
        return Snapshot(why, moment, self._site.config_hash, self._clock.speed, memories, last, held, image, lost)

    def _try_again(self, now_s: float) -> None:
        """After a gap everything remembered is written down anew, once the thread has caught up."""
        if self._resume_s is None or now_s < self._resume_s or self._writing is not None:
            return
        if self._waiting:
            self._start_writing()
            return
        self._resume_s = None
        self._push(self._snapshot(Why.GAP, Moment(self._clock.now(), self._clock.monotonic())))
        self._alarms.clear(SOURCE, LOST)

    def _gap(self, until_s: float, why: str) -> None:
        self._resume_s = until_s
        log.error("recording_gap", reason=why)
        text = f"decisions are not recorded for replay at the moment, control goes on: {why}"
        self._alarms.set(SOURCE, LOST, text, Priority.LOW)

    # -- the thread ---------------------------------------------------------------------------------------------

    def _push(self, frame: Snapshot | TurnFrame) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._lost += 1
            self._gap(self._clock.monotonic(), f"{WAITING_MAX} turns wait for the disk of {self._folder}")
            return
        self._waiting.append(frame)
        if self._writing is not None:
            return  # the thread takes it along; what it leaves is looked at when it ends
        since_s = frame.moment.s - self._waiting[0].moment.s
        due = len(self._waiting) >= TOGETHER or since_s >= TOGETHER_S
        if since_s >= CROWDED_S or (due and not self._crowded()):
            self._start_writing()

    def _start_writing(self) -> None:
        writing = asyncio.get_running_loop().run_in_executor(self._executor, self._write)
        self._writing = writing
        writing.add_done_callback(self._written)

    def _write(self) -> None:
        began_s = self._waiting[-1].moment.s if self._waiting else 0.0
        while self._waiting and self._waiting[0].moment.s <= began_s:  # what comes meanwhile waits like any other
            self._scribe.write(self._waiting.popleft())

    def _finish(self) -> None:
        self._write()
        self._scribe.close()

    def _written(self, writing: asyncio.Future[None]) -> None:
        """Supervision boundary of the thread: whatever it raised, control goes on and people are told."""
        self._writing = None
        error = None if writing.cancelled() else writing.exception()
        if error is not None:
            self._lost += len(self._waiting) + 1
            self._waiting.clear()
            self._scribe.give_up()
            self._gap(self._clock.monotonic() + AGAIN_S, f"{type(error).__name__}: {error}")
        elif len(self._waiting) >= TOGETHER and not self._crowded():
            self._start_writing()


def published_files(site: Site) -> Mapping[str, str] | None:
    """The lighting files in force, where they are not the folder's own."""
    return site.lighting_version.files if site.lighting_version.number else None
