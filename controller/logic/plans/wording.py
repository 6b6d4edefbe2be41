"""What runs say to people, in both languages: short, and what to do at the end."""

from __future__ import annotations

from collections.abc import Iterable

from controller.logic.alarm_settings import Words


def two(en: str, zh: str) -> Words:
    """A sentence in both languages."""
    return Words(zh, en)


def joined(several: Iterable[Words]) -> Words:
    """Several sentences as one."""
    said = [one for one in several if one.en or one.zh]
    return Words("；".join(one.zh for one in said), "; ".join(one.en for one in said))


def minutes(seconds: float) -> Words:
    """A span as people say it."""
    if seconds < 120:
        return Words(f"{seconds:.0f}秒", f"{seconds:.0f} s")
    if seconds < 7200:
        return Words(f"{seconds / 60:.0f}分钟", f"{seconds / 60:.0f} min")
    return Words(f"{seconds / 3600:.1f}小时", f"{seconds / 3600:.1f} h")


def too_late(within_s: float, why: Words) -> Words:
    """A step's time is over."""
    span = minutes(within_s)
    zh = f"{span.zh}内未完成" + (f"：{why.zh}" if why.zh else "")
    return Words(zh, f"not done within {span.en}" + (f": {why.en}" if why.en else ""))


def lost(target: str, holder: str) -> Words:
    """An order of the run is no longer in its slot."""
    if holder:
        return Words(
            f"{target} 已由 {holder} 接管；现场保持现状，请与其协商后恢复或中止本预案",
            f"{target} was taken over by {holder}: things stay as they are; settle it, then resume or abort this run",
        )
    return Words(
        f"{target} 的预案指令已到期或被释放，设备已交还，运行机组不因此停机；核对现场后恢复（重新下令）或中止",
        f"the plan's order for {target} ended or was released and it was handed back, nothing is stopped by that: "
        "look at the field, then resume (it is ordered anew) or abort",
    )


def left(target: str) -> Words:
    """Something the run orders is no longer in the site."""
    return Words(
        f"{target} 已移出配置，预案无法继续：请核对现场后中止；其余指令按中止状态处理，运行机组不因此停机",
        f"{target} left the configuration and the run cannot go on: look at the field, then abort it; what it holds "
        "elsewhere goes to its safe state, and nothing stops",
    )


def not_known(text: Words) -> Words:
    """A condition that cannot be known."""
    return Words(
        f"条件无法判定：{text.zh}；人工核实后可恢复", f"cannot be known: {text.en}; look, then resume on your own word"
    )


def proven_false(text: Words) -> Words:
    """A condition that does not hold."""
    return Words(f"条件不满足：{text.zh}", f"does not hold: {text.en}")


LAPSED = Words(
    "已到预案最长时限：全部指令交还，机组由站内或水位控制接续运行，不因此停机",
    "its longest time is over: everything is handed back, and level control or the station goes on with what runs",
)
FOUND_LATE = Words(
    "重启后发现本预案已超过最长时限：不自动继续；请核对现场，然后中止或重新启动预案",
    "found after a restart past its longest time: it does not go on by itself; look at the field, then abort it or "
    "start a plan anew",
)
GIVEN_UP = Words(
    "中止步骤无法执行，直接转入中止状态，运行机组不因此停机，请核对现场",
    "the steps of its way out could not be walked: it went straight to its safe state and nothing stopped; look at the "
    "field",
)
UNSEEN_UNITS = Words("无法确认运行台数，暂不下令", "how many units run cannot be told: nothing is ordered yet")
NOT_TAKEN = Words("指令尚未进入预案优先级", "the order is not in the plan's slot yet")
UNREADABLE = Words(
    "该运行的预案定义已无法读取（目标已从配置中移除）：不自动继续，请人工处置并中止",
    "its plan cannot be read any more (a target left the configuration): it does not go on; act by hand, then abort",
)
