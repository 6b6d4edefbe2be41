"""The tree: every node found from above is found by its name and by its id, also after a reload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from controller.northbound import names
from controller.northbound.catalogue import Catalogue, Leaf, Shape
from controller.settings.load import load_site
from tests.unit.settings.small_site import write_site


def whole(catalogue: Catalogue, key: str = names.ROOT) -> Iterator[Leaf]:
    leaf = catalogue.leaf(key)
    assert leaf is not None, key
    yield leaf
    for child in catalogue.children(key):
        yield from whole(catalogue, child)


def small(tmp_path: Path) -> Catalogue:
    return Catalogue(load_site(write_site(tmp_path)))


def test_every_node_is_found_once_and_names_its_parent(tmp_path: Path) -> None:
    catalogue = small(tmp_path)
    keys = [leaf.key for leaf in whole(catalogue)]
    assert len(keys) == len(set(keys))
    for leaf in whole(catalogue):
        assert all((child := catalogue.leaf(key)) and child.parent == leaf.key for key in catalogue.children(leaf.key))


def test_every_node_is_found_by_its_browse_name_below_its_parent(tmp_path: Path) -> None:
    catalogue = small(tmp_path)
    for leaf in whole(catalogue):
        if leaf.parent:
            assert catalogue.child(leaf.parent, leaf.name) == leaf


def test_names_below_one_node_are_told_apart(tmp_path: Path) -> None:
    catalogue = small(tmp_path)
    for leaf in whole(catalogue):
        below = [child.name for key in catalogue.children(leaf.key) if (child := catalogue.leaf(key))]
        assert len(below) == len(set(below)), leaf.key


def test_every_point_and_every_target_of_every_asset_is_there(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    shown = {leaf.key: leaf.shape for leaf in whole(Catalogue(site))}
    for endpoint in site.endpoints:
        for binding in endpoint.devices:
            for point in binding.points:
                assert shown[f"{binding.device}/{point}"] is Shape.POINT
    for target in site.city.targets:
        assert shown[f"{target}:target"] is Shape.TARGET
        assert shown[f"{target}:wanted"] is Shape.FACT


def test_what_is_not_there_has_no_node(tmp_path: Path) -> None:
    catalogue = small(tmp_path)
    for key in (
        "",
        "x",
        "330106-LC-9999",
        "330106-LC-0001/K9.feedback",
        "330106-LC-0001/K9:wanted",
        "zhadao:x",
        ":",
        "/",
    ):
        assert catalogue.leaf(key) is None, key
    assert catalogue.leaf("330106-LC-0001:wanted") is None  # a cabinet as a whole is no target


def test_a_cabinet_with_a_street_hangs_below_it(tmp_path: Path) -> None:
    files = {}
    config = write_site(tmp_path, files)
    lights = config / "assets" / "lights.yaml"
    lights.write_text(
        lights.read_text(encoding="utf-8").replace(
            "    name: 文三路1号箱\n", "    name: 文三路1号箱\n    street: 北山街道\n"
        ),
        encoding="utf-8",
    )
    catalogue = Catalogue(load_site(config))
    street = names.street_key("330106", "北山街道")
    assert catalogue.children(street) == ("330106-LC-0001",)
    assert catalogue.child("division:330106", "北山街道") == catalogue.leaf(street)
    assert "330106-LC-0001" in set(catalogue.members("division:330106"))
