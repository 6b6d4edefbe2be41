"""``zhadao whatif`` and ``zhadao network``: a table a duty officer can read, and a proposal that changes nothing."""

from __future__ import annotations

import csv
from datetime import UTC
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli.app import app
from controller.logic.hydraulics.rows import columns_of
from tests.unit.api.test_network import PS
from tests.unit.cli.real_city import Desk, real_city
from tests.unit.logic.hydraulics.plant_city import CONFIG, hangzhou
from tests.unit.logic.hydraulics.test_calibration import rows
from tests.unit.settings import small_site
from tests.unit.settings.test_network import NETWORK


def test_the_waters_and_a_what_if_are_printed_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(small_site.FILES, "site/water/network.yaml", NETWORK)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        shown = desk("network", "show").output
        assert "运河 Canal" in shown
        assert "warning 警戒" in shown
        assert '"datum"' in desk("network", "show", "--json").output
        answer = desk("whatif", PS, "count 1", "--hours", "3")
        assert answer.exit_code == 0, answer.output
        for words in ("without 不执行", "with 执行", "kWh", "nothing was ordered. 模型估算，未下达任何指令。"):
            assert words in answer.output
        assert desk("whatif", PS, "count 1", "--also", "nonsense").exit_code == 2
        assert desk("whatif", "330106-LC-0001/K1", "on").exit_code == 1


def test_a_calibration_writes_a_proposal_with_its_fit_and_changes_nothing(tmp_path: Path) -> None:
    _, network = hangzhou()
    columns, recorded, out = columns_of(network), tmp_path / "rows.csv", tmp_path / "proposal.yaml"
    with recorded.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows():
            cells = (f"{row.values[name]:.4f}" if name in row.values else "" for name in columns[1:])
            writer.writerow([row.at.astimezone(UTC).isoformat(), *cells])
    before = (CONFIG / "water" / "network.yaml").read_bytes()
    answer = CliRunner().invoke(
        app, ["network", "calibrate", str(CONFIG), "--csv", str(recorded), "--out", str(out), "--from", "2026-06-22"]
    )
    assert answer.exit_code == 0, answer.output
    assert "Nash–Sutcliffe" in answer.output
    assert "nothing was changed 未改动任何配置" in answer.output
    proposal = out.read_text(encoding="utf-8")
    assert "rmse_m:" in proposal
    assert "- {name: 运河主城, runoff: 0." in proposal
    assert (CONFIG / "water" / "network.yaml").read_bytes() == before


def test_a_calibration_without_rows_says_where_they_come_from(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["network", "calibrate", str(CONFIG), "--data", str(tmp_path)])
    assert answer.exit_code == 1
    assert "--csv FILE" in answer.output
