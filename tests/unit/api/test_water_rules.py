"""The route to the network's rules."""

from __future__ import annotations

from pathlib import Path

from controller.domain.rights import Grant, Role
from tests.unit.api.small_city import small_city


async def test_a_site_without_a_network_says_that_stations_go_by_their_own_levels(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        told = await viewer.get("/water/rules")
        assert told.status_code == 200
        assert told.json()["stations"] == []
        assert told.json()["at"] is None
        assert "own levels" in told.json()["text_en"]
        assert "自身水位" in told.json()["text_zh"]
