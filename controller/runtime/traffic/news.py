"""What a channel has to tell people about a device or its gateway beyond readings and outcomes."""

from __future__ import annotations

from typing import Protocol

import structlog

from controller.domain.points import DeviceId, point_id
from controller.runtime.alarms import AlarmBook, Priority

log = structlog.get_logger("channel")

STUCK = "button_stuck"


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


class ToldInAlarms(Unheard):
    """What stands is an alarm."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms

    def button_stuck(self, device: DeviceId, point: str, tries: int) -> None:
        """See ``FieldNews``."""
        super().button_stuck(device, point, tries)
        which = point_id(device, point)
        text = f"{which}: this button was found pressed though nobody presses it; it was let go {tries} times"
        text_zh = f"{which}：按钮输出在无人操作时处于置位，已复位 {tries} 次"
        self._alarms.set(device, f"{point}:{STUCK}", text, Priority.HIGH, text_zh=text_zh)

    def button_freed(self, device: DeviceId, point: str) -> None:
        """See ``FieldNews``."""
        super().button_freed(device, point)
        self._alarms.clear(device, f"{point}:{STUCK}")
