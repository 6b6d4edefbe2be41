"""What is alarmed about a cabinet's own table and clock, in both languages."""

from __future__ import annotations

from datetime import datetime

from controller.domain.lights import Cabinet
from controller.logic.timetables_compare import Sameness
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.timetables.records import TableRecord
from controller.settings.timetables import TimetableSettings

DIFFERS = "fallback_differs"
CLOCK = "clock_off"


def show_table(
    alarms: AlarmBook, cabinet: Cabinet, record: TableRecord, now: datetime, rules: TimetableSettings
) -> None:
    """Raise or clear the alarm about a cabinet's table.

    A table that waits for its download is no alarm before it waited for a whole look; one that somebody changed on
    site, or that the device does not take, is one at once.
    """
    wrong = record.sameness is Sameness.DIFFERS or record.refused
    since = record.differs_since
    overdue = since is not None and (now - since).total_seconds() > rules.look_every_s
    if not wrong or not (record.altered_at is not None or record.refused or overdue):
        alarms.clear(cabinet.id, DIFFERS)
        return
    name = f"{cabinet.id} {cabinet.name}".strip()
    alarms.set(
        cabinet.id,
        DIFFERS,
        f"{name}: without the centre it would not follow its programs: {_en(record)}",
        Priority.MEDIUM,
        text_zh=f"{name}：失联后不会按当前方案运行：{_zh(record)}",
    )


def show_clock(alarms: AlarmBook, cabinet: Cabinet, record: TableRecord, rules: TimetableSettings) -> None:
    """Raise or clear the alarm about a cabinet's clock."""
    clock, off_s = rules.clock, record.clock_offset_s
    unset = bool(record.clock_error) and (off_s is None or abs(off_s) > clock.alarm_above_s)
    fast = record.drift is not None and abs(record.drift) - record.drift_uncertain > clock.drift_alarm_s_per_day
    if not unset and not fast:
        alarms.clear(cabinet.id, CLOCK)
        return
    name = f"{cabinet.id} {cabinet.name}".strip()
    off = ("shows no time", "显示无效") if off_s is None else (f"is {off_s:+.0f} s off", f"偏差{off_s:+.0f}秒")
    gains = ("", "")
    if fast and record.drift is not None:
        gains = f" and drifts {record.drift:+.0f} s a day", f"，日漂移{record.drift:+.0f}秒"
    why = f"; {record.clock_error}" if record.clock_error else ""
    alarms.set(
        cabinet.id,
        CLOCK,
        f"{name}: its clock {off[0]}{gains[0]}{why}",
        Priority.MEDIUM,
        text_zh=f"{name}：时钟{off[1]}{gains[1]}{f'；{record.clock_error}' if record.clock_error else ''}",
    )


def _en(record: TableRecord) -> str:
    said = ["it does not take its table"] if record.refused else []
    if record.altered_at is not None:
        said.append("its table was changed on site")
    if record.nights:
        said.append(
            f"{record.nights} nights from {record.first} on differ ({', '.join(record.outputs)}), at worst "
            f"{record.darker_min} min too dark, {record.longer_min} min too long"
        )
    if record.error:
        said.append(record.error)
    return "; ".join(said) or "its table is not that of today's programs"


def _zh(record: TableRecord) -> str:
    said = ["设备不接受时间表"] if record.refused else []
    if record.altered_at is not None:
        said.append("时间表在现场被改动")
    if record.nights:
        said.append(
            f"自{record.first}起{record.nights}夜不一致（{'、'.join(record.outputs)}），最多少亮{record.darker_min}分钟、"
            f"多亮{record.longer_min}分钟"
        )
    if record.error:
        said.append(record.error)
    return "；".join(said) or "时间表不是当前方案"
