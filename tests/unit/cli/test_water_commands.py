"""``zhadao tide``, ``diversion`` and ``quality``, against a real controller."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.tidal.river_files import FILES
from tests.unit.settings import small_site


def test_tide_diversion_and_quality_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        monkeypatch.setitem(small_site.FILES, name, text)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        city.wait_for(lambda: city.assembly.tidal.tide.states.get("river") is not None)
        tide = desk("tide")
        assert tide.exit_code == 0, tide.output
        assert "江 River" in tide.output
        assert "bore 涌潮" in tide.output
        assert "closed by 关闸" in tide.output
        diversion = desk("diversion")
        assert diversion.exit_code == 0, diversion.output
        assert "evening 晚间引水: waits" in diversion.output
        assert "next 下次 06-21 18:00" in diversion.output
        quality = desk("quality")
        assert quality.exit_code == 0, quality.output
        assert "浊度 turbidity" in quality.output
        assert '"outfalls"' in desk("tide", "--json").output
        assert '"programs"' in desk("diversion", "--json").output
        assert '"gauges"' in desk("quality", "--json").output
