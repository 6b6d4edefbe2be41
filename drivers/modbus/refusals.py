"""A device that refuses a part of what is asked of it: that part is unknown, and the rest is not lost for it.

A register map that is wrong in one place, or a meter module that broke, is answered with an exception on every read of
that part (Modbus exceptions 1 to 4 and 8). Which part it is shows when everything is asked for at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.errors import DeviceBusy, DeviceFailed, DeviceRefused, GatewayFault
from controller.domain.quality import Detail


class Refusals:
    """What a device refuses of one read of it; made when it refuses something.

    ``refusing``: names of the points known to be refused; changed in place. Busy is no refusal, and a gateway's no is
    not the device's.
    """

    __slots__ = ("_everything", "_first", "_reads", "_refused", "refusing")

    def __init__(self, refusing: set[str], *, everything: bool) -> None:
        self.refusing = refusing
        self._everything = everything
        self._first: DeviceRefused | None = None
        self._refused: set[str] = set()
        self._reads = 0

    def borne(self, error: DeviceRefused, points: Iterable[str], *, beat: bool) -> Detail:
        """Why these points are unknown now; raises ``error`` where the refusal may be about the whole device.

        One that comes as news is borne only while everything is asked for: then it shows whether others are answered.
        A refused heartbeat (``beat``) says nothing of the points it rode with.
        """
        names = set(points)
        if isinstance(error, (DeviceBusy, GatewayFault)) or beat or not (self._everything or names <= self.refusing):
            raise error
        self._first = self._first or error
        self._refused |= names
        self._reads += 1
        return Detail.FAILURE if isinstance(error, DeviceFailed) else Detail.CONFIG_ERROR

    def settle(self, reads: int) -> None:
        """The read of so many requests is over. A device that refused all of everything gives nothing at all.

        Raises:
            DeviceRefused: the first refusal, then.
        """
        if not self._everything:
            return
        self.refusing.clear()
        if self._first is not None and self._reads == reads:
            raise self._first
        self.refusing.update(self._refused)
