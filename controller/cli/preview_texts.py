"""What an order would do, laid out for a tired person: what changes, what is left out and why, what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.cli.network_texts import ahead_lines
from controller.cli.texts import clock_time, columns
from controller.logic.preview import Effect

if TYPE_CHECKING:
    from controller.logic.confirmation import Need
    from controller.runtime.commanding.views import Preview, TargetPreview
    from controller.runtime.two_persons import ProposalView, Wording

MOST_NAMED = 12
PREVIEW_H = 6.0
"""A preview looks so far ahead (``controller.runtime.hydraulics.desk.AHEAD_H``)."""
_EFFECTS = {
    Effect.CHANGE: "change 将变化",
    Effect.NO_CHANGE: "already so 已如此",
    Effect.MASKED: "masked by a higher slot 被屏蔽",
    Effect.EXCLUDED: "left out 不包括",
}


def preview_lines(preview: Preview, zone: ZoneInfo) -> list[str]:
    """The preview of a selected order."""
    count = len(preview.targets)
    until = clock_time(preview.lease_ends, zone, "%m-%d %H:%M:%S")
    counts = " · ".join(
        f"{words} {preview.effects[kind]}" for kind, words in _EFFECTS.items() if kind in preview.effects
    )
    lines = [
        f"Preview 预览: {preview.value} for {count} target{'s' * (count != 1)} in {preview.slot}, until {until}",
        f"  {counts}",
        f"  power 功率 {preview.power_kw:+.1f} kW"
        + (f", flow 流量 {preview.flow_m3s:+.2f} m³/s" if preview.flow_m3s else ""),
    ]
    if all(preview.both_knives):
        lines += [f"  TWO KNIVES 两把闸刀: {preview.both_knives[1]}", f"    {preview.both_knives[0]}"]
    for kind in (Effect.CHANGE, Effect.MASKED, Effect.EXCLUDED):
        members = [one for one in preview.targets if one.effect is kind]
        lines += _named(f"  {_EFFECTS[kind]}:", members)
    interlocks = dict.fromkeys(text for one in preview.targets for text in one.interlocks)
    lines += _listed("  interlocks that would act 将动作的联锁:", list(interlocks))
    taken = sorted({one.takes_over_from for one in preview.targets if one.takes_over_from})
    lines += _listed("  taken over from 接管自:", taken)
    unsure = [one.target for one in preview.targets if not one.assured]
    lines += _listed("  NOT ASSURED 不能保证:", unsure)
    lines += ahead_lines(preview.waters, PREVIEW_H)
    lines += _listed("  at the end 到期后:", [f"{who} ({count})" for who, count in preview.afterwards.items()])
    return lines


def needs_lines(preview: Preview) -> list[str]:
    """Who has to say yes, and why."""
    if preview.second_person and preview.alone:
        return [
            f"  One person may act now 可单人操作 ({preview.alone}); another countersigns within 2 h 须两小时内补签:",
            *_reasons(preview.second_person),
        ]
    if preview.second_person:
        return ["  A second, different person confirms 须第二人确认:", *_reasons(preview.second_person)]
    return []


def _reasons(needs: Sequence[Need]) -> list[str]:
    return [f"    {need.text_en} / {need.text_zh}" for need in needs]


def _named(heading: str, members: Sequence[TargetPreview]) -> list[str]:
    if not members:
        return []
    rows = [(one.target, one.name, one.cause, _one_line(one)) for one in members[:MOST_NAMED]]
    more = [f"    and {len(members) - MOST_NAMED} more"] if len(members) > MOST_NAMED else []
    return [heading, *columns(rows, indent="    "), *more]


def _one_line(one: TargetPreview) -> str:
    return one.text or f"now {one.actual}"


def _listed(heading: str, texts: Sequence[str]) -> list[str]:
    more = [f"    and {len(texts) - MOST_NAMED} more"] if len(texts) > MOST_NAMED else []
    return [heading, *(f"    {text}" for text in texts[:MOST_NAMED]), *more] if texts else []


def picture(preview: Preview) -> object:
    """What a yes was said to: the same picture again needs no second yes."""
    return (
        tuple((one.target, one.effect, one.cause, one.takes_over_from) for one in preview.targets),
        tuple(need.why for need in preview.second_person),
        preview.alone,
    )


def wording_lines(wording: Wording) -> list[str]:
    """An act that takes two people, as whoever is to confirm it reads it."""
    return [f"{wording.title_en}", f"{wording.title_zh}", *(f"  {line}" for line in wording.lines)]


def proposal_row(proposal: ProposalView, zone: ZoneInfo) -> tuple[str, ...]:
    """A proposal in a list."""
    until = clock_time(proposal.expires, zone)
    title = f"{proposal.wording.title_en} / {proposal.wording.title_zh}"
    return (proposal.id, f"until {until}", proposal.proposer, title, proposal.reason)
