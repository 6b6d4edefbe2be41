"""Rights: the table, scopes, slots; and the page that shows the table."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.rights import CITY, Grant, OwnerClass, Right, Role, Scope, ScopeKind
from controller.domain.slots import Slot, SlotKind
from controller.logic.rights import (
    COLUMNS,
    FIELD,
    MATRIX,
    SLOT_NEEDS,
    TABLE,
    WATER,
    Reach,
    Subject,
    Where,
    covers,
    grants_for,
)
from controller.logic.subjects import subjects_of
from tests.unit.runtime.people.rig import FAR_LAMP, GAUGE, LAMP, PUMP, STREET, TREES, WEST, city_site

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "rights.md"
ACTING = (Right.SELECT, Right.OPERATE, Right.CONFIRM, Right.BYPASS, Right.TAG, Right.SHELVE)

scopes = st.builds(
    Scope, st.sampled_from([kind for kind in ScopeKind if kind is not ScopeKind.CITY]), st.sampled_from("abc")
) | st.just(CITY)
grants = st.lists(st.builds(Grant, st.sampled_from(Role), scopes), max_size=5).map(tuple)
places = st.builds(Where, *[st.sampled_from(["", "a", "b"])] * 3, st.frozensets(st.sampled_from("abc"), max_size=2))


def test_every_role_has_a_cell_for_every_class_and_every_class_a_column() -> None:
    assert set(TABLE) == set(Role)
    assert sorted(itertools.chain.from_iterable(COLUMNS.values())) == sorted(OwnerClass)


def test_the_page_shows_the_table_as_it_is() -> None:
    assert markdown() in PAGE.read_text(encoding="utf-8"), f"put this table into {PAGE}:\n{markdown()}"


def markdown() -> str:
    """The table as the page shows it."""
    head = ["role", *(f"{name} ({', '.join(of.value for of in COLUMNS[name])})" for name in COLUMNS)]
    rows = [[f"`{role.value}`", *(cell.replace(" ", ", ") or "–" for cell in cells)] for role, cells in TABLE.items()]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@pytest.mark.parametrize("role", Role)
def test_an_administrator_operates_nothing_a_viewer_only_sees_and_only_administrators_see_users(role: Role) -> None:
    given_ = MATRIX[role]
    acts = {right for of in FIELD for right in given_[of]} & set(ACTING)
    assert (acts == set()) == (role in (Role.ADMINISTRATOR, Role.VIEWER, Role.FORECASTER))
    assert (given_[OwnerClass.USERS] == set()) == (role is not Role.ADMINISTRATOR)
    seen = WATER if role is Role.FORECASTER else FIELD
    assert {of for of in FIELD if Right.SEE in given_[of]} == set(seen)


@pytest.mark.parametrize(
    ("role", "of", "right", "may"),
    [
        (Role.LIGHTING_OPERATOR, OwnerClass.ROAD_LIGHTING, Right.OPERATE, True),
        (Role.LIGHTING_OPERATOR, OwnerClass.PUMPS, Right.OPERATE, False),
        (Role.LIGHTING_OPERATOR, OwnerClass.ROAD_LIGHTING, Right.BYPASS, False),
        (Role.WATER_OPERATOR, OwnerClass.GATES, Right.CONFIRM, True),
        (Role.WATER_OPERATOR, OwnerClass.POLES, Right.SELECT, False),
        (Role.WATER_OPERATOR, OwnerClass.PLANS, Right.PUBLISH, False),
        (Role.DUTY_OFFICER, OwnerClass.PUMPS, Right.BYPASS, True),
        (Role.DUTY_OFFICER, OwnerClass.CONFIG, Right.PUBLISH, False),
        (Role.ENGINEER, OwnerClass.PUMPS, Right.OPERATE, True),
        (Role.ENGINEER, OwnerClass.PUMPS, Right.CONFIRM, False),
        (Role.ENGINEER, OwnerClass.CONFIG, Right.PUBLISH, True),
        (Role.ADMINISTRATOR, OwnerClass.USERS, Right.ADMINISTER, True),
        (Role.ADMINISTRATOR, OwnerClass.GATES, Right.OPERATE, False),
        (Role.FORECASTER, OwnerClass.PUMPS, Right.FORECAST, True),
        (Role.FORECASTER, OwnerClass.PUMPS, Right.OPERATE, False),
        (Role.FORECASTER, OwnerClass.ROAD_LIGHTING, Right.SEE, False),
        (Role.ENGINEER, OwnerClass.PUMPS, Right.FORECAST, False),
        (Role.WATER_OPERATOR, OwnerClass.PUMPS, Right.FORECAST, True),
    ],
)
def test_the_table(role: Role, of: OwnerClass, right: Right, may: bool) -> None:
    assert Reach((Grant(role),)).allows(right, of, Where("330106")) is may


@given(grants, st.sampled_from(Right), st.sampled_from(OwnerClass), places)
def test_nothing_is_allowed_that_no_single_grant_gives(
    held: tuple[Grant, ...], right: Right, of: OwnerClass, where: Where
) -> None:
    one_gives_it = any(right in MATRIX[one.role][of] and covers(one.scope, where) for one in held)
    assert Reach(held).allows(right, of, where) is one_gives_it


@given(grants, grants, st.sampled_from(Right), st.sampled_from(OwnerClass), places)
def test_more_grants_never_take_anything_away(
    held: tuple[Grant, ...], more: tuple[Grant, ...], right: Right, of: OwnerClass, where: Where
) -> None:
    subject = Subject((of,), where)
    assert Reach(held + more).reaches(right, subject) >= Reach(held).reaches(right, subject)


@given(grants, st.sampled_from(Slot))
def test_a_slot_never_counts_a_grant_one_does_not_have(held: tuple[Grant, ...], slot: Slot) -> None:
    counted = grants_for(slot, held)
    assert set(counted) <= set(held)
    if slot.kind in (SlotKind.COMPUTED, SlotKind.CONFIG):
        assert counted == ()
    if slot is Slot.CITY_MANUAL:
        assert all(one.scope == CITY for one in counted)
    if slot is Slot.EMERGENCY_ORDER:
        assert all(one.role is Role.DUTY_OFFICER for one in counted)
    if slot.kind is SlotKind.LATCHED:
        assert counted == held, "the protective direction asks for no rank"


def test_every_slot_that_people_fill_says_what_it_takes() -> None:
    assert set(SLOT_NEEDS) == {slot for slot in Slot if slot.kind is SlotKind.LEASED}


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        ("division:330106", {LAMP, TREES, GAUGE}, {FAR_LAMP, PUMP}),
        (f"street:{STREET}", {LAMP, TREES}, {FAR_LAMP, GAUGE, "330106-LC-0003/K1", PUMP}),
        (f"station:{PUMP.partition('/')[0]}", {PUMP}, {LAMP, FAR_LAMP, GAUGE}),
        ("group:迎宾路线", {TREES, FAR_LAMP, FAR_LAMP.partition("/")[0]}, {LAMP, PUMP}),
        ("city", {LAMP, FAR_LAMP, PUMP, GAUGE}, set()),
    ],
)
def test_a_scope_covers_what_stands_in_it(scope: str, inside: set[str], outside: set[str]) -> None:
    site = city_site()
    subjects = subjects_of(site.city, site.access.groups)
    for name in inside | outside:
        assert covers(Scope.parse(scope), subjects[name].where) is (name in inside), name


def test_an_asset_has_the_classes_of_its_outputs_and_a_gauge_those_of_the_water() -> None:
    subjects = subjects_of(city_site().city, {})
    assert subjects[f"{WEST}-LC-0001"].classes == (OwnerClass.ROAD_LIGHTING, OwnerClass.LANDSCAPE_LIGHTING)
    assert set(subjects[GAUGE].classes) == {OwnerClass.PUMPS, OwnerClass.GATES}


def test_to_see_an_asset_any_of_its_classes_is_enough_and_to_act_on_it_takes_all() -> None:
    both = Subject((OwnerClass.ROAD_LIGHTING, OwnerClass.PUMPS), Where("330106"))
    reach = Reach((Grant(Role.LIGHTING_OPERATOR),))
    assert reach.reaches(Right.SEE, both)
    assert not reach.reaches(Right.OPERATE, both)
    assert not reach.reaches(Right.OPERATE, Subject((), Where("330106"))), "what has no class is nobody's"


def test_an_empty_name_is_covered_by_nothing_but_the_city() -> None:
    for kind in ScopeKind:
        assert covers(Scope(kind, ""), Where()) is (kind is ScopeKind.CITY)
