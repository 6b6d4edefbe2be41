"""``zhadao plan``, against a real controller, and ``plan test`` against the model alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli.app import app
from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.settings import small_site


def test_a_plan_is_listed_shown_started_watched_and_aborted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        for point, value in (("inner_level_1_m", 1.5), ("inner_level_2_m", 1.5)):
            city.set("330106-PS-0001", point, value)
        assert "ready 可启动" in desk("plan", "list").output
        shown = desk("plan", "show", "shut").output
        assert "水位不高" in shown
        assert "within 5m" in shown
        assert desk("plan", "preview", "shut", "--param", "low_m=9", "--as", "operator").exit_code == 1
        assert desk("plan", "start", "shut", "--param", "low", "--reason", "x", "--as", "operator").exit_code == 2
        said_no = desk("plan", "start", "shut", "--reason", "trying", "--as", "operator", typed="n\n")
        assert (said_no.exit_code, "Nothing was done" in said_no.output) == (1, True)
        began = desk("plan", "start", "shut", "--reason", "trying", "--basis", "2.4 m", "--yes", "--as", "operator")
        assert began.exit_code == 0, began.output
        (run,) = re.findall(r"Run (R[0-9a-f]{8}) begins", began.output)
        seen = desk("plan", "watch", run, "--once").output
        assert "RUNNING 执行中" in seen
        assert "basis 依据: 2.4 m" in seen
        locked = desk("plan", "preview", "rival", "--as", "operator")
        assert (locked.exit_code, "LOCKED_BY_OTHER_CLIENT" in locked.output) == (1, True)
        assert desk("plan", "answer", run, "take", "go", "--as", "operator").exit_code == 1
        assert desk("plan", "pause", run, "--reason", "wait", "--as", "operator").exit_code == 0
        assert desk("plan", "resume", run, "--reason", "on", "--as", "operator").exit_code == 0
        assert desk("plan", "abort", run, "--reason", "enough", "--as", "operator").exit_code == 0
        city.wait_for(lambda: not city.assembly.plans.book.run(run).live)
        assert "ABORTED 已中止" in desk("plan", "runs").output
        assert desk("plan", "watch", run).exit_code == 1


def test_a_plan_is_tried_on_the_model_with_no_controller() -> None:
    words = [
        "plan",
        "test",
        "sanbao-stepwise",
        "--level",
        "canal=2.6",
        "--inflow",
        "canal=60",
        "--answer",
        "more=enough",
    ]
    tried = CliRunner().invoke(app, [*words, "--hours", "14"])
    assert tried.exit_code == 0, tried.output
    assert "FINISHED" in tried.output
    assert re.search(r"step_done +second", tried.output)
    assert "step_done   third" not in tried.output
    assert CliRunner().invoke(app, ["plan", "test", "nobodys"]).exit_code == 2
    held = CliRunner().invoke(app, [*words, "--assume", "rack_head_m=0.9", "--hours", "1"])
    assert held.exit_code == 1
