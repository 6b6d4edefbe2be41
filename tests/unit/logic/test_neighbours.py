"""Which lights stand beside those cut, and which roads are told to be dark."""

from __future__ import annotations

from controller.domain.assets import City
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.logic.dark_roads import RoadMap
from controller.logic.neighbours import Neighbourhood, metres_between

HERE = Place(30.2700, 120.1500)


def cabinet(serial: int, place: Place, road: str = "", *classes: LightClass) -> Cabinet:
    device = f"330106-LC-{serial:04d}"
    chosen = classes or (LightClass.ROAD,)
    circuits = tuple(
        Circuit(f"{device}/K{n}", f"K{n}", f"K{n}", light, "all-night", 8, 800.0) for n, light in enumerate(chosen, 1)
    )
    return Cabinet(device, f"箱{serial}", "330106", place, Grade.SECOND, circuits, road=road)


def pole(serial: int, place: Place, road: str = "") -> Pole:
    device = f"330106-SP-{serial:04d}"
    return Pole(device, "pole", "330106", place, (Luminaire(f"{device}/L1", "L1", "all-night", 120.0),), (), road)


def east(metres: float) -> Place:
    return Place(HERE.lat, HERE.lon + metres / (111_320.0 * 0.8637))


CITY = City(
    {
        c.id: c
        for c in (
            cabinet(1, HERE, "沈半路", LightClass.ROAD, LightClass.ROAD, LightClass.LANDSCAPE),
            cabinet(2, east(3000), "沈半路"),
            cabinet(3, east(390), "绍兴路"),
            cabinet(4, east(420), "绍兴路"),
            cabinet(5, east(-390)),
        )
    },
    {p.id: p for p in (pole(1, east(200)), pole(2, east(900), "绍兴路"))},
    {},
    {},
    {},
)
CUT = frozenset({"330106-LC-0001/K1"})


def test_the_distance_east_is_right_to_a_part_in_a_hundred() -> None:
    assert abs(metres_between(HERE, east(1000)) - 1000) < 10


def test_the_same_cabinet_the_same_road_and_what_is_near_are_beside_landscape_is_not() -> None:
    assert Neighbourhood(CITY, 400).beside(CUT, frozenset()) == {
        "330106-LC-0001/K2",
        "330106-LC-0002/K1",
        "330106-LC-0003/K1",
        "330106-LC-0005/K1",
        "330106-SP-0001/L1",
    }


def test_what_is_itself_cut_or_not_known_dry_is_not_turned_on() -> None:
    wet = frozenset({"330106-LC-0003/K1", "330106-LC-0002/K1"})
    beside = Neighbourhood(CITY, 400).beside(CUT | {"330106-LC-0001/K2"}, wet)
    assert beside == {"330106-LC-0005/K1", "330106-SP-0001/L1"}


def test_a_distance_of_nothing_leaves_the_road_alone() -> None:
    assert Neighbourhood(CITY, 0).beside(CUT, frozenset()) == {"330106-LC-0001/K2", "330106-LC-0002/K1"}


def test_every_neighbour_is_found_whichever_cell_it_lies_in() -> None:
    around = {f"330106-LC-{n:04d}": cabinet(n, Place(HERE.lat + n * 0.0007, HERE.lon)) for n in range(1, 40)}
    city = City(around, {}, {}, {}, {})
    for device, asset in around.items():
        beside = Neighbourhood(city, 500).beside(frozenset({f"{device}/K1"}), frozenset())
        near = {f"{o.id}/K1" for o in around.values() if metres_between(o.place, asset.place) <= 500 and o is not asset}
        assert beside == near


def test_a_road_is_dark_when_none_of_its_road_lights_is_left_and_landscape_does_not_count() -> None:
    partly = RoadMap(CITY).dark({"330106-LC-0001/K1", "330106-LC-0001/K3"})
    assert [(road.road, road.cut, road.circuits, road.wholly) for road in partly] == [("沈半路", 1, 3, False)]
    wholly = RoadMap(CITY).dark({"330106-LC-0003/K1", "330106-LC-0004/K1", "330106-LC-0005/K1", "330106-LC-0001/K1"})
    assert [(road.road, road.wholly) for road in wholly] == [("箱5", True), ("绍兴路", True), ("沈半路", False)]
    assert RoadMap(CITY).dark({"330106-LC-0001/K3"}) == ()
