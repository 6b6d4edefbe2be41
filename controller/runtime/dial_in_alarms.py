"""Devices that dial in and are refused, as alarms: one for each address and reason, until it is quiet again."""

from __future__ import annotations

import asyncio

from controller.runtime.alarms import AlarmBook, Priority
from drivers.modbus.listening import Refusal, Refused

SOURCE = "dialin"
CONDITION = "dial_in_refused"
QUIET_S = 900.0
"""Event-loop seconds without another one after which the alarm is cleared: a DTU tries again every few minutes."""
_ZH = {
    Refused.UNKNOWN: "注册包与任何端点都不符，请核对设备注册包与端点 id",
    Refused.MORE: "注册包后另有数据且非心跳，请核对注册包是否含回车换行",
    Refused.DUPLICATE: "已有同一注册包的设备在线，请为其中一台更换注册包",
    Refused.TOO_MANY: "未表明身份的连接过多，可能是端口扫描，请加防火墙",
    Refused.TOO_SLOW: "连接后未及时发送注册包，请在设备上启用注册包",
}


class DialInAlarms:
    """Told of every refusal."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._clearing: dict[tuple[str, str], asyncio.TimerHandle] = {}

    def __call__(self, refusal: Refusal) -> None:
        """Raise or renew, and clear once it stays quiet."""
        source, condition = f"{SOURCE}/{refusal.where}", f"{refusal.why.value}:{CONDITION}"
        text_zh = f"{refusal.caller} 拨入 {refusal.where} 被拒：{_ZH[refusal.why]}"
        self._alarms.set(source, condition, str(refusal), Priority.MEDIUM, text_zh=text_zh)
        before = self._clearing.pop((source, condition), None)
        if before is not None:
            before.cancel()
        loop = asyncio.get_running_loop()
        self._clearing[source, condition] = loop.call_later(QUIET_S, self._quiet, source, condition)

    def close(self) -> None:
        """Clear nothing any more: the controller ends."""
        for timer in self._clearing.values():
            timer.cancel()
        self._clearing.clear()

    def _quiet(self, source: str, condition: str) -> None:
        del self._clearing[source, condition]
        self._alarms.clear(source, condition)
