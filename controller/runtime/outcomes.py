"""What a channel asks and tells about the commands it carries."""

from __future__ import annotations

from typing import Protocol

from controller.domain.command import Cause, Command, CommandState
from controller.domain.points import DeviceId


class Outcomes(Protocol):
    """Who is told what became of a command, and who has the last word before the wire."""

    def last_look(self, command: Command) -> tuple[CommandState, Cause, str] | None:
        """None when the command may still be sent; else its end: expired, superseded, cancelled."""
        ...

    def sent(self, command: Command) -> None:
        """It is being written now."""
        ...

    def acked(self, command: Command) -> None:
        """The device acknowledged exactly this write."""
        ...

    def unsure(self, command: Command, text: str) -> None:
        """It may or may not have acted: the device is read back before anything else."""
        ...

    def failed(self, command: Command, cause: Cause, text: str) -> None:
        """It certainly did not act."""
        ...

    def waits(self, command: Command, text: str) -> None:
        """The device said busy, a definite no: nothing happened, and it waits in the queue for another try."""
        ...

    def awaits(self, device: DeviceId) -> bool:
        """Whether a proof is still awaited from this device."""
        ...
