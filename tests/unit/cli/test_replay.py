"""``zhadao replay`` over a data folder."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from typer.testing import CliRunner

from controller.cli.app import app
from controller.store.recording import FOLDER, segments
from tests.unit.runtime.recording.recorded_city import K1, recorded_city

RUNNER = CliRunner()


async def recorded(tmp_path: Path) -> Path:
    async with recorded_city(tmp_path) as city:
        await city.order(K1, value="on")
        await city.clock.sleep(900.0)
    return tmp_path / "data"


async def test_the_same_is_exit_code_0_another_folder_1_and_nothing_recorded_2(tmp_path: Path) -> None:
    data = await recorded(tmp_path)
    for seed in ("1", "2"):  # another process orders its sets otherwise
        words = [sys.executable, "-c", "from controller.cli.app import main; main()", "replay", "--data", str(data)]
        run = partial(subprocess.run, words, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True)
        same = await asyncio.to_thread(run)
        assert same.returncode == 0, same.stdout + same.stderr
        assert "all decided and written the same" in same.stdout

    programs = tmp_path / "config" / "site" / "lighting" / "programs.yaml"
    programs.write_text(programs.read_text().replace("dusk: on, 22:00: off", "18:55: on, 22:00: off"))
    config = str(tmp_path / "config" / "site")
    other = RUNNER.invoke(app, ["replay", "--data", str(data), "--config", config])
    assert other.exit_code == 1, other.output
    assert "330106-LC-0001/K2  decision: recorded off by" in other.output
    assert "2026-06-21 18:55:0" in other.output

    narrowed = RUNNER.invoke(app, ["replay", "--data", str(data), "--config", config, "--target", K1, "--json"])
    assert narrowed.exit_code == 0, narrowed.output
    assert json.loads(narrowed.output)["same"] is True

    kept = RUNNER.invoke(app, ["replay", "--data", str(data), "--from", "2026-06-21T18:56"])
    assert kept.exit_code == 0, kept.output

    assert RUNNER.invoke(app, ["replay", "--data", str(tmp_path / "nowhere")]).exit_code == 2
    late = RUNNER.invoke(app, ["replay", "--data", str(data), "--from", "2026-06-22"])
    assert late.exit_code == 2
    assert "nothing is recorded between these moments" in late.output


async def test_a_torn_tail_is_said_and_the_rest_replayed(tmp_path: Path) -> None:
    data = await recorded(tmp_path)
    path = segments(data / FOLDER)[-1].path
    path.write_bytes(path.read_bytes()[:-9])
    told = RUNNER.invoke(app, ["replay", "--data", str(data)])
    assert told.exit_code == 0, told.output
    assert "its last seconds are missing" in told.output


async def test_a_kept_folder_that_was_changed_is_refused(tmp_path: Path) -> None:
    data = await recorded(tmp_path)
    (site,) = (data / FOLDER / "sites").glob("*/*/site.yaml")
    site.write_text(site.read_text().replace("name: Small", "name: Other"))
    told = RUNNER.invoke(app, ["replay", "--data", str(data)])
    assert told.exit_code == 2
    assert "is not what ran" in told.output
