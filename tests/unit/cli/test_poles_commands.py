"""``zhadao poles`` and ``zhadao display``: the board, a message from the keyboard, its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.settings import small_site

POLE, DISPLAY = "330106-SP-0001", "330106-SP-0001/D1"
MORE = """\
  sos: {table: holding, address: 40, bit: 0, type: bit}
  temperature_c: {table: holding, address: 41, type: i16, scale: 0.1, unit: °C, low: -40, high: 85}
"""
TEMPLATES = "display_templates:\n  - {id: closed, title: {zh: 封路, en: closed}, text: 积水}\n"


def test_poles_and_messages_from_the_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/pole.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name] + MORE)
    monkeypatch.setitem(small_site.FILES, "site/lighting/poles.yaml", TEMPLATES)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        city.set(POLE, "temperature_c", 26.5)
        city.wait_for(lambda: next(city.assembly.pole_desk.poles()).sensors[0].value == 26.5)
        board = desk("poles", "division:330106")
        assert board.exit_code == 0, board.output
        assert "poles 灯杆: 1, SOS 求助 0" in board.output
        assert "26.5" in board.output
        assert desk("poles", "road:nowhere").exit_code == 1
        both = desk("display", "show", POLE, "夜市", "--template", "closed", "--for", "30m", "--reason", "r")
        assert both.exit_code == 2, both.output
        shown = desk("display", "show", POLE, "--template", "closed", "--for", "30m", "--reason", "drill")
        assert shown.exit_code == 0, shown.output
        assert "CONFIRMED" in shown.output
        listed = desk("display", "list", DISPLAY).output
        assert "积水" in listed
        assert "district_manual operator" in listed
        refused = desk("display", "show", DISPLAY, "\u202egnorw", "--for", "5m", "--reason", "r")
        assert refused.exit_code == 1
        assert "U+202E" in refused.output
        assert desk("display", "show", POLE, "x", "--template", "", "--for", "5m", "--reason", "r").exit_code == 0
        assert desk("display", "show", POLE, "--template", "nope", "--for", "5m", "--reason", "r").exit_code == 1
        cleared = desk("display", "clear", POLE, "--reason", "over")
        assert cleared.exit_code == 0, cleared.output
        assert desk("display", "clear", POLE, "--reason", "over").exit_code == 1
        assert "closed" in desk("display", "templates").output
        city.set(POLE, "sos", True)
        city.wait_for(lambda: city.assembly.poles.call(POLE).calling)
        calling = desk("poles", "--calls").output
        assert "SOS 求助 1" in calling
        assert "NOT ANSWERED 未确认" in calling
        answered = desk("answer-sos", POLE, "--reason", "patrol 3")
        assert answered.exit_code == 0, answered.output
        assert "answered by 已确认 operator" in desk("poles").output
        assert '"sos": "calling"' in desk("poles", "--json").output
