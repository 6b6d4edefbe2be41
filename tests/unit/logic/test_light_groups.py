"""Groups: picked by hand, asked for, both; live with the city; never made of themselves."""

from __future__ import annotations

import pytest

from controller.domain.errors import InvalidValue
from controller.logic.light_groups import LightGroup, circle, members_of
from controller.logic.scopes import ScopeKind, Scopes, parse_scope
from tests.unit.logic.test_scopes import city

ROAD_1, TREES_1, POLE = "330106-LC-0001/K1", "330106-LC-0001/K2", "330106-SP-0001/L1"
ROAD_2, TREES_2 = "330102-LC-0001/K1", "330102-LC-0001/K2"


def group(name: str = "g", **said: list[str]) -> LightGroup:
    scopes = {key: tuple(map(parse_scope, texts)) for key, texts in said.items() if key.endswith("_of")}
    picked = {key: tuple(texts) for key, texts in said.items() if not key.endswith("_of")}
    return LightGroup(name, name, name, **picked, **scopes)


def members(*groups: LightGroup) -> dict[str, set[str]]:
    found = members_of({one.name: one for one in groups}, Scopes.of(city()))
    return {name: set(lights) for name, lights in found.items()}


@pytest.mark.parametrize(
    ("said", "lights"),
    [
        ({"lights": [ROAD_1]}, {ROAD_1}),
        ({"assets": ["330106-LC-0001"]}, {ROAD_1, TREES_1}),
        ({"all_of": ["road:文一路"]}, {ROAD_1, TREES_1, POLE}),
        ({"all_of": ["road:文一路", "class:road"]}, {ROAD_1, POLE}),
        ({"any_of": ["road:文一路", "road:秋涛路"], "all_of": ["class:landscape"]}, {TREES_1, TREES_2}),
        ({"all_of": ["city"], "none_of": ["class:landscape"]}, {ROAD_1, ROAD_2, POLE}),
        ({"all_of": ["class:road"], "none_of": ["class:road"], "lights": [ROAD_2]}, {ROAD_2}),
        ({"any_of": ["feeder:F7"], "none_of": ["grade:special"]}, {ROAD_2, TREES_2}),
        ({"any_of": ["330102-LC-0001"]}, {ROAD_2, TREES_2}),
        ({"any_of": [ROAD_1, TREES_2]}, {ROAD_1, TREES_2}),
        ({"all_of": ["feeder:F7"], "none_of": [ROAD_1]}, {TREES_1, ROAD_2, TREES_2}),
        ({"none_of": ["class:road"]}, set()),
        ({"lights": ["330106-LC-0404/K1"]}, set()),
    ],
)
def test_who_is_a_member(said: dict[str, list[str]], lights: set[str]) -> None:
    assert members(group(**said)) == {"g": lights}


def test_groups_are_made_of_groups_in_whatever_order_they_stand() -> None:
    whole = group("whole", any_of=["group:one", "group:two"], none_of=["group:dark"])
    found = members(
        whole,
        group("one", all_of=["division:330106"]),
        group("two", assets=["330102-LC-0001"]),
        group("dark", lights=[POLE]),
    )
    assert found["whole"] == {ROAD_1, TREES_1, ROAD_2, TREES_2}


def test_a_group_made_of_itself_is_refused_with_the_way_round() -> None:
    groups = {
        "a": group("a", any_of=["group:b"]),
        "b": group("b", all_of=["city"], none_of=["group:c"]),
        "c": group("c", any_of=["group:a"]),
        "free": group("free", any_of=["group:a"]),
    }
    assert circle(groups, "a") == ("a", "b", "c", "a")
    assert circle(groups, "free") == ()
    with pytest.raises(InvalidValue, match="made of itself: a → b → c → a"):
        members_of(groups, Scopes.of(city()))


def test_a_chain_of_groups_may_be_as_long_as_it_likes() -> None:
    chain = [group(f"g{number}", any_of=[f"group:g{number + 1}"]) for number in range(2_000)]
    found = members(*chain, group("g2000", lights=[ROAD_1]))
    assert found["g0"] == {ROAD_1}


def test_names_of_a_kind_are_what_lights_have_there() -> None:
    scopes = Scopes(Scopes.of(city()).lights, {"empty": frozenset()})
    assert scopes.names(ScopeKind.ROAD) == {"文一路", "秋涛路"}
    assert scopes.names(ScopeKind.GROUP) == {"empty"}
    assert scopes.names(ScopeKind.CITY) == frozenset()
