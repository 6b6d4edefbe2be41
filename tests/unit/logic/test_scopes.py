"""A scope's word is read, refused with what would be right, and its members are asked anew."""

from __future__ import annotations

import pytest

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.logic.poles import poles_of
from controller.logic.scopes import WHOLE_CITY, Scope, ScopeKind, Scopes, parse_scope

HERE = Place(30.2, 120.1)


def city() -> City:
    def circuit(device: str, output: str, light_class: LightClass) -> Circuit:
        return Circuit(f"{device}/{output}", output, output, light_class, "p", 10, 1000.0)

    def cabinet(device: str, grade: Grade, road: str) -> Cabinet:
        circuits = (circuit(device, "K1", LightClass.ROAD), circuit(device, "K2", LightClass.LANDSCAPE))
        return Cabinet(device, device, device[:6], HERE, grade, circuits, "北山街道", road, feeder="F7")

    pole = Pole(
        "330106-SP-0001", "p", "330106", HERE, (Luminaire("330106-SP-0001/L1", "L1", "p", 120.0),), (), "文一路"
    )
    cabinets = [
        cabinet("330106-LC-0001", Grade.SPECIAL, "文一路"),
        cabinet("330102-LC-0001", Grade.SECOND, "秋涛路"),
    ]
    return City({one.id: one for one in cabinets}, {pole.id: pole}, {}, {}, {})


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ("city", WHOLE_CITY),
        ("road:文一路", Scope(ScopeKind.ROAD, "文一路")),
        (" group: bridges ", Scope(ScopeKind.GROUP, "bridges")),
        ("330106-LC-0001", Scope(ScopeKind.ASSET, "330106-LC-0001")),
        ("330106-LC-0001/K1", Scope(ScopeKind.LIGHT, "330106-LC-0001/K1")),
    ],
)
def test_a_scope_is_read(said: str, scope: Scope) -> None:
    assert parse_scope(said) == scope
    assert parse_scope(str(scope)) == scope


@pytest.mark.parametrize("said", ["", "town", "road:", "road", "city:hangzhou", "galaxy:7", ":x", "330106-LC-0001/"])
def test_anything_else_is_refused_with_the_forms(said: str) -> None:
    with pytest.raises(InvalidValue, match="is not a scope; write one of city"):
        parse_scope(said)


@pytest.mark.parametrize(
    ("said", "knife", "members"),
    [
        ("city", None, 5),
        ("city", LightClass.LANDSCAPE, 2),
        ("division:330106", None, 3),
        ("road:文一路", LightClass.ROAD, 2),
        ("grade:special", None, 2),
        ("class:landscape", None, 2),
        ("feeder:F7", None, 4),
        ("street:北山街道", None, 4),
        ("group:hand", None, 1),
        ("330102-LC-0001", None, 2),
        ("330102-LC-0001/K2", None, 1),
        ("330102-LC-0001/K2", LightClass.LANDSCAPE, 1),
        ("330102-LC-0001/K2", LightClass.ROAD, 0),
        ("330106-SP-0001/L1", LightClass.ROAD, 1),
        ("330102-LC-0001/K9", None, 0),
        ("road:nowhere", None, 0),
    ],
)
def test_who_belongs_to_a_scope(said: str, knife: LightClass | None, members: int) -> None:
    scopes = Scopes.of(city(), {"hand": frozenset({"330106-LC-0001/K1", "gone/K1"})})
    found = scopes.targets(parse_scope(said), knife)
    assert len(found) == members
    assert list(found) == sorted(found)


def test_an_empty_group_is_known_and_a_misspelt_one_is_not() -> None:
    scopes = Scopes.of(city(), {"empty": frozenset()})
    assert scopes.known(parse_scope("group:empty"))
    assert not scopes.known(parse_scope("group:empyt"))
    assert not scopes.known(parse_scope("road:nowhere"))
    assert scopes.known(WHOLE_CITY)


def test_a_misspelt_light_is_answered_with_those_of_its_cabinet_and_a_misspelt_cabinet_with_cabinets() -> None:
    scopes = Scopes.of(city())
    assert not scopes.known(parse_scope("330102-LC-0001/K9"))
    assert scopes.known(parse_scope("330102-LC-0001/K2"))
    assert scopes.near(parse_scope("330102-LC-0001/K9")) == {"330102-LC-0001/K1", "330102-LC-0001/K2"}
    assert scopes.near(parse_scope("330102-LC-0100/K1")) == scopes.names(ScopeKind.ASSET)


def test_a_pole_is_found_by_the_id_of_its_lamp() -> None:
    def poles(said: str) -> list[str]:
        return [pole.id for pole in poles_of(city(), parse_scope(said), {})]

    assert poles("330106-SP-0001/L1") == poles("330106-SP-0001") == ["330106-SP-0001"]
    assert poles("330106-SP-0001/L2") == poles("330106-LC-0001/K1") == []
