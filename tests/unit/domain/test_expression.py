import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.expression import Truth, evaluate, names, parse, truth
from controller.domain.points import Reading, bad, good, uncertain
from controller.domain.quality import Detail

READINGS: dict[str, Reading] = {
    "level_m": good(2.5),
    "low_m": good(2.4),
    "dead_m": bad(Detail.COMM_FAULT, value=2.5),
    "odd_m": uncertain(2.5, Detail.OLD_DATA),
    "control_switch": good("LOCAL"),
    "P1.running": good(True),
    "G1.position_percent": good(0),
    "nan_m": good(float("nan")),
}


def lookup(name: str) -> Reading:
    return READINGS.get(name, bad(Detail.NEVER_READ))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level_m > 2 and P1.running", Truth.TRUE),
        ("level_m > 2 and not P1.running", Truth.FALSE),
        ("control_switch == 'LOCAL'", Truth.TRUE),
        ("control_switch != 'REMOTE' or dead_m > 1", Truth.TRUE),
        ("P1.running == true", Truth.TRUE),
        ("G1.position_percent <= 2", Truth.TRUE),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("-(1 - 3) * 2", 4.0),
        ("median(1, 5, 3) + min(2, 1) + max(4, 2) + abs(-3)", 11.0),
        ("level_m - low_m < 0.2", Truth.TRUE),
        ("2 > 1 or 1 > 2 and 1 > 2", Truth.TRUE),
    ],
)
def test_good_readings_give_the_answer_people_expect(text: str, expected: Truth | float) -> None:
    assert evaluate(parse(text), lookup) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dead_m > 2", Truth.UNKNOWN),
        ("odd_m > 2", Truth.UNKNOWN),
        ("dead_m > 2 and false", Truth.FALSE),
        ("dead_m > 2 or true", Truth.TRUE),
        ("not dead_m > 2", Truth.UNKNOWN),
        ("median(level_m, low_m, dead_m) > 2", Truth.TRUE),
        ("median(level_m, low_m, dead_m) > 2.45", Truth.UNKNOWN),
        ("median(level_m, low_m, dead_m) > 3", Truth.FALSE),
        ("max(level_m, dead_m) >= 2.5", Truth.TRUE),
        ("min(level_m, dead_m) > 3", Truth.FALSE),
        ("abs(dead_m) >= 0", Truth.TRUE),
        ("dead_m == 2.5", Truth.UNKNOWN),
        ("dead_m + 1", Truth.UNKNOWN),
        ("level_m / 0 > 1", Truth.UNKNOWN),
        ("nan_m > 1", Truth.UNKNOWN),
        ("control_switch > 3", Truth.UNKNOWN),
        ("level_m and true", Truth.UNKNOWN),
        ("nowhere", Truth.UNKNOWN),
    ],
)
def test_what_cannot_be_known_is_unknown_unless_decided_anyway(text: str, expected: Truth) -> None:
    assert evaluate(parse(text), lookup) is expected


def test_a_number_is_no_condition() -> None:
    assert truth(parse("1 + 1"), lookup) is Truth.UNKNOWN


def test_names_are_found_for_config_checks() -> None:
    expression = parse("max(G1.position_percent, 2) < inner_level_m and not (P1.running)")
    assert names(expression) == {"G1.position_percent", "inner_level_m", "P1.running"}


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("level_m = 2", 9, "equality is written =="),
        ("level_m >", 10, "a point name"),
        ("(level_m > 2", 13, "')'"),
        ("level_m > 2 2", 13, "an operator or the end"),
        ("mean(1, 2)", 1, "median, min, max, abs"),
        ("abs(1, 2)", 9, "1 to 1 values"),
        ("1 < 2 < 3", 7, "'and' between"),
        ("a and", 6, "a point name"),
        ("a § b", 3, "not understood"),
        ("", 1, "a point name"),
        ("__import__('os')", 1, "functions"),
        ("(" * 40 + "1", 26, "nested"),
    ],
)
def test_an_error_names_the_column_and_what_was_expected(text: str, column: int, expected: str) -> None:
    with pytest.raises(InvalidValue, match=f"column {column} ") as caught:
        parse(text)
    assert expected in str(caught.value)


def test_length_is_limited() -> None:
    with pytest.raises(InvalidValue, match="at most 500"):
        parse("1 + " * 200 + "1")


@given(st.text(alphabet="ab12.'()<>=!+-*/ ,andort", max_size=60))
def test_any_text_is_either_understood_or_refused_in_words(text: str) -> None:
    try:
        expression = parse(text)
    except InvalidValue:
        return
    assert isinstance(evaluate(expression, lookup), Truth | float)


VALUES = st.one_of(st.none(), st.floats(-5, 5))


@given(VALUES, VALUES, VALUES, st.floats(-5, 5), st.floats(-5, 5))
def test_a_decided_answer_stays_whatever_the_dead_gauge_would_have_said(
    a: float | None, b: float | None, c: float | None, limit: float, instead: float
) -> None:
    expression = parse(f"median(a, b, c) > {abs(limit):.4f} or a - b < -{abs(limit):.4f} and not max(b, c) >= 1")

    def seen(fill: float | None) -> Truth:
        values = {"a": a, "b": b, "c": c}
        filled = {name: fill if value is None else value for name, value in values.items()}
        return truth(
            expression, lambda name: bad(Detail.FAILURE) if filled[name] is None else good(filled[name] or 0.0)
        )

    decided = seen(None)
    assert decided in (Truth.UNKNOWN, seen(instead))
