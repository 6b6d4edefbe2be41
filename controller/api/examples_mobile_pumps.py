"""Worked examples of what is told of mobile pumps."""

from __future__ import annotations

from controller.api.examples import NOW
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.mobile_pumps.views import MobilePumpsView, MobilePumpView

_PUMP = MobilePumpView(
    id="330102-MP-0001",
    name="上城移动泵车1号",
    division="330102",
    capacity_m3s=0.83,
    contact="上城区防汛值班室",
    home="上城区防汛物资库",
    state="pumping",
    state_zh="抽排",
    lat=30.248,
    lon=120.19,
    where="秋涛路下穿",
    by="zhou",
    at=NOW,
    age_s=540.0,
    old=False,
    note="two hoses to the canal",
)
PUMPS = MobilePumpsView((_PUMP,), capacity_m3s=0.83, pumping_m3s=0.83)
NOTED = SiteReceipt(
    True,
    "",
    "上城移动泵车1号 is noted as pumping at 秋涛路下穿",
    "已记录上城移动泵车1号：抽排，秋涛路下穿",
    "330102-MP-0001",
)
NOT_NOTED = SiteReceipt(
    False, "NO_EVIDENCE", "nothing was noted: the journal cannot be written", "未记录：日志无法写入"
)
