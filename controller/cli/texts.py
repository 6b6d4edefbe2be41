"""Answers laid out as lines of text, the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from controller.cli.durations import spoken
from controller.domain.drill import SIGN
from controller.runtime.views import (
    AlarmView,
    Explanation,
    InterlockView,
    LightingTotals,
    NightView,
    Overview,
    ReloadReport,
    SlotView,
    StationSummary,
    TargetOutcome,
)

if TYPE_CHECKING:
    from controller.runtime.alarming.statistics import AlarmStatisticsView


def clock_time(moment: datetime | None, zone: ZoneInfo, form: str = "%H:%M:%S") -> str:
    """A moment in the site's time."""
    return moment.astimezone(zone).strftime(form) if moment else "—"


def columns(rows: Iterable[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as aligned lines; Chinese characters count as the two cells they take."""
    table = [list(row) for row in rows]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        (
            indent + "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


_HEADINGS = {
    "en": ("wanted", "actual", "doing", "link", "Priority", "wins", "masked", "Interlocks", "When leases end", "none"),
    "zh": ("应为", "实为", "过程", "通信", "优先级", "生效", "被屏蔽", "联锁", "指令到期后", "无"),
}
_VERDICTS = {
    "en": {True: "as wanted", False: "NOT as wanted", None: "unknown"},
    "zh": {True: "与指令相符", False: "与指令不符", None: "状态不明"},
}
_NOTHING_TO_COMPARE = {"en": "nothing to compare", "zh": "无可比较"}


def _verdict(why: Explanation, lang: str) -> str:
    """``auto`` and ``hold`` ask for nothing that a known state could differ from."""
    free = why.agrees is None and why.wanted in ("auto", "hold") and not why.actual.startswith("unknown")
    return _NOTHING_TO_COMPARE[lang] if free else _VERDICTS[lang][why.agrees]


def explanation(why: Explanation, zone: ZoneInfo, lang: str = "en") -> list[str]:
    """The answer to "why are you as you are?"."""
    wanted, actual, doing, link, priority, wins, masked, interlocks, leases, none = _HEADINGS[lang]
    lines = [f"{why.target}  {why.name}", "", why.text_zh if lang == "zh" else why.text_en, ""]
    lines += columns(
        [
            (wanted, why.wanted),
            (actual, f"{why.actual}  ({_verdict(why, lang)})"),
            (doing, why.phase or "—"),
            (link, why.link),
        ]
    )
    lines += ["", priority]
    lines += columns([_slot(why.winner, wins, zone), *(_slot(slot, masked, zone) for slot in why.masked)])
    lines += ["", interlocks, *(_interlocks(why.interlocks) or [f"  {none}"])]
    lines += ["", leases, *([f"  {sentence}" for sentence in why.after_leases] or [f"  {none}"])]
    return lines


def _slot(slot: SlotView, standing: str, zone: ZoneInfo) -> tuple[str, ...]:
    until = ""
    if slot.expires is not None:
        end = clock_time(slot.expires, zone, "%m-%d %H:%M:%S")
        until = f"until {end} ({spoken(slot.remaining_s or 0)})  {slot.lease_id}"
    return (standing, f"{slot.slot:>2} {slot.name}", slot.value, slot.owner, slot.reason, until)


def _interlocks(acting: Sequence[InterlockView]) -> list[str]:
    return columns([(lock.id, lock.ruling, lock.cause, lock.reason) for lock in acting]) if acting else []


def overview_line(now: Overview) -> str:
    """The city in one line, for logs and pipes."""
    lights = now.lighting
    pumping = [f"{s.name} {_running(s)}" for s in now.stations if s.running is None or s.running]
    parts = [
        f"lamps on {lights.lamps_on}/{lights.lamps} ({lit_share(lights)}), unknown {lights.lamps_unknown}",
        f"circuits not as wanted {lights.circuits_disagree}",
        f"devices {now.devices_online}/{now.devices}",
        f"alarms {now.alarms_unacknowledged}",
        f"leases {now.leases}",
        "pumping " + (", ".join(pumping) or "none"),
    ]
    away = (("tags", now.tags), ("at LOCAL", now.switches_away), ("gauges excluded", now.gauges_excluded))
    parts += [f"{word} {count}" for word, count in away if count]
    parts += [f"{one.state} in {one.scope} ({one.discipline})" for one in now.states]
    if now.bypassed:
        parts.append(f"BYPASSED {len(now.bypassed)}")
    if now.timetables.tables:
        parts.append(now.timetables.line())
    if not now.journal_ok:
        parts.append("JOURNAL FAILING")
    if not now.ready:
        parts.append("not ready")
    sign = SIGN if now.drill else ""
    return f"{sign}{clock_time(now.now, ZoneInfo(now.timezone), '%Y-%m-%d %H:%M:%S')}  " + " · ".join(parts)


def lit_share(lights: LightingTotals) -> str:
    """The lights-on rate (亮灯率); no number at all while nothing is known of any lamp."""
    known = lights.lamps > lights.lamps_unknown
    return f"{100 * lights.lamps_on / lights.lamps:.1f} %" if known else "—"


def _running(station: StationSummary) -> str:
    return f"{'—' if station.running is None else station.running}/{station.units}"


def overview(now: Overview, alarms: Sequence[AlarmView] = ()) -> list[str]:
    """The whole city as plain lines."""
    lines = [f"{now.site}, night of {now.night}" + (f", demo time ×{now.speed:g}" if now.speed != 1 else "")]
    lines = [now.drill, *lines] if now.drill else lines
    lines += [overview_line(now), "", "Stations"]
    lines += columns([station_cells(now, index) for index in range(len(now.stations))]) or ["  none"]
    lines += ["", "Gauges"]
    lines += columns([(id_, name, _level(value), unit, quality) for id_, name, value, unit, quality in now.gauges]) or [
        "  none"
    ]
    lines += standing_lines(now)
    lines += ["", "Alarms", *alarm_lines(alarms, ZoneInfo(now.timezone))]
    return lines


def standing_lines(now: Overview) -> list[str]:
    """What people set that binds or relaxes everything else: bypasses, declared states, states that are proposed."""
    zone = ZoneInfo(now.timezone)
    declared = [
        f"  {one.state} {one.title_zh}: {one.discipline} in {one.scope}, by {one.by} until "
        f"{clock_time(one.expires, zone, '%m-%d %H:%M')}"
        for one in now.states
    ]
    proposed = _proposed_lines(now)
    bypassed = [f"  {line}" for line in now.bypassed]
    return (
        ["", "Declared and bypassed 状态与旁路", *bypassed, *declared, *proposed]
        if bypassed + declared + proposed
        else []
    )


def _proposed_lines(now: Overview) -> list[str]:
    """A state is proposed for each discipline by itself; what is the same for several is one line that names them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in now.proposed:
        said = (one.state, one.title_zh, one.scope, one.why_en, one.why_zh)
        found.setdefault(said, []).append(one.discipline)
    return [
        f"  proposed 建议: {state} {title_zh}: {', '.join(disciplines)} in {scope}: {why_en} / {why_zh}"
        for (state, title_zh, scope, why_en, why_zh), disciplines in found.items()
    ]


def station_cells(now: Overview, index: int) -> tuple[str, ...]:
    """One station's row."""
    station = now.stations[index]
    levels = (f"inner {_level(station.inner_level_m)} m", f"outer {_level(station.outer_level_m)} m")
    running = f"{_running(station)} running"
    hands = f"{station.control} {station.control_by}"
    return (station.id, station.name, hands, station.order, running, *levels, station.quality)


def _level(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def alarm_lines(alarms: Sequence[AlarmView], zone: ZoneInfo) -> list[str]:
    """Alarms, most urgent first, as the controller orders them."""
    rows = [
        (f"P{a.priority}", a.state, clock_time(a.raised, zone), a.source, a.text + _besides(a, zone), a.id)
        for a in alarms
    ]
    return columns(rows) if rows else ["  none"]


def _besides(alarm: AlarmView, zone: ZoneInfo) -> str:
    """What is to be known of an alarm besides its text: how often it came, what it hides, what hides it."""
    said = [
        f"came {alarm.times} times" if alarm.times > 1 else "",
        "chattering" if alarm.chattering else "",
        f"hides {alarm.folded}" if alarm.folded else "",
        f"behind {', '.join(alarm.suppressed_by)}" if alarm.suppressed_by else "",
        f"until {clock_time(alarm.shelved_until, zone, '%m-%d %H:%M')} by {alarm.shelved_by}: {alarm.shelve_reason}"
        if alarm.shelved_until
        else "",
        f"tag {alarm.tag}" if alarm.tag else "",
    ]
    told = ", ".join(part for part in said if part)
    return f" [{told}]" if told else ""


def alarm_advice(alarms: Sequence[AlarmView], lang: str) -> list[str]:
    """For what nobody has seen yet: what follows if nobody acts, and what to do. Each kind once."""
    unseen = {a.condition: a for a in alarms if a.state in ("UNACK", "RTNUN")}
    pairs = [
        (a.title_zh, a.consequence_zh, a.response_zh) if lang == "zh" else (a.title_en, a.consequence_en, a.response_en)
        for a in unseen.values()
    ]
    return [f"  → {title}: {' '.join(part for part in rest if part)}" for title, *rest in pairs if any(rest)]


def statistics_lines(now: AlarmStatisticsView, zone: ZoneInfo) -> list[str]:
    """How many alarms people were asked to answer."""
    flood = (
        f"FLOOD 告警泛滥 (limit {now.flood_limit} in 10 min)" if now.flood else f"no flood (limit {now.flood_limit})"
    )
    rows = [
        ("since", clock_time(now.since, zone, "%Y-%m-%d %H:%M"), ""),
        ("last 10 min · hour · 24 h", f"{now.last_10_min} · {now.last_hour} · {now.last_24_h}", flood),
        ("per operator-hour", f"{now.per_operator_hour:.1f}", f"over the day {now.per_operator_hour_24h:.1f}"),
        ("worst 10 min", f"{now.worst_10_min}", f"{now.floods} floods"),
        ("by priority", " · ".join(f"P{one} {count}" for one, count in now.by_priority.items()), ""),
        ("standing · unseen · overdue", f"{now.standing} · {now.unacknowledged} · {now.overdue}", f"stale {now.stale}"),
        ("shelved · suppressed · out", f"{now.shelved} · {now.suppressed} · {now.out_of_service}", ""),
    ]
    return [*columns(rows), "Most frequent", *(columns([(f"{n}×", one) for one, n in now.frequent]) or ["  none"])]


def outcome_line(outcome: TargetOutcome, zone: ZoneInfo) -> str:
    """What became of an order for one target."""
    if not outcome.accepted:
        about = f"{outcome.target}: " if outcome.target else ""  # of a person, not of a target
        return f"{about}REJECTED {outcome.cause}: {outcome.text}"
    until = clock_time(outcome.expires, zone, "%m-%d %H:%M:%S")
    lease = f", lease {outcome.lease_id} until {until}" if outcome.lease_id else ""
    return f"{outcome.target}: ACCEPTED{lease}" + (f" ({outcome.text})" if outcome.text else "")


def night_lines(night: NightView, zone: ZoneInfo) -> list[str]:
    """One target's switchings of a night."""
    head = (
        f"{night.target}  night of {night.night}  program {night.program}"
        f"  sunset {clock_time(night.sunset, zone)}  sunrise {clock_time(night.sunrise, zone)}"
    )
    edges = [(clock_time(edge.at, zone, "%m-%d %H:%M:%S"), edge.value, edge.cause) for edge in night.edges]
    return [head, *(columns(edges) or ["  no switching in this night"])]


def reload_lines(report: ReloadReport) -> list[str]:
    """What a reload did."""
    if not report.applied:
        return [*report.problems, "Nothing was changed."]
    changes = [f"  {change}" for change in report.changes] or ["  nothing differs"]
    restart = [f"  needs a restart: {what}" for what in report.restart_needed]
    return [f"Applied, configuration {report.config_hash[:12]}", *changes, *restart]
