"""A looked-at order in words: for the preview, for the second person, for a refusal."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from controller.logic.confirmation import Need
from controller.logic.dark_roads import DarkRoad
from controller.logic.preview import Drift, Effect
from controller.runtime.commanding.left_out import Kept, left_out, left_out_lines
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.two_persons import Wording

MOST_NAMED = 12
"""Targets and interlocks named one by one; the rest is counted."""
_EFFECTS = {
    Effect.CHANGE: "change 将变化",
    Effect.NO_CHANGE: "already so 已如此",
    Effect.MASKED: "masked by a higher slot 被屏蔽",
    Effect.EXCLUDED: "left out 不包括",
}


def wording_of(
    sighting: Sighting, needs: Sequence[Need], fingerprint: str, dark: Sequence[DarkRoad] = (), before: Kept = ()
) -> Wording:
    """The order as whoever is to confirm it reads it.

    ``dark``: roads that lose lights by it; ``before``: what was left out of it when it was proposed.
    """
    order, included = sighting.order, sighting.included
    span = span_text(order.for_s)
    thrown_en = f"{order.knife} knife, {order.scope}: " if order.scope else ""
    thrown_zh = f"一把闸刀 {order.scope} " if order.scope else ""
    return Wording(
        title_en=f"{thrown_en}{order.value} for {len(included)} targets in {order.slot}, for {span}",
        title_zh=f"{thrown_zh}{len(included)} 个目标：{order.value}（{order.slot}，{span}）",
        lines=(*_facts(sighting, dark, before), *(f"{need.text_en} / {need.text_zh}" for need in needs)),
        fingerprint=hashlib.sha256(fingerprint.encode()).hexdigest(),
    )


def _facts(sighting: Sighting, dark: Sequence[DarkRoad], before: Kept) -> Iterable[str]:
    previews = [one.preview for one in sighting.members]
    effects = Counter(preview.effect for preview in previews)
    yield "; ".join(f"{_EFFECTS[effect]}: {effects[effect]}" for effect in Effect if effects[effect])
    yield f"power step 功率变化 {sum(p.power_kw for p in previews):+.1f} kW"
    yield from _roads(dark)
    masked = Counter(one.preview.masked_by for one in sighting.included if one.preview.masked_by)
    yield from (f"masked 被屏蔽 {count}: {by}" for by, count in masked.most_common(MOST_NAMED))
    flow_m3s = sum(preview.flow_m3s for preview in previews)
    if flow_m3s:
        yield f"pumped flow step 排水流量变化 {flow_m3s:+.2f} m³/s"
    yield from left_out_lines("left out when it was proposed 提请时未包括", before)
    yield from left_out_lines("lost since 提请后失去", left_out(sighting.excluded))
    acting = list(dict.fromkeys(text for preview in previews for text in preview.interlocks))
    yield from acting[:MOST_NAMED]
    yield from (f"{p.target} ({p.name}): {p.text}" for p in previews[:MOST_NAMED])
    if len(previews) > MOST_NAMED:
        yield f"and {len(previews) - MOST_NAMED} more 另有 {len(previews) - MOST_NAMED} 个"


def _roads(dark: Sequence[DarkRoad]) -> Iterable[str]:
    """The roads that would be dark, those wholly so first, in both languages."""
    for title, roads in (
        ("ROADS WHOLLY DARK 将全暗的道路", [road for road in dark if road.wholly]),
        ("partly dark 部分变暗", [road for road in dark if not road.wholly]),
    ):
        if roads:
            named = ", ".join(f"{road.road} {road.cut}/{road.circuits}" for road in roads[:MOST_NAMED])
            more = f" … +{len(roads) - MOST_NAMED}" if len(roads) > MOST_NAMED else ""
            yield f"{title} ({len(roads)}): {named}{more}"


def needs_text(needs: Sequence[Need]) -> str:
    """Why, in one line."""
    return "; ".join(need.text_en for need in needs)


def drift_text(drift: Drift) -> str:
    """What changed since it was shown."""
    first = ", ".join(drift.changed[:3])
    more = f" and {len(drift.changed) - 3} more" if len(drift.changed) > 3 else ""
    return f"what was shown has changed meanwhile at {first}{more}: select anew and look again"


def afterwards(included: Sequence[Looked]) -> dict[str, int]:
    """Who would decide when the lease ends, and of how many targets."""
    return dict(Counter(one.preview.then for one in included).most_common())


def span_text(seconds: float) -> str:
    """``1 h 30 min``, ``45 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" + (f" {rest} s" if rest else "") if minutes else f"{rest} s"
