"""A whole controller (every desk, real stores) over a field in memory, turned by hand, killed and begun again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from controller.assembly import Assembly
from controller.assembly.taking_up import take_up
from controller.domain.command import Command
from controller.domain.image import LinkState, View
from controller.domain.rights import Caller
from controller.runtime.people.records import ApiKey, User
from controller.runtime.people.secrets import digest_of
from controller.runtime.people.spans import NEVER
from controller.store.changes import Change
from controller.store.store import Store
from tests.unit.logic.water_rig import PS, Plant
from tests.unit.runtime.authority_site import DEVICES, EAST_LC, MACHINE, PEOPLE, WEST_LC, authority_site
from tests.unit.runtime.core_field import CabinetPlant, HandClock
from tests.unit.runtime.core_rig import Wire

T = TypeVar("T")
SCADA = Caller("scada", "", "key:scada")


class AuthorityRig:
    """One process after another over one field and one data folder. ``run`` drives what people ask to its end."""

    def __init__(self, start: datetime) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="zhadao-authority-", dir=_quick_folder())
        self.data = Path(self._folder.name)
        self.clock = HandClock(start)
        self.site = authority_site()
        self.station = self.site.city.stations[PS]
        self.pumps = Plant(self.station)
        self.lamps = {WEST_LC: CabinetPlant(), EAST_LC: CabinetPlant()}
        self.wires = {device: Wire(self, device) for device in DEVICES}  # as much as it needs
        self.broken: set[str] = set()
        self.callers: dict[str, list[Caller]] = {}
        self._begin()
        self._settle_people()

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        """Drive an act to its end."""
        return self._runner.run(act)

    # -- the process --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.store = Store.open(self.data)
        self.run(self._make())
        self.journal = sqlite3.connect(f"file:{self.store.folder.journal}?mode=ro", uri=True, isolation_level=None)
        self.begun()
        self.read()

    async def _make(self) -> None:
        self.assembly = Assembly(self.site, self.clock, self.store)
        self.assembly.ask_rights()
        self.dispatcher, self.desks = self.assembly.dispatcher, self.assembly.desks
        self.dispatcher.route(self.wires)  # the one method dispatch needs
        await take_up(self.assembly)

    def _settle_people(self) -> None:
        """The people are in the book, each signed in twice, and a machine has its key; that is a story of its own."""
        known = self.assembly.people.known
        key = ApiKey("scada", "scada", "zk_scada", digest_of("x"), MACHINE.grants, NEVER, "", "")
        known.book.put_key(key)
        changes: list[Change] = [key.record()]
        for name, one in PEOPLE.items():
            user = User(name, grants=one.grants, password="-")  # noqa: S106 - nobody signs in by it
            known.book.put(user)
            changes.append(user.record())
            self.callers[name] = [self._signed_in(name, changes), self._signed_in(name, changes)]
        self.run(self.store.state.apply(changes))

    def begun(self) -> None:
        """A process began."""

    def kill(self) -> None:
        """The process dies: what is not on the disk is gone, and so is everything on its wires."""
        self.mend_disks()
        for wire in self.wires.values():
            wire.queue.clear()
        self.journal.close()
        self.run(self._kill())

    def restart(self) -> None:
        """It dies and the next one begins."""
        self.kill()
        self._begin()

    async def _kill(self) -> None:
        store = self.store
        with contextlib.suppress(AttributeError):
            self.assembly.people.close()
        store.writer.run_now(store.journal._close)  # a dying process closes no file; SQLite is asked elsewhere
        store.writer.run_now(store.state._database.close)
        store.writer.close()
        store.folder.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def close(self) -> None:
        """The test is over."""
        self.kill()
        self._runner.close()
        self._folder.cleanup()

    def die_in(self, act: Coroutine[Any, Any, Any], writes: int, *, done: bool) -> None:
        """Ask for this act and die at its ``writes``-th durable write: just after it, or just before."""
        self.run(self._die_in(act, writes, done))
        del self.store.writer.begin  # the instance's own, set below
        self.restart()

    async def _die_in(self, act: Coroutine[Any, Any, Any], writes: int, done: bool) -> None:
        begin, left, dead = self.store.writer.begin, writes, asyncio.Event()

        def failing(work: Any) -> asyncio.Future[Any]:
            nonlocal left
            left -= 1
            if left > 0:
                return begin(work)
            if left == 0 and done:
                self.store.writer.run_now(work)
            dead.set()
            return asyncio.get_running_loop().create_future()

        self.store.writer.begin = failing  # the machine's power is cut here
        acting = asyncio.ensure_future(act)
        dying = asyncio.ensure_future(dead.wait())
        await asyncio.wait({acting, dying}, return_when=asyncio.FIRST_COMPLETED)
        for task in (acting, dying):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    # -- people -------------------------------------------------------------------------------------------------

    def sign_in(self, name: str) -> Caller:
        """A session of one of the people, as signing in would open it."""
        changes: list[Change] = []
        caller = self._signed_in(name, changes)
        self.run(self.assembly.people.known.keep(changes))
        return caller

    def _signed_in(self, name: str, changes: list[Change]) -> Caller:
        known = self.assembly.people.known
        user = known.book.user(name)
        assert user is not None
        session, more = known.sessions.open(name, user.grants)
        changes += more
        return session.caller

    # -- disks --------------------------------------------------------------------------------------------------

    def break_disk(self, which: str) -> None:
        """``journal`` or ``state``: the database itself refuses every change of its rows from now on."""
        if which not in self.broken:
            for name, table, act in _triggers(which):
                refuse = "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                self._sql(which, f"CREATE TRIGGER {name} BEFORE {act} ON {table} {refuse}")
            self.broken.add(which)

    def mend_disks(self) -> None:
        """There is room again."""
        for which in tuple(self.broken):
            for name, _, _ in _triggers(which):
                self._sql(which, f"DROP TRIGGER {name}")
        self.broken.clear()

    def _sql(self, which: str, statement: str) -> None:
        file = self.store.folder.journal if which == "journal" else self.store.folder.state
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    def last_line(self) -> int:
        """The number of the journal's last durable line."""
        return int(self.journal.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0])

    def lines_since(self, seq: int) -> list[tuple[str, str, str, str]]:
        """Kind, actor, target and data of the durable lines after this one."""
        rows = self.journal.execute("SELECT kind, actor, target, data FROM entries WHERE seq > ? ORDER BY seq", (seq,))
        return list(rows)

    # -- the field ----------------------------------------------------------------------------------------------

    def plant_of(self, device: str) -> CabinetPlant | Plant:
        return self.pumps if device == PS else self.lamps[device]

    def view(self, device: str) -> View:
        return self.assembly.table.view(device, self.clock.s)

    def on_submit(self, command: Command) -> None:
        """A command was handed to its wire."""

    def on_write(self, command: Command) -> None:
        """A command reaches its device."""

    def on_turn(self, *, thoroughly: bool) -> None:
        """A turn is over."""

    def read(self) -> None:
        """Every device that can be reached is read completely."""
        table = self.assembly.table
        for device, wire in self.wires.items():
            if not wire.up:
                continue
            if table.devices()[device].link is not LinkState.ONLINE:
                table.set_link(device, LinkState.PROBING)
                table.set_link(device, LinkState.RESYNC)
            table.store(device, self.plant_of(device).readings(self.clock.s), complete=True)
            table.set_link(device, LinkState.ONLINE)

    def lose(self, device: str) -> None:
        """Out of reach, noticed at once."""
        self.wires[device].up = False
        self.wires[device].drop()
        self.assembly.table.set_link(device, LinkState.OFFLINE)

    # -- time ---------------------------------------------------------------------------------------------------

    def pass_s(self, turns: int, step_s: float = 1.0) -> None:
        """Time passes, in turns."""
        for left in reversed(range(turns)):
            self.nobody_looks(step_s)
            self.read()
            self.run(self.turn())
            self.on_turn(thoroughly=left % 10 == 0)

    def nobody_looks(self, seconds: float) -> None:
        """The field goes on alone."""
        self.clock.s += seconds
        for plant in self.lamps.values():
            plant.advance(self.clock.s)
        self.pumps.advance(self.clock.s, seconds)

    async def turn(self) -> None:
        """What the controller's tasks do by themselves, once each; then the wires."""
        one = self.assembly
        await one.proposals.sweep()
        one.commanding._countersigns.sweep()
        one.guarding.bypasses.sweep()
        one.conditions.states.look()
        one.lives.leases.look()
        for cycle in one.cycles:
            await cycle.turn()
        for wire in self.wires.values():
            wire.pump()
        while one.ending:
            await asyncio.gather(*one.ending)
        await one.keeper.flush()
        await one.evidence.flush()

    def step_clock(self, hours: int) -> None:
        """Somebody sets the wall clock."""
        self.clock.stepped += timedelta(hours=hours)


def _quick_folder() -> str | None:
    """Where a commit costs no turn of a disk: what the kernel would have kept, a killed process finds all the same."""
    memory = Path("/dev/shm")  # noqa: S108 - only where, never a name; the folder in it is our own
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None


def _triggers(which: str) -> list[tuple[str, str, str]]:
    tables = ("entries",) if which == "journal" else ("requests", "records", "outcomes")
    return [(f"full_{table}_{act}", table, act) for table in tables for act in ("INSERT", "DELETE")]
