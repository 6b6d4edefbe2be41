"""The written form of a dispatch order (调度令): one A4 page a browser prints. Every value is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from html import escape
from zoneinfo import ZoneInfo

from controller.runtime.dispatch_orders.views import DispatchOrderView, GroundView, TicketLineView

STYLE = """
@page { size: A4; margin: 18mm 16mm }
body { font: 11pt/1.5 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #000; max-width: 178mm;
  margin: 0 auto; padding: 8mm 0 }
h1 { text-align: center; font-size: 20pt; letter-spacing: .4em; margin: 0 }
h1 + p { text-align: center; margin: 0 0 6mm }
h2 { font-size: 12pt; margin: 5mm 0 1mm }
small, .en { color: #444; font-size: 9pt; font-family: sans-serif }
table { border-collapse: collapse; width: 100% }
th, td { border: .3mm solid #000; padding: 1.2mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { width: 34mm; font-weight: normal; background: #f3f3f3 }
.mark { border: .6mm solid #000; padding: 1mm 3mm; font-weight: bold; display: inline-block; margin-bottom: 3mm }
.signs td { height: 14mm; width: 25% }
footer { margin-top: 6mm; font-size: 8.5pt; font-family: sans-serif }
tr { break-inside: avoid }
@media print { body { padding: 0 } th { background: none } }
"""
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The page loads nothing and runs nothing; only its own style is taken."""


def form_of(order: DispatchOrderView, zone: ZoneInfo, printed: datetime, drill: str = "") -> str:
    """The page. ``printed``: the moment it was made, told on it; ``drill``: the line that says it is a drill's."""
    parts = (
        "<!doctype html>",
        '<html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>{escape(f'{drill} 调度令'.strip())} {escape(order.number)}</title><style>{STYLE}</style></head><body>",
        *([f'<p class="mark">{escape(drill)}</p>'] if drill else []),
        "<h1>调度令</h1>",
        f'<p class="en">Dispatch order · 编号 No. <b>{escape(order.number)}</b></p>',
        *_marks(order),
        *_head(order, zone),
        *_basis(order),
        *_ticket(order, zone),
        *_course(order, zone),
        *_signatures(),
        f"<footer>打印 printed {_at(printed, zone)}；状态 state {escape(order.state_zh)} {escape(order.state)}。"
        "保护与联锁优先于本调度令。Protection and interlocks go before this order.</footer>",
        "</body></html>",
    )
    return "\n".join(parts)


def _marks(order: DispatchOrderView) -> Iterator[str]:
    if order.kind == "phone":
        text = "电话调度令补录，不作执行依据 given by telephone, entered afterwards; it executes nothing"
        yield f'<p class="mark">{escape(text)}</p>'
    if order.urgent:
        yield '<p class="mark">紧急单人签发，两小时内补签 issued by one person, to be countersigned within 2 h</p>'
    if order.superseded_by:
        by = escape(order.superseded_by)
        yield f'<p class="mark">由调度令 {by} 替代 superseded by {by}</p>'


def _head(order: DispatchOrderView, zone: ZoneInfo) -> Iterator[str]:
    issued = next((one for one in reversed(order.steps) if one.state == "issued"), None)
    rows: list[tuple[str, str, str]] = [
        ("执行单位", "executing unit", order.unit_zh),
        (
            "对象",
            "object",
            "、".join(f"{name}（{one}）" for name, one in zip(order.object_names, order.objects, strict=True)),
        ),
        ("内容", "order", f"{order.text_zh} / {order.text_en}"),
        ("事由", "reason", order.reason),
        ("执行时间", "to begin", _at(order.begin, zone) if order.begin else "签收后立即 at once"),
        ("有效期至", "valid until", _at(order.valid_until, zone)),
    ]
    if issued is not None:
        rows.append(("签发", "issued", f"{issued.by} {_at(issued.at, zone)}"))
    if order.supersedes:
        rows.append(("替代", "supersedes", "、".join(order.supersedes)))
    if order.spoken_at is not None:
        rows.append(("通话时间", "spoken", _at(order.spoken_at, zone)))
        rows.append(("发令人／受令人", "spoken by / to", f"{order.spoken_by} / {order.spoken_to}"))
        rows.append(("补录", "entered", f"{order.entered_by} {_at(order.entered_at, zone)}"))
    yield "<table>"
    yield from (f"<tr><th>{zh}<br><small>{en}</small></th><td>{escape(text)}</td></tr>" for zh, en, text in rows)
    yield "</table>"


def _basis(order: DispatchOrderView) -> Iterator[str]:
    if not order.grounds and not order.said_grounds:
        return
    yield '<h2>依据 <span class="en">grounds, as known when it was issued</span></h2><table>'
    yield from map(_ground, order.grounds)
    yield from (f'<tr><td colspan="2">{escape(one)}</td></tr>' for one in order.said_grounds)
    yield "</table>"


def _ground(one: GroundView) -> str:
    age = "" if one.age_s is None else f" · {_span(one.age_s)}前 old"
    note = f"{one.quality}{age}".strip(" ·")
    text = f"{escape(one.text_zh)}<br><small>{escape(one.text_en)}</small>"
    return f"<tr><td>{text}</td><td><small>{escape(note)}</small></td></tr>"


def _ticket(order: DispatchOrderView, zone: ZoneInfo) -> Iterator[str]:
    if not order.ticket:
        return
    yield '<h2>操作票 <span class="en">operation ticket</span></h2><table>'
    yield "<tr><td>序</td><td>操作项目 step</td><td>操作人 operator</td><td>监护人 supervisor</td></tr>"
    yield from (_line(one, zone, supervised=order.supervised) for one in order.ticket)
    yield "</table>"


def _line(one: TicketLineView, zone: ZoneInfo, *, supervised: bool) -> str:
    when = "（执行后）" if one.after else ""
    operator = f"{one.operator} {_at(one.operated, zone)}" if one.operator else ""
    supervisor = f"{one.supervisor} {_at(one.supervised, zone)}" if one.supervisor else "" if supervised else "—"
    text = f"{escape(one.text_zh + when)}<br><small>{escape(one.text_en)}</small>"
    return f"<tr><td>{one.nth}</td><td>{text}</td><td>{escape(operator)}</td><td>{escape(supervisor)}</td></tr>"


def _course(order: DispatchOrderView, zone: ZoneInfo) -> Iterator[str]:
    yield '<h2>流转 <span class="en">course</span></h2><table>'
    for one in order.steps:
        yield (
            f"<tr><th>{escape(one.state_zh)}<br><small>{escape(one.state)}</small></th>"
            f"<td>{escape(_at(one.at, zone))}</td><td>{escape(one.by)}</td><td>{escape(one.why)}</td></tr>"
        )
    yield "</table>"


def _signatures() -> Sequence[str]:
    names = ("签发人 issued by", "受令人 received by", "操作人 operator", "监护人 supervisor")
    cells = "".join(f"<td><small>{name}</small></td>" for name in names)
    return ('<h2>签字 <span class="en">signatures</span></h2>', f'<table class="signs"><tr>{cells}</tr></table>')


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
