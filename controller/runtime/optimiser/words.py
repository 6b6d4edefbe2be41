"""Why the rules go on at a station, for people."""

from __future__ import annotations

from collections.abc import Mapping

from controller.logic.optimiser.standing import Halt

HALTS: Mapping[Halt, tuple[str, str]] = {
    Halt.OFF: (
        "the optimiser is switched off in water/*.yaml (optimiser: enabled)",
        "优化未启用（配置 optimiser: enabled）",
    ),
    Halt.NOT_YET: ("no plan was worked out yet", "优化方案尚未算出"),
    Halt.NO_SOLUTION: ("the solver found no plan in its time", "求解器在限时内未得到方案"),
    Halt.WORSE: ("its plan is no better than the rules'", "优化方案不优于规则方案"),
    Halt.LATE: ("its last plan is too old", "最近一次优化方案已过时"),
    Halt.BLIND: ("nobody forecasts for this reach", "该河段无降雨预报"),
    Halt.UNSURE: ("the reach's level is not measured well enough", "该河段水位测量不可信"),
    Halt.APART: ("the level has gone another way than its plan expected", "实测水位与方案预测不符"),
    Halt.DIVERTS: (
        "nothing to drain now: the station's own programs of bringing water in have it",
        "当前无排水需求，由该站引配水程序控制",
    ),
    Halt.NOT_THERE: ("the station drains no reach of the network", "该站不在河网模型的排水范围内"),
}
LOST_RIGHT = ("whoever accepted it may not operate this station any more", "接受人已无该站操作权")
OVER = ("its time is over", "接受期限已到")
LEFT = ("the station left the configuration", "该站已移出配置")
"""How an acceptance ends by itself."""
FAILED = ("the optimiser failed (the log says where)", "优化故障（见日志）")
"""What keeps every acceptance from being carried out; it is tried again every minute."""


def said(halt: Halt) -> str:
    """English and Chinese in one line."""
    return " ".join(HALTS[halt])
