"""Every refusal: a right site broken in one place gives one problem, at its very line, with what would be right."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.settings import check_site
from tests.unit.settings.refusals import ELSEWHERE, LIGHTS, REFUSALS, SITE
from tests.unit.settings.small_site import FILES, changed, line_of, write_site


def test_the_small_site_itself_is_right(tmp_path: Path) -> None:
    site, problems = check_site(write_site(tmp_path))
    assert problems == []
    assert site is not None


@pytest.mark.parametrize("what", sorted(REFUSALS.keys() - ELSEWHERE))
def test_a_broken_site_is_refused_with_one_problem_at_its_line(tmp_path: Path, what: str) -> None:
    broken = REFUSALS[what]
    files = changed(broken.file, broken.old, broken.new)
    site, problems = check_site(write_site(tmp_path, files))
    assert site is None
    assert len(problems) == 1, "\n".join(map(str, problems))
    (problem,) = problems
    assert problem.file == str(tmp_path / broken.file)
    assert problem.line == line_of(files[broken.file], broken.needle)
    assert broken.message in problem.message
    assert broken.hint in problem.hint


def test_an_output_that_the_profile_keeps_read_only_is_named_at_the_asset(tmp_path: Path) -> None:
    broken = REFUSALS["command that is not writable in the profile"]
    _, (problem,) = check_site(write_site(tmp_path, changed(broken.file, broken.old, broken.new)))
    assert problem.file.endswith("lights.yaml")
    assert problem.line == line_of(FILES[LIGHTS], "output: L1")
    assert "L1.level_command is not writable in profile pole" in problem.message


def test_a_file_that_is_not_yaml_is_named_with_the_line_where_reading_stopped(tmp_path: Path) -> None:
    broken = REFUSALS["not YAML"]
    _, (problem,) = check_site(write_site(tmp_path, changed(broken.file, broken.old, broken.new)))
    assert (problem.file, problem.line) == (str(tmp_path / SITE), 12)
    assert "not YAML" in problem.message


def test_all_problems_come_at_once_in_reading_order(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for what in ("unknown key of a circuit", "lease longer than its slot", "warning not below guarantee"):
        files |= changed(*REFUSALS[what][:3])
    _, problems = check_site(write_site(tmp_path, files))
    assert [Path(problem.file).name for problem in problems] == ["lights.yaml", "water.yaml", "site.yaml"]


def test_a_problem_reads_as_file_line_where_value_message_and_hint(tmp_path: Path) -> None:
    site = write_site(tmp_path, changed(LIGHTS, "program: landscape", "program: landscap"))
    _, (problem,) = check_site(site)
    assert str(problem) == (
        f"{site}/assets/lights.yaml:8: cabinets[330106-LC-0001].circuits[K2].program = landscap: "
        "unknown lighting program; did you mean landscape?"
    )


@pytest.mark.parametrize("name", ["site/site.yaml", "site/divisions.yaml", "site/endpoints.yaml"])
def test_a_missing_file_is_one_problem_and_nothing_else_is_blamed_for_it(tmp_path: Path, name: str) -> None:
    folder = write_site(tmp_path)
    (tmp_path / name).unlink()
    _, (problem,) = check_site(folder)
    assert problem.file == str(tmp_path / name)
    assert "is missing" in problem.message


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    _, (problem,) = check_site(tmp_path / "nowhere")
    assert "is not there" in problem.message
    assert "site.yaml" in problem.hint


def test_two_devices_on_one_root_of_a_server_are_refused(tmp_path: Path) -> None:
    water = FILES["site/assets/water.yaml"]
    station = water[water.index("  - id:") : water.index("gauges:")].replace("PS-0001", "PS-0002")
    twin = station.replace("endpoint: ua-1", "endpoint: ua-1, root: 330106-PS-0001.")
    _, (problem,) = check_site(
        write_site(tmp_path, {"site/assets/water.yaml": water.replace("gauges:", twin + "gauges:")})
    )
    assert "two devices on endpoint ua-1, root 330106-PS-0001." in problem.message
    assert problem.where == "stations[330106-PS-0002].wire.root"


@settings(max_examples=50, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    position=st.floats(0, 1, exclude_max=True),
    junk=st.sampled_from(["", "~", "[]", "{}", "x", "-1", "[[1]]", "{a: {b: 1}}", "off", "2026-01-01", "1e400", "'"]),
)
def test_no_junk_in_place_of_any_value_ends_in_anything_but_problems(name: str, position: float, junk: str) -> None:
    lines = FILES[name].splitlines()
    at = int(position * len(lines))
    lines[at] = lines[at][: lines[at].index(":") + 1] + f" {junk}"
    with TemporaryDirectory() as folder:
        site, problems = check_site(write_site(Path(folder), {name: "\n".join(lines) + "\n"}))
    assert (site is None) == bool(problems)
