"""A server's clock against ours: told when it is far off, since every source time of its values is then wrong."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from controller.domain.clock import Clock
from drivers.base import Endpoint
from drivers.opcua.around import CLOCK_OFF_S, UaAround
from drivers.opcua.notices import Notice, Trouble

BACK_SHARE = 0.5
"""It is right again below this share of the limit, so that a clock at the limit is not told for ever."""
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Before OPC itself: a server that sends no time sends the year 1601."""


class ServerClock:
    """Looks at the time of each publication. Times of values themselves are kept as the server gives them."""

    def __init__(self, endpoint: Endpoint, clock: Clock, around: UaAround) -> None:
        here = _on_this_machine(urlsplit(endpoint.url).hostname or "")
        self._limit_s = (float("inf") if here else CLOCK_OFF_S) if around.clock_off_s is None else around.clock_off_s
        self._name = endpoint.name
        self._clock = clock
        self._told = around.told
        self._off: bool | None = None

    def says(self, published: datetime | None) -> None:
        """The server's time of a publication that has just come."""
        if published is None or self._limit_s == float("inf"):
            return
        stamp = published if published.tzinfo is not None else published.replace(tzinfo=UTC)
        if stamp < OLDEST:
            return
        off_s = (stamp - self._clock.now()).total_seconds()
        off = abs(off_s) > self._limit_s * (BACK_SHARE if self._off else 1.0)
        if off is not self._off:
            self._off = off
            self._told(self._notice(off, off_s))

    def _notice(self, off: bool, off_s: float) -> Notice:
        if not off:
            return Notice(self._name, Trouble.CLOCK, active=False)
        ahead, zh = ("ahead of", "快") if off_s > 0 else ("behind", "慢")
        return Notice(
            self._name,
            Trouble.CLOCK,
            active=True,
            text=f"{self._name}: the server's clock is {abs(off_s):.0f} s {ahead} ours: times of its values are wrong; "
            "set it (NTP), then look at our own",
            text_zh=f"{self._name}：服务器时钟{zh} {abs(off_s):.0f} 秒，数据时标不可用；请校时",
        )


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
