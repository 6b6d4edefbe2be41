"""``zhadao lights``, ``energy`` and ``report lighting``, typed."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import load_workbook  # type: ignore[import-untyped]  # the library ships no types

from tests.unit.cli.real_city import Desk, real_city


def test_rates_and_energy_are_shown_and_a_report_is_written_as_two_files(tmp_path: Path) -> None:
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        shown = desk("lights", "division:330106", "--by", "class")
        assert shown.exit_code == 0, shown.output
        assert "亮灯率 lights-on rate" in shown.output
        assert "道路照明 road lighting" in shown.output
        assert '"lamps_due"' in desk("lights", "--json").output
        tonight = desk("lights", "--over", "tonight")
        assert "灯时 lamp-hours" in tonight.output
        used = desk("energy", "--over", "7d", "--by", "division")
        assert used.exit_code == 0, used.output
        assert "西湖区 Xihu" in desk("energy", "--over", "2026-06", "--json").output or "kgCO2" in used.output
        assert desk("lights", "road:nowhere").exit_code == 1
        out = tmp_path / "reports"
        made = desk("report", "lighting", "--month", "2026-06", "--out", str(out))
        assert made.exit_code == 0, made.output
        assert sorted(path.name for path in out.iterdir()) == ["lighting-2026-06.html", "lighting-2026-06.xlsx"]
        assert "照明运行月报" in (out / "lighting-2026-06.html").read_text(encoding="utf-8")
        assert len(load_workbook(io.BytesIO((out / "lighting-2026-06.xlsx").read_bytes())).worksheets) == 6
        assert desk("report", "lighting", "--month", "2026-13", "--out", str(out)).exit_code == 1
