"""Conditions are decided exactly: what is called impossible is, and what is called possible has an example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.expression import Truth, parse, truth
from controller.domain.points import Reading, good
from controller.logic.condition_types import misfits
from controller.logic.reasoning import Claim, Example, find
from controller.logic.value_ranges import Flag, Numbers, Range, Texts

RANGES: dict[str, Range] = {
    "rack_m": Numbers(-0.2, 5.0),
    "inner_m": Numbers(-10.0, 20.0),
    "outer_m": Numbers(-10.0, 20.0),
    "third_m": Numbers(-10.0, 20.0),
    "run": Flag(),
    "fault": Flag(),
    "switch": Texts(frozenset({"LOCAL", "REMOTE", "OFF"})),
    "mode": Texts(frozenset({"PLC_AUTO", "REMOTE"})),
    "message": Texts(),
}


def example(*conditions: str) -> Example | None:
    return find([Claim(parse(text).root) for text in conditions], RANGES)


@pytest.mark.parametrize(
    "conditions",
    [
        ("rack_m < 0.3", "rack_m > 0.5"),
        ("rack_m < 0.3", "rack_m >= 0.3"),
        ("rack_m > 5",),
        ("rack_m == 6",),
        ("not (rack_m <= 5)",),
        ("run and not run",),
        ("run == fault", "run", "not fault"),
        ("switch == 'REMOTE'", "switch == 'LOCAL'"),
        ("switch != 'REMOTE'", "switch != 'LOCAL'", "switch != 'OFF'"),
        ("switch == mode", "mode == 'PLC_AUTO'"),
        ("message == 'a'", "message == 'b'"),
        ("inner_m - outer_m > 0.1", "outer_m - inner_m > 0.1"),
        ("inner_m > outer_m", "outer_m > third_m", "third_m > inner_m"),
        ("abs(inner_m - outer_m) < 0.1", "inner_m > outer_m + 0.2"),
        ("max(inner_m, outer_m) < 1", "outer_m > 2"),
        ("min(inner_m, outer_m) > 2", "outer_m < 1"),
        ("median(inner_m, outer_m, third_m) > 3", "inner_m < 2", "third_m < 2"),
        ("median(inner_m, outer_m) > 3", "inner_m < 3", "outer_m < 3"),
        ("2 * inner_m / 4 > 11",),
        ("(run or rack_m > 1) and (not run or rack_m > 1)", "rack_m < 0.5"),
        ("false",),
    ],
)
def test_what_cannot_hold_together_is_proven_impossible(conditions: tuple[str, ...]) -> None:
    assert example(*conditions) is None


@pytest.mark.parametrize(
    "conditions",
    [
        ("rack_m < 0.3",),
        ("rack_m >= 5",),
        ("run != fault",),
        ("switch != 'REMOTE'", "switch != 'LOCAL'"),
        ("switch == mode",),
        ("message != 'a'",),
        ("'REMOTE' == switch",),
        ("true or run",),
        ("median(inner_m, outer_m, third_m) > 3", "inner_m < 2"),
        ("abs(inner_m - outer_m) > 1", "inner_m == 3"),
        ("-inner_m > 2",),
        ("inner_m * 0.5 + outer_m / 2 == third_m", "third_m > 1"),
    ],
)
def test_what_can_hold_together_comes_with_an_example_that_makes_it_true(conditions: tuple[str, ...]) -> None:
    found = example(*conditions)
    assert found is not None
    assert found.proven
    for text in conditions:
        assert truth(parse(text), lambda name: reading(found, name)) is Truth.TRUE, f"{text} with {found}"


def reading(found: Example, name: str) -> Reading:
    free: dict[type[Range], bool | float | str] = {Flag: True, Numbers: 0.0, Texts: "REMOTE"}
    return good(found.values.get(name, free[type(RANGES[name])]))


def test_what_is_not_linear_is_never_called_impossible() -> None:
    assert example("inner_m * outer_m > 500") is not None
    assert example("median(inner_m, outer_m, third_m, 4) > 100") is not None


@pytest.mark.parametrize(
    "hard",
    [
        " and ".join(["abs(abs(inner_m - outer_m) - 1) + abs(abs(third_m) - 1) > 0.5"] * 6),
        " + ".join(["abs(inner_m)"] * 30) + " > 0",
        " and ".join(["(inner_m > 1 or outer_m > 1)"] * 15),
    ],
    ids=["many regions", "a sum of many", "many alternatives"],
)
def test_a_question_too_hard_is_given_up_and_says_so(hard: str) -> None:
    claims = [Claim(parse(text).root) for text in (hard, "inner_m + outer_m > 41")]
    found = find(claims, RANGES)
    assert found is None or not found.proven
    assert str(found or "") == ""


CONDITIONS = [
    "rack_m < 0.3", "rack_m >= 0.8", "inner_m - outer_m > 0.1", "inner_m <= 1.5", "outer_m > 4", "run", "not fault",
    "run or rack_m > 2", "switch == 'REMOTE'", "mode != switch", "abs(inner_m - outer_m) < 0.5", "run == fault",
    "min(inner_m, outer_m, third_m) > 1", "median(inner_m, outer_m, third_m) < 2", "not (run and fault)",
]  # fmt: skip
values = st.fixed_dictionaries(
    {
        "rack_m": st.floats(-0.2, 5.0),
        "inner_m": st.floats(-10, 20),
        "outer_m": st.floats(-10, 20),
        "third_m": st.floats(-10, 20),
        "run": st.booleans(),
        "fault": st.booleans(),
        "switch": st.sampled_from(["LOCAL", "REMOTE", "OFF"]),
        "mode": st.sampled_from(["PLC_AUTO", "REMOTE"]),
    }
)


@given(given_=values, chosen=st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=5))
def test_what_holds_for_some_values_is_never_called_impossible(
    given_: dict[str, bool | float | str], chosen: list[str]
) -> None:
    truths = [truth(parse(text), lambda name: good(given_[name])) for text in chosen]
    claims = [Claim(parse(text).root, one is Truth.TRUE) for text, one in zip(chosen, truths, strict=True)]
    assert Truth.UNKNOWN not in truths
    assert find(claims, RANGES) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rack_m", "a condition is true or false; this is a number"),
        ("switch == 3", "switch is a text and 3 is a number: they can never be compared"),
        ("switch < 'REMOTE'", "it is equal or not, never <"),
        ("rack_m and run", "rack_m is a number; and takes a truth"),
        ("run + 1 > 2", "run is a truth; + takes a number"),
        ("switch == 'REMOTE_'", "switch is never 'REMOTE_'"),
        ("run > fault", "it is equal or not"),
    ],
)
def test_a_condition_that_its_inputs_make_senseless_is_named(text: str, said: str) -> None:
    (misfit,) = misfits(parse(text).root, RANGES)
    assert said in misfit.message


def test_a_condition_that_makes_sense_has_nothing_against_it() -> None:
    assert misfits(parse("run == (rack_m < 0.3) and switch != mode and message == 'x'").root, RANGES) == []
