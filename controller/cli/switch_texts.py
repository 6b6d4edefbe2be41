"""The switch in words: what it would do, and how it stands; both languages, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.cli.texts import clock_time, columns
from controller.logic.switch_progress import Stage

if TYPE_CHECKING:
    from controller.logic.dark_roads import DarkRoad
    from controller.logic.switch_preview import Alike, FeederStep, Staged, SwitchSummary
    from controller.runtime.switching.views import LightStanding, LiveCount, SwitchPreview

MOST = 12
KNIVES = {"road": "road 路灯", "landscape": "landscape 景观"}
_CAUSES = {
    "DEVICE_OFFLINE": "offline 离线",
    "BLOCKED_LOCAL": "at LOCAL 就地",
    "BLOCKED_BY_TAG": "tagged 检修挂牌",
    "BLOCKED_BY_INTERLOCKING": "interlocked 联锁",
    "LOCKED_BY_OTHER_CLIENT": "held by another 他人占用",
    "NO_ACCESS_AUTHORITY": "no right 无权限",
    "OUT_OF_RANGE": "cannot do it 不支持",
}
_STAGES = {
    Stage.WAITING: "waiting 待发",
    Stage.SENT: "sent 已发",
    Stage.ACKNOWLEDGED: "acknowledged 已应答",
    Stage.BY_CONTACT: "proved by contact only 仅触点证实",
    Stage.BY_POWER: "proved by power 功率证实",
    Stage.MISMATCHED: "MISMATCHED 不一致",
    Stage.UNREACHABLE: "UNREACHABLE 不可达",
    Stage.HELD: "HELD 被拦",
    Stage.MASKED: "masked 被屏蔽",
    Stage.REFUSED: "refused 拒绝",
    Stage.ENDED: "ended 已结束",
}


def throw_lines(seen: SwitchPreview, zone: ZoneInfo) -> list[str]:
    """What the throw would do."""
    summary, preview = seen.summary, seen.preview
    until = clock_time(preview.lease_ends, zone, "%m-%d %H:%M:%S")
    said = f"{KNIVES.get(seen.knife, seen.knife)} · {seen.scope} → {seen.action}"
    return [
        f"一把闸刀 switch: {said}, in {preview.slot}, until 至 {until}",
        f"  {summary.lights} lights 回路, {summary.lamps} lamps 灯: "
        f"change 将变化 {summary.changing} ({summary.changing_lamps} lamps) · already so 已如此 {summary.already}"
        + _counted("masked 被屏蔽", summary.masked)
        + _counted("left out 不包括", summary.left_out),
        f"  load step 负荷变化 {summary.step_kw:+.1f} kW",
        *_feeders(summary.feeders),
        *(f"    {_CAUSES.get(one.why, one.why)} {one.lights}: {_names(one)}" for one in summary.left_out),
        *(f"    masked by 被屏蔽于 {one.why}: {one.lights} ({_names(one)})" for one in summary.masked),
        *(f"    interlock 联锁 {one.why}: {one.lights} ({_names(one)})" for one in summary.interlocked[:MOST]),
        *_dark(summary.dark),
        *_staged(summary.staged),
        *_afterwards(seen),
    ]


def _counted(word: str, alike: Sequence[Alike]) -> str:
    lights = sum(one.lights for one in alike)
    return f" · {word} {lights}" if lights else ""


def _names(one: Alike) -> str:
    shown = ", ".join(one.first[:MOST])
    return shown + (f" and {one.lights - MOST} more" if one.lights > MOST else "")


def _feeders(feeders: Sequence[FeederStep]) -> list[str]:
    rows = [
        (
            f"{'feeder 馈线' if one.known else 'division 区'} {one.feeder}",
            f"{one.step_kw:+.1f} kW",
            "now 现 ?" if one.now_kw is None else f"now 现 {one.now_kw:.1f} kW",
            f"rated 额定 {one.rated_kw:.1f} kW",
            f"{one.lights} lights",
        )
        for one in feeders[:MOST]
    ]
    more = [f"    and {len(feeders) - MOST} more feeders"] if len(feeders) > MOST else []
    return [*columns(rows, indent="    "), *more] if rows else []


def _dark(dark: Sequence[DarkRoad]) -> list[str]:
    if not dark:
        return []
    wholly = [road for road in dark if road.wholly]
    partly = [road for road in dark if not road.wholly]
    lines = []
    if wholly:
        lines.append(f"  ROADS THAT WOULD BE DARK 将全暗的道路 ({len(wholly)}): {_roads(wholly)}")
    if partly:
        lines.append(f"  partly dark 部分变暗 ({len(partly)}): {_roads(partly)}")
    return lines


def _roads(roads: Sequence[DarkRoad]) -> str:
    shown = ", ".join(f"{one.road} {one.cut}/{one.circuits}" for one in roads[:MOST])
    return shown + (f" … +{len(roads) - MOST}" if len(roads) > MOST else "")


def _staged(staged: Staged | None) -> list[str]:
    if staged is None or (staged.seconds < 1.0 and not staged.urgent):
        return []
    worst = f"{staged.area}: {staged.kw_per_s:.1f} kW/s of 上限 {staged.ceiling_kw_per_s:.1f}"
    if staged.urgent:
        over = staged.urgent_kw_per_s / staged.ceiling_kw_per_s
        return [
            f"  URGENT 加急: all told within 下发用时 {staged.urgent_seconds:.0f} s instead of {staged.seconds:.0f} s;"
            f" {staged.area} gets 承受 {staged.urgent_kw_per_s:.1f} kW/s, {over:.1f} × its ceiling 上限"
        ]
    return [
        f"  staged 错峰: all told within 下发用时 {staged.seconds:.0f} s ({worst});"
        f" --urgent 加急: {staged.urgent_seconds:.0f} s at {staged.urgent_kw_per_s:.1f} kW/s"
    ]


def _afterwards(seen: SwitchPreview) -> list[str]:
    ends = [f"{who} ({count})" for who, count in seen.preview.afterwards.items()]
    return [f"  at the end 到期后: {', '.join(ends[:4])}"] if ends else []


def summary_picture(summary: SwitchSummary) -> object:
    """What a yes was said to: the same again needs no second yes."""
    return summary.lights, summary.changing, summary.masked, summary.left_out, summary.interlocked, summary.dark


def count_line(count: LiveCount) -> str:
    """How many lights stand where, in a line."""
    steps = (
        f"sent 已发 {count.sent} · acknowledged 已应答 {count.acknowledged} · by contact 触点证实 {count.by_contact}"
        f" · by power 功率证实 {count.by_power} of {count.lights}"
    )
    shown = {Stage.SENT, Stage.ACKNOWLEDGED, Stage.BY_CONTACT, Stage.BY_POWER}
    rest = [f"{_STAGES[stage]} {number}" for stage, number in count.stages.items() if number and stage not in shown]
    return " · ".join((steps, *rest))


def count_head(count: LiveCount, zone: ZoneInfo) -> str:
    """What was thrown."""
    second = f", confirmed by 复核 {count.confirmed_by}" if count.confirmed_by else ""
    until = f", until 至 {clock_time(count.ends, zone, '%m-%d %H:%M:%S')}" if count.ends else ""
    knife = KNIVES.get(count.knife, count.knife)
    return f"{knife} · {count.scope} → {count.value} in {count.slot} by {count.actor}{second}{until}: {count.reason}"


def masked_lines(lights: Sequence[LightStanding]) -> list[str]:
    """Who masks how many of a throw's lights, and why."""
    by = Counter(one.text for one in lights if one.stage is Stage.MASKED)
    return [f"  masked by 被屏蔽于 {text}: {count}" for text, count in by.most_common(5)]


def standing_lines(lights: Sequence[LightStanding], many: int) -> list[str]:
    """Lights by name, with what is the matter."""
    rows = [(one.target, one.name, _STAGES[one.stage], one.text) for one in lights[:many]]
    more = [f"    and {len(lights) - many} more"] if len(lights) > many else []
    return [*columns(rows, indent="    "), *more] if rows else []
