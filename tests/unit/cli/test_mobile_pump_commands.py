"""``zhadao mobile-pump``, against a real controller."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.api.test_mobile_pumps import MP, PUMPS
from tests.unit.cli.real_city import Desk, real_city
from tests.unit.settings import small_site


def test_a_mobile_pump_is_reported_and_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/water/mobile-pumps.yaml", PUMPS)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        assert "never reported 未上报" in desk("mobile-pump", "list").output
        done = desk("mobile-pump", "report", MP, "pumping", "--where", "文一路下穿", "--as", "operator")
        assert done.exit_code == 0, done.output
        listed = desk("mobile-pump", "list").output
        assert "0.4 of 1.2 m³/s pumping 抽排" in listed
        assert "文一路下穿" in listed
        assert desk("mobile-pump", "report", MP, "pumping", "--as", "operator").exit_code == 1
        assert desk("mobile-pump", "report", "330106-MP-0404", "ready", "--as", "operator").exit_code == 1
        assert '"state": "pumping"' in desk("mobile-pump", "list", "--json").output
