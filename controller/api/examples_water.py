"""Worked examples of what is told of tides, diversion and water quality."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.diversion.views import BringerView, DiversionView, ProgramView
from controller.runtime.tidal.views import (
    BoreWindowView,
    OutfallView,
    RiverGateView,
    TidalWaterView,
    TideGaugeView,
    TidesView,
    WaterMarkView,
)
from controller.runtime.water_quality.views import QualityGaugeView, QualityView, ValueView

_BORE = BoreWindowView(
    arrives=NOW + timedelta(hours=3),
    begins=NOW + timedelta(hours=2, minutes=22),
    closed_by=NOW + timedelta(hours=2, minutes=28),
    ends=NOW + timedelta(hours=4, minutes=30),
    height_m=0.5,
)
TIDES = TidesView(
    (
        TidalWaterView(
            id="qiantang",
            title_zh="钱塘江",
            title_en="Qiantang river",
            trust="agreed",
            text_en="table and gauges agree",
            text_zh="潮汐表与实测一致",
            level_m=1.42,
            table_m=1.38,
            off_m=0.0,
            rise_m_per_min=0.0,
            table_source="city tide tables 2026",
            table_issued=NOW - timedelta(days=200),
            table_until=NOW + timedelta(days=190),
            gauges=(TideGaugeView("330102-TG-0001/level_m", 1.42),),
            marks=(WaterMarkView(NOW + timedelta(hours=1), 1.10, high=False),),
            outfalls=(
                OutfallView(
                    station="330102-PS-0003",
                    name="七堡排涝站",
                    trust="agreed",
                    text_en="its outfall may open by itself",
                    text_zh="可自动开闸",
                    gates=(RiverGateView("330102-PS-0003/G5", "自排闸", 100.0, closed=False),),
                    windows=(_BORE,),
                ),
            ),
        ),
    )
)
DIVERSION = DiversionView(
    (
        BringerView(
            station="330106-PS-0003",
            name="珊瑚沙引水泵站",
            state="runs",
            text_en="by its times",
            text_zh="按计划时段",
            units_running=2,
            fit=True,
            quality_en="",
            quality_zh="",
            programs=(
                ProgramView(
                    id="shanhusha-morning",
                    title_zh="珊瑚沙上午引水",
                    title_en="Shanhusha morning intake",
                    running=True,
                    text_en="by its times",
                    text_zh="按计划时段",
                    units=2,
                    gates={"330106-PS-0003/G4": 100.0},
                    since=NOW - timedelta(minutes=40),
                ),
            ),
        ),
    )
)
QUALITY = QualityView(
    (
        QualityGaugeView(
            gauge="330106-WQ-0001",
            name="珊瑚沙水质站",
            fit=True,
            text_en="",
            text_zh="",
            values=(
                ValueView("turbidity_ntu", "浊度", "turbidity", "NTU", 9.1, "", 60.0, 45.0, 0.4),
                ValueView("ammonia_mg_l", "氨氮", "ammonia", "mg/L", 0.15, "", 1.0, 0.8, 0.0),
            ),
        ),
    )
)
