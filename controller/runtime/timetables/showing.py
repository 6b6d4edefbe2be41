"""Records turned into what people read."""

from __future__ import annotations

from controller.domain.points import DeviceId
from controller.domain.timetables import TimetableLayout
from controller.logic.timetables_compare import Sameness
from controller.runtime.timetables.office import TimetableOffice
from controller.runtime.timetables.records import TableRecord
from controller.runtime.timetables.views import ClockView, TimetableView

_WORDS = {
    Sameness.EQUAL: ("its own table equals the programs", "本地时间表与当前方案一致"),
    Sameness.DIFFERS: ("its own table differs from the programs", "本地时间表与当前方案不一致"),
    Sameness.UNKNOWN: ("not known", "未知"),
    Sameness.NEVER_DOWNLOADED: ("no table of ours was downloaded yet", "尚未下载时间表"),
    Sameness.NO_TABLE: ("it keeps no table: its profile declares none", "设备无时间表"),
}
NOT_IN_A_TABLE = (
    "leases, declared operating states and measured light are not in a table 租约、运行状态与光控不在时间表内"
)


def view_of(office: TimetableOffice, device: DeviceId) -> TimetableView:
    """One cabinet's table and clock."""
    cabinet, record, state = office.site.city.cabinets[device], office.record(device), office.state(device)
    layout = office.layouts.get(device)
    en, zh = _texts(office, device, record, state)
    return TimetableView(
        cabinet=device,
        name=cabinet.name,
        division=cabinet.division,
        state=state.value,
        text_en=en,
        text_zh=zh,
        hash=record.digest[:8],
        written_at=record.written_at,
        by=record.by,
        why=record.why,
        looked_at=record.looked_at,
        nights=record.nights,
        outputs=record.outputs,
        first=record.first.isoformat() if record.first else "",
        darker_min=record.darker_min,
        longer_min=record.longer_min,
        longer_nights=record.longer_nights,
        left_out=record.left_out,
        atomic=layout is not None and layout.atomic,
        held=office.subject(device).held,
        doing=office.doing(device),
        altered_at=record.altered_at,
        error=record.error,
        clock=_clock(record) if device in office.clocks else None,
    )


def night_notes(layout: TimetableLayout, office: TimetableOffice, device: DeviceId) -> tuple[str, ...]:
    """What a person who compares has to know."""
    notes = [NOT_IN_A_TABLE]
    record = office.record(device)
    if record.longer_nights:
        notes.append(
            f"on {record.longer_nights} nights it lights longer than the programs want, because it cannot hold them: "
            f"{layout.entries} on/off pairs a night, {layout.programs} programs 多亮不少亮"
        )
    if record.left_out:
        notes.append(f"no program of its own for {', '.join(record.left_out)}: there its built-in program runs")
    if not layout.atomic:
        notes.append("NOT_ATOMIC: what is written is active at once; it is written night by night 逐夜写入")
    return tuple(notes)


def _texts(office: TimetableOffice, device: DeviceId, record: TableRecord, state: Sameness) -> tuple[str, str]:
    en, zh = _WORDS[state]
    if state is Sameness.DIFFERS and record.nights:
        worst = f"at worst {record.darker_min} min darker, {record.longer_min} min longer"
        en = f"{en}: {record.nights} nights from {record.first} on, {', '.join(record.outputs)}, {worst}"
        zh = f"{zh}：自{record.first}起{record.nights}夜，最多少亮{record.darker_min}分钟、多亮{record.longer_min}分钟"
    elif state is Sameness.UNKNOWN and record.begun:
        active = (
            "the old table is active" if _atomic(office, device) else "every night is either the old or the new one"
        )
        if office.doing(device):
            en, zh = f"it is being downloaded; {active}", "正在下载"
        else:
            en, zh = f"a download was begun and not ended; {active}", "下载未完成"
    elif state is Sameness.UNKNOWN:
        en, zh = "the programs may have changed since it was compared", "方案可能已变更，尚未比对"
    if record.altered_at is not None:
        en, zh = f"{en}; changed on site", f"{zh}；现场被改动"
    return en, zh


def _atomic(office: TimetableOffice, device: DeviceId) -> bool:
    layout = office.layouts.get(device)
    return layout is not None and layout.atomic


def _clock(record: TableRecord) -> ClockView:
    return ClockView(
        at=record.clock_at,
        offset_s=record.clock_offset_s,
        drift_s_per_day=record.drift,
        uncertain_s=record.drift_uncertain,
        set_at=record.clock_set_at,
        error=record.clock_error,
    )
