"""``tide``, ``diversion``, ``quality``: the river outside, clean water brought in, and whether it is clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.cli.asking import looks
from controller.cli.client import API, ApiClient
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from controller.runtime.diversion.views import BringerView, DiversionView, ProgramView
    from controller.runtime.tidal.views import OutfallView, TidalWaterView, TidesView
    from controller.runtime.water_quality.views import QualityGaugeView, QualityView, ValueView

WATER = f"{API}/water"


@looks
def tide(client: ApiClient, as_json: AsJson = False) -> None:
    """The river outside 潮位与涌潮: table against gauges, next high and low water, bores, and what each outfall may do.

    Example: zhadao tide

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.tidal.views import TidesView

    if as_json:
        _print_json(client.get(f"{WATER}/tide"))
        return
    seen: TidesView = client.get(f"{WATER}/tide", TidesView)
    zone = client.zone()
    lines = [line for water in seen.waters for line in _water(water, zone)]
    print("\n".join(lines) if lines else "no tidal water in this site 本站点无感潮水体")


@looks
def diversion(client: ApiClient, as_json: AsJson = False) -> None:
    """Clean water brought in 引配水: what runs, why, what bars it, and what comes next.

    Example: zhadao diversion

    A station or gate is ordered as ever (zhadao set); a person's order stands above every program.

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.diversion.views import DiversionView

    if as_json:
        _print_json(client.get(f"{WATER}/diversion"))
        return
    seen: DiversionView = client.get(f"{WATER}/diversion", DiversionView)
    zone = client.zone()
    lines = [line for one in seen.stations for line in _bringer(one, zone)]
    print("\n".join(lines) if lines else "no station brings water in 无引水站")


@looks
def quality(client: ApiClient, as_json: AsJson = False) -> None:
    """Water quality 水质: values against their limits, and whether the water is fit to draw from.

    Example: zhadao quality

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json
    from controller.runtime.water_quality.views import QualityView

    if as_json:
        _print_json(client.get(f"{WATER}/quality"))
        return
    seen: QualityView = client.get(f"{WATER}/quality", QualityView)
    lines = [line for one in seen.gauges for line in _gauge(one)]
    print("\n".join(lines) if lines else "no gauge is judged 无水质判定")


def _water(water: TidalWaterView, zone: ZoneInfo) -> Iterator[str]:
    from controller.cli.texts import clock_time

    yield f"{water.title_zh} {water.title_en}: {water.trust.upper()}  {water.text_zh} {water.text_en}"
    until = (
        "" if water.table_until is None else f", valid until {clock_time(water.table_until, zone, '%Y-%m-%d %H:%M')}"
    )
    yield f"  table 潮汐表: {water.table_source or '—'}{until}"
    off = "" if water.off_m is None else f", apart {water.off_m:.2f} m"
    yield f"  level 水位: {_m(water.level_m)} measured 实测, {_m(water.table_m)} by table 表值{off}"
    for gauge in water.gauges:
        yield f"    {gauge.gauge}: {_m(gauge.level_m)} {gauge.said.upper()}".rstrip()
    marks = (
        f"{'high 高潮' if one.high else 'low 低潮'} {clock_time(one.at, zone, '%m-%d %H:%M')} {one.level_m:.2f} m"
        for one in water.marks
    )
    yield f"  next 后续: {', '.join(marks) or '—'}"
    for outfall in water.outfalls:
        yield from _outfall(outfall, zone)


def _outfall(outfall: OutfallView, zone: ZoneInfo) -> Iterator[str]:
    from controller.cli.texts import clock_time

    yield f"  {outfall.station} {outfall.name}: {outfall.trust.upper()}  {outfall.text_zh} {outfall.text_en}"
    for gate in outfall.gates:
        proven = {True: "closed 已关闭", False: "", None: "not proven 未证实"}[gate.closed]
        at = "—" if gate.position_percent is None else f"{gate.position_percent:.0f} %"
        yield f"    {gate.target} {gate.name}: {at} {proven}".rstrip()
    for one in outfall.windows:
        times = (clock_time(at, zone, "%m-%d %H:%M") for at in (one.arrives, one.closed_by, one.ends))
        arrives, closed_by, ends = times
        yield f"    bore 涌潮 {arrives}: closed by 关闸 {closed_by}, may open from 可开 {ends}"


def _bringer(one: BringerView, zone: ZoneInfo) -> Iterator[str]:
    fit = {True: "fit 宜取水", False: "NOT FIT 不宜取水", None: "not known 不明"}[one.fit]
    yield f"{one.station} {one.name}: {one.state.upper()}  {one.text_zh} {one.text_en}"
    why = f" {one.quality_zh} {one.quality_en}" if one.quality_en else ""
    yield f"  units bringing water in 引水机组: {one.units_running}; source 水源: {fit}{why}"
    for program in one.programs:
        yield _program(program, zone)


def _program(program: ProgramView, zone: ZoneInfo) -> str:
    from controller.cli.texts import clock_time

    word = "RUNS" if program.running else "waits"
    times = []
    if program.running and program.since is not None:
        times.append(f"since {clock_time(program.since, zone, '%H:%M')}")
    if program.rests_until is not None:
        times.append(f"rests until {clock_time(program.rests_until, zone, '%H:%M')}")
    if program.next_window is not None:
        times.append(f"next 下次 {clock_time(program.next_window, zone, '%m-%d %H:%M')}")
    said = f"{program.text_zh} {program.text_en}".strip()
    return f"  {program.id} {program.title_zh}: {word}  {said}{'; ' if times else ''}{', '.join(times)}"


def _gauge(gauge: QualityGaugeView) -> Iterator[str]:
    fit = {True: "fit to draw from 宜取水", False: "NOT FIT 不宜取水", None: "not known 不明"}[gauge.fit]
    yield f"{gauge.gauge} {gauge.name}: {fit}  {gauge.text_zh} {gauge.text_en}".rstrip()
    for value in gauge.values:
        yield _value(value)


def _value(value: ValueView) -> str:
    shown = "—" if value.value is None else f"{value.value:.2f}"
    worse = "" if value.worse_by is None else f", trend 趋势 {value.worse_by:+.2f}"
    grade = f"  {value.grade.upper()}" if value.grade else ""
    limits = f"unfit 限值 {value.unfit:g}, fit again 恢复 {value.fit:g}"
    return f"  {value.title_zh} {value.title_en}: {shown} {value.unit} ({limits}{worse}){grade}"


def _m(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f} m"
