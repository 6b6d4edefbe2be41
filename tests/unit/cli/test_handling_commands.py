"""``zhadao handling`` and ``zhadao notices`` against a real controller."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.real_city import Desk
from tests.unit.runtime.soft_city import LC2

AS = ("--as", "operator")
TARGET = f"{LC2}/K1"


@pytest.fixture
def operator(desk: Desk) -> Desk:
    return desk.signed_in("operator")


def test_a_record_goes_from_its_opening_to_its_end_and_back(operator: Desk) -> None:
    opened = operator("handling", "open", "ordinary", "--about", TARGET, "--text", "a citizen calls: dark", *AS)
    assert (opened.exit_code, "已建处置单" in opened.output) == (0, True)
    record = opened.output.split()[0]
    assert operator("handling", "assign", record, "wang", "--text", "crew 3", *AS).exit_code == 0
    listed = operator("handling", "list", "--to", "wang").output
    assert (record in listed, "left" in listed, TARGET in listed) == (True, True, True)
    assert operator("handling", "step", record, "--text", "contactor replaced", *AS).exit_code == 0
    assert operator("handling", "close", record, "--result", "lit again", *AS).exit_code == 0
    again = operator("handling", "close", record, "--result", "lit again", *AS)
    assert (again.exit_code, "reopen it first" in again.output) == (1, True)
    assert record not in operator("handling", "list").output
    story = operator("handling", "show", record).output
    assert ("contactor replaced" in story, "to wang: crew 3" in story, "in time" in story) == (True, True, True)
    assert operator("handling", "reopen", record, "--reason", "dark again", *AS).exit_code == 0
    (found,) = [one for one in json.loads(operator("handling", "list", "--json").output) if one["id"] == record]
    assert found["reopened"] == 1
    assert "及时率" in operator("handling", "statistics", "--days", "7").output
    assert operator("handling", "close", record, "--result", "done", *AS).exit_code == 0


def test_a_site_without_receivers_says_so(operator: Desk) -> None:
    assert "names no receiver" in operator("notices", "receivers").output
    assert "none" in operator("notices", "list").output
    assert operator("notices", "show", "N-0").exit_code == 1
    assert operator("notices", "requeue", "--reason", "r", *AS).exit_code == 2
    refused = operator("notices", "test", "duty-room", *AS)
    assert (refused.exit_code, refused.output != "") == (1, True)
