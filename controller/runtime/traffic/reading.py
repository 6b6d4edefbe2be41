"""Reading one device: what is due of it, what came back, and what that says of the device itself."""

from __future__ import annotations

import structlog

from controller.domain.command import Command, agrees
from controller.domain.errors import DeviceBusy, DeviceRefused, LinkError
from controller.domain.points import Value
from controller.domain.quality import Detail, Quality
from controller.runtime.device_state import DeviceState
from controller.runtime.traffic.buttons import Buttons
from controller.runtime.traffic.line import Line
from controller.runtime.traffic.poll_plan import ALL, NEVER_S
from drivers.base import Between, Readings
from drivers.profile import PointSpec, Poll, Role

log = structlog.get_logger("channel")

AFTER_WRITE_S = 0.2
"""First look at a device's feedback after a write: a contactor has moved within 0.1 s."""
LOOK_EVERY_S = 2.0
"""How often a subscribed device is read while a proof is awaited from it: a report may be late."""
PRESSING = 0.6
"""From this share of a proof's time on, reading it goes before ordinary writes."""
BUSY_PAUSE_S = 0.5
"""How long a device that said busy (Modbus exceptions 5 and 6) is first left alone; twice as long each time."""
BUSY_ALARM_S = 60.0
"""A device that has said nothing but busy for this long is told of: its link stands, and its values grow old."""
BUSY_TRIES = 4
"""A read that met a busy device is tried again so often before it waits for its next regular turn."""
SETTLED_S = 2.0
"""A read-back this long after an acknowledged write shows what the device made of it."""
BEFORE = 0.99
"""A beat goes with this read when the next one, a period from now, would come too late for it."""
_REFUSED = (Detail.CONFIG_ERROR, Detail.FAILURE)
_NOTHING: frozenset[Poll] = frozenset()
_GLANCE: frozenset[Poll] = frozenset({Poll.FAST, Poll.NORMAL})


class Interrupted(Exception):
    """A write between two requests of a read closed the wire: the read ends, and the device it was for did no wrong."""


