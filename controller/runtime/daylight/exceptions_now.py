"""What holds now above the programs of some lights: leases and latches, tags, switches, declared states, signals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from controller.domain.points import TargetId, device_of
from controller.logic.daylight_plan import COLOURS
from controller.logic.lighting_words import state_zh
from controller.runtime.book import RequestBook
from controller.runtime.conditions.parts import Conditions
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.tonight_views import ExceptionLine
from controller.runtime.local_time import LocalTime
from controller.runtime.slot_words import SLOT_NAMES_ZH

MOST = 50
"""Lines of one kind; the rest is counted in the last of them."""


def exceptions_now(
    targets: frozenset[TargetId],
    book: RequestBook,
    conditions: Conditions,
    signals: SignalBook,
    local: LocalTime,
) -> tuple[ExceptionLine, ...]:
    """Gravest kinds first."""
    devices = {device_of(target) for target in targets}
    return tuple(
        line
        for kind in (
            _held(targets, book, local),
            _states(devices, conditions, local),
            _signals(targets, signals, local),
            _tags(targets, devices, conditions, local),
            _switches(devices, conditions),
        )
        for line in _short(list(kind))
    )


def _short(lines: list[ExceptionLine]) -> list[ExceptionLine]:
    if len(lines) <= MOST:
        return lines
    left = len(lines) - MOST
    more = ExceptionLine(lines[0].kind, 0, f"and {left} more of these", f"另有 {left} 项")
    return [*lines[:MOST], more]


def _held(targets: frozenset[TargetId], book: RequestBook, local: LocalTime) -> Iterator[ExceptionLine]:
    orders: dict[tuple[int, str, str, str, str, datetime | None], int] = {}
    for one in book.held():
        if one.target in targets:
            expires = one.lease.expires if one.lease else None
            key = (int(one.slot), one.slot.label, one.owner, str(one.value), one.reason, expires)
            orders[key] = orders.get(key, 0) + 1
    for (_, slot, owner, value, reason, expires), count in sorted(orders.items(), key=lambda item: item[0][:5]):
        until = local.hour(expires) if expires else ""
        en = f"{count} lights {value}: {slot} by {owner} ({reason})" + (f" until {until}" if until else ", latched")
        zh = f"{count} 路{state_zh(value)}：{SLOT_NAMES_ZH[slot]}，{owner}（{reason}）"
        yield ExceptionLine("lease", count, en, zh + (f"，至 {until}" if until else "，闭锁"), expires)


def _states(devices: set[str], conditions: Conditions, local: LocalTime) -> Iterator[ExceptionLine]:
    for one in conditions.states.list():
        if one.discipline != "lighting":
            continue
        inside = sum(any(d.id == one.id for d in conditions.states.in_force("lighting", device)) for device in devices)
        if inside:
            until = local.day(one.expires)
            en = f"{one.title_en} declared for {one.scope} by {one.by} until {until} ({one.reason})"
            zh = f"{one.scope} 已宣布{one.title_zh}（{one.by}，{one.reason}），至 {until}"
            yield ExceptionLine("state", inside, en, zh, one.expires)


def _signals(targets: frozenset[TargetId], signals: SignalBook, local: LocalTime) -> Iterator[ExceptionLine]:
    for one in signals.all():
        kind, lit = signals.kind(one), len(targets.intersection(signals.lights(one)))
        if kind is None or not lit:
            continue
        zh, en = COLOURS[one.colour]
        until = local.hour(one.expires)
        text_en = f"{lit} lights on: weather signal {kind.title_en} {en}, {one.by} ({one.reason}) until {until}"
        text_zh = f"{lit} 路亮：{kind.title_zh}{zh}信号，{one.by}（{one.reason}），至 {until}"
        yield ExceptionLine("signal", lit, text_en, text_zh, one.expires)


def _tags(
    targets: frozenset[TargetId], devices: set[str], conditions: Conditions, local: LocalTime
) -> Iterator[ExceptionLine]:
    for tag in conditions.site_book.tags.tags():
        if tag.on in targets or (tag.on in devices):
            bound = 1 if tag.on in targets else sum(device_of(target) == tag.on for target in targets)
            since = local.day(tag.since)
            en = f"{tag.on}: maintenance tag of {tag.owner} since {since} ({tag.reason}): nothing is switched on there"
            zh = f"{tag.on} 检修挂牌（{tag.owner}，{tag.reason}，{since} 起）：禁止送电"
            yield ExceptionLine("tag", bound, en, zh)


def _switches(devices: set[str], conditions: Conditions) -> Iterator[ExceptionLine]:
    for one in conditions.switches.list():
        if one.device in devices:
            yield ExceptionLine("switch", 0, f"{one.device}: {one.text_en}", f"{one.device}：{one.text_zh}", one.until)
