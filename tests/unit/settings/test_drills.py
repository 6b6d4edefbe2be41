"""Drills at ``zhadao check``: what is wrong with one is told with its line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.logic.drills.drill import Drill, Trouble, Wanted
from controller.settings.drill_models import DrillModel
from controller.settings.drills import DRILL_KEYS, drills_of
from controller.settings.folder import lists
from controller.settings.load import load_site
from controller.settings.parsing import Findings
from controller.settings.site import Site
from controller.settings.yaml_lines import read_document

CONFIG = Path(__file__).parents[3] / "config" / "hangzhou"
RIGHT = """\
drills:
  - id: evening
    title: {zh: 晚间演练, en: evening drill}
    purpose: {zh: 试, en: try}
    begins: "2026-06-22T18:30"
    lasts: 2h
    levels: {canal: 1.9}
    outside: {qiantang: 4.0}
    rain: [{from: 10m, every: 30m, mm_h: [0, 30, 0], factors: {330105-RG-0001: 1.2}}]
    inject:
      - {at: 30m, what: frozen, on: 330105-LG-0001/level_m, for: 20m}
      - {at: 40m, what: lying, on: 330102-TG-0001/level_m, by: -1.5}
      - {at: 50m, what: jammed, on: 330102-PS-0003/G5}
      - {at: 55m, what: offline, on: 330105-LG-0002}
      - {at: 1h, what: message, text: {zh: 预警, en: warning}}
    expect:
      - {id: low, what: level_below, of: canal, limit: guarantee, points: 30, title: {zh: 不超保, en: below}}
      - {id: soon, what: order_within, of: canal, limit: warning, within: 10m, points: 20, title: {zh: 下令, en: order}}
"""
WRONG = {
    "no reach": ("levels: {canal", "levels: {canl", 7, "did you mean canal?"),
    "no water outside": ("{qiantang: 4.0}", "{qiantan: 4.0}", 8, "did you mean qiantang?"),
    "no rain gauge": ("{330105-RG-0001: 1.2}", "{330105-LG-0001: 1.2}", 9, "no rain gauge"),
    "after the end": ("at: 30m, what: frozen", "at: 3h, what: frozen", 11, "after the drill's end"),
    "no point": ("330105-LG-0001/level_m, for", "330105-LG-0001/level, for", 11, "no such point"),
    "no gate": ("330102-PS-0003/G5", "330102-PS-0003/P5", 13, "no gate"),
    "nothing lied": (", by: -1.5", "", 12, "a lie of nothing"),
    "offline behind opc ua": ("on: 330105-LG-0002", "on: 330102-PS-0001", 14, "no device on Modbus"),
    "a silent message": (", text: {zh: 预警, en: warning}", "", 15, "a message without text"),
    "no such trouble": ("what: jammed", "what: jamed", 13, "not one of the known words"),
    "no such limit": ("limit: guarantee", "limit: guarante", 17, "did you mean guarantee?"),
    "no limit": (", limit: guarantee", "", 17, "no limit"),
    "no time": (", within: 10m", "", 18, "no time to do it in"),
    "no clock": ("of: canal, limit: warning, within", "within", 18, "nothing its clock begins with"),
    "no moment": ("2026-06-22T18:30", "tonight", 5, "no moment"),
    "said twice": ("id: soon", "id: low", 18, "said twice"),
}


@lru_cache
def site() -> Site:
    return load_site(CONFIG)


def read(folder: Path, text: str) -> tuple[dict[str, Drill], list[str]]:
    file, findings = folder / "some.yaml", Findings()
    file.write_text(text, encoding="utf-8")
    spots = [spot for _, spot in lists([read_document(file, "drills/some.yaml")], DRILL_KEYS, findings)]
    entries = [entry for spot in spots for entry in findings.items(DrillModel, spot)]
    points = {b.device: frozenset(b.points) for endpoint in site().endpoints for b in endpoint.devices}
    zone = ZoneInfo("Asia/Shanghai")
    drills = drills_of(entries, site().city, site().network, points, site().endpoints, zone, findings)
    return dict(drills), [str(one) for one in findings.problems]


def test_a_drill_is_read_with_the_limits_of_its_reaches(tmp_path: Path) -> None:
    drills, problems = read(tmp_path, RIGHT)
    assert problems == []
    drill = drills["evening"]
    assert drill.begins is not None
    assert drill.begins.isoformat() == "2026-06-22T18:30:00+08:00"
    assert [one.trouble for one in drill.injections][:2] == [Trouble.FROZEN, Trouble.LYING]
    below, soon = drill.expectations
    assert (below.wanted, below.limit_m, soon.limit_m) == (Wanted.LEVEL_BELOW, 3.2, 2.7)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    old, new, line, message = WRONG[name]
    assert old in RIGHT
    _, problems = read(tmp_path, RIGHT.replace(old, new, 1))
    assert any(message in one and one.startswith(f"drills/some.yaml:{line}:") for one in problems), problems


def test_the_drills_of_the_demo_city_are_right_and_say_where_their_numbers_come_from() -> None:
    drills = site().drills
    assert {"sanbao-2021-07", "duty-evening"} <= drills.keys()
    assert all(drill.facts for drill in drills.values())
    assert sum(one.points for one in drills["sanbao-2021-07"].expectations) == 100.0
    assert sum(one.points for one in drills["duty-evening"].expectations) == 100.0
