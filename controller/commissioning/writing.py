"""A guided write: one value out, the feedback watched, the old value put back, whatever happens in between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from controller.commissioning.bench_line import Subject
from controller.commissioning.put_back import DEVICE, LOOK_S, PutBack, Say, to_the_end
from controller.commissioning.write_journal import BEGUN, NOTHING_SENT, PUT_BACK, WriteJournal
from controller.commissioning.write_order import Before, WriteOrder, WriteReport, follows, told
from controller.domain.clock import Clock
from controller.domain.errors import (
    ControllerError,
    DeviceRefused,
    Indeterminate,
    InvalidValue,
    NotWritable,
    StoreError,
)
from controller.domain.points import point_id
from drivers.base import Driver
from drivers.factory import make_driver
from drivers.profile import NO_FEEDBACK, Access


async def look_before(subject: Subject, point: str, clock: Clock) -> Before:
    """How it stands now; nothing is written.

    Raises:
        InvalidValue: what stands there could not be put back. NotWritable: the device's switch is not at REMOTE.
        LinkError: it can't be read.
    """
    driver = _driver(subject, point, clock)
    try:
        await driver.connect()
        return await _before(driver, subject, point)
    finally:
        await to_the_end(driver.close())


async def run_write_test(
    order: WriteOrder, before: Before, journal: WriteJournal, clock: Clock, stop: asyncio.Event, say: Say
) -> WriteReport:
    """Write, watch, put back. ``stop`` ends the watching; from the first byte on nothing ends the putting back.

    Raises:
        InvalidValue: it does not stand any more as it was shown. StoreError: the journal can't be written.
        Otherwise as :func:`look_before`; whatever is raised, nothing was sent.
    """
    driver = _driver(order.subject, order.point, clock)
    try:
        await driver.connect()
        now = await _before(driver, order.subject, order.point)
        if now.old != before.old:
            raise InvalidValue(
                f"{order.id} was {before.old!r} when you were asked, is {now.old!r} now: look again; nothing was sent"
            )
        return await _Test(order, before, journal, clock, stop, say, driver).run()
    finally:
        await to_the_end(driver.close())


@dataclass(slots=True)
class _Test:
    order: WriteOrder
    before: Before
    journal: WriteJournal
    clock: Clock
    stop: asyncio.Event
    say: Say
    driver: Driver
    report: WriteReport = field(default_factory=WriteReport)
    _refused: bool = False

    async def run(self) -> WriteReport:
        if self.stop.is_set():
            self.report.interrupted = self.report.put_back = True
            return self.report
        self._note(BEGUN, old=self.before.old, new=self.order.value, hold_s=self.order.hold_s, by=self.order.by)
        self.report.sent = True
        try:
            await self._write_and_watch()
        except (InvalidValue, NotWritable) as refusal:
            self.report.sent = False
            self._note(NOTHING_SENT, why=str(refusal))
            raise
        except ControllerError as trouble:
            self.report.trouble = str(trouble)
            self.say(f"  ! {trouble}")
        finally:
            if self.report.sent:
                await to_the_end(self._put_back())
        return self.report

    async def _write_and_watch(self) -> None:
        order, began_s = self.order, self.clock.monotonic()
        try:
            await self.driver.write(DEVICE, order.point, order.value)
        except DeviceRefused:
            self._refused = True
            raise
        except Indeterminate as doubt:
            self._note("in_doubt", why=str(doubt))
            raise
        self.report.acknowledged = True
        self._note("acknowledged")
        self.say("    0.0 s  acknowledged 已应答")
        while (elapsed_s := self.clock.monotonic() - began_s) < order.hold_s and not self.stop.is_set():
            await self._look(elapsed_s)
            await self._pause()
        self.report.interrupted = self.stop.is_set()

    async def _look(self, elapsed_s: float) -> None:
        readings = await self.driver.read(DEVICE)
        self.report.read_back = readings[self.order.point].value
        name = self.order.spec.feedback
        if name is None or name == NO_FEEDBACK:
            return
        feedback = readings[name]
        if not self.report.feedback or self.report.feedback[-1][1] != told(feedback):
            self.report.feedback.append((round(elapsed_s, 1), told(feedback)))
            self._note("feedback", value=feedback.value, quality=feedback.quality.name, after_s=round(elapsed_s, 2))
            self.say(f"  {elapsed_s:5.1f} s  feedback {name} is {told(feedback)}")
        if self.report.followed_s is None and follows(self.order.spec, feedback, self.order.value):
            self.report.followed_s = round(elapsed_s, 1)

    async def _pause(self) -> None:
        """Until the next look, or until somebody stops the test."""
        waiting = asyncio.ensure_future(self.clock.sleep(LOOK_S))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (waiting, stopping):
                one.cancel()
            await asyncio.gather(waiting, stopping, return_exceptions=True)

    async def _put_back(self) -> None:
        doubt = not self.report.acknowledged and not self._refused
        putting = PutBack(self.order, self.before, self.driver, self.clock, self.say, doubt, self._refused)
        self.report.put_back = await putting.run()
        self._note(PUT_BACK if self.report.put_back else "NOT_PUT_BACK", value=self.before.old)
        if self.report.put_back:
            wrong = await putting.feedback_returns()
            if wrong:
                self._note("feedback_differs", why=wrong)
            self.report.trouble = self.report.trouble or wrong

    def _note(self, kind: str, **facts: object) -> None:
        """A journal that fails after the first byte must not keep the old value from being put back."""
        subject = self.order.subject
        try:
            self.journal.note(
                kind,
                device=subject.name,
                url=subject.endpoint.url,
                profile=subject.profile.id,
                point=self.order.point,
                **facts,
            )
        except StoreError as full:
            if kind == BEGUN:
                raise
            self.say(f"  ! {full}")


def _driver(subject: Subject, point: str, clock: Clock) -> Driver:
    """A driver that knows nothing but what this test is about: nothing else is read, nothing else can be written."""
    points = subject.profile.points
    names = (point, points[point].feedback, *_switches(point))
    wanted = {
        name: points[name] if name == point else replace(points[name], access=Access.READ, feedback=None)
        for name in names
        if name is not None and name in points
    }
    endpoint = replace(subject.endpoint, devices=(subject.binding(DEVICE, wanted),))
    return make_driver(endpoint, clock, opcua_around=subject.around)


def _switches(point: str) -> tuple[str, ...]:
    """What a LOCAL/REMOTE switch may be called: of the output, or of the device."""
    return f"{point.partition('.')[0]}.control_switch", "control_switch"


async def _before(driver: Driver, subject: Subject, point: str) -> Before:
    readings = await driver.read(DEVICE)
    old = readings[point]
    if not old.good or old.value is None:
        raise InvalidValue(
            f"{point_id(subject.name, point)} reads {told(old)}: that could not be put back; nothing was sent"
        )
    switch = next((readings[name] for name in _switches(point) if name in readings), None)
    if switch is not None and not (switch.good and switch.value == "REMOTE"):
        raise NotWritable(
            f"{subject.name}: its control switch 就地/远控 reads {told(switch)}; only at REMOTE may the centre write "
            "(BLOCKED_LOCAL); nothing was sent"
        )
    feedback = subject.profile.points[point].feedback
    return Before(old.value, readings.get(feedback) if feedback else None, switch)
