"""Pulse outputs: set, held, cleared, seen cleared. Never two of a pair at once, never again before a doubt is settled.

The hold does not hold the wire: others are served meanwhile, and letting go comes before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import Command, Proof
from controller.domain.errors import (
    ControllerError,
    DeviceBusy,
    DeviceRefused,
    DoubtfulAnswer,
    Indeterminate,
    InvalidValue,
    LinkError,
)
from controller.domain.points import DeviceId
from controller.domain.quality import Quality
from controller.runtime.device_state import DeviceState
from controller.runtime.traffic.line import Line
from controller.runtime.traffic.poll_plan import NEVER_S
from controller.runtime.traffic.write_queue import URGENT
from drivers.base import Readings
from drivers.profile import PointSpec, Poll, Pulse

DOUBT_PAUSE_S = 0.5
"""A press that waits for a doubt to be settled asks again after this long."""
MOST_CLEARINGS = 3
"""A button that stays set is let go this often; after that only people can help."""
CLEAR_AGAIN_S = 2.0
"""Between two tries to let a button go."""


@dataclass(slots=True, eq=False)
class Held:
    """A button being pressed for a command. ``told``: that nobody knows what became of it has been said already."""

    device: DeviceState
    spec: PointSpec
    command: Command
    release_s: float
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A press nobody knows the effect of: which button, what its feedback would show, and when it would at last."""

    button: str
    since_s: float
    proof: Proof | None

    def settled_by(self, readings: Readings) -> bool:
        """Whether the feedback has decided: it shows the press worked, or had its whole time and shows it did not."""
        if self.proof is None:
            return True  # nothing else could tell, and the device was read since
        reading = readings.get(self.proof.point)
        if reading is None or reading.quality is not Quality.GOOD or reading.received_s <= self.since_s:
            return False
        return self.proof.met_by(reading.value) or reading.received_s >= self.since_s + self.proof.within_s


@dataclass(slots=True)
class _Pair:
    """A button and its opposite: from when on they may be pressed, and the doubt about the last press."""

    members: tuple[str, ...]
    free_s: float = float("-inf")
    doubt: _Doubt | None = None


@dataclass(slots=True)
class _Set:
    """A button found set that nobody presses."""

    device: DeviceState
    spec: PointSpec
    since_s: float
    clear_s: float = NEVER_S
    tries: int = 0


