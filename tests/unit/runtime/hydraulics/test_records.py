"""What is believed of the waters outlives a restart; rows are written by day and read back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.logic.hydraulics.estimate import Estimate, GaugeFault, GaugeState, ReachState, Trust
from controller.logic.hydraulics.rows import Row
from controller.logic.hydraulics.simulation import Acts
from controller.runtime.hydraulics.files import append, files_in, prune, read_rows
from controller.runtime.hydraulics.records import estimate_body, estimate_of
from tests.unit.logic.hydraulics.waters_rig import AT, DRAIN, GATE

BELIEVED = Estimate(
    AT,
    {"upper": ReachState(1.23, 0.04, Trust.SUBSTITUTED, 2.5)},
    {
        "upper/level_m": GaugeState(1.1, GaugeFault.FROZEN, AT - timedelta(minutes=5)),
        "lower/level_m": GaugeState(1.0),
    },
    {"land": 1234.5},
    {"river": 3.1},
    {"RG": 4.0},
    Acts({DRAIN: 2}, {GATE: 0.5}),
)


def test_an_estimate_comes_back_with_its_liars_and_the_water_under_way() -> None:
    back = estimate_of(estimate_body(BELIEVED))
    assert back.reaches["upper"] == BELIEVED.reaches["upper"]
    assert (back.stored_m3, back.outer_m, back.acts) == (BELIEVED.stored_m3, BELIEVED.outer_m, BELIEVED.acts)
    liar = back.gauges["upper/level_m"]
    assert (liar.fault, liar.since) == (GaugeFault.FROZEN, AT - timedelta(minutes=5))
    assert "lower/level_m" not in back.gauges


def test_rows_are_appended_by_day_and_read_back(tmp_path: Path) -> None:
    columns = ("at", "level:upper", "rain:RG")
    for minutes in (0, 5, 24 * 60):
        append(tmp_path, columns, Row(AT + timedelta(minutes=minutes), {"level:upper": 1.5 + minutes}))
    append(tmp_path, (*columns, "gate:G"), Row(AT, {"gate:G": 0.25}))
    assert [file.name for file in files_in(tmp_path)] == ["2026-06-22-1.csv", "2026-06-22.csv", "2026-06-23.csv"]
    rows = list(read_rows([tmp_path / "waters" / "2026-06-22.csv"]))
    assert rows == [Row(AT, {"level:upper": 1.5}), Row(AT + timedelta(minutes=5), {"level:upper": 6.5})]
    prune(tmp_path, 1)
    assert [file.name for file in files_in(tmp_path)] == ["2026-06-23.csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,level:a\n", r"bad\.csv:1: the first column is 'at'"),
        ("at,level:a\nyesterday,1\n", r"bad\.csv:2: "),
        ("at,level:a\n2026-06-22T10:00:00+08:00,high\n", r"bad\.csv:2: could not convert"),
    ],
)
def test_a_row_that_is_none_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=words):
        list(read_rows([file]))
