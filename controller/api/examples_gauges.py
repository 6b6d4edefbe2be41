"""Worked examples of level gauges out of the vote."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.gauge_exclusions.views import GaugeExclusionView

_GAUGE = "330102-PS-0001/inner_level_2_m"
EXCLUSION = GaugeExclusionView(
    gauge=_GAUGE,
    device="330102-PS-0001",
    name="三堡排涝泵站",
    by="zhang",
    reason="stands still, the staff gauge says 3.20 m",
    since=NOW,
    until=NOW + timedelta(hours=4),
    renewed=0,
    reads="2.90 m",
    left=2,
    text_en="inner_level_2_m (2.90 m) is out of the vote until 2026-06-21 23:20, by zhang: stands still",
    text_zh="inner_level_2_m（2.90 m）已由zhang剔除，至 2026-06-21 23:20：读数不动",
)
EXCLUDED = SiteReceipt(
    True, "", f"{_GAUGE} is out of every vote until 2026-06-21 23:20", f"{_GAUGE} 已剔除，至 2026-06-21 23:20", _GAUGE
)
NOT_EXCLUDED = SiteReceipt(
    False, "NO_ACCESS_AUTHORITY", "a machine has not seen the gauge; sign in as a person", "须由人员判定", _GAUGE
)
INCLUDED = SiteReceipt(True, "", f"{_GAUGE} has its vote again; what runs goes on", f"{_GAUGE} 已恢复参与表决", _GAUGE)
NOT_INCLUDED = SiteReceipt(
    False, "OUT_OF_RANGE", f"{_GAUGE} is not excluded: it has its vote", f"{_GAUGE} 未被剔除", _GAUGE
)
