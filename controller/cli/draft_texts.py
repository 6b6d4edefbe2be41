"""Drafts, proofs and versions in words, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from controller.runtime.publishing.report import Finding, ProofReport, Sums
    from controller.runtime.publishing.views import DraftView, ProofView, VersionsView, VersionView

MOST_SHOWN = 15
MOST_FOUND = 30
"""Lines of findings after which those only to know are counted."""
_STATES = {
    "bad": "BAD 有错",
    "unproven": "not proven 未证明",
    "proven": "proven 已证明",
    "blocked": "BLOCKED 阻止发布",
    "accepted": "accepted 已接受",
    "overtaken": "OVERTAKEN 已过时",
}
_SEVERITY = {"blocks": "BLOCKS 阻止", "look": "look 请查看", "info": "info 信息"}
SAME = "as in force"
_DAY = "%Y-%m-%d %H:%M"


def draft_lines(draft: DraftView) -> list[str]:
    """One draft, with everything wrong with it."""
    state = _STATES.get(draft.state, draft.state)
    lines = [f"draft 草案 {draft.name}: {state}, of {draft.origin} (base 基于 {draft.base})"]
    lines += [f"  {file.name}  {file.bytes} bytes  {file.state}" for file in draft.files if file.state != SAME]
    same = sum(file.state == SAME for file in draft.files)
    lines += [f"  {same} files as in force 与执行版本一致"] if same else []
    lines += [f"  {problem}" for problem in draft.problems]
    if draft.problems:
        lines.append(f"{len(draft.problems)} problems; it can be neither proven nor published 有错, 不可证明或发布")
    else:
        lines.append(f"next 下一步: {draft.next_en} / {draft.next_zh}")
    return lines


def draft_row(draft: DraftView, zone: ZoneInfo) -> tuple[str, ...]:
    """A draft in a table."""
    changed = draft.changed.astimezone(zone).strftime(_DAY)
    return draft.name, _STATES.get(draft.state, draft.state), f"of {draft.origin}", draft.changed_by, changed


def proof_lines(proof: ProofView) -> list[str]:
    """What a proof found: sums, what changes, findings."""
    report = proof.report
    return [
        f"{report.draft}: {report.lights} lights at {report.places} places, {report.nights} nights from "
        f"{report.first}, beside version {report.base} 对照第 {report.base} 版 ({report.took_s:g} s)",
        *_sums(report),
        *diff_lines(proof),
        *_findings(report.findings),
        *(f"note 说明: {note}" for note in report.notes),
        f"next 下一步: {next_step(proof)}",
    ]


def next_step(proof: ProofView) -> str:
    """What to do with it."""
    name = proof.report.draft
    if not proof.holds:
        return proof.why_not
    if proof.report.blocking:
        return (
            f"{len(proof.report.blocking)} findings block it: put them right, or both people accept them "
            f'(zhadao schedule publish {name} --reason "…" --accept "…")'
        )
    return f'zhadao schedule publish {name} --reason "…"'


def _sums(report: ProofReport) -> list[str]:
    from controller.cli.texts import columns

    rows: list[tuple[str, ...]] = [("", "lights 灯路", "burning h 亮灯", "", "full-load h 满载", "", "kWh", "")]
    rows += [_sum(one) for one in report.sums if one.by in ("city", "class", "grade", "division")]
    return columns(rows)


def _sum(one: Sums) -> tuple[str, ...]:
    name = "city 全市" if one.by == "city" else f"{one.by} {one.name}"
    return (
        name,
        str(one.lights),
        f"{one.burn_h:,.0f}",
        f"{one.burn_h - one.burn_h_was:+,.0f}",
        f"{one.full_h:,.0f}",
        f"{one.full_h - one.full_h_was:+,.0f}",
        f"{one.kwh:,.0f}",
        f"{one.kwh - one.kwh_was:+,.0f}",
    )


def diff_lines(proof: ProofView) -> list[str]:
    """Kinds of change, then the roads that change most."""
    from controller.runtime.publishing.publish import change_groups, change_line

    report = proof.report
    if not report.changes:
        return ["no light switches at another time 无灯具动作变化"]
    lines = [f"{report.changed_lights} of {report.lights} lights change 变化:"]
    lines += [f"  {line}" for line in change_groups(report.changes)]
    lines += [f"  {change_line(one)}" for one in report.changes[:MOST_SHOWN]]
    left = len(report.changes) - MOST_SHOWN + report.changes_left_out
    if left > 0:
        lines.append(f"  and {left} more roads 及其余 {left} 处: --json prints them")
    return lines


def _findings(findings: tuple[Finding, ...]) -> list[str]:
    lines: list[str] = []
    left = 0
    for one in findings:
        if one.severity.value == "info" and len(lines) > MOST_FOUND:
            left += 1
            continue
        lines += [f"{_SEVERITY[one.severity.value]}: {one.text_en}", f"    {one.text_zh}"]
        if one.named:
            more = one.lights - len(one.named)
            lines.append(f"    {', '.join(one.named)}" + (f" and {more} more" if more > 0 else ""))
    if left:
        lines.append(f"and {left} more to know 其余 {left} 条: --json prints them")
    return lines or ["nothing found against it 未发现问题"]


def version_lines(found: VersionsView, zone: ZoneInfo) -> list[str]:
    """Every version, newest first."""
    lines = [line for one in found.versions for line in _version(one, zone)]
    if found.notice_en:
        lines += [found.notice_en, found.notice_zh]
    return lines


def _version(one: VersionView, zone: ZoneInfo) -> list[str]:
    mark = "* in force 执行中" if one.in_force else ""
    if one.published is None:
        return [f"{one.number}  the site folder's own files 站点目录文件  {mark}".rstrip()]
    when = one.published.astimezone(zone).strftime(_DAY)
    lines = [f"{one.number}  {when}  {one.proposer} + {one.confirmer}: {one.reason}  {mark}".rstrip()]
    lines.append(f"   draft {one.draft} of {one.origin}; {one.changed_lights} lights changed, {one.kwh:+,g} kWh a year")
    lines += [f"   accepted 已接受 {word.actor}: {word.reason}" for word in one.accepted]
    return lines + ([f"   UNREADABLE 不可用: {one.unreadable}"] if one.unreadable else [])
