"""The end of the API's certificate, told to people before it locks everybody out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.local_time import LocalTime

SOON = timedelta(days=30)
"""Time enough to have one made by somebody else (MEDIUM) …"""
VERY_SOON = timedelta(days=7)
"""… and the last week, in which it must be done (HIGH)."""
LOOK_EVERY_S = 3600.0
SOURCE, CONDITION = "api", "certificate_ends"


class Shown(Protocol):
    """The certificate the API shows now."""

    @property
    def ends(self) -> datetime:
        """When it runs out (aware)."""
        ...


class CertificateWatch:
    """Looks once an hour, and whenever a certificate was taken up anew."""

    def __init__(self, shown: Shown, alarms: AlarmBook, clock: Clock, local: LocalTime) -> None:
        self._shown = shown
        self._alarms = alarms
        self._clock = clock
        self._local = local

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Raise, renew or clear the alarm."""
        left = self._shown.ends - self._clock.now()
        if left > SOON:
            self._alarms.clear(SOURCE, CONDITION)
            return
        until = self._local.day(self._shown.ends)
        said, zh = ("ran out", "已过期") if left <= timedelta(0) else ("runs out", "即将到期")
        self._alarms.set(
            SOURCE,
            CONDITION,
            f"the API's certificate {said} on {until}: put a renewed one in its place and reload; "
            "after that day no browser and no command line is let in",
            Priority.HIGH if left <= VERY_SOON else Priority.MEDIUM,
            text_zh=f"接口证书{zh}（{until}）：请更换证书文件并重新加载，否则届时无法登录",
        )
