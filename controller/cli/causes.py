"""What to do about a refusal: each of the field's words, in English and Chinese, for a tired person."""

from __future__ import annotations

from collections.abc import Iterable

WHAT_TO_DO: dict[str, tuple[str, str]] = {
    "BLOCKED_LOCAL": (
        "somebody has it in hand on site: ring them; the text says where the key is",
        "现场已切就地：先联系现场人员，钥匙位置见上",
    ),
    "BLOCKED_BY_TAG": (
        "somebody works there: ring the tag's owner; `zhadao tag list` names them",
        "有人在检修：联系挂牌人，`zhadao tag list` 可查",
    ),
    "BLOCKED_BY_INTERLOCKING": (
        "an interlock holds it: clear what the text names; `zhadao explain TARGET` says more",
        "联锁闭锁：先消除上述原因，`zhadao explain` 可查",
    ),
    "NO_ACCESS_AUTHORITY": (
        "it is not yours to do: ask somebody who holds that right; `zhadao whoami` shows yours",
        "无此权限：请有权人员操作，`zhadao whoami` 可查本人权限",
    ),
    "LOCKED_BY_OTHER_CLIENT": (
        "somebody else holds it: ask them, or --take-over, which is recorded",
        "他人占用：先联系，必要时用 --take-over（将记录）",
    ),
    "OUT_OF_RANGE": ("say it within what the text allows", "超出允许范围：按上述限值重新下令"),
    "TOO_MANY_OPS": (
        "it needs a rest between acts: wait for the time the text names",
        "操作过于频繁：按提示时间后再试",
    ),
    "EXPIRED": ("its time was over before it was sent: order it anew", "指令已过期：请重新下令"),
    "UNKNOWN_TARGET": ("look it up: `zhadao status`, then asset/output", "无此目标：用 `zhadao status` 查编号"),
    "NOT_READY": (
        "what was shown is no longer so, or it is not read yet: look again",
        "状态已变化或尚未读全：请重新查看",
    ),
    "JOURNAL_UNAVAILABLE": (
        "the journal cannot be written, so nothing was done: make room for the data folder. `zhadao stop` still works",
        "日志不可写，未执行：清理数据目录；紧急停止仍可用",
    ),
    "DEVICE_OFFLINE": (
        "it cannot be reached: send somebody; the order is not kept for later",
        "设备离线：请派人到现场，指令不会滞后执行",
    ),
    "DEVICE_REFUSED": ("the device itself says no: look at it on site", "设备拒绝：请到现场查看"),
    "NO_FEEDBACK": (
        "nothing proves that it obeyed: treat it as not done, look on site",
        "无反馈证实：按未执行处理，到现场确认",
    ),
    "OBJECT_NOT_SELECTED": ("select it first and look: `zhadao set` does that by itself", "须先选择、预览，再操作"),
}


def advice(causes: Iterable[str]) -> list[str]:
    """A line for every cause named, once each."""
    known = dict.fromkeys(cause for cause in causes if cause in WHAT_TO_DO)
    return [f"  → {cause}: {WHAT_TO_DO[cause][0]} / {WHAT_TO_DO[cause][1]}" for cause in known]