class Reader:
    """Serves devices whose turn has come."""

    def __init__(self, line: Line, buttons: Buttons, between: Between) -> None:
        self._line = line
        self._buttons = buttons
        self._between = between

    async def serve(self, device: DeviceState) -> None:
        """Read what is due of the device, all of it after trouble; its next turn is set."""
        line = self._line
        now_s = line.clock.monotonic()
        due_s, device.seat = device.due_s, 0
        line.set_link(device, device.link.probing(now_s))
        polls = self._polls(device, now_s)
        beat = self._beat(device, polls, now_s)
        if polls == _NOTHING and beat is None and not line.driver.subscribes:
            line.put(device)  # its proof came meanwhile: there is nothing left to look for
            return
        try:
            readings = await self._ask(device, polls, beat)
        except Interrupted:
            self._lost_beat(device, beat, now_s)
            if device.seat == 0:
                line.put(device, line.clock.monotonic())
        except DeviceBusy as error:
            self._lost_beat(device, beat, now_s)
            self._busy(device, polls, error)
        except (LinkError, DeviceRefused) as error:
            self._lost_beat(device, beat, now_s)
            line.health.failed(error)
            line.failed(device, error, line.clock.monotonic() - now_s)
        else:
            line.health.late += bool(polls) and line.clock.monotonic() - due_s > device.plan.shortest_s
            self._took(device, polls, readings, now_s, beat)

    def look_soon(self, device: DeviceState, command: Command) -> None:
        """An acknowledged write is proven by what is read next: soon, and again at the fast pace until it is."""
        line = self._line
        now_s = line.clock.monotonic()
        proof = command.proof
        spec = device.binding.points.get(proof.point) if proof else None
        within_s = proof.within_s if proof else 0.0
        reports = line.driver.subscribes
        wait_s = line.timing.poll_fast_s if reports else max(AFTER_WRITE_S, 0.02 * line.clock.speed)
        device.looks_until_s = max(device.looks_until_s, now_s + within_s + line.timing.poll_fast_s)
        device.look_polls |= {Poll.FAST, spec.poll if spec else Poll.NORMAL}
        device.look_s = min(device.look_s, now_s + wait_s)
        device.looked = False
        if proof is not None:
            line.prove_by(device, now_s + max(wait_s, PRESSING * within_s))
        line.put(device)

    # -- what is asked ------------------------------------------------------------------------------------------

    def _polls(self, device: DeviceState, now_s: float) -> frozenset[Poll] | None:
        """The classes to read now; None for everything, because the device is new or was in trouble."""
        if not device.complete:
            return None
        polls = device.plan.due(now_s)
        if now_s >= device.look_s:
            if device.looked and not self._line.outcomes.awaits(device.binding.device):
                device.look_s, device.look_polls, device.prove_by_s = NEVER_S, _NOTHING, NEVER_S
            else:
                return polls | device.look_polls
        if self._line.driver.subscribes:
            return ALL if Poll.SLOW in polls else _NOTHING
        return polls

    async def _ask(self, device: DeviceState, polls: frozenset[Poll] | None, beat: int | None) -> Readings:
        """One read; nothing at all where a reporting device is only looked after and no beat is due."""
        if polls == _NOTHING and beat is None:
            return {}
        return await self._line.driver.read(device.binding.device, polls, heartbeat=beat, between=self._between)

    def _beat(self, device: DeviceState, polls: frozenset[Poll] | None, now_s: float) -> int | None:
        """The beat to send now: with the last read before it is due, so that it seldom needs a turn of its own."""
        if device.beat_every_s is None:
            return None
        early_s = device.plan.shortest_s if polls != _NOTHING else 0.0
        if now_s < device.beat_due_s and now_s + BEFORE * early_s <= device.beat_due_s:
            return None
        share = 1.0 if device.beat else 1.0 - device.phase  # the first pause is shorter: all begin together
        device.beat = device.beat % 65_535 + 1
        device.beat_due_s = now_s + device.beat_every_s * share
        return device.beat

    def _lost_beat(self, device: DeviceState, beat: int | None, now_s: float) -> None:
        """A beat that may not have arrived is due again at the next turn."""
        if beat is not None:
            device.beat_due_s = now_s

    # -- what came back -----------------------------------------------------------------------------------------

    def _took(
        self,
        device: DeviceState,
        polls: frozenset[Poll] | None,
        readings: Readings,
        asked_s: float,
        beat: int | None,
    ) -> None:
        line = self._line
        now_s = line.clock.monotonic()
        if device.busy_since_s < NEVER_S:
            self._no_longer_busy(device)
        yields_s = 0.0
        if readings or beat is not None:
            line.answered(device, now_s)
        if readings or polls is None:
            line.health.replied(now_s, now_s - asked_s)
            yields_s = line.cost(device, now_s - asked_s)
            self._store(device, polls, readings)
        if line.driver.subscribes:
            self._renew(device, now_s)
        if polls is None:
            device.complete = True
            line.set_link(device, device.link.resynced(now_s))
        self._plan(device, polls, now_s)
        if yields_s:
            line.put(device, max(min(device.plan.next_s, device.look_s, device.beat_due_s), now_s + yields_s))
        else:
            line.put(device, None if device.complete else now_s)

    def _plan(self, device: DeviceState, polls: frozenset[Poll] | None, now_s: float) -> None:
        line = self._line
        asked = ALL if polls is None or (line.driver.subscribes and polls) else polls
        device.plan.read(asked or (_GLANCE if line.driver.subscribes else _NOTHING), now_s)
        if polls is None or polls >= device.look_polls:
            device.prove_by_s = NEVER_S
            looking = now_s < device.looks_until_s and line.outcomes.awaits(device.binding.device)
            device.looked = looking
            if looking:
                device.look_s = now_s + max(line.timing.poll_fast_s, LOOK_EVERY_S * line.driver.subscribes)
            elif device.look_s <= now_s:
                device.look_s, device.look_polls = NEVER_S, _NOTHING

    def _store(self, device: DeviceState, polls: frozenset[Poll] | None, readings: Readings) -> None:
        if device.watch is not None:
            if polls is None:
                device.watch.forget()
            doubted = device.watch.judge(readings)
            readings = {**readings, **doubted} if doubted else readings
        if device.kind.buttons:
            readings = self._buttons.seen(device, readings)
        self._line.table.store(device.binding.device, readings, complete=polls is None)
        if polls is None or device.refused:
            self._note_refused(device, readings)
        why = self._restarted(device, readings) if device.written or device.kind.starts else ""
        if why and polls is not None:
            self._read_anew(device, why)

    def _note_refused(self, device: DeviceState, readings: Readings) -> None:
        """What the device answers with a no is unknown, and people are told why; the link stands."""
        if self._line.driver.subscribes:
            return  # its driver tells of lost points itself
        now = frozenset(name for name, one in readings.items() if one.value is None and one.detail in _REFUSED)
        refused = (device.refused - readings.keys()) | now
        if refused and refused != device.refused:
            self._line.news.refuses(device.binding.device, sorted(refused))
        elif device.refused and not refused:
            self._line.news.refuses_no_more(device.binding.device)
        device.refused = refused

    def pushed(self, device: DeviceState, readings: Readings) -> None:
        """A reporting device told of these by itself."""
        if device.watch is not None:
            readings = {**readings, **device.watch.judge(readings)}
        if device.kind.buttons:
            readings = self._buttons.seen(device, readings)
        self._line.table.store(device.binding.device, readings)

    def _renew(self, device: DeviceState, now_s: float) -> None:
        """What a reporting device did not report has not changed; some of it should have."""
        table, name = self._line.table, device.binding.device
        table.renew(name, now_s)
        if device.watch is not None:
            frozen = device.watch.stalled(table.devices()[name].readings, now_s)
            if frozen:
                table.store(name, frozen)

    def _busy(self, device: DeviceState, polls: frozenset[Poll] | None, error: DeviceBusy) -> None:
        line = self._line
        now_s = line.clock.monotonic()
        line.health.failed(error)
        line.answered(device, now_s)
        pause_s = BUSY_PAUSE_S * 2.0**device.busy
        device.busy += 1
        device.busy_since_s = min(device.busy_since_s, now_s)
        if now_s - device.busy_since_s >= BUSY_ALARM_S and not device.busy_told:
            device.busy_told = True
            line.news.busy(device.binding.device)
        if device.busy <= BUSY_TRIES:
            line.health.repeated += 1
            line.put(device, now_s + pause_s)
        else:
            device.busy = 0
            device.plan.read(ALL if polls is None else polls, now_s)
            line.put(device, max(device.plan.next_s, now_s + pause_s))

    def _no_longer_busy(self, device: DeviceState) -> None:
        if device.busy_told:
            self._line.news.answers_again(device.binding.device)
        device.busy, device.busy_since_s, device.busy_told = 0, NEVER_S, False

    # -- a device that started anew -----------------------------------------------------------------------------

    def _restarted(self, device: DeviceState, readings: Readings) -> str:
        """Why the device must have started anew since it was last read; empty when nothing says so."""
        whys = [why for spec in device.kind.starts if (why := _started(device, spec, readings))]
        lost = [
            point
            for point, (value, at_s) in device.written.items()
            if (reading := readings.get(point)) is not None
            and reading.quality is Quality.GOOD
            and reading.received_s >= at_s + SETTLED_S
            and not _holds(device.binding.points[point], reading.value, value)
        ]
        for point in lost:
            del device.written[point]
        if lost:
            whys.append(f"{', '.join(lost)} no longer as acknowledged")
        return "; ".join(whys)

    def _read_anew(self, device: DeviceState, why: str) -> None:
        line = self._line
        line.news.restarted(device.binding.device, why)
        device.complete = False
        device.written.clear()
        line.set_link(device, device.link.restarted(line.clock.monotonic()))


def _started(device: DeviceState, spec: PointSpec, readings: Readings) -> str:
    reading = readings.get(spec.name)
    if reading is None or reading.quality is not Quality.GOOD or not isinstance(reading.value, (int, float)):
        return ""
    now, before = float(reading.value), device.starts.get(spec.name)
    device.starts[spec.name] = now
    if before is None:
        return ""
    if spec.role is Role.UPTIME:
        return f"up for {now:g} s, {before:g} s before" if now < before else ""
    return f"{now:g} starts, {before:g} before" if now != before else ""


def _holds(spec: PointSpec, read: Value | None, written: Value) -> bool:
    """Whether a read-back is the written value, as far as the wire can carry it."""
    rounding = 0.51 * abs(spec.scale) + 1e-6 * abs(written) if isinstance(written, (int, float)) else 0.0
    return agrees(read, written, rounding)
