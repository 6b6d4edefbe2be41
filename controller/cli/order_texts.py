"""Dispatch orders and shifts as lines for a terminal: readable at three in the morning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.cli.durations import spoken
from controller.cli.plan_texts import preview_lines as plan_preview_lines
from controller.cli.preview_texts import needs_lines, preview_lines
from controller.cli.texts import clock_time, columns

if TYPE_CHECKING:
    from controller.runtime.dispatch_orders.views import (
        DispatchOrderPreview,
        DispatchOrderView,
        GroundView,
        TicketLineView,
    )
    from controller.runtime.shifts.views import ShiftItem, ShiftsView

DAY = "%m-%d %H:%M"
BEFORE_EXECUTION = ("proposed", "issued", "acknowledged", "ticket_checked")


def order_rows(orders: Sequence[DispatchOrderView], zone: ZoneInfo) -> list[str]:
    """One line an order."""
    rows = []
    for one in orders:
        marks = [
            "OVERDUE 逾期未签收" if one.overdue else "",
            "URGENT 紧急" if one.urgent else "",
            "PHONE 电话" if one.kind == "phone" else "",
            "NEW SHIFT HAS NOT SEEN IT 本班未确认" if one.not_acknowledged else "",
            f"waits 待确认 ({one.pending})" if one.pending else "",
        ]
        said = " ".join(mark for mark in marks if mark)
        at = clock_time(one.steps[-1].at, zone, DAY)
        rows.append((one.number, f"{one.state.upper()} {one.state_zh}", at, one.text_zh, one.unit_zh, said))
    return columns(rows) if rows else ["  none 无"]


def order_lines(one: DispatchOrderView, zone: ZoneInfo) -> Iterator[str]:
    """An order in full."""
    urgent = "  URGENT 紧急单人签发" if one.urgent else ""
    yield f"{one.number}  {one.state.upper()} {one.state_zh}{urgent}"
    yield f"  {one.text_zh}"
    yield f"  {one.text_en}"
    yield f"  to 执行单位: {one.unit_zh}  {one.unit_en}"
    yield f"  reason 事由: {one.reason}"
    if one.kind == "phone" and one.spoken_at is not None:
        at, entered = clock_time(one.spoken_at, zone, DAY), clock_time(one.entered_at, zone, DAY)
        yield f"  BY TELEPHONE 电话 {at}: {one.spoken_by} → {one.spoken_to}; entered 补录 {entered} by {one.entered_by}"
        yield "  it executes nothing here 不作执行依据"
    if one.begin is not None:
        yield f"  not before 执行时间: {clock_time(one.begin, zone, DAY)}"
    if one.state == "issued" and one.acknowledge_by is not None:
        late = f"; call 请联系 {one.next_contact_zh} {one.next_contact_en}" if one.overdue else ""
        yield f"  acknowledge by 签收期限 {clock_time(one.acknowledge_by, zone)}{late}"
    yield from (f"  stands against 冲突: {number}" for number in one.rivals)
    if one.supersedes:
        yield f"  supersedes 替代: {', '.join(one.supersedes)}"
    if one.superseded_by:
        yield f"  superseded by 被替代: {one.superseded_by}"
    yield from _grounds("Grounds when issued 签发依据", one.grounds, one.said_grounds)
    yield from _ticket(one.ticket, zone)
    yield "Course 流转"
    yield from columns(
        [(clock_time(s.at, zone, "%m-%d %H:%M:%S"), f"{s.state} {s.state_zh}", s.by, s.why) for s in one.steps]
    )
    yield from _field(one, zone)
    if one.not_acknowledged:
        yield f"  THE NEW SHIFT HAS NOT ACKNOWLEDGED IT 本班未确认: zhadao shift acknowledge {one.number}"


def _grounds(title: str, grounds: Sequence[GroundView], said: Sequence[str] = ()) -> Iterator[str]:
    if not grounds and not said:
        return
    yield title
    for one in grounds:
        age = "" if one.age_s is None else f", {spoken(one.age_s)} old"
        yield f"  {one.text_zh}  [{one.quality}{age}]" if one.quality or age else f"  {one.text_zh}"
        yield f"    {one.text_en}"
    yield from (f"  {one}" for one in said)


def _ticket(lines: Sequence[TicketLineView], zone: ZoneInfo) -> Iterator[str]:
    if not lines:
        return
    yield "Operation ticket 操作票"
    rows = []
    for one in lines:
        operator = f"{one.operator} {clock_time(one.operated, zone)}" if one.operator else "—"
        supervisor = f"{one.supervisor} {clock_time(one.supervised, zone)}" if one.supervisor else "—"
        turn = f"← {one.turn}" if one.turn else ""
        after = "after 执行后" if one.after else ""
        rows.append((str(one.nth), f"{one.text_zh}  {one.text_en}", after, operator, supervisor, turn))
    yield from columns(rows)


def _field(one: DispatchOrderView, zone: ZoneInfo) -> Iterator[str]:
    if one.pending:
        yield f"  {one.pending}"
    if one.run:
        yield f"  run 预案执行 {one.run}: zhadao plan watch {one.run}"
    for held in one.held:
        ends = f"until 至 {clock_time(held.ends, zone, DAY)}" if held.ends else ""
        yield f"  holds 生效: {held.target} {held.value} in {held.slot} {ends}".rstrip()
    if one.state == "executing" and one.doing_en:
        yield f"  {one.doing_zh}"
        yield f"  {one.doing_en}"


def order_preview_lines(one: DispatchOrderPreview, zone: ZoneInfo) -> Iterator[str]:
    """What executing it now would do."""
    order = one.order
    yield f"Preview 预演 {order.number} ({order.state} {order.state_zh}): {order.text_zh}  {order.text_en}"
    if one.plan is not None:
        yield from plan_preview_lines(one.plan, zone)
    if one.act is not None:
        yield from preview_lines(one.act, zone)
        yield from needs_lines(one.act)
    yield from _grounds("The river outside 外江", one.tide)
    yield from (f"  STANDS AGAINST 冲突: {text}" for text in one.rivals)
    if one.obstacle:
        yield f"  WOULD BE REFUSED NOW 此刻将被拒绝: {one.obstacle}"
    elif one.not_now and order.state in BEFORE_EXECUTION:
        yield "  As shown, once it is signed 手续齐备后将按上述执行"
    if one.not_now and one.not_now != one.obstacle:
        yield f"  NOT YET 尚不能执行: {one.not_now}"


def shift_lines(one: ShiftsView, zone: ZoneInfo) -> Iterator[str]:
    """The shift, and everything it would hand over."""
    if one.now is None:
        yield "No shift has been taken over yet 尚未接班"
    else:
        since = clock_time(one.now.since, zone, DAY)
        handed = f", from 交班人 {one.now.handed_by}" if one.now.handed_by else ", nobody had handed over 无人交班"
        yield f"Shift 当班: {one.now.by} since {since}{handed} ({one.now.id})"
        if one.now.note:
            yield f"  {one.now.note}"
    if one.waits is not None:
        at = clock_time(one.waits.at, zone, DAY)
        yield f"HANDED OVER 待接班: by {one.waits.by} at {at} ({one.waits.id}), {len(one.waits.items)} things"
        if one.waits.note:
            yield f"  {one.waits.note}"
    yield from _items(one.items)


_KINDS = {
    "order": "Unfinished orders 未办结调度令",
    "run": "Plans that run 执行中的预案",
    "countersign": "To countersign 待补签",
    "proposal": "Wait for a second person 待第二人确认",
    "lease": "Leases that end soon 即将到期的指令",
    "bypass": "Bypasses 旁路",
    "tag": "Tags 检修挂牌",
    "declared": "Declared 已宣布状态",
    "alarm": "Alarms 告警",
    "forecast": "Forecasts 预报",
}


def _items(items: Sequence[ShiftItem]) -> Iterator[str]:
    for kind, title in _KINDS.items():
        mine = [one for one in items if one.kind == kind]
        if not mine:
            continue
        yield f"{title}: {len(mine)}"
        for one in mine:
            yield f"  {'!' if one.marked else ' '} {one.text_zh}"
            yield f"      {one.text_en}"
