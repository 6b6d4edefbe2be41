"""The soft twin as its own peer."""

from __future__ import annotations

from controller.domain.points import Value
from drivers.base import Driver, Endpoint
from drivers.soft import SoftDriver
from tests.contract.peers.device import DEVICE, TIMEOUT_S, Attempt, LoopClock, binding


class SoftPeer:
    """``SoftDriver`` scripted like the other peers."""

    outlives_silence = False

    def __init__(self) -> None:
        self._twin: SoftDriver

    @property
    def attempts(self) -> list[Attempt]:
        return [Attempt(write.point, write.value) for write in (*self._twin.writes, *self._twin.beats)]

    async def start(self) -> Endpoint:
        endpoint = Endpoint("twin", "soft://twin", (binding(),), TIMEOUT_S)
        self._twin = SoftDriver(endpoint, LoopClock())
        return endpoint

    async def stop(self) -> None:
        self._twin.lose()

    def driver(self, _endpoint: Endpoint) -> Driver:
        return self._twin

    async def show(self, point: str, value: Value) -> None:
        self._twin.set(DEVICE, point, value)

    async def refuse(self) -> None:
        self._twin.refuse()

    def go_silent(self) -> None:
        self._twin.go_silent()

    def lose_on_next(self) -> None:
        self._twin.lose_on_next()

    def recover(self) -> None:
        self._twin.recover()
