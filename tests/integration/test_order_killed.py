"""A controller killed (SIGKILL) at durable moments of a dispatch order: nothing lost, no number and no act twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.unit.settings.small_site import write_site

ROOT = Path(__file__).parents[2]
WRITES = 7
"""Written, issued, acknowledged, on its way, executing, verified, closed (each kept once)."""


def life(folder: Path, write: int, side: str) -> tuple[int, str]:
    """One process: its exit code and what it said last."""
    words = [sys.executable, "-m", "tests.integration.order_dying", str(folder), str(write), side]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode in (0, -9), ended.stderr[-3000:]
    return ended.returncode, ended.stdout.strip().splitlines()[-1] if ended.stdout.strip() else ""


def killed_at(folder: Path, moments: list[tuple[int, str]]) -> None:
    """Dies at each of these in its turn, then lives on; every promise is looked at."""
    write_site(folder / "config")
    for write, side in moments:
        assert life(folder, write, side)[0] == -9, f"it never came to write {write}"
    code, said = life(folder, 0, "")
    assert (code, [state for _, state in json.loads(said)]) == (0, ["closed"])
    lines = list(read(folder / "data"))
    void = {line.data.get("request") for line in lines if line.kind == "order_void"}
    orders = [line for line in lines if line.kind == "order" and line.data["request"] not in void]
    assert sum(len(line.data["accepted"]) for line in orders) == 1, "the act is given once"
    told = {line.data["line"]: line.data["orders"] for line in lines if line.kind == "dispatch_order_void"}
    made = Counter(
        one["order"]
        for line in lines
        if line.kind == "dispatch_order" and line.data["what"] == "proposed"
        for one in line.data["orders"]
    )
    assert max(made.values()) == 1, "no number is given twice"
    kept = [line for line in lines if line.kind == "dispatch_order" and line.seq not in told]
    assert "closed" in {line.data["what"] for line in kept}
    assert verify(folder / "data").ok


def test_killed_after_its_act_and_before_it_knows_of_it_goes_on_and_gives_it_once(tmp_path: Path) -> None:
    killed_at(tmp_path, [(5, "before")])


@pytest.mark.soak
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_killed_at_every_write_of_an_order_it_comes_to_its_end(write: int, side: str, tmp_path: Path) -> None:
    killed_at(tmp_path, [(write, side)])
