"""Worked examples of what is told of poles and displays."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.poles.views import (
    DisplayView,
    FloodWarningView,
    LampSaid,
    PoleView,
    SensorSaid,
    TemplateView,
)
from controller.runtime.views import SlotView

_TEXT = "前方积水 禁止通行 / FLOODED AHEAD – DO NOT ENTER"
_SLOT = SlotView(
    slot=4,
    name="flood_critical",
    value=f"text: {_TEXT}",
    owner="flood warning 积水警示",
    reason="water at the closing level",
    origin="poles",
    ticket="",
    since=None,
    lease_id=None,
    expires=None,
    remaining_s=None,
)
_ADVERT = SlotView(
    slot=8,
    name="district_manual",
    value="text: 欢迎光临",
    owner="lin",
    reason="market week",
    origin="api",
    ticket="",
    since=NOW,
    lease_id="L-7f3a91",
    expires=NOW + timedelta(hours=1),
    remaining_s=3600.0,
)
DISPLAY = DisplayView(
    target="330106-SP-0001/D1",
    pole="330106-SP-0001",
    name="文三路1号灯杆",
    division="330106",
    road="文三路",
    link="ONLINE",
    wanted=_TEXT,
    shown=_TEXT,
    proven=True,
    slot=_SLOT,
    masked=(_ADVERT,),
    room_bytes=192,
)
POLE = PoleView(
    id="330106-SP-0001",
    name="文三路1号灯杆",
    division="330106",
    road="文三路",
    link="ONLINE",
    sos="calling",
    sos_since=NOW,
    sos_answered_by="",
    sensors=(
        SensorSaid("temperature_c", 26.4, "°C", "GOOD", ""),
        SensorSaid("pm25_ug_m3", None, "µg/m³", "BAD", "out_of_range"),
    ),
    lamps=(LampSaid("330106-SP-0001/L1", "100%", "100%", True, "flood_critical"),),
    displays=(DISPLAY,),
)
TEMPLATE = TemplateView("flood-closed", "积水封路", "closed by water", _TEXT)
FLOOD = FloodWarningView(
    id="tianmushan-ahead",
    name_zh="天目山路下穿",
    name_en="Tianmushan Road underpass",
    stage="warning",
    since=NOW,
    closes_at_m=4.15,
    datum="天目山路下穿集水池底",
    levels=(SensorSaid("330106-LG-0001/level_m", 4.3, "m", "GOOD", ""),),
    text=_TEXT,
    displays=("330106-SP-0001/D1",),
)
