"""``timetable status|show|download``: what cabinets do when they lose the centre 本地时间表."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson
from controller.cli.setting import Reason

if TYPE_CHECKING:
    from controller.runtime.timetables.views import ClockView, TimetableView

timetable_app = typer.Typer(
    no_args_is_help=True, help="What cabinets do when they lose the centre 本地时间表: their own tables and clocks."
)
PATH = f"{API}/timetables"
MOST_SHOWN = 40
"""Cabinets told one by one where nobody asked for all; those that are not equal come first."""
_STATES = {
    "equal": "equal 一致",
    "differs": "DIFFERS 不一致",
    "unknown": "unknown 未知",
    "never_downloaded": "never downloaded 未下载",
    "no_table": "no table 无时间表",
}


@timetable_app.callback()
def _timetable() -> None:
    """What cabinets do when they lose the centre 本地时间表: their own tables and clocks."""


@timetable_app.command("status")
@looks
def status(
    client: ApiClient,
    scope: Annotated[str, typer.Argument(help="A division, a cabinet, or the beginning of an id: 330106.")] = "",
    every: Annotated[bool, typer.Option("--every", help="Every cabinet, not only the first that need a look.")] = False,
    as_json: AsJson = False,
) -> None:
    """Whose own fallback equals the programs 失联方案: table, check sum, when, clock.

    Example: zhadao timetable status 330106

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json

    if as_json:
        _print_json(client.get(PATH, scope=scope))
        return
    from controller.cli.texts import columns
    from controller.runtime.timetables.views import TimetableView

    found: list[TimetableView] = client.get(PATH, list[TimetableView], scope=scope)
    print("\n".join(_counts(found)))
    found.sort(key=lambda one: (one.state in ("equal", "no_table") and not _asks(one), one.cabinet))
    shown = found if every or len(found) <= MOST_SHOWN else found[:MOST_SHOWN]
    zone = client.zone() if shown else ZoneInfo("UTC")
    if shown:
        print("\n".join(columns([_HEAD, *(_row(one, zone) for one in shown)])))
    if len(shown) < len(found):
        print(f"  and {len(found) - len(shown)} more: --every shows them 其余用 --every 查看")
    for one in shown:
        for line in _said(one):
            print(f"  {one.cabinet}: {line}")


_HEAD = ("cabinet 箱", "state 状态", "hash", "written 下载", "looked at 核对", "clock 时钟")


def _counts(found: list[TimetableView]) -> list[str]:
    tables = [one for one in found if one.state != "no_table"]
    equal = sum(one.state == "equal" for one in tables)
    line = f"fallback equals program 失联方案一致: {equal}/{len(tables)}"
    others = {state: sum(one.state == state for one in found) for state in _STATES if state != "equal"}
    return [line + "".join(f" · {_STATES[state]} {count}" for state, count in others.items() if count)]


def _row(one: TimetableView, zone: ZoneInfo) -> tuple[str, ...]:
    from controller.cli.texts import clock_time

    state = _STATES.get(one.state, one.state) + (" …" if one.doing else "")
    day = "%m-%d %H:%M"
    return (
        one.cabinet,
        state,
        one.hash or "—",
        clock_time(one.written_at, zone, day),
        clock_time(one.looked_at, zone, day),
        _clock(one.clock),
    )


def _clock(clock: ClockView | None) -> str:
    if clock is None:
        return "none 无"
    if clock.at is None:
        return "not read 未读"
    if clock.offset_s is None:
        return "NO TIME 无效"
    drift = "" if clock.drift_s_per_day is None else f", {clock.drift_s_per_day:+.1f} s/d"
    return f"{clock.offset_s:+.1f} s{drift}"


def _asks(one: TimetableView) -> bool:
    return bool(one.error or one.altered_at or (one.clock is not None and one.clock.error))


def _said(one: TimetableView) -> list[str]:
    lines = (
        [] if one.state in ("equal", "no_table") and one.altered_at is None else [f"{one.text_en}\n    {one.text_zh}"]
    )
    lines += [f"held back 暂缓: {one.held}"] if one.held and one.state not in ("equal", "no_table") else []
    lines += [one.error] if one.error else []
    lines += [f"clock 时钟: {one.clock.error}"] if one.clock is not None and one.clock.error else []
    return lines


@timetable_app.command("show")
@looks
def show(
    client: ApiClient,
    cabinet: Annotated[str, typer.Argument(metavar="CABINET", help="330106-LC-0001.")],
    night: Annotated[
        datetime | None,
        typer.Option("--night", formats=["%Y-%m-%d"], help="The night, dated by its sunset.", show_default="tonight"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """One night: what the device would do by itself beside what the program wants 本地方案与当前方案对照.

    Example: zhadao timetable show 330106-LC-0001 --night 2026-10-01

    Exit code 0; 1 when there is no such cabinet, or it keeps no table; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.cli.texts import columns
    from controller.runtime.timetables.views import NightComparison

    query = night.date().isoformat() if night else None
    path = f"{PATH}/{in_path(cabinet)}"
    if as_json:
        _print_json(client.get(path, night=query))
        return
    seen: NightComparison = client.get(path, NightComparison, night=query)
    print(f"{seen.cabinet}  night of {seen.night}  {_STATES.get(seen.state, seen.state)}")
    rows = [("output 回路", "program 方案", "wanted 应为", "its own 本地", "")]
    for one in seen.outputs:
        darker = f"{one.darker_min} min DARKER 少亮" if one.darker_min else ""
        longer = f"{one.longer_min} min longer 多亮" if one.longer_min else ""
        same = "" if darker or longer or not seen.read else "same 一致"
        rows.append(
            (
                f"{one.output} {one.name}",
                one.program,
                one.wanted,
                one.held,
                ", ".join(filter(None, (darker, longer, same))),
            )
        )
    print("\n".join(columns(rows)))
    if seen.error:
        print(f"  not read 未读: {seen.error}")
    print("\n".join(f"  {note}" for note in seen.notes))


@timetable_app.command("download")
@acts
def download(
    client: ApiClient,
    reason: Reason,
    cabinets: Annotated[
        list[str] | None, typer.Argument(metavar="CABINET...", help="Cabinets: 330106-LC-0001.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every cabinet that keeps a table.")] = False,
) -> bool:
    """Have tables written now 下载时间表, each in its turn; a table that is right already is only read back.

    Example: zhadao timetable download 330106-LC-0001 --reason "new controller board, WO-1182"

    Exit code 0: taken. 1: refused for every one.
    """
    from controller.cli.failing import UsageProblem
    from controller.cli.receipts import act

    if all_ == bool(cabinets):
        raise UsageProblem("name cabinets, or say --all; not both")
    body: dict[str, object] = {"cabinets": list(cabinets or ()), "all": all_, "reason": reason}
    return act(client, f"{API}/timetable-downloads", body)
