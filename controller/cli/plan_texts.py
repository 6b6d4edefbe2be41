"""Plans, previews and runs as lines for a terminal: readable at three in the morning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.cli.durations import spoken
from controller.cli.texts import clock_time, columns

if TYPE_CHECKING:
    from controller.runtime.plans.views import (
        ConditionView,
        Foretold,
        PlanPreview,
        PlanView,
        PromptView,
        RunView,
        StepNow,
        StepView,
    )

MARKS = {"done": "✔", "active": "▶", "waiting": "·", "skipped": "✖", "passed": "–", "left": "◌"}
PHASES = {
    "running": "RUNNING 执行中",
    "paused": "PAUSED 已暂停",
    "held": "HELD 待人工处置",
    "aborting": "ABORTING 中止中",
    "finished": "FINISHED 已完成",
    "aborted": "ABORTED 已中止",
    "lapsed": "LAPSED 到时交还",
    "superseded": "SUPERSEDED 被接管",
}
DAY = "%m-%d %H:%M"


def plan_rows(plans: Sequence[PlanView]) -> list[str]:
    """One line a plan."""
    rows = []
    for one in plans:
        ready = "running " + one.running if one.running else "not now 条件不满足" if _refused(one) else "ready 可启动"
        rows.append((one.id, one.title_zh, one.title_en, ready))
    return columns(rows) if rows else ["  none 无"]


def _refused(one: PlanView) -> bool:
    return any(condition.refuses for condition in one.conditions)


def plan_lines(one: PlanView) -> Iterator[str]:
    """A plan in full."""
    yield f"{one.id}  {one.title_zh}  {one.title_en}"
    yield f"  {one.purpose_zh}"
    yield f"  {one.purpose_en}"
    yield f"  scope 范围: {', '.join(f'{name} = {device}' for name, device in one.scope.items())}"
    yield f"  may start 可启动: {', '.join(one.may_start) or 'whoever may operate plans there 有预案操作权者'}"
    if one.states:
        yield f"  needs declared 须已宣布: {', '.join(one.states)}"
    longest, lease = spoken(one.longest_s), spoken(one.lease_s)
    yield f"  at most 最长 {longest}; leases of 租期 {lease}, extended while it runs; then 之后: {one.leave}"
    if one.parameters:
        yield "Parameters 参数"
        rows = [
            (p.id, f"{p.default:g} {p.unit}".strip(), f"{p.low:g} … {p.high:g}", f"{p.title_zh} {p.title_en}")
            for p in one.parameters
        ]
        yield from columns(rows)
    if one.conditions:
        yield "Conditions 条件"
        yield from columns([_condition(condition) for condition in one.conditions])
    yield "Steps 步骤"
    yield from _steps(one.steps)
    yield f"Abort 中止: {one.abort_zh}  {one.abort_en} ({one.abort_leave})"
    yield from _steps(one.abort_steps)


def _condition(one: ConditionView) -> tuple[str, ...]:
    mark = {"true": "✔", "false": "✖", "unknown": "?"}[one.now]
    return (mark, one.id, one.needs, f"{one.text_zh}  {one.text_en}", one.when)


def _steps(steps: Sequence[StepView]) -> list[str]:
    rows = []
    for one in steps:
        name = "  " * one.depth + (f"{one.branch}| " if one.depth else "") + one.id
        within = f"within {spoken(one.within_s)}, else {one.otherwise}" if one.within_s is not None else ""
        rows.append((name, one.kind, f"{one.title_zh}  {one.title_en}", one.does, within))
    return columns(rows) if rows else []


def preview_lines(one: PlanPreview, zone: ZoneInfo) -> Iterator[str]:
    """What starting it now would mean."""
    yield f"{one.plan}  {one.title_zh}  {one.title_en}"
    if one.parameters:
        yield "  " + ", ".join(f"{name} = {value:g}" for name, value in one.parameters.items())
    yield from columns([_condition(condition) for condition in one.conditions]) if one.conditions else ()
    rows = []
    for step in one.steps:
        blocked = f"BLOCKED NOW 当前受阻: {'; '.join(step.blocked)}" if step.blocked else ""
        kw = f"+{step.power_kw:.0f} kW" if step.power_kw else ""
        rows.append((step.step, f"{step.title_zh}  {step.title_en}", f"{step.target} → {step.value}", kw, blocked))
    yield from columns(rows) if rows else ()
    ends = clock_time(one.ends, zone, DAY)
    yield f"  {one.starts} starts 开机, +{one.power_kw:.0f} kW; ends by itself 最迟结束 {ends}"
    yield f"  abort 中止后: {one.abort_zh}  {one.abort_en}"
    if one.takes_over:
        yield f"  TAKES OVER 将接管: {', '.join(one.takes_over)}"
    if one.foretold is not None:
        yield from foretold_lines(one.foretold)
    else:
        yield "  no model of these waters here: levels are not foretold 无水动力模型，未作水位预测"
    for need in one.second_person:
        yield f"  TWO PERSONS 双人: {need}"
    if one.alone:
        yield f"  {one.alone}"
    for why in one.refused:
        yield f"  REFUSED 不能启动: {why}"


def foretold_lines(one: Foretold) -> Iterator[str]:
    """Levels with and without the plan, and when its steps would be over."""
    yield "Foretold 模型预测 (with 执行 / without 不执行)"
    for water in one.levels:
        limits = f"warning {water.warning_m:g} m" if water.warning_m is not None else ""
        yield (
            f"  {water.water} {water.title}: highest 最高 {water.highest_with_m:.2f} / "
            f"{water.highest_without_m:.2f} m  {limits}".rstrip()
        )
        shown = water.course[:: max(1, len(water.course) // 6)]
        yield "    " + "  ".join(f"+{hours:g}h {with_m:.2f}/{without:.2f}" for hours, with_m, without in shown)
    over = ", ".join(f"{step} {_in_hours(hours)}" for step, hours in one.steps)
    yield f"  steps 步骤: {over}; ends 结束: {one.end}"
    if one.note:
        yield f"  {one.note}"


def _in_hours(hours: float | None) -> str:
    return "not within it 未完成" if hours is None else f"+{spoken(round(hours * 3600))}"


def run_rows(runs: Sequence[RunView], zone: ZoneInfo) -> list[str]:
    """One line a run."""
    rows = []
    for one in runs:
        active = ", ".join(step.id for step in one.steps if step.state == "active" and step.kind != "together")
        begun = clock_time(one.begun, zone, DAY)
        said = one.why_zh or active
        rows.append((one.id, begun, one.plan, one.title_zh, PHASES[one.phase], one.by, said))
    return columns(rows) if rows else ["  none 无"]


def run_lines(one: RunView, zone: ZoneInfo) -> Iterator[str]:
    """A run in full: where it stands, what it waits for, what it asks."""
    yield f"{one.id}  {one.title_zh}  {one.title_en}  {PHASES[one.phase]}"
    by = f"{one.by}, confirmed by 确认人 {one.confirmed_by}" if one.confirmed_by else one.by
    yield f"  by {by}: {one.reason}"
    for line in one.basis:
        yield f"  basis 依据: {line}"
    ends = one.ended or one.ends
    word = "ended 结束" if one.ended else "at most until 最迟"
    yield f"  begun 开始 {clock_time(one.begun, zone, DAY)}, {word} {clock_time(ends, zone, DAY)}"
    if one.why_zh or one.why_en:
        yield f"  {one.why_zh}"
        yield f"  {one.why_en}"
    yield from columns([_step_row(step, zone) for step in one.steps]) if one.steps else ()
    for want in one.wants:
        lease = (
            f"lease until 租期至 {clock_time(want.lease_ends, zone, DAY)}"
            if want.lease_ends
            else "not in its slot 未生效"
        )
        yield f"  ordered 已下令: {want.target} {want.value} ({want.step}), {lease}"
    for block in one.blocks:
        word = "BLOCKED 受阻" if block.bar else "waits 等待"
        yield f"  {word} {block.step}: {block.text_zh}"
        yield f"    {block.text_en}"
    for prompt in one.prompts:
        yield from prompt_lines(one, prompt, zone)
    if one.next_plan:
        yield f"  next 后续预案: zhadao plan preview {one.next_plan} --reason …"


def _step_row(step: StepNow, zone: ZoneInfo) -> tuple[str, ...]:
    name = "  " * step.depth + (f"{step.branch}| " if step.depth else "") + step.id
    at = f"{_hour(step.since, zone)}–{_hour(step.ended, zone)}" if step.ended else _hour(step.since, zone)
    due = f"by 限 {_hour(step.deadline, zone)}" if step.deadline and step.state == "active" else ""
    note = step.note_zh if step.note_zh not in ("", step.title_zh) else ""
    return (MARKS[step.state], name, f"{step.title_zh}  {step.title_en}", at, due, note)


def _hour(moment: datetime | None, zone: ZoneInfo) -> str:
    return clock_time(moment, zone, "%H:%M:%S") if moment else ""


def prompt_lines(run: RunView, one: PromptView, zone: ZoneInfo) -> Iterator[str]:
    """A question, and how to answer it."""
    until = f" until 截止 {_hour(one.deadline, zone)}" if one.deadline else ""
    yield f"  ASKS 待答复{until}: {one.text_zh}"
    yield f"    {one.text_en}"
    for answer in one.answers:
        default = " (if nobody answers 无人应答时)" if answer.id == one.silence else ""
        yield f"    zhadao plan answer {run.id} {one.step} {answer.id}   # {answer.title_zh} {answer.title_en}{default}"
