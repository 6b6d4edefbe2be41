"""Interlocks that cannot be known while their act is wanted: what is not GOOD, and what ``on_bad`` makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from controller.domain.expression import Lookup, Truth, names
from controller.domain.points import TargetId
from controller.domain.slots import Slot
from controller.logic.interlocks import UNBOUND, Action, InterlockSpec, Judgement, OnBad

UNKNOWN = "interlock_unknown"
"""The kind of this alarm."""
_MAKES = {
    OnBad.ALLOW: ("the act goes on without it", "动作继续执行"),
    OnBad.BLOCK: ("the act waits until it can be read", "动作等待读数恢复"),
    OnBad.ASK: ("automation waits, a person may begin it", "自动控制等待，可由人员启动"),
}


def unknown_text(
    specs: Sequence[InterlockSpec],
    judged: Mapping[str, Judgement],
    lookup: Lookup,
    target: TargetId,
    action: Action,
    slot: Slot,
) -> str:
    """One sentence (both languages) of every interlock of this wanted act that cannot be known; empty when all can."""
    if slot in UNBOUND:
        return ""
    said = (
        f"{_said(spec, lookup)}"
        for spec in specs
        if spec.binds(target, action) and _is_unknown(spec, judged.get(spec.id), target)
    )
    return "; ".join(said)


def _is_unknown(spec: InterlockSpec, judgement: Judgement | None, target: TargetId) -> bool:
    if judgement is None or judgement.condition is not Truth.UNKNOWN:
        return False
    acting = judgement.memory.acting or judgement.memory.latched
    return not acting and not judgement.lets_pass(spec, target)


def _said(spec: InterlockSpec, lookup: Lookup) -> str:
    english, chinese = _MAKES[spec.on_bad]
    points = ", ".join(_not_good(spec, lookup))
    return (
        f"interlock {spec.id} of {spec.target} cannot be known: {points}; {english} (on_bad: {spec.on_bad.value}) / "
        f"联锁 {spec.id} 条件不明：{points}；{chinese}"
    )


def _not_good(spec: InterlockSpec, lookup: Lookup) -> Iterator[str]:
    for point in sorted(names(spec.condition)):
        reading = lookup(point)
        if not reading.good:
            yield f"{point} {reading.quality.name} {reading.detail.value}".rstrip()
