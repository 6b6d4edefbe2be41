"""``zhadao switch`` and ``zhadao group``: looked at, thrown, followed, asked again, let go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.settings import small_site

GROUPS = """\
groups:
  - name: 主干
    title: {zh: 主干道, en: Trunk roads}
    all_of: ["class:road"]
    none_of: ["330106-SP-0001"]
"""
WHY = ("--for", "30m", "--reason", "drill", "--as", "operator")


def test_the_switch_from_the_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", GROUPS)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        assert "group:主干  Trunk roads  2 lights  16 lamps" in desk("group", "list").output
        shown = desk("group", "show", "主干").output
        assert f"    {LC1}/K1\n    {LC2}/K1" in shown
        assert "2 road 路灯, 0 landscape 景观" in shown
        assert desk("group", "show", "nobody").exit_code == 1

        both = desk("switch", "city", "on", *WHY)
        assert both.exit_code == 1
        assert "two knives" in both.output
        for words in (("switch", "city"), ("switch", "city", "glow"), ("switch", "city", "on", "--knife", "road")):
            assert desk(*words, "--as", "operator").exit_code == 2

        done = desk("switch", "group:主干", "on", *WHY, "--yes")
        assert done.exit_code == 0, done.output
        assert "road 路灯 · group:主干 → on, in city_manual" in done.output
        assert "change 将变化 2 (16 lamps)" in done.output
        assert "division 区 330106  +2.4 kW" in done.output
        assert "by contact 触点证实 2" in done.output
        no = desk("switch", "group:主干", "off", *WHY, typed="n\n")
        assert no.exit_code == 1
        assert "Nothing was done" in no.output
        assert "文三路1号箱 1/1" in no.output

        below = ("--slot", "district_manual")
        assert desk("switch", "group:主干", "on", *below, *WHY, "--yes", "--no-follow").exit_code == 0
        masked = desk("switch", "follow", desk("requests").output.split()[0]).output
        assert "masked by 被屏蔽于 city_manual of operator (on: drill [闸刀 switch: road, group:主干]): 2" in masked
        assert desk("switch", "group:主干", "release", *below, "--as", "operator", "--yes").exit_code == 0

        trees = desk("switch", "division:330106", "on", "--knife", "landscape", *WHY, "--yes", "--no-follow")
        assert trees.exit_code == 0, trees.output
        request = desk("requests").output.split()[0]
        follow = desk("switch", "follow", request)
        assert follow.exit_code == 0, follow.output
        assert "landscape 景观 · division:330106 → on in city_manual by operator" in follow.output
        again = desk("switch", "retry", request, "--as", "operator")
        assert again.exit_code == 1
        assert "remains to be asked again" in again.output
        gone = desk("switch", "group:主干", "release", "--as", "operator", "--yes")
        assert gone.exit_code == 0, gone.output
        assert "2 leases ended" in gone.output
