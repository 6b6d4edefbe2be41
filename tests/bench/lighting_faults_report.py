"""The fault-detection report as a page: by kind, beside the peer, with what is missed.

``python -m tests.bench.lighting_faults_report`` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from statistics import median

from tests.bench.lighting_cell_faults import all_cells
from tests.bench.lighting_clock_faults import all_clocks
from tests.bench.lighting_faults import CABINETS, SEEDS, TEST, TRAINING, Case, Score, by_name, by_seed
from tests.bench.lighting_sensor_report import sensors_report

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lighting-faults-report.md"
HEAD = """\
# Fault detection of lighting: how well it does 照明故障检测评估

Written by `python -m tests.bench.lighting_faults_report`, not by hand. How each fault is told, and what cannot be:
[faults of lighting](../explanation/lighting-faults.md).

{seeds} seeds, {cabinets} simulated cabinets each (half of the newer make, half of the older), {training} training
nights, then {test} test nights: {nights} circuit-nights with {cases} injected faults. Mains swing by ±5 % and step,
meters err by 0.6 % a reading, discharge lamps follow the voltage, lamps warm up, temperature moves the watts, 2 % of
the polls are lost, brown-outs come, circuits are dimmed and put out at half night. The detectors are those the
controller runs.
"""
PEER = """\
The peer: one reference per circuit, the mean of its lit power over the training nights, scaled with the dimming level;
−4 % for 15 min, −25 % between two polls, 10 % left 10 min after OFF; five minutes of warm-up and every change of level
left out. It knows neither voltage nor hour. What needs no power is told alike by both.
"""
NOTES = """\
Delays of contactors count from the command that shows the fault. Status is polled every 10 s, so that 10 s is the first
look after it. Photocells and clocks are found elsewhere (the light vote, the timetables), and have days of their own
[below](#photocells-and-clocks-光控与时钟).

## What is missed, and why 漏报与误判
"""


def write_report(scores: Sequence[Score]) -> None:
    """Write the page."""
    PAGE.write_text(report(scores) + "\n" + sensors_report(all_cells(), all_clocks()), encoding="utf-8")


def report(scores: Sequence[Score]) -> str:
    """The page's text."""
    whole = Score()
    for score in scores:
        whole.add(score)
    head = HEAD.format(
        seeds=len(SEEDS),
        cabinets=CABINETS,
        training=TRAINING,
        test=TEST,
        nights=whole.nights,
        cases=len(whole.cases),
    )
    missed = _missed(whole) or ["Nothing was missed in these nights."]
    false = [f"- {one}" for one in whole.false] or ["- none"]
    return "\n".join(
        [head, *_summary(whole, scores), "", PEER, *_table(whole), "", NOTES, *missed, "", "False alarms:", *false, ""]
    )


def _summary(whole: Score, scores: Sequence[Score]) -> list[str]:
    told = [case.after_s for case in whole.cases if case.after_s is not None]
    peer = 100.0 * sum(case.peer_after_s is not None for case in whole.cases) / len(whole.cases)
    upper = 1000.0 * _upper(len(whole.false)) / whole.nights
    by_seed_ = ", ".join(
        f"{one.detected_percent():.0f} % / {one.per_1000(one.false):.1f}" for one in scores if one.cases
    )
    return [
        "| | detected 检出率 | false alarms per 1,000 circuit-nights 误报 | delay, median | delay, p95 |",
        "|---|---|---|---|---|",
        f"| learned per circuit | {whole.detected_percent():.1f} % | {whole.per_1000(whole.false):.1f} "
        f"| {_time(median(told) if told else None)} | {_time(_p95(told))} |",
        f"| fixed thresholds (the peer) | {peer:.1f} % | {whole.per_1000(whole.peer_false):.1f} | | |",
        "",
        f"By seed: {by_seed_}. With {len(whole.false)} false alarms in so many nights the true rate is, at 95 %",
        f"confidence, below {upper:.1f} per 1,000.",
    ]


def _table(whole: Score) -> list[str]:
    return [
        "| fault 故障 | injected | detected | delay, median | peer detected | told as another kind |",
        "|---|---|---|---|---|---|",
        *(_row(name, cases) for name, cases in by_name(whole).items()),
    ]


def _row(name: str, cases: Sequence[Case]) -> str:
    told = [case.after_s for case in cases if case.after_s is not None]
    peer = sum(case.peer_after_s is not None for case in cases)
    other = ", ".join(sorted({case.misnamed for case in cases if case.misnamed}))
    return f"| {name} | {len(cases)} | {len(told)} | {_time(median(told) if told else None)} | {peer} | {other} |"


def _missed(whole: Score) -> list[str]:
    return sorted(
        f"- {case.name}: " + (f"told as {case.misnamed}" if case.misnamed else "not told that night")
        for case in whole.cases
        if case.after_s is None
    )


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.0f} min"


def _p95(values: Sequence[float]) -> float | None:
    if not values:
        return None
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def _upper(count: int) -> float:
    """Upper 95 % bound of a Poisson mean of which so many were seen (Wilson and Hilferty's approximation)."""
    seen = count + 1.0
    return seen * (1.0 - 1.0 / (9.0 * seen) + 1.645 / (3.0 * sqrt(seen))) ** 3


if __name__ == "__main__":
    write_report(by_seed())
