"""Every wire to the field, for people and machines that ask how it is doing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.domain.points import DeviceId
from controller.runtime.channel import Channel
from controller.runtime.traffic.health import EndpointView


class Wires:
    """The running channels by endpoint; empty before the field is taken up."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def adopt(self, channels: Iterable[Channel]) -> None:
        """These are the channels from now on."""
        self._channels = {channel.endpoint.name: channel for channel in channels}

    def reachable(self, endpoint: str) -> None:
        """What this endpoint waited for is there now: it is tried at once."""
        channel = self._channels.get(endpoint)
        if channel is not None:
            channel.reachable()

    def views(self) -> Iterator[EndpointView]:
        """Each endpoint as it is when it is taken; the caller may pause between them."""
        for channel in list(self._channels.values()):
            yield channel.view()

    def no_path(self, endpoint: str) -> frozenset[DeviceId]:
        """Devices this gateway says it has no way to."""
        channel = self._channels.get(endpoint)
        return frozenset() if channel is None else channel.no_path
