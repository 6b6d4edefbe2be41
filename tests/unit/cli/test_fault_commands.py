"""``zhadao faults``: what is open, in both languages, and what circuits are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.soft_city import LC1
from tests.unit.settings import small_site


def test_faults_are_listed_with_method_and_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/cabinet.yaml"
    door = "points:\n  door_open: {table: holding, address: 20, type: bool}\n"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace("points:\n", door, 1))
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        calm = desk("faults")
        assert calm.exit_code == 0, calm.output
        assert "city: 0 open 未消除; 3 of 3 circuits still learn 学习中" in calm.output
        city.set(LC1, "door_open", True)
        city.wait_for(lambda: bool(city.assembly.controller.desks.light_faults.open_faults(LC1)))
        shown = desk("faults", LC1).output
        assert "DOOR OPEN 箱门打开" in shown
        assert "method 判据: the door contact / 门磁信号" in shown
        assert '"kind": "door_open"' in desk("faults", "--json").output
        assert "learning 学习中, 0 nights" in desk("faults", LC1, "--baseline").output
        assert desk("faults", "nowhere").exit_code == 1