class Buttons:
    """Presses the buttons behind one endpoint."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pairs: dict[tuple[DeviceId, str], _Pair] = {}
        self._held: dict[tuple[DeviceId, str], Held] = {}
        self._set: dict[tuple[DeviceId, str], _Set] = {}
        self._clear_told: set[tuple[DeviceId, str]] = set()
        """Buttons that read clear, and of which nobody is told otherwise."""
        self._unseen: dict[tuple[DeviceId, str], float] = {}
        """Buttons that may or may not be set, until they are read, and since when."""
        self._let_go_s: dict[tuple[DeviceId, str], float] = {}
        line.went_offline.append(self._lost)

    def __bool__(self) -> bool:
        """Whether any is to be let go."""
        return bool(self._held or self._set)

    def next_s(self) -> float:
        """When the next button is to be let go; infinite when none is."""
        if not self._held and not self._set:
            return NEVER_S
        held_s = min((held.release_s for held in self._held.values()), default=NEVER_S)
        return min(held_s, min((one.clear_s for one in self._set.values() if one.device.complete), default=NEVER_S))

    def chosen(self, device: DeviceState, command: Command) -> PointSpec:
        """The button this command presses: the point itself for true, its opposite for false.

        Raises:
            InvalidValue: false to a button without opposite, or no switch value.
        """
        spec = device.binding.points[command.write.point]
        if command.write.value is True:
            return spec
        opposite = device.binding.points.get(spec.pulse.opposite or "") if spec.pulse else None
        if command.write.value is not False or opposite is None:
            raise InvalidValue(f"{command.write}: a button without opposite takes only true; nothing was sent")
        return opposite

    def wait_s(self, device: DeviceState, command: Command, spec: PointSpec, now_s: float) -> float:
        """When this command may press (monotonic): now, or when its pair has rested and nothing about it is open.

        A doubt bars only the same button (its opposite leads to a known state), and not what protects.
        """
        pair = self._pair(device, spec)
        held = [one for name in pair.members if (one := self._held.get((device.binding.device, name)))]
        if held:
            return max(one.release_s + _pulse(one.spec).rest_s for one in held)
        barred = pair.doubt is not None and pair.doubt.button == spec.name
        if not _protects(command) and (barred or self._maybe_set(device, pair)):
            return now_s + DOUBT_PAUSE_S
        return max(now_s, pair.free_s)

    async def press(self, device: DeviceState, command: Command, spec: PointSpec) -> None:
        """Set the button; it is let go by ``work`` once it was held long enough.

        Raises:
            DeviceRefused, LinkError: it was not set. Indeterminate: nobody knows; the pair waits for its feedback.
        """
        name, line, pair = device.binding.device, self._line, self._pair(device, spec)
        for other in self._maybe_set(device, pair):
            if other != spec.name:  # only what protects comes here: it waits for nobody, but presses no two at once
                await line.driver.write(name, other, False)
        held = Held(device, spec, command, float("inf"))
        try:
            await line.driver.write(name, spec.name, True)
        except DoubtfulAnswer:
            held.told = True
            self._hold(held)
            self._doubt(device, command, spec)
            raise
        except Indeterminate:
            self._unseen[name, spec.name] = line.clock.monotonic()
            self._doubt(device, command, spec)
            raise
        pair.doubt = None
        self._hold(held)

    def _hold(self, held: Held) -> None:
        held.release_s = self._line.clock.monotonic() + _pulse(held.spec).width_s
        self._held[held.device.binding.device, held.spec.name] = held

    def _maybe_set(self, device: DeviceState, pair: _Pair) -> list[str]:
        """Buttons of a pair that are set, or may be, though nobody presses them."""
        name = device.binding.device
        return [one for one in pair.members if (name, one) in self._set or (name, one) in self._unseen]

    async def work(self, now_s: float) -> list[tuple[Held, Exception | None]]:
        """Let go what was held long enough and what was found set; gives back how each press ended."""
        ended = []
        for held in [one for one in self._held.values() if one.release_s <= now_s]:
            failure = await self._let_go(held)
            if self._held.get((held.device.binding.device, held.spec.name)) is not held:
                ended.append((held, failure))
        for found in [one for one in self._set.values() if one.clear_s <= now_s and one.device.complete]:
            await self._clear(found)
        return ended

    async def all_go(self) -> None:
        """The channel is closed: nothing is left pressed that can still be let go."""
        for key, held in list(self._held.items()):
            failure = await self._let_go(held) if self._line.driver.connected else None
            if held.told:
                continue
            if failure is None and key not in self._held:
                self._line.outcomes.acked(held.command)
            else:
                self._line.outcomes.unsure(
                    held.command, "pressed, and the wire was closed before it was let go / 已按下，复位前通信关闭"
                )
        self._held.clear()

    def seen(self, device: DeviceState, readings: Readings) -> Readings:
        """Look at the device's buttons; gives back the readings without them: a button has no state to report."""
        name = device.binding.device
        for spec in device.kind.buttons:
            key, reading = (name, spec.name), readings.get(spec.name)
            if reading is None or reading.quality is not Quality.GOOD:
                continue
            if reading.received_s > self._unseen.get(key, float("inf")):
                del self._unseen[key]
            if reading.value is not True:
                self._found_clear(key)
            elif key not in self._held and reading.received_s > self._let_go_s.get(key, float("-inf")):
                self._found_set(device, spec, reading.received_s)
        self._settle_doubts(device, readings)
        buttons = {spec.name for spec in device.kind.buttons}
        return {point: reading for point, reading in readings.items() if point not in buttons}

    # -- letting go ---------------------------------------------------------------------------------------------

    async def _let_go(self, held: Held) -> Exception | None:
        """What kept it from being let go for certain; None when nothing did, or it is tried again in a moment."""
        line, key = self._line, (held.device.binding.device, held.spec.name)
        failure: Exception | None = None
        try:
            await line.driver.write(*key, False)
        except DeviceBusy as error:  # a definite no: the button is still set
            line.health.failed(error)
            held.release_s = line.clock.monotonic() + DOUBT_PAUSE_S / 2
            return None
        except (LinkError, DeviceRefused) as error:
            failure = error
            self._doubt(held.device, held.command, held.spec)
            self._unseen[key] = line.clock.monotonic()
            self._look(held.device, held.spec.poll, line.clock.monotonic())
        now_s = line.clock.monotonic()
        self._held.pop(key, None)
        self._let_go_s[key] = now_s
        self._pair(held.device, held.spec).free_s = now_s + _pulse(held.spec).rest_s
        return failure

    async def _clear(self, found: _Set) -> None:
        """Let go of a button nobody presses; what is read next tells whether it went."""
        line, key = self._line, (found.device.binding.device, found.spec.name)
        if found.tries >= MOST_CLEARINGS:
            found.clear_s = NEVER_S
            return
        found.tries += 1
        line.news.button_stuck(*key, found.tries)
        try:
            await line.driver.write(*key, False)
        except ControllerError as error:  # supervision boundary: it is tried again, and people were told
            line.health.failed(error)
            if isinstance(error, LinkError):
                line.failed(found.device, error)
                return
        now_s = line.clock.monotonic()
        found.clear_s = now_s + CLEAR_AGAIN_S
        self._let_go_s[key] = now_s
        self._look(found.device, found.spec.poll, now_s)

    def _found_set(self, device: DeviceState, spec: PointSpec, received_s: float) -> None:
        key = (device.binding.device, spec.name)
        found = self._set.get(key)
        self._clear_told.discard(key)
        if found is None:
            found = self._set[key] = _Set(device, spec, received_s)
        wide_s = found.since_s + _pulse(spec).width_s
        if found.tries == 0 and received_s >= wide_s:
            found.clear_s = received_s
        elif found.tries == 0:
            self._look(device, spec.poll, wide_s)

    def _found_clear(self, key: tuple[DeviceId, str]) -> None:
        self._set.pop(key, None)
        if key in self._clear_told:
            return
        self._clear_told.add(key)
        if self._line.news.stands_stuck(*key):
            self._line.news.button_freed(*key)

    def _look(self, device: DeviceState, poll: Poll, at_s: float) -> None:
        device.look_s = min(device.look_s, at_s)
        device.look_polls |= {poll}
        if device.seat:
            self._line.put(device)

    def _lost(self, device: DeviceState) -> None:
        """Its link went: what was held is in doubt, and found set, if it still is, when the device is read again."""
        name = device.binding.device
        for key in [key for key in self._held if key[0] == name]:
            held = self._held.pop(key)
            self._doubt(device, held.command, held.spec)
            self._unseen[key] = self._line.clock.monotonic()
            if not held.told:
                text = "pressed, and the link was lost before it could be let go / 已按下，复位前失联"
                self._line.outcomes.unsure(held.command, text)
        for key in [key for key in self._set if key[0] == name]:
            del self._set[key]

    # -- pairs --------------------------------------------------------------------------------------------------

    def _pair(self, device: DeviceState, spec: PointSpec) -> _Pair:
        opposite = _pulse(spec).opposite
        members = tuple(sorted({spec.name, opposite})) if opposite else (spec.name,)
        return self._pairs.setdefault((device.binding.device, members[0]), _Pair(members))

    def _doubt(self, device: DeviceState, command: Command, spec: PointSpec) -> None:
        self._pair(device, spec).doubt = _Doubt(spec.name, self._line.clock.monotonic(), command.proof)

    def _settle_doubts(self, device: DeviceState, readings: Readings) -> None:
        for (name, _), pair in self._pairs.items():
            if name == device.binding.device and pair.doubt is not None and pair.doubt.settled_by(readings):
                pair.doubt = None


def _protects(command: Command) -> bool:
    return command.protective or command.slot in URGENT


def _pulse(spec: PointSpec) -> Pulse:
    """The pulse of a point known to be a button."""
    return spec.pulse or Pulse(0.0)
