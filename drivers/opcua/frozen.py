"""What readings of a station are worth while its own counter stands still. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from drivers.opcua.alive import Life
from drivers.opcua.notices import Notice, Trouble

_WORTH = {Life.MOVING: Quality.GOOD, Life.FROZEN: Quality.UNCERTAIN, Life.DEAD: Quality.BAD}


def worth(life: Life, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """These readings, no better than their station: UNCERTAIN ``frozen``, later BAD ``frozen``, the values kept."""
    limit = _WORTH[life]
    return {name: reading.worse(limit, Detail.FROZEN) for name, reading in readings.items()}


def notice_of(device: str, life: Life, still_s: float) -> Notice:
    """What people are told of it."""
    if life is Life.MOVING:
        return Notice(device, Trouble.FROZEN, active=False)
    believed = "are believed no more" if life is Life.DEAD else "are doubted"
    return Notice(
        device,
        Trouble.FROZEN,
        active=True,
        text=f"{device}: the server answers, and the station's own counter has not moved for {still_s:.0f} s: its "
        f"values {believed}; look at the PLC behind the server (program stopped? fieldbus down?)",
        text_zh=f"{device}：通信正常但站内心跳计数已停 {still_s:.0f} 秒，数据不可信；检查现场 PLC 程序与总线",
    )
