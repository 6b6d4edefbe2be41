"""What is written down before an act, after it, and what happens when it cannot be written.

Manual commands need the journal: no evidence, no act. Automation and safety go on without it, loudly; what they do is
written to a second medium where there is one, and kept in memory for the journal's return where there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from controller import __version__
from controller.domain.clock import Clock
from controller.domain.drill import DrillMark
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.rights import Caller
from controller.runtime.alarms import AlarmBook
from controller.runtime.evidence_alarms import EvidenceAlarms
from controller.runtime.patience import PATIENCE_S, in_time
from controller.store.checkpoints import EVERY
from controller.store.journal import SELF, Journal
from controller.store.lines import ANNOUNCED, GAP, Entry, line_of, wall_text
from controller.store.second import SecondMedium

log = structlog.get_logger("evidence")

VOID = "_void"
"""Ends the kind of the line that takes back an act's line: journalled, and then not done."""
GROUP_S = 0.2
"""Outcomes are gathered this long and journalled as one record."""
RETRY_S = 2.0
"""How often a journal that could not be written is tried again when nobody else asks for it."""
MOST_WAITING = 10_000
"""Entries kept in memory while neither medium takes them; older ones are dropped, and the journal says how many."""
NOT_ANSWERED = f"the journal's disk has not answered for {PATIENCE_S:g} s: see to the disk; the line follows if it can"
"""What a write is told that is not waited for any longer."""


