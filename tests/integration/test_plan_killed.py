"""A controller killed (SIGKILL) at every write of a plan's run, and started again: each act once, to the plan's end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.unit.settings import small_site
from tests.unit.settings.small_site import write_site

ROOT = Path(__file__).parents[2]
SHORT = """\
plans:
  - id: short
    title: {zh: 短, en: short}
    purpose: {zh: 试验, en: for trying}
    scope: {ps: 330106-PS-0001}
    longest: 2h
    steps:
      - {id: take, set: {target: ps, to: hold}, within: 20m}
      - {id: shut, set: {target: ps/G2, to: close}, within: 20m}
      - {id: rest, wait: 10s}
    abort: {state: {zh: 交还, en: handed back}}
"""
WRITES = 5
"""Begun; the station taken; the gate ordered; the wait begun; ended and handed back (each kept once)."""


def life(folder: Path, write: int, side: str) -> tuple[int, str]:
    """One process: its exit code and what it said last."""
    words = [sys.executable, "-m", "tests.integration.plan_dying", str(folder), "900", str(write), side]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode in (0, -9), ended.stderr[-3000:]
    return ended.returncode, ended.stdout.strip().splitlines()[-1] if ended.stdout.strip() else ""


def killed_at(folder: Path, moments: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Dies at each of these in its turn, then lives on; every promise is looked at."""
    monkeypatch.setitem(small_site.FILES, "site/plans/short.yaml", SHORT)
    write_site(folder / "config")
    for write, side in moments:
        assert life(folder, write, side)[0] == -9, f"it never came to write {write}"
    code, said = life(folder, 0, "")
    assert (code, json.loads(said)) == (0, ["finished"])
    lines = list(read(folder / "data"))
    void = {line.data.get("request") for line in lines if line.kind == "order_void"}
    orders = [line for line in lines if line.kind == "order" and line.data["request"] not in void]
    given = Counter(one["intent"]["value"] for line in orders for one in line.data["accepted"])
    assert given == {"hold": 1, "close": 1}
    written = Counter(tuple(json.loads(line)) for line in (folder / "field").read_text().splitlines())
    assert written["G2.position_command", 0.0] == 1
    assert verify(folder / "data").ok


def test_killed_before_and_after_an_order_is_kept_it_gives_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(tmp_path, [(2, "before"), (1, "after")], monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_killed_at_every_write_of_its_run_it_comes_to_its_end(
    write: int, side: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(tmp_path, [(write, side)], monkeypatch)
