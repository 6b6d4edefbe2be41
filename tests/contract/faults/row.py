"""A row of the fault matrix: the fault, on which framings, and what people see of it while reading and writing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from controller.domain.image import LinkState
from tests.contract.faults.city import FaultyCity
from tests.contract.faults.device import READS, WRITES, Fault, Trouble
from tests.contract.faults.faults import BOTH
from tests.contract.faults.framing import Framing

Start = Callable[[FaultyCity], Awaitable[None]]
"""Makes the fault begin."""


IN_REACH = frozenset({LinkState.ONLINE, LinkState.SUSPECT})
OUT_OF_REACH = frozenset({LinkState.OFFLINE, LinkState.PROBING})


@dataclass(frozen=True, slots=True)
class Shown:
    """What the reading of the voltage looks like. It was 230 V before the fault and is 231 V from its beginning on.

    ``soon``: after 20 s; ``later``: after 80 s. ``log``: the events from the beginning of the fault to its end, each
    once. ``alarm``: the condition that stands then. ``reconnects``: whether connections were made meanwhile.
    """

    soon: str
    later: str
    link: frozenset[LinkState]
    log: tuple[str, ...] = ()
    alarm: str = ""
    reconnects: bool = False


FRESH = Shown("231 GOOD", "231 GOOD", IN_REACH)
"""The fault harms nothing."""
RECONNECTED = replace(FRESH, reconnects=True)
"""The answer stands; the connection is not trusted any more and made anew."""
LOST = Shown("230 UNCERTAIN comm_fault", "230 BAD old_data", OUT_OF_REACH, ("device_offline",), "offline", True)
"""Nothing that comes is believed; two failures in a row are a lost device."""
REFUSED = replace(LOST, reconnects=False)
"""The device, or the gateway in front of it, answers rightly and gives nothing: lost, on a connection that stands."""
AGEING = Shown("230 UNCERTAIN old_data", "230 BAD old_data", IN_REACH, ("device_always_busy",), "busy")
"""It answers, but not with values: what was read grows old, and after a minute people are told why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What becomes of a command whose write met the fault (once).

    ``states``: of the first command, from SENT on. ``reached``: how often the write reached the device by then.
    ``says``: words its history or the alarm has. ``commands``: how many commands it takes until the lamp is on, once
    the fault is over; ``last``: what becomes of the last of them.
    """

    states: tuple[str, ...]
    says: str = ""
    cause: str = ""
    reached: int = 1
    alarm: str = ""
    commands: int = 1
    last: str = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Says:
    """Words with which the log (of a lost device) and the command's history say what happened, where they do.

    ``write`` is said of a write where that differs from ``read``; the other two on RTU where that differs.
    """

    read: str = ""
    write: str = ""
    rtu_read: str = ""
    rtu_write: str = ""

    def of_read(self, framing: Framing) -> str:
        """What the log says."""
        return self.rtu_read or self.read if framing is Framing.RTU else self.read

    def of_write(self, framing: Framing) -> str:
        """What the command says."""
        over_tcp = self.write or self.read
        return self.rtu_write or self.rtu_read or over_tcp if framing is Framing.RTU else over_tcp


NOTHING_SAID = Says()


@dataclass(frozen=True, slots=True)
class Row:
    """One fault. ``shown`` is what a reading does while it lasts, ``told`` what a command does that meets it."""

    key: str
    en: str
    zh: str
    read: Start | None = None
    shown: Shown | None = None
    write: Start | None = None
    told: Told | None = None
    says: Says = NOTHING_SAID
    framings: tuple[Framing, ...] = BOTH


def every_read(fault: Fault, functions: frozenset[int] = READS) -> Start:
    """The fault strikes every read (of these functions) until it is healed."""

    async def start(city: FaultyCity) -> None:
        city.cabinet.trouble = Trouble(fault, functions)

    return start


def the_write(fault: Fault, times: int | None = 1) -> Start:
    """The fault strikes one write, or so many (None: every one until it is healed)."""

    async def start(city: FaultyCity) -> None:
        city.cabinet.trouble = Trouble(fault, WRITES, times)

    return start
