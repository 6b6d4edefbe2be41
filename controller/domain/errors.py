"""One error tree. Each class says what the caller can do about it; each message says what, where and what to do."""

from __future__ import annotations


class ControllerError(Exception):
    """Root of every error zhadao raises on purpose."""


class ConfigError(ControllerError):
    """The configuration cannot be used; nothing of it was applied."""


class UnknownTarget(ControllerError):
    """No such asset, output or point in this site."""


class NothingStands(UnknownTarget):
    """What was named is over, or never was: a proposal, a declaration. The message says where to look."""


class InvalidValue(ControllerError):
    """The value is not one this target or point can take."""


class LinkError(ControllerError):
    """The wire to a device failed."""


class LinkDown(LinkError):
    """Not connected: the request certainly never left this machine."""


class NoReply(LinkError):
    """A read was sent and nothing usable came back in time. Reading again is harmless."""


class BadReply(LinkError):
    """A reply came that does not answer what was asked; its content was thrown away."""


class Indeterminate(LinkError):
    """A write left this machine and was never acknowledged: it may or may not have acted. Read back first."""


class DoubtfulAnswer(Indeterminate):
    """The device answered a write, so its link is well, but not with a yes or a no: it accepted and goes on acting, or
    failed on the way (Modbus exceptions 5 and 4). Read back first."""


class DeviceRefused(ControllerError):
    """The device answered with a definite no (an exception code, a bad status): nothing was changed by it."""


class DeviceFailed(DeviceRefused):
    """The device says that it, or its memory, failed (Modbus exceptions 4 and 8)."""


class DeviceBusy(DeviceRefused):
    """The device asks to be tried again later (Modbus exception 6)."""


class GatewayFault(DeviceRefused):
    """The gateway before the device answered that it has no way to it (Modbus exception 10): nothing reached it."""


class NotWritable(ControllerError):
    """The point is not on the allow-list of writable points; nothing was sent."""


class StoreError(ControllerError):
    """The state store or the journal could not be read or written."""


class StoreDamaged(StoreError):
    """A file of the store is damaged or not ours: a backup is to be put in its place."""


class SignInRefused(ControllerError):
    """Nobody is signed in by this, and it is not said which part was wrong.

    ``retry_after_s`` is how long further tries are not even looked at (0: try again). ``known_name`` is for the
    journal only: who was meant, when there is such a person; what a stranger typed may be a secret.
    """

    def __init__(self, message: str, retry_after_s: float = 0.0, known_name: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.known_name = known_name


class NotPermitted(ControllerError):
    """The caller has no right to this act; nothing was done."""
