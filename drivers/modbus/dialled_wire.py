"""A connection that a device opened: the same wire, with the device's heartbeats taken out between frames."""

from __future__ import annotations

from drivers.modbus.address import DialInAddress
from drivers.modbus.wire import LAST_TRANSACTION, Wire

_HALF = 0x8000


class DialledWire(Wire):
    """The wire around a registered connection.

    A heartbeat is looked for only where a frame may begin, and can never be one: no unit behind the endpoint has its
    first byte (:func:`drivers.modbus.lines.line_of` refuses that), and no transaction begins with it. One in the middle
    of a frame makes that frame unreadable, and the connection is closed.
    """

    __slots__ = ("_heartbeat",)

    def __init__(self, name: str, timeout_s: float, address: DialInAddress) -> None:
        super().__init__(name, timeout_s, address.framing)
        self._heartbeat = address.heartbeat
        if address.heartbeat:
            high = address.heartbeat[0] >= _HALF >> 8
            self._first, self._last = (1, _HALF - 1) if high else (_HALF, LAST_TRANSACTION)
            self._transaction = self._first - 1

    def unanswered_s(self) -> float:
        """For how long the question on the wire has been waiting for its answer; 0 without one."""
        if not self._asked:
            return 0.0
        _, _, deadline_s = next(iter(self._asked.values()))
        return self._loop.time() - deadline_s + self._timeout_s

    def replaced(self) -> None:
        """The device dialled in again: whatever is asked here is lost."""
        self._lose("the device dialled in again, so this connection was dead")

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self.heard_s = self._loop.time()
        if self._heartbeat:
            if self._buffer:
                data = self._buffer + data
                self._buffer = b""
            data = self._past_heartbeats(data)
        if data:
            super().data_received(data)

    def _unasked(self, data: bytes) -> None:
        data = self._past_heartbeats(data)
        if data:
            super()._unasked(data)

    def _past_heartbeats(self, data: bytes) -> bytes:
        """What follows the heartbeats ``data`` begins with; the beginning of one is kept until the rest has come."""
        rest = past_heartbeats(data, self._heartbeat)
        if rest and self._heartbeat.startswith(rest):
            self._buffer = rest
            return b""
        return rest


def past_heartbeats(data: bytes, heartbeat: bytes) -> bytes:
    """What follows the whole heartbeats that ``data`` begins with."""
    while heartbeat and data.startswith(heartbeat):
        data = data[len(heartbeat) :]
    return data
