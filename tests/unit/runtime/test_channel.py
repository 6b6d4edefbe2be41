"""A channel over a soft device in virtual time: what reaches the wire, when, and what is told of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from controller.domain.command import Cause, Command, CommandState, PointWrite, Proof
from controller.domain.image import LinkState
from controller.domain.points import Value
from controller.domain.slots import Slot
from controller.runtime.channel import Channel
from controller.runtime.clocks import ScaledClock
from controller.runtime.poll_pace import PollPace
from controller.runtime.table import ImageTable
from controller.runtime.traffic.connecting import ConnectLimit
from controller.runtime.waker import Waker
from controller.settings.timing import Timing
from drivers.base import Binding, Endpoint
from drivers.profile import Access, PointSpec, PointType, Role
from drivers.soft import SoftDriver
from tests.unit.runtime.core_rig import EVENING
from tests.unit.runtime.soft_city import PollingSoft

A, B = "330106-LC-0001", "330106-LC-0002"
POINTS = {
    "K1.command": PointSpec("K1.command", PointType.BOOL, Access.READ_WRITE, feedback="K1.feedback"),
    "K1.feedback": PointSpec("K1.feedback", PointType.BOOL),
    "heartbeat": PointSpec("heartbeat", PointType.U16, Access.READ_WRITE, feedback="none", role=Role.HEARTBEAT),
}


@dataclass
class Told:
    """The dispatcher's place: hears everything, and can have the last word."""

    heard: list[tuple[str, str, str]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)

    def last_look(self, command: Command) -> tuple[CommandState, Cause, str] | None:
        if command.id not in self.dead:
            return None
        self.heard.append((command.id, "ended", ""))
        return CommandState.EXPIRED, Cause.EXPIRED, "dead"

    def sent(self, command: Command) -> None:
        self.heard.append((command.id, "sent", ""))

    def acked(self, command: Command) -> None:
        self.heard.append((command.id, "acked", ""))

    def unsure(self, command: Command, _: str) -> None:
        self.heard.append((command.id, "unsure", ""))

    def failed(self, command: Command, cause: Cause, _: str) -> None:
        self.heard.append((command.id, "failed", cause.value))

    def waits(self, command: Command, _: str) -> None:
        self.heard.append((command.id, "waits", ""))

    def awaits(self, device: str) -> bool:
        assert device
        return any(what == "acked" for _, what, _ in self.heard)

    def of(self, name: str) -> list[str]:
        return [what for command, what, _ in self.heard if command == name]


class CountingSoft(PollingSoft):
    """Remembers what was asked of it, in order."""

    def __init__(self, endpoint: Endpoint, clock: ScaledClock) -> None:
        super().__init__(endpoint, clock)
        self.asked: list[str] = []

    async def read(self, device, polls=None, **asked):  # type: ignore[no-untyped-def]  # the driver's own
        self.asked.append(f"read {device}" + ("" if polls is not None else " all"))
        return await super().read(device, polls, **asked)

    async def write(self, device: str, point: str, value: Value) -> None:
        self.asked.append(f"write {device}")
        await super().write(device, point, value)


