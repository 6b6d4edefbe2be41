"""Rates, energy and reports over the real app, for whoever may see what."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # the library ships no types

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import STATION_ONLY, small_city
from tests.unit.runtime.soft_city import LC1
from tests.unit.settings import small_site

POWERED = "feedback: {table: holding, address: 9, bit_stride: 1, type: bit}\n"
WITH_POWER = f"{POWERED}      power_w: {{table: holding, address: 20, stride: 1, type: u16, unit: W}}\n"
SEES_ALL = Grant(Role.VIEWER)
ELSEWHERE = Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330102"))


async def test_rates_energy_and_reports_are_told_to_who_sees_the_lights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "profiles/cabinet.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace(POWERED, WITH_POWER))
    async with small_city(tmp_path) as city:
        await city.soft.clock.sleep(1200.0)  # 19:10
        city.soft.lamps.set(LC1, "K1.power_w", 900.0)
        await city.soft.clock.sleep(30.0)
        viewer, pump = await city.asker("vera", SEES_ALL), await city.asker("pump", *STATION_ONLY)
        stranger = await city.asker("far", ELSEWHERE)
        rates = (await viewer.get("/lighting/rates", scope="division:330106", by="class")).json()
        # Both all-night circuits of 8 lamps are due: one takes 900 of 1200 W, the other and the pole take nothing.
        assert (rates["total"]["lamps_due"], rates["total"]["lamps_lit"]) == (17.0, 6.0)
        assert {row["key"] for row in rates["rows"]} == {"road", "landscape"}
        assert (await pump.get("/lighting/rates")).json()["total"]["lamps"] == 0
        assert (await stranger.get("/lighting/rates")).json()["total"]["lamps"] == 0
        energy = (await viewer.get("/lighting/energy", over="tonight")).json()
        assert (energy["nights"], energy["total"]["carbon_kg"]) == (1, None)
        samples = (await viewer.get("/lighting/samples", night="2026-06-21")).json()
        assert {sample["lamps_due"] for sample in samples} >= {17.0}
        page = await viewer.get("/lighting/report", month="2026-06")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-disposition"] == 'attachment; filename="lighting-2026-06.html"'
        assert "照明运行月报" in page.text
        sheet = await viewer.get("/lighting/report", month="2026-06", format="xlsx")
        assert len(load_workbook(io.BytesIO(sheet.content)).worksheets) == 6
        for path, query, status in (
            ("rates", {"scope": "road:nowhere"}, 404),
            ("rates", {"scope": "nonsense"}, 422),
            ("rates", {"by": "colour"}, 422),
            ("rates", {"over": "2026-13"}, 422),
            ("energy", {"over": "now"}, 422),
            ("report", {"month": "2099-01"}, 422),
            ("report", {"month": "2026-06", "format": "pdf"}, 422),
        ):
            assert (await viewer.get(f"/lighting/{path}", **query)).status_code == status, (path, query)