class Evidence:
    """The journal as the controller uses it. ``second`` is where evidence goes while the journal takes none. In a
    ``drill`` every line says so."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        second: SecondMedium | None = None,
        drill: DrillMark | None = None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._second = second
        self._sign: Mapping[str, Any] = {} if drill is None else {"drill": drill.run}
        self._loud = EvidenceAlarms(second.path if second else None)
        self._later: list[Entry] = []
        self._dropped = 0
        self._dropped_since = ""
        self._pending = asyncio.Event()
        self._hung = 0
        """Writes the disk has not answered for so long that nobody waits for them any more."""
        self.healthy = True

    def announcing(self, config_hash: str) -> Mapping[str, Any]:
        """What the line ``started`` says: which program and configuration, and whose signatures count from here on."""
        return {"config_hash": config_hash, "version": __version__, ANNOUNCED: self._journal.public_key}

    def alarm_in(self, alarms: AlarmBook) -> None:
        """Where a journal that cannot be written is made loud."""
        self._loud.into(alarms)

    async def begin(self) -> None:
        """Try the second medium while it is not needed yet; one that cannot be used is an alarm, not an obstacle."""
        if self._second is None:
            return
        try:
            await self._second.open()
        except StoreError as error:
            self._loud.second_failed(error)
        self._pending.set()

    async def before(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Durable when it returns.

        Raises:
            StoreError: it could not be written; a manual act must not follow. The attempt is told later, as void; a
                caller whose act goes on in part (what protects) says so with a line of its own.
        """
        entry = self._entry(kind, actor, target, data)
        try:
            written = await self._write_in_time(entry, lambda _: None)
        except StoreError as error:
            self._put_off(_taken_back(entry, str(error)))
            raise
        if not written:
            self._put_off(_taken_back(entry, NOT_ANSWERED))
            raise StoreError(NOT_ANSWERED)

    async def before_automation(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Like ``before``, but an unwritable journal does not stop what must go on: the entry follows as it can."""
        entry = self._entry(kind, actor, target, data)
        try:
            await self._write_in_time(entry, lambda error: self._put_off(entry) if error else None)
        except StoreError as error:
            log.error("journal_unwritable", kind=kind, target=target, reason=str(error))
            self._put_off(entry)

    async def void(self, kind: str, caller: Caller, target: str, data: Mapping[str, Any]) -> None:
        """Say that an act of this kind, journalled already, was not done: a line ``order_void`` for ``order``.

        ``data`` names the act's line as it named itself (its ``request``) and ``why``. It never raises: a line that
        cannot be written now is written as soon as the journal can be again.
        """
        await self.before_automation(f"{kind}{VOID}", caller.actor, target, data)

    def later(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Written within ``GROUP_S``, in order, by ``run``; nothing waits for it (slots 1–2, outcomes)."""
        self._put_off(self._entry(kind, actor, target, data))

    async def run(self) -> None:
        """Write what was put off, for ever; on cancellation the rest is written first."""
        try:
            while True:
                await self._pending.wait()
                await self._clock.sleep(GROUP_S if self.healthy else RETRY_S)
                await self.flush()
        finally:
            await self.flush()
            await self._give_up()

    async def sign(self) -> None:
        """Sign where the journal ends as often as checkpoints are due, also when few lines come; for ever."""
        while True:
            await self._clock.sleep(EVERY.total_seconds())
            await self._journal.sign(self._clock.now())
            self._loud.proofs(self._journal.weakness)

    async def flush(self) -> None:
        """Write what was put off, now: to the journal, else to the second medium, else it waits for the next try."""
        self._pending.clear()
        entries, self._later = [_sound(entry) for entry in self._later], []
        try:
            await self._write_late(entries)
        except StoreError as error:
            await self._beside(entries, str(error))
            self._pending.set()
            return
        try:
            await self._mark_stay()
        except StoreError as error:
            self._lost(error)

    async def _give_up(self) -> None:
        """The process ends: what still waits is counted as lost, for the journal to say so if it can at its close."""
        if not self._later:
            return
        log.error("journal_entries_lost", entries=len(self._later))
        with contextlib.suppress(StoreError):
            await self._journal.append(self._later)

    def _put_off(self, entry: Entry) -> None:
        self._later.append(entry)
        if len(self._later) > MOST_WAITING:  # the disk hangs: nobody takes them meanwhile
            self._drop_oldest(len(self._later) - MOST_WAITING)
        self._pending.set()

    def _drop_oldest(self, count: int) -> None:
        self._dropped_since = self._dropped_since if self._dropped else wall_text(self._later[0].wall)
        self._dropped += count
        self._later = self._later[count:]

    async def _write_in_time(self, entry: Entry, late: Callable[[BaseException | None], None]) -> bool:
        """Whether it was written in time. Otherwise it is on its way, and ``late`` is told how that ended.

        Raises:
            StoreError: it is not on its way: it could not be written, or others wait for a disk that hangs.
        """
        if self._hung:
            raise StoreError(NOT_ANSWERED)

        def ended(error: BaseException | None) -> None:
            self._hung -= 1
            late(error)

        if await in_time(self._write([entry]), ended):
            return True
        self._hung += 1
        self._lost(StoreError(NOT_ANSWERED))
        return False

    async def _write(self, entries: Sequence[Entry]) -> None:
        try:
            await self._journal.append(entries, kept=True)
        except StoreError as error:
            self._lost(error)
            raise
        self._returned()

    async def _write_late(self, entries: Sequence[Entry]) -> None:
        dropped, since, self._dropped = self._dropped, self._dropped_since, 0
        if dropped:
            told = {"lost": dropped, "since": since, "error": f"more than {MOST_WAITING} entries waited to be written"}
            entries = [Entry(GAP, self._clock.now(), SELF, data=told), *entries]
        try:
            if entries:
                await self._write(entries)
            elif not self._journal.healthy:
                await self._journal.mend()
                self._returned()
        except StoreError as error:
            self._dropped, self._dropped_since = self._dropped + dropped, since or self._dropped_since
            self._lost(error)
            raise

    async def _beside(self, entries: list[Entry], error: str) -> None:
        """What the journal did not take: to the second medium, else back in line."""
        if self._second is not None and entries:
            try:
                await self._second.take(entries, self._journal.head, error)
            except StoreError as trouble:
                self._loud.second_failed(trouble)
            else:
                self._loud.second_fine()
                return
        self._later = [*entries, *self._later]
        if len(self._later) > MOST_WAITING:
            self._drop_oldest(len(self._later) - MOST_WAITING)

    async def _mark_stay(self) -> None:
        """The journal is told which lines of the second medium belong into its gap."""
        stay = self._second.stay if self._second is not None else None
        if self._second is None or stay is None:
            return
        seq = await self._journal.append([stay.mark(self._clock.now())], kept=True)
        await self._second.marked(stay, seq, self._clock.now())

    def _lost(self, error: StoreError) -> None:
        self.healthy = False
        self._pending.set()
        self._loud.lost(error)

    def _returned(self) -> None:
        if not self.healthy:
            self.healthy = True
            self._pending.set()
            self._loud.returned()
        self._loud.proofs(self._journal.weakness)

    def _entry(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> Entry:
        return Entry(kind=kind, wall=self._clock.now(), actor=actor, target=target, data={**data, **self._sign})


def _sound(entry: Entry) -> Entry:
    """The entry, or what can be said of one that cannot be written: one defect must not silence all that follows."""
    try:
        line_of(entry)
    except InvalidValue as defect:
        log.error("journal_entry_unsound", kind=entry.kind, reason=str(defect))
        actor = entry.actor.encode("utf-8", "replace").decode("utf-8")
        return replace(entry, actor=actor, target="", data={"unsound": ascii(str(defect))})
    return entry


def _taken_back(entry: Entry, why: str) -> Entry:
    said = {**entry.data, "why": f"what needs the journal was not done: {why}"}
    return replace(entry, kind=f"{entry.kind}{VOID}", data=said)
