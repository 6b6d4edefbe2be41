"""Sentences for what a connection finds: a certificate that is not accepted, points that cannot be used."""

from __future__ import annotations

from controller.domain.errors import ConfigError
from controller.domain.quality import Detail
from drivers.base import Readings
from drivers.opcua.guard import Untrusted
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.stations import Station

MOST_NAMED = 5
"""Points named in one sentence."""


def certificate_notice(endpoint: str, error: ConfigError) -> Notice:
    """Why the link stays down until a person does something."""
    zh = error.text_zh if isinstance(error, Untrusted) else f"{endpoint}：证书或登录配置不可用，连接保持断开"
    return Notice(endpoint, Trouble.CERTIFICATE, active=True, text=str(error), text_zh=zh)


def points_notice(station: Station, readings: Readings) -> Notice | None:
    """Points whose node is gone, or of another type than the profile says; None when nothing changed about them."""
    wrong = {name for name, reading in readings.items() if reading.detail is Detail.CONFIG_ERROR}
    now = frozenset(wrong | (station.unusable - readings.keys()))
    if now == station.unusable and station.looked_over:
        return None
    station.unusable, station.looked_over = now, True
    if not now:
        return Notice(station.device, Trouble.POINTS, active=False)
    named = ", ".join(sorted(now)[:MOST_NAMED]) + (" …" if len(now) > MOST_NAMED else "")
    return Notice(
        station.device,
        Trouble.POINTS,
        active=True,
        text=f"{station.device}: {len(now)} of {len(station.items)} points cannot be used ({named}): the node is not "
        "there, or not of the profile's type, or not readable; compare profile and server",
        text_zh=f"{station.device}：{len(now)} 个点不可用（{named}）：节点不存在、类型不符或不可读",
    )
