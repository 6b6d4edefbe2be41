"""Recording: what it costs the control loop, and its own thread, in a city of 10,000 cabinets."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision
from controller.logic.contract import Moment
from controller.runtime.dispatch import Act
from controller.runtime.recording.frames import Snapshot, TurnFrame
from controller.runtime.recording.recorder import Recorder
from controller.store.store import Store
from tests.bench.core import BUILD, LARGE, _CycleRig
from tests.bench.registry import benchmark

TURNS = 15


@dataclass(slots=True)
class Costs:
    """Processor seconds: on the loop per turn and for a snapshot, in the thread per turn and for a snapshot."""

    loop_turns_s: list[float] = field(default_factory=list)
    loop_snapshot_s: float = 0.0
    thread_turns_s: list[float] = field(default_factory=list)
    thread_snapshot_s: float = 0.0


@benchmark(
    "evidence.recording_us_per_turn",
    unit="µs",
    must=2000,
    goal=500,
    note="what a recorded turn costs the control loop: 10,000 cabinets, 1 % of them given six commands and proving six",
)
def recording_us_per_turn() -> list[float]:
    return [seconds * 1e6 for seconds in _costs().loop_turns_s]


@benchmark(
    "evidence.recording_thread_ms_per_turn",
    unit="ms",
    must=100,
    goal=40,
    note="what writing the same turn costs the recording's own thread",
)
def recording_thread_ms_per_turn() -> list[float]:
    return [seconds * 1e3 for seconds in _costs().thread_turns_s]


@benchmark(
    "evidence.recording_snapshot_ms",
    unit="ms",
    must=500,
    goal=150,
    note="what the copy of everything remembered costs the control loop, every ten minutes; 10,000 cabinets",
)
def recording_snapshot_ms() -> list[float]:
    return [_costs().loop_snapshot_s * 1e3]


@benchmark(
    "evidence.recording_snapshot_thread_s",
    unit="s",
    must=20,
    goal=6,
    note="processor time of the recording's own thread for such a snapshot",
)
def recording_snapshot_thread_s() -> list[float]:
    return [_costs().thread_snapshot_s]


@lru_cache
def _costs() -> Costs:
    return asyncio.run(_measured())


async def _measured() -> Costs:
    costs = Costs()
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-recording-") as folder:
        store = Store.open(Path(folder) / "data")
        try:
            rig = _CycleRig(LARGE, store)
            recorder = rig.recorder
            await rig.cycle.turn()
            while rig.cycle.behind():  # the first turns work out every program
                await rig.cycle.turn()
            await rig.turn_ms()
            rig.cycle.witness = _Timed(recorder, costs)
            setattr(recorder._scribe, "write", _timed_write(recorder._scribe.write, costs))  # noqa: B010 - a spy
            begun_s = time.thread_time()
            recorder.begin(None)
            costs.loop_snapshot_s = time.thread_time() - begun_s
            for _ in range(TURNS):
                await rig.turn_ms()
            await recorder.close()
        finally:
            await store.close()
    return costs


def _timed_write(write: Callable[[Snapshot | TurnFrame], None], costs: Costs) -> Callable[[Snapshot | TurnFrame], None]:
    def timed(frame: Snapshot | TurnFrame) -> None:
        begun_s = time.thread_time()
        write(frame)
        took_s = time.thread_time() - begun_s
        if isinstance(frame, Snapshot):
            costs.thread_snapshot_s = took_s
        else:
            costs.thread_turns_s.append(took_s)

    return timed


class _Timed:
    """The recorder with its own time counted, turn by turn."""

    def __init__(self, recorder: Recorder, costs: Costs) -> None:
        self._recorder = recorder
        self._costs = costs
        self._s = 0.0

    def begins(self, discipline: str, moment: Moment) -> None:
        self._s = -time.thread_time()
        self._recorder.begins(discipline, moment)
        self._s += time.thread_time()

    def given(self, image: Image, changed: Set[DeviceId], settled: Set[TargetId]) -> None:
        self._s -= time.thread_time()
        self._recorder.given(image, changed, settled)
        self._s += time.thread_time()

    def ended(self, decided: Sequence[Decision], acts: Sequence[Act]) -> None:
        self._s -= time.thread_time()
        self._recorder.ended(decided, acts)
        self._s += time.thread_time()

    def over(self) -> None:
        self._s -= time.thread_time()
        self._recorder.over()
        self._costs.loop_turns_s.append(self._s + time.thread_time())
