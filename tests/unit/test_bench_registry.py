from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench import registry
from tests.bench.registry import Benchmark, benchmark, run


def made(**changes: object) -> Benchmark:
    given: dict[str, object] = {"name": "core.made_ms", "unit": "ms", "measure": lambda: [3, 1, 2.5], **changes}
    return Benchmark(**given)  # type: ignore[arg-type]  # a test's own choice of fields


def test_the_value_is_the_median_of_the_samples() -> None:
    result = run(made())
    assert (result.value, result.samples) == (2.5, [3, 1, 2.5])


@pytest.mark.parametrize(
    ("bounds", "must_met", "goal_met"),
    [
        ({}, True, True),
        ({"must": 3, "goal": 2}, True, False),
        ({"must": 2}, False, True),
        ({"must": 2.5, "goal": 2.5}, True, True),
        ({"must": 2, "goal": 3, "higher": True}, True, False),
        ({"must": 3, "higher": True}, False, True),
    ],
)
def test_bounds_are_on_the_side_that_is_worse(bounds: dict[str, object], must_met: bool, goal_met: bool) -> None:
    result = run(made(**bounds))
    assert (result.must_met, result.goal_met) == (must_met, goal_met)


def test_a_result_says_where_and_with_what_it_was_measured() -> None:
    result = json.loads(json.dumps(run(made(must=4)).as_json()))
    assert {"name", "value", "unit", "must", "goal", "samples", "machine", "versions"} <= set(result)
    assert {"cpu", "cores", "memory_gb", "python"} <= set(result["machine"])
    assert {"sqlite", "pymodbus", "asyncua"} <= set(result["versions"])


def test_a_benchmark_without_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="gave no samples"):
        run(made(measure=list))


def test_a_name_is_unique_and_begins_with_an_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})
    benchmark("core.twice_us", unit="us")(lambda: [1.0])
    with pytest.raises(ValueError, match="two benchmarks named"):
        benchmark("core.twice_us", unit="us")
    with pytest.raises(ValueError, match="begins with none of the areas"):
        benchmark("elsewhere.fast_us", unit="us")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = made(name="core.slow_ms", must=1.0, goal=0.5)
    monkeypatch.setattr(command, "all_benchmarks", lambda: {"core.made_ms": made(), "core.slow_ms": slow})


@pytest.mark.usefixtures("known")
def test_one_benchmark_is_printed_as_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["core.made_ms"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert (result["name"], result["value"]) == ("core.made_ms", 2.5)


@pytest.mark.usefixtures("known")
def test_a_missed_must_fails_only_when_asked_to_be_strict(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["core.slow_ms"]) == 0
    assert command.main(["core.slow_ms", "--strict"]) == 1
    assert "core.slow_ms missed its must" in capsys.readouterr().err


@pytest.mark.usefixtures("known")
def test_the_list_tells_names_units_and_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0
    assert "must ≤ 1, goal ≤ 0.5" in capsys.readouterr().out


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("arguments", [[], ["--all", "core.made_ms"], ["core.unknown"]])
def test_a_wrong_call_says_what_would_be_right(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(arguments)
    assert left.value.code == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.usefixtures("known")
def test_the_output_goes_where_it_is_wanted(tmp_path: Path) -> None:
    assert command.main(["core.made_ms", "--output", str(tmp_path / "build" / "bench.json")]) == 0
    assert len(json.loads((tmp_path / "build" / "bench.json").read_text())) == 1
