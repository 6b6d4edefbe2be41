"""``zhadao order`` and ``zhadao shift``, against a real controller."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.settings import small_site

PS = "330106-PS-0001"


def test_an_order_goes_its_way_and_the_shift_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)
    with real_city(tmp_path) as city:
        one = Desk(city, tmp_path / "home").signed_in("operator").signed_in("second")

        def order(*words: str, who: str, typed: str = "") -> tuple[int, str]:
            result = one("order", *words, "--as", who, typed=typed)
            return result.exit_code, result.output

        for point, value in (("inner_level_1_m", 1.5), ("inner_level_2_m", 1.5)):
            city.set(PS, point, value)
        code, said = order("write", "--target", PS, "--value", "hold", "--reason", "rain", who="operator")
        assert (code, "2026-0001" in said) == (0, True), said
        assert order("write", "--target", PS, "--value", "count x", "--reason", "rain", who="operator")[0] != 0
        code, said = order("write", "--target", PS, "--target", "x", "--value", "hold", "--reason", "r", who="operator")
        assert (code, "several take a plan" in said) == (1, True), said
        assert order("issue", "2026-0001", "--yes", who="operator")[0] == 1
        code, said = order("issue", "2026-0001", who="second", typed="n\n")
        assert (code, "As shown, once it is signed" in said, "NOT YET 尚不能执行" in said) == (1, True, True), said
        assert order("issue", "2026-0001", "--yes", who="second")[0] == 0
        assert order("preview", "2026-0001", who="operator")[0] == 1
        assert order("acknowledge", "2026-0001", who="operator")[0] == 0
        assert order("tick", "2026-0001", "1", who="operator")[0] == 1
        code, said = order("execute", "2026-0001", "--yes", who="operator")
        assert (code, "is executing" in said) == (0, True), said
        shown = one("order", "show", "2026-0001").output
        assert re.search(r"holds 生效: 330106-PS-0001 hold in district_manual", shown), shown
        assert "Grounds when issued 签发依据" in shown
        page = tmp_path / "order.html"
        assert one("order", "print", "2026-0001", "--out", str(page)).exit_code == 0
        assert "调度令" in page.read_text(encoding="utf-8")
        assert one("order", "print", "2026-0001", "--out", str(tmp_path / "no" / "x.html")).exit_code == 1
        call = ("--at", "2026-06-21T16:00:00+08:00", "--by", "带班领导", "--to", "值班员", "--reason", "no network")
        assert order("phone", "--plan", "shut", *call, who="second")[0] == 0
        assert one("shift", "take-over", "--alone", "--note", "first", "--as", "operator").exit_code == 0
        assert one("shift", "hand-over", "--note", "rain", "--as", "operator").exit_code == 0
        assert "HANDED OVER 待接班" in one("shift", "show").output
        left = one("shift", "take-over", "--as", "second").output
        assert "2026-0001" in left
        assert "NEW SHIFT HAS NOT SEEN IT" in one("order", "list", "--unfinished").output
        assert one("shift", "acknowledge", "2026-0001", "2026-0002", "--as", "second").exit_code == 0
        assert order("abort", "2026-0001", "--reason", "enough", who="second")[0] == 0
        assert order("close", "2026-0002", "--result", "done by them", who="second")[0] == 0
        assert one("order", "list", "--unfinished").output.strip() == "none 无"
