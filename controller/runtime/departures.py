"""Stations that left the configuration at a reload: told once, because nobody watches or controls them from here on."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.assets import City
from controller.domain.points import device_of
from controller.domain.request import Request
from controller.runtime.alarms import AlarmBook, Priority

LEFT = "left_site"


def tell_departures(alarms: AlarmBook, before: City, after: City, gone: Iterable[Request]) -> None:
    """An alarm for each station of ``before`` that ``after`` has no more, with the orders that ended by it (``gone``).

    It stands until somebody acknowledges it. Nothing is stopped: a station that hears no centre goes by its own PLC.
    """
    ended = tuple(gone)
    for station, asset in before.stations.items():
        if station in after.stations:
            alarms.clear(station, LEFT)
            continue
        mine = [one for one in ended if device_of(one.target) == station]
        said = ", ".join(f"{one.target} {one.value} ({one.owner}, {one.slot.label})" for one in mine)
        en = (
            f"{asset.name} left the configuration: the centre neither watches nor controls it any more; nothing was "
            "stopped, and its PLC goes on by its own level once it misses the centre"
        )
        zh = f"{asset.name}已移出配置：中心不再监视和控制；运行机组不因此停机，失去中心心跳后由站内PLC按自身水位运行"
        if mine:
            en, zh = f"{en}; orders that ended with it: {said}", f"{zh}；随之作废的指令：{said}"
        en = f"{en}; call the station, or put it back into assets/ and `zhadao reload`"
        zh = f"{zh}；请电话确认现场，或恢复 assets/ 中的配置后执行 zhadao reload"
        alarms.set(station, LEFT, f"{en} / {zh}", Priority.HIGH if mine else Priority.MEDIUM, text_zh=zh)
        alarms.clear(station, LEFT)
