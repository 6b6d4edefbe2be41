"""What readings of a station are worth while its own counter stands still. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from drivers.opcua.alive import Counter, Life
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.signs import Signs

_WORTH = {Life.MOVING: Quality.GOOD, Life.FROZEN: Quality.UNCERTAIN, Life.DEAD: Quality.BAD}


def worth(life: Life, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """These readings, no better than their station: UNCERTAIN ``frozen``, later BAD ``frozen``, the values kept."""
    limit = _WORTH[life]
    return {name: reading.worse(limit, Detail.FROZEN) for name, reading in readings.items()}


def notice_of(device: str, watched: Counter | Signs, life: Life, still_s: float) -> Notice:
    """What people are told of it."""
    if life is Life.MOVING:
        return Notice(device, Trouble.FROZEN, active=False)
    if isinstance(watched, Signs):
        return _still(device, watched, still_s)
    believed = "are believed no more" if life is Life.DEAD else "are doubted"
    return Notice(
        device,
        Trouble.FROZEN,
        active=True,
        text=f"{device}: the server answers, and the station's own counter has not moved for {still_s:.0f} s: its "
        f"values {believed}; look at the PLC behind the server (program stopped? fieldbus down?)",
        text_zh=f"{device}：通信正常但站内心跳计数已停 {still_s:.0f} 秒，数据不可信；检查现场 PLC 程序与总线",
    )


def _still(device: str, watched: Signs, still_s: float) -> Notice:
    count = len(watched.points)
    return Notice(
        device,
        Trouble.FROZEN,
        active=True,
        text=f"{device}: the server answers, and none of the station's {count} fast measurements has a new value or "
        f"time for {still_s:.0f} s (frozen_after_s of its profile): its values are doubted; look at the PLC behind it",
        text_zh=f"{device}：通信正常但 {count} 个快速测点 {still_s:.0f} 秒无变化（数值与时标），数据存疑；检查现场 PLC",
    )
