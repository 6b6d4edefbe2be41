"""Which lists of scopes each light is in, found for a whole city in one pass."""

from __future__ import annotations

from controller.logic.scopes import Scopes, parse_scope
from controller.runtime.daylight.membership import Membership
from tests.unit.logic.test_scopes import city


def test_one_pass_over_a_city_finds_the_lists_a_light_is_in_by_name_too() -> None:
    scopes = Scopes.of(city(), {"hand": frozenset({"330106-LC-0001/K2"})})
    lists = {
        "one circuit": [parse_scope("330106-LC-0001/K1")],
        "its cabinet": [parse_scope("330106-LC-0001")],
        "by hand": [parse_scope("group:hand")],
    }
    found = {light.target: Membership(lists, scopes).of(light) for light in scopes.lights.values()}
    assert found["330106-LC-0001/K1"] == ["one circuit", "its cabinet"]
    assert found["330106-LC-0001/K2"] == ["its cabinet", "by hand"]
    assert found["330102-LC-0001/K1"] == []
