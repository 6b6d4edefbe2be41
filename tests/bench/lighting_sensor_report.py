"""The part of the fault-detection report on photocells and cabinets' clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from tests.bench.lighting_cell_faults import SEEDS as CELL_SEEDS
from tests.bench.lighting_cell_faults import CellCase, CellScore
from tests.bench.lighting_clock_faults import ClockCase, ClockScore

CELLS = """\
## Photocells and clocks 光控与时钟

**Photocells.** {seeds} seeds, four areas of three cells each, beginning in another season: {nights} cell-nights with
{cases} injected faults, each left for days. Cells differ by ±12 %; clouds over all and over one, storms as dark as
dusk, a low sun one cell does not see, the city's glow, head lights, lost polls, links down for
half an hour, a ceiling of 20,000 lx. They are heard, voted on, watched for standing still and
alarmed (after 10 min) by the controller's own code.

The peer judges each cell alone by the sun: not readable, more than 50 lx while the sun is below −18°, less than
1,000 lx while it is above 25°, each for 10 min; unmoved for 24 h.
"""
WHY_CELLS = """\
A cell that keeps more than a third of its light is within what neighbours may differ by: it is told only where cloud
or shade add to it, and as one of three it moves the median little. Two of three that are dirty alike outvote the sound
one: the alarm then names the *sound* cell ({wrong} of {two} times here, the area's own alarm beside it {few}
times), and by the median of two dirty ones the roads light early and go out late, never the reverse. The alarm's text
says so wherever the rejected cell is the brighter one, and names the other two where three or more other areas see what
the rejected one sees (these days have one area each: no witness). Look at all cells of an area that has an alarm. By
day above 5,000 lx, and at night below 10 lx, cells are not compared, so that dirt waits for dusk.
一个区域报警时应检查全部光照传感器：两支同样脏污时，报警会指向完好的一支；后果只会是早开晚关。
"""
CLOCKS = """\
**Clocks.** {seeds} seeds, 30 cabinets, 30 days: {nights} clock-nights with {cases} injected faults. Sound clocks drift
by up to 3 s a day, one question or answer in thirty takes 1 to 6 s. The controller looks every 6 h, sets what is more
than 2 s off, and alarms what cannot be set or gains more than 10 s a day. A jump that could be set right counts as told
when it is set and journalled. The furthest a sound clock was ever off: {worst:.1f} s. The peer looks once a day at
noon, alarms above 5 s and sets the clock.
"""


def sensors_report(cells: CellScore, clocks: ClockScore) -> str:
    """The section's text."""
    two = [case for case in cells.cases if case.name.startswith("two of three")]
    why = WHY_CELLS.format(
        two=len(two), wrong=sum(case.wrong for case in two), few=sum(case.area for case in two if case.wrong)
    )
    head = CELLS.format(seeds=len(CELL_SEEDS), nights=cells.nights, cases=len(cells.cases))
    clock_head = CLOCKS.format(
        seeds=len(CELL_SEEDS), nights=clocks.nights, cases=len(clocks.cases), worst=clocks.worst_s
    )
    lines = [
        head,
        *_summary("the vote and the freeze watch", "cell", cells),
        *_table(cells.cases),
        why,
        *_false(cells.false),
        clock_head,
        *_summary("the keeper of clocks", "clock", clocks),
        *_table(clocks.cases),
        *_false(clocks.false),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _summary(ours: str, night: str, score: CellScore | ClockScore) -> list[str]:
    peer = 100.0 * sum(case.peer_after_s is not None for case in score.cases) / len(score.cases)
    return [
        f"| | detected 检出率 | false alarms per 1,000 {night}-nights 误报 |",
        "|---|---|---|",
        f"| {ours} | {score.detected_percent():.1f} % | {score.per_1000(score.false):.1f} |",
        f"| fixed thresholds (the peer) | {peer:.1f} % | {score.per_1000(score.peer_false):.1f} |",
        "",
    ]


def _table(cases: Iterable[CellCase | ClockCase]) -> list[str]:
    named: dict[str, list[CellCase | ClockCase]] = defaultdict(list)
    for case in cases:
        named[case.name].append(case)
    return [
        "| fault 故障 | injected | detected | delay, median | longest | peer detected | its delay, median |",
        "|---|---|---|---|---|---|---|",
        *(_row(name, of_it) for name, of_it in sorted(named.items())),
        "",
    ]


def _row(name: str, cases: Sequence[CellCase | ClockCase]) -> str:
    ours = sorted(case.after_s for case in cases if case.after_s is not None)
    peers = [case.peer_after_s for case in cases if case.peer_after_s is not None]
    return (
        f"| {name} | {len(cases)} | {len(ours)} | {_time(ours)} | {_time(ours[-1:])} | {len(peers)} | {_time(peers)} |"
    )


def _time(values: Sequence[float]) -> str:
    if not values:
        return "—"
    seconds = median(values)
    return f"{seconds / 60.0:.0f} min" if seconds < 7200.0 else f"{seconds / 3600.0:.1f} h"


def _false(alarms: Sequence[str]) -> list[str]:
    return ["False alarms:", *([f"- {one}" for one in alarms] or ["- none"]), ""]