@dataclass
class Line:
    clock: ScaledClock
    table: ImageTable
    told: Told
    driver: SoftDriver
    channel: Channel
    task: asyncio.Task[None]
    made: int = 0

    def submit(self, name: str, *, device: str = A, on: bool = True, after_s: float = 0.0) -> None:
        now_s = self.clock.monotonic()
        proof, write = Proof("K1.feedback", on, 3.0), PointWrite(device, "K1.command", on)
        command = Command(name, f"{device}/K1", write, proof, Slot.SCHEDULE, "x", "y", now_s, now_s + 10.0)
        self.channel.submit(command, now_s + after_s)

    def link(self, device: str = A) -> LinkState:
        return self.table.devices()[device].link

    async def after(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


@contextlib.asynccontextmanager
async def line(
    driver_class: type[SoftDriver] = CountingSoft,
    *,
    devices: Sequence[str] = (A, B),
    pace: PollPace | None = None,
    **seconds: float,
) -> AsyncIterator[Line]:
    loop = asyncio.get_running_loop()
    clock = ScaledClock(EVENING, source=loop.time, origin_s=0.0)
    bindings = tuple(Binding(device, POINTS, unit=number, fallback_s=60.0) for number, device in enumerate(devices, 1))
    endpoint = Endpoint("gw", "soft://gw", bindings)
    table, told = ImageTable({device: {} for device in devices}), Told()
    driver = driver_class(endpoint, clock)
    for device in devices:
        driver.follow(device, "K1.command", "K1.feedback")
    timing = Timing(**{"poll_normal_s": 5.0, "link_jitter": 0.0, **seconds})
    channel = Channel(
        endpoint,
        driver,
        clock=clock,
        table=table,
        timing=timing,
        outcomes=told,
        connects=ConnectLimit(1),
        pace=pace,
        patient=pace is not None,
    )
    task = asyncio.create_task(channel.run())
    try:
        yield Line(clock, table, told, driver, channel, task)
    finally:
        task.cancel()
        await asyncio.wait([task])


def asked(on: Line) -> list[str]:
    assert isinstance(on.driver, CountingSoft)
    return on.driver.asked


async def test_nothing_is_written_before_the_first_complete_read() -> None:
    async with line() as on:
        on.submit("early")
        await on.after(1.0)
        assert on.driver.writes == []
        assert on.told.of("early") == ["failed"]
        assert on.link() is LinkState.ONLINE
        on.submit("later")
        await on.after(0.1)
        assert on.told.of("later") == ["sent", "acked"]
        assert asked(on)[0] == f"read {A} all"


async def test_a_command_goes_out_at_once_and_its_feedback_is_looked_at_soon() -> None:
    async with line() as on:
        await on.after(8.0)
        before = len(asked(on))
        on.submit("now")
        await on.after(0.3)
        assert asked(on)[before:] == [f"write {A}", f"read {A}"]


async def test_a_command_with_a_time_waits_for_it() -> None:
    async with line() as on:
        await on.after(1.0)
        on.submit("staggered", after_s=0.5)
        await on.after(0.4)
        assert on.told.of("staggered") == []
        await on.after(0.2)
        assert on.told.of("staggered") == ["sent", "acked"]


async def test_a_device_that_has_dialled_in_is_met_at_once_however_long_its_back_off_would_still_be() -> None:
    async with line(link_first_s=600.0, link_max_s=600.0) as on:
        on.driver.lose()
        await on.after(60.0)
        assert on.link() is LinkState.OFFLINE
        on.driver.recover()
        on.channel.reachable()
        await on.after(1.0)
        assert on.link() is LinkState.ONLINE
        assert on.link(B) is LinkState.ONLINE


async def test_a_command_that_died_while_it_waited_never_reaches_the_wire() -> None:
    async with line() as on:
        await on.after(1.0)
        on.submit("dead", after_s=2.0)
        on.told.dead.add("dead")
        await on.after(3.0)
        assert on.told.of("dead") == ["ended"]
        assert on.driver.writes == []


async def test_a_lost_answer_is_told_as_unsure_and_the_device_is_read_back_before_anything_else() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.lose_on_next()
        on.submit("lost")
        on.submit("next", on=False)
        await on.after(1.0)
        assert on.told.of("lost") == ["sent", "unsure"]
        wrote = asked(on).index(f"write {A}")
        assert asked(on)[wrote + 1] == f"read {A} all"
        assert [write.value for write in on.driver.writes] in ([True], [True, False])
        assert on.told.of("next") in (["sent", "acked"], ["failed"])


async def test_a_device_that_is_only_doubted_is_read_and_then_written_instead_of_refusing_people() -> None:
    async with line() as on:
        await on.after(2.0)
        on.driver.go_silent()
        while asked(on)[-1] != f"read {A}":
            await on.after(0.1)
        on.submit("order")
        on.driver.recover()
        await on.after(3.0)
        assert on.told.of("order") == ["sent", "acked"]
        wrote = asked(on).index(f"write {A}")
        assert asked(on)[wrote - 1] == f"read {A} all"


async def test_a_refusal_is_told_as_failed_and_is_no_link_trouble() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.refuse()
        on.submit("no")
        await on.after(0.05)
        assert on.told.heard[-1] == ("no", "failed", "DEVICE_REFUSED")
        assert on.link() is LinkState.ONLINE


async def test_going_offline_drops_what_waits_and_nothing_of_it_is_played_on_return() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.lose()
        on.submit("old", after_s=30.0)
        await on.after(12.0)
        assert on.link() is LinkState.OFFLINE
        assert on.told.of("old") == ["failed"]
        assert not on.table.devices()[A].complete
        on.driver.recover()
        await on.after(60.0)
        assert on.link() is LinkState.ONLINE
        assert on.driver.writes == []


async def test_a_device_that_returns_is_read_completely_before_it_counts_as_online_and_is_written() -> None:
    async with line() as on:
        await on.after(1.0)
        states: list[LinkState] = []
        on.table.listen(lambda device: states.append(on.link()) if device == A else None)
        on.driver.lose()
        await on.after(12.0)
        on.driver.recover()
        await on.after(40.0)
        seen = [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state]
        back = seen[seen.index(LinkState.RESYNC) - 1 :][:3]
        assert back == [LinkState.PROBING, LinkState.RESYNC, LinkState.ONLINE]
        assert asked(on)[-2 * 40 :].count(f"read {A} all") >= 1


async def test_a_write_to_a_device_out_of_reach_fails_at_once() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.lose()
        await on.after(15.0)
        on.submit("hopeless")
        await on.after(0.1)
        assert on.told.heard[-1] == ("hopeless", "failed", "DEVICE_OFFLINE")


async def test_a_silent_device_becomes_suspect_then_offline_and_is_tried_ever_more_rarely() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.go_silent()
        await on.after(8.0)
        assert on.link() in (LinkState.SUSPECT, LinkState.OFFLINE)
        await on.after(120.0)
        probes = len(asked(on))
        await on.after(120.0)
        assert len(asked(on)) - probes <= 2 * 120.0 / 25.0


async def test_a_busy_device_is_left_alone_for_a_moment_and_is_not_lost() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.refuse(busy=True)
        await on.after(20.0)
        assert on.link() is LinkState.ONLINE
        on.driver.recover()
        await on.after(2.0)
        assert on.link() is LinkState.ONLINE


async def test_the_heart_beats_well_within_the_silence_the_device_bears() -> None:
    async with line(heartbeat_s=600.0) as on:
        times: list[float] = []
        count = 0
        for _ in range(300):
            await on.after(1.0)
            beats = len([beat for beat in on.driver.beats if beat.device == A])
            if beats > count:
                times.append(on.clock.monotonic())
                count = beats
        assert max(b - a for a, b in pairwise(times)) <= 0.75 * 60.0
        assert len({beat.value for beat in on.driver.beats if beat.device == A}) == count


async def test_devices_of_one_wire_are_served_in_turn() -> None:
    async with line() as on:
        await on.after(60.0)
        reads = {device: sum(what.startswith(f"read {device}") for what in asked(on)) for device in (A, B)}
        assert abs(reads[A] - reads[B]) <= 1
        assert reads[A] >= 10


async def test_a_subscribing_device_is_written_on_what_it_pushed() -> None:
    async with line(SoftDriver) as on:
        await on.after(1.0)
        on.submit("pushed")
        await on.after(0.1)
        view = on.table.view(A, on.clock.monotonic())
        assert (on.told.of("pushed"), view.value("K1.feedback")) == (["sent", "acked"], True)


async def test_a_wire_that_is_closed_tells_what_became_of_everything_it_was_given() -> None:
    async with line() as on:
        await on.after(1.0)
        on.driver.go_silent()
        on.submit("under way")
        on.submit("waiting", after_s=60.0)
        await on.after(0.5)
        on.task.cancel()
        await asyncio.wait([on.task])
        assert on.told.of("under way") == ["sent", "unsure"]
        assert on.told.of("waiting") == ["failed"]
        assert not on.driver.connected


@contextlib.asynccontextmanager
async def city_of_proofs(pace: PollPace, clock: ScaledClock) -> AsyncIterator[None]:
    """Elsewhere proofs are read all the time."""

    async def prove() -> None:
        while True:
            pace.admits(Waker(clock), proof=True)
            await asyncio.sleep(0.05)

    proving = asyncio.create_task(prove())
    try:
        yield
    finally:
        proving.cancel()
        await asyncio.wait([proving])


async def test_routine_polls_give_way_to_proofs_elsewhere_and_are_made_long_before_their_readings_lose_trust() -> None:
    pace = PollPace()
    async with line(devices=(A,), pace=pace) as on:

        async def oldest_s() -> float:
            ages = []
            for _ in range(160):
                await on.after(0.25)
                readings = on.table.devices()[A].readings.values()
                ages.append(on.clock.monotonic() - min(one.received_s for one in readings))
            return max(ages)

        await on.after(20.0)
        assert await oldest_s() < 5.5
        async with city_of_proofs(pace, on.clock):
            assert 6.0 < await oldest_s() < 7.75  # a quarter of what is left to 15 s, the least of its classes'


async def test_the_proof_of_a_write_waits_behind_no_routine_poll_that_gives_way() -> None:
    pace = PollPace()
    async with line(devices=(A,), pace=pace) as on, city_of_proofs(pace, on.clock):
        await on.after(20.0)
        for number in range(12):  # at whatever moment of the poll's period
            await on.after(1.7)
            before = len(asked(on))
            on.submit(f"c{number}", on=number % 2 == 0)
            await on.after(0.3)
            assert asked(on)[before:][-1] == f"read {A}"


async def test_devices_that_share_a_wire_are_not_patient() -> None:
    pace = PollPace()
    async with line(pace=pace) as on:
        assert on.channel._spare_s == 0.0
