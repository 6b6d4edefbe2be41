"""The slots' names in Chinese; in English they are called by their labels."""

from __future__ import annotations

SLOT_NAMES_ZH = {
    "life_safety": "生命安全",
    "equipment_protection": "设备保护",
    "emergency_order": "应急调度令",
    "flood_critical": "临界水位",
    "city_manual": "市级手动",
    "district_manual": "区级手动",
    "plan": "预案",
    "event_scene": "重大活动",
    "optimiser": "优化",
    "automatic": "自动",
    "calendar_exception": "日历例外",
    "energy_saving": "节能",
    "schedule": "计划",
    "default": "默认",
}
