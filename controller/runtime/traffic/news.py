"""What a channel has to tell people about a device or its gateway beyond readings and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from controller.domain.points import DeviceId, point_id
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence

log = structlog.get_logger("channel")

STUCK = "button_stuck"
FREED = "button_freed"
BUSY = "busy"
REFUSES = "refuses_reads"
ACTOR = "controller"
MOST_NAMED = 8
"""An alarm names at most so many points."""


class FieldNews(Protocol):
    """Who is told."""

    def restarted(self, device: DeviceId, why: str) -> None:
        """The device started anew without its link having failed; it is read as a whole again."""
        ...

    def button_stuck(self, device: DeviceId, point: str, tries: int) -> None:
        """A button was found set though nobody presses it; it is being let go (``tries`` times so far)."""
        ...

    def button_freed(self, device: DeviceId, point: str) -> None:
        """A button found set before reads clear again."""
        ...

    def stands_stuck(self, device: DeviceId, point: str) -> bool:
        """Whether a button is still told of as stuck, be it since before a restart or a lost link."""
        ...

    def busy(self, device: DeviceId) -> None:
        """The device has long said nothing but that it is busy: its link stands, and its values grow old."""
        ...

    def answers_again(self, device: DeviceId) -> None:
        """A device told of as busy answered a read."""
        ...

    def refuses(self, device: DeviceId, points: Sequence[str]) -> None:
        """The device answers, and refuses to give these of its points."""
        ...

    def refuses_no_more(self, device: DeviceId) -> None:
        """It gives all of them again."""
        ...


class Unheard:
    """Nobody is told; the log still is."""

    def restarted(self, device: DeviceId, why: str) -> None:
        """See ``FieldNews``."""
        log.warning("device_restarted", device=device, why=why)

    def button_stuck(self, device: DeviceId, point: str, tries: int) -> None:
        """See ``FieldNews``."""
        log.warning("button_stuck", device=device, point=point, tries=tries)

    def button_freed(self, device: DeviceId, point: str) -> None:
        """See ``FieldNews``."""
        log.info("button_freed", device=device, point=point)

    def stands_stuck(self, device: DeviceId, point: str) -> bool:
        """See ``FieldNews``: nobody was told."""
        del device, point
        return False

    def busy(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        log.warning("device_always_busy", device=device)

    def answers_again(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        log.info("device_answers_again", device=device)

    def refuses(self, device: DeviceId, points: Sequence[str]) -> None:
        """See ``FieldNews``."""
        log.warning("device_refuses_reads", device=device, points=list(points))

    def refuses_no_more(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        log.info("device_refuses_no_more", device=device)


class ToldInAlarms(Unheard):
    """What stands is an alarm; what is done about a stuck button, and its end, are in the journal."""

    def __init__(self, alarms: AlarmBook, evidence: Evidence) -> None:
        self._alarms = alarms
        self._evidence = evidence
        self._stuck: set[tuple[DeviceId, str]] = set()

    def button_stuck(self, device: DeviceId, point: str, tries: int) -> None:
        """See ``FieldNews``."""
        super().button_stuck(device, point, tries)
        self._stuck.add((device, point))
        which = point_id(device, point)
        text = (
            f"{which}: this button was found pressed though nobody presses it; it was let go {tries} times. If it "
            "stays pressed, see to it on site: the device may act on it"
        )
        text_zh = f"{which}：按钮输出在无人操作时处于置位，已复位 {tries} 次。若仍置位请到现场处理，设备可能据此动作"
        self._alarms.set(device, f"{which}:{STUCK}", text, Priority.HIGH, text_zh=text_zh)
        self._evidence.later(STUCK, ACTOR, device, {"point": point, "wrote": False, "tries": tries})

    def button_freed(self, device: DeviceId, point: str) -> None:
        """See ``FieldNews``."""
        super().button_freed(device, point)
        self._stuck.discard((device, point))
        self._alarms.clear(device, f"{point_id(device, point)}:{STUCK}")
        self._evidence.later(FREED, ACTOR, device, {"point": point})

    def stands_stuck(self, device: DeviceId, point: str) -> bool:
        """See ``FieldNews``."""
        known = (device, point) in self._stuck
        return known or self._alarms.standing(device, f"{point_id(device, point)}:{STUCK}")

    def busy(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        super().busy(device)
        text = (
            f"{device} answers every read with busy: what is shown of it grows old and is no longer trusted. Look "
            "for another master that holds it, or restart it on site"
        )
        text_zh = f"{device}：持续应答“设备忙”，所示数据已过时不可信。请查是否有其他主站占用，或到现场重启"
        self._alarms.set(device, BUSY, text, Priority.HIGH, text_zh=text_zh)

    def answers_again(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        super().answers_again(device)
        self._alarms.clear(device, BUSY)

    def refuses(self, device: DeviceId, points: Sequence[str]) -> None:
        """See ``FieldNews``."""
        super().refuses(device, points)
        more = f" … ({len(points)})" if len(points) > MOST_NAMED else ""
        named = ", ".join(points[:MOST_NAMED]) + more
        text = (
            f"{device} answers, but refuses to give {named}: they are unknown, the rest is read. Check its profile "
            "(`zhadao profile test`), then the device's own modules"
        )
        text_zh = (
            f"{device}：通信正常，但拒绝读取 {named}，这些点状态不明。请核对点表（zhadao profile test），再查设备模块"
        )
        self._alarms.set(device, REFUSES, text, Priority.MEDIUM, text_zh=text_zh)

    def refuses_no_more(self, device: DeviceId) -> None:
        """See ``FieldNews``."""
        super().refuses_no_more(device)
        self._alarms.clear(device, REFUSES)
