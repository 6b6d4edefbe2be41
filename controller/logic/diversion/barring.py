"""What goes before diversion: drainage, a full canal. Level-triggered, with a hold before water comes in again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.logic.diversion.rules import SIGNALS, Bringer

ROMAN = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
SIGNALS_ZH = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known around a station that brings water in; None or empty: not known.

    ``draining``: the name of a station of the same waters that pumps; ``response``: the declared level (0 none).
    """

    response: int = 0
    signal: str = ""
    below_warning_m: float | None = None
    inner_m: float | None = None
    draining: str = ""


@dataclass(frozen=True, slots=True)
class BarMemory:
    """Why diversion is barred, and since when the last cause has been gone (monotonic seconds)."""

    reason: str = ""
    gone_s: float | None = None


def follow_bar(bringer: Bringer, around: Circumstances, memory: BarMemory, now_s: float) -> BarMemory:
    """One look. The reason names the first cause, ``en / zh``; it stands until it has been gone for the hold."""
    cause = next(_causes(bringer, around), "")
    if cause:
        return BarMemory(cause)
    if not memory.reason:
        return memory
    gone_s = now_s if memory.gone_s is None else memory.gone_s
    if now_s - gone_s >= bringer.hold_s:
        return BarMemory()
    minutes = bringer.hold_s / 60.0
    return BarMemory(
        f"its cause has to be gone for {minutes:g} min before water is brought in again / "
        f"原因解除满 {minutes:g} 分钟后恢复引水",
        gone_s,
    )


def _causes(bringer: Bringer, around: Circumstances) -> Iterator[str]:
    if 0 < around.response <= bringer.response:
        roman = ROMAN.get(around.response, str(around.response))
        yield f"drainage first: response {roman} is declared / 排涝优先：已启动{roman}级响应"
    if around.signal in SIGNALS and SIGNALS.index(around.signal) >= SIGNALS.index(bringer.signal):
        zh = SIGNALS_ZH[around.signal]
        yield f"drainage first: {around.signal} rain signal / 排涝优先：暴雨{zh}信号"
    if around.below_warning_m is not None and around.below_warning_m < bringer.below_warning_m:
        limit = f"{bringer.below_warning_m:g} m"
        yield f"drainage first: less than {limit} below warning / 排涝优先：距警戒水位不足 {limit}"
    if bringer.full_m is not None and around.inner_m is not None and around.inner_m >= bringer.full_m:
        yield f"inner level at {bringer.full_m:g} m or more / 内河水位达到 {bringer.full_m:g} m"
    if around.draining:
        yield f"drainage first: {around.draining} pumps / 排涝优先：{around.draining}正在排水"
