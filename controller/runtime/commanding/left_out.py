"""What an order leaves out: kept with its proposal, so that whoever confirms it is told what its proposer saw.

Counts by cause, and of each cause the first by name with why. What is not the proposer's, or nowhere, is counted only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from controller.domain.command import Cause
from controller.runtime.commanding.looked import Looked

MOST_NAMED = 4
"""Of each cause."""
_UNNAMED = frozenset({Cause.NO_AUTHORITY, Cause.UNKNOWN_TARGET})
_ZH: Mapping[str, str] = {
    Cause.LOCAL: "就地",
    Cause.TAGGED: "检修挂牌",
    Cause.INTERLOCK: "联锁闭锁",
    Cause.NO_AUTHORITY: "无权限",
    Cause.LOCKED: "他人占用",
    Cause.OUT_OF_RANGE: "不能执行该值",
    Cause.TOO_MANY_OPS: "操作过于频繁",
    Cause.UNKNOWN_TARGET: "无此目标",
    Cause.NOT_READY: "尚未读全",
    Cause.NO_EVIDENCE: "日志不可写",
    Cause.OFFLINE: "失联",
}

Kept = Sequence[Mapping[str, Any]]
"""As a proposal keeps it: ``cause``, ``count``, and ``first``: target, name and reason of each that is named."""


def left_out(members: Iterable[Looked]) -> list[dict[str, Any]]:
    """What these excluded members are kept as, the most frequent cause first."""
    found = list(members)
    counts = Counter(one.preview.cause for one in found)
    return [{"cause": cause, "count": count, "first": _first(found, cause)} for cause, count in counts.most_common()]


def left_out_lines(when: str, kept: Kept) -> Iterator[str]:
    """One line a cause, in both languages. ``when``: what they were left out of."""
    for one in kept:
        cause, first = str(one["cause"]), one["first"]
        named = "; ".join(f"{target} {name}: {text}" if text else f"{target} {name}" for target, name, text in first)
        more = one["count"] - len(first)
        rest = f" … +{more}" if first and more > 0 else ""
        yield f"{when}, {cause} {_ZH.get(cause, '')} ({one['count']})" + (f": {named}{rest}" if named else "")


def _first(members: Sequence[Looked], cause: str) -> list[list[str]]:
    if cause in _UNNAMED:
        return []
    of_it = [one.preview for one in members if one.preview.cause == cause]
    return [[one.target, one.name, one.text] for one in of_it[:MOST_NAMED]]
