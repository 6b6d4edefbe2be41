"""Any groups of a city go out in TALQ's words and come back with the same members, live ones living."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.lights import LightClass
from controller.logic.light_groups import LightGroup, circle, members_of
from controller.logic.scopes import LightEntry, Scope, ScopeKind, Scopes
from controller.runtime.talq.addresses import Lights
from controller.runtime.talq.groups import group_said, groups_read, is_live
from controller.settings.group_text import groups_text, without_groups
from tests.unit.schedules import talq_schema

NOW = datetime(2026, 6, 22, 10, 30, tzinfo=UTC)
ASSETS = [f"330106-LC-000{n}" for n in range(1, 5)]
ENTRIES = {
    f"{asset}/K{k}": LightEntry(
        target=f"{asset}/K{k}",
        device=asset,
        division="330106",
        street="",
        road=f"road {n % 2}",
        grade="first",
        feeder="",
        light_class=LightClass.ROAD if k == 1 else LightClass.LANDSCAPE,
        lamps=8,
        rated_w=100.0,
    )
    for n, asset in enumerate(ASSETS)
    for k in (1, 2)
}
NAMES = ("a", "b", "c")
scopes = st.one_of(
    st.sampled_from(ASSETS).map(lambda name: Scope(ScopeKind.ASSET, name)),
    st.sampled_from(sorted(ENTRIES)).map(lambda name: Scope(ScopeKind.LIGHT, name)),
    st.sampled_from(["road 0", "road 1"]).map(lambda name: Scope(ScopeKind.ROAD, name)),
    st.sampled_from(["road", "landscape"]).map(lambda name: Scope(ScopeKind.CLASS, name)),
    st.sampled_from(NAMES).map(lambda name: Scope(ScopeKind.GROUP, name)),
)
some = st.lists(scopes, max_size=2, unique=True).map(tuple)


def group(name: str) -> st.SearchStrategy[LightGroup]:
    picked = (
        st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple) for names in (sorted(ENTRIES), ASSETS)
    )
    return st.builds(LightGroup, st.just(name), st.just("灯"), st.just("Lamps"), *picked, some, some, some)


def sensible(groups: list[LightGroup]) -> bool:
    by_name = {one.name: one for one in groups}
    return not any(circle(by_name, name) for name in by_name)


cities = st.tuples(*map(group, NAMES)).map(list).filter(sensible)


def members(groups: list[LightGroup]) -> dict[str, frozenset[str]]:
    return members_of({one.name: one for one in groups}, Scopes(ENTRIES))


def told(groups: list[LightGroup], sees: frozenset[str] = frozenset(ENTRIES)) -> list[dict]:  # type: ignore[type-arg]  # JSON
    lights = Lights.of(Scopes(ENTRIES, members(groups)))
    views = [group_said(one, lights, sees.__contains__, "city", NOW) for one in groups]
    return [view.talq for view in views if view is not None]


@settings(max_examples=50)
@given(cities)
def test_groups_come_back_with_the_same_members_and_live_ones_alive(groups: list[LightGroup]) -> None:
    said = told(groups)
    for one in said:
        talq_schema.is_group(one)
    plain = Lights.of(Scopes(ENTRIES))
    back = groups_read(said, {}, plain)
    assert members(back) == members(groups)
    assert [is_live(one) for one in back] == [is_live(one) for one in groups]
    assert [one for one in back if is_live(one)] == [one for one in groups if is_live(one)]


@settings(max_examples=50)
@given(cities)
def test_without_our_own_words_they_come_back_as_the_members_of_now(groups: list[LightGroup]) -> None:
    foreign = [{name: value for name, value in one.items() if name != "zhadao"} for one in told(groups)]
    back = groups_read(foreign, {}, Lights.of(Scopes(ENTRIES)))
    assert members(back) == members(groups)


@settings(max_examples=50)
@given(cities, st.frozensets(st.sampled_from(sorted(ENTRIES))))
def test_nobody_is_told_of_lights_they_do_not_see(groups: list[LightGroup], seen: frozenset[str]) -> None:
    hidden = set(ENTRIES) - seen
    for one in told(groups, seen):
        lights = {member["address"] for member in one["members"] if member["resource"] == "devices"}
        whole = {target for target in ENTRIES if target in lights or target.partition("/")[0] in lights}
        assert not whole & hidden
        assert all(members(groups)[m["address"]] <= seen for m in one["members"] if m["resource"] == "groups")


@settings(max_examples=50)
@given(cities, st.frozensets(st.sampled_from(NAMES)))
def test_groups_are_taken_out_of_a_file_and_nothing_else(groups: list[LightGroup], gone: frozenset[str]) -> None:
    text = groups_text(groups) + "programs: []\n"
    left = yaml.safe_load(without_groups(text, gone, "groups.yaml"))
    was = yaml.safe_load(text)
    assert left == {**was, "groups": [one for one in was["groups"] if one["name"] not in gone]}


FILES = [
    "groups:\n- name: a\n  assets:\n  - X\n  - Y\n# of b\n- {name: b, lights: [1]}\n"
    "- name: c\n  lights:\n    - q\nother: 1\n",
    "x: 1\ngroups:\n  - name: a\n    assets:\n      - X\n\n  # last\n  - lights: [\n     p,\n     q]\n    name: b",
    "# nothing\nprograms: []\n",
    "",
]


@pytest.mark.parametrize("text", FILES)
@pytest.mark.parametrize("gone", [("a",), ("b",), ("a", "b"), ("a", "b", "c"), ("z",)])
def test_files_people_wrote_keep_everything_else(text: str, gone: tuple[str, ...]) -> None:
    kept, was = without_groups(text, gone, "groups.yaml"), yaml.safe_load(text)
    if not isinstance(was, dict) or "groups" not in was:
        assert kept == text
        return
    assert yaml.safe_load(kept) == {**was, "groups": [one for one in was["groups"] if one["name"] not in gone]}
    assert ("# last" in kept) is ("# last" in text)


@pytest.mark.parametrize(("text", "why"), [("groups: [{name: a}]\n", "as a list with dashes"), ("groups: [\n", "mend")])
def test_a_file_that_cannot_be_edited_is_named(text: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=rf"groups.yaml:.*{why}"):
        without_groups(text, ("a",), "groups.yaml")


def test_a_whole_cabinet_is_one_address_and_a_part_of_it_its_functions() -> None:
    lights = Lights.of(Scopes(ENTRIES))
    addresses = [one.address for one in lights.references([f"{ASSETS[0]}/K1", f"{ASSETS[1]}/K2", f"{ASSETS[0]}/K2"])]
    assert addresses == [ASSETS[0], f"{ASSETS[1]}/K2"]
