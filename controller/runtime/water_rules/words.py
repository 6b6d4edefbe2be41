"""What a ground is called for people, Chinese and English. No numbers: guidance that says the same is the same."""

from __future__ import annotations

from controller.logic.hydraulics.network import Network
from controller.logic.water_rules.guidance import Advice, Ground

_WORDS: dict[Ground, tuple[str, str]] = {
    Ground.PRE_DRAWDOWN: (
        "rain is coming: pumped now, while it is cheapest, to have room in {reach}",
        "预降：来水前在最经济时段预降{reach}水位",
    ),
    Ground.HELPS: ("helps {helps} over the open channel", "经连通河道支援{helps}"),
    Ground.HOLDS: (
        "room is left in {reach}: its water waits for the next ebb or a cheaper hour",
        "{reach}尚有调蓄库容，待下一落潮或低价时段再排",
    ),
    Ground.GRAVITY: ("gravity first: {reach} is let out by its outfall", "自排优先：{reach}由水闸自排"),
    Ground.WAITS: ("what it pumps into overflows; {reach} has room to wait", "受水河道已满，{reach}尚有库容，暂缓抽排"),
    Ground.BLIND: (
        "nobody forecasts for {reach}: its own levels decide, its room is kept free",
        "{reach}无降雨预报：按自身水位控制，并保持库容",
    ),
    Ground.FULL: ("{reach} is at its ceiling: its own levels decide", "{reach}已达控制上限：按自身水位控制"),
}


def words(advice: Advice, network: Network) -> tuple[str, str]:
    """(English, Chinese) of why a station is guided so."""
    english, chinese = _WORDS[advice.ground]
    return (
        english.format(
            reach=_title(network, advice.reach, english=True), helps=_title(network, advice.helps, english=True)
        ),
        chinese.format(reach=_title(network, advice.reach), helps=_title(network, advice.helps)),
    )


def _title(network: Network, name: str, *, english: bool = False) -> str:
    reach = network.reaches.get(name)
    if reach is None:
        return name
    return (reach.title_en or reach.title) if english else reach.title
