"""Buttons, plausibility limits and paces as a profile and an asset say them, and what the site's times allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings import check_site
from controller.settings.load import load_site
from drivers.profile import Poll, Pulse
from tests.unit.settings.small_site import FILES, changed, write_site

CABINET, GAUGE, LIGHTS = "profiles/cabinet.yaml", "profiles/gauge.yaml", "site/assets/lights.yaml"
PAIR = """access: read_write, feedback: feedback, pulse: {width_s: 0.5, rest_s: 2, opposite: off}}
      off: {table: coil, address: 0, stride: 1, type: bool, access: read_write, feedback: feedback,
            pulse: {width_s: 0.5, rest_s: 2, opposite: command}}"""
RESET = "  reset: {table: coil, address: 20, type: bool, access: read_write, feedback: none, pulse: {width_s: WIDTH}}\n"


def test_a_pair_of_buttons_in_a_group_is_a_pair_for_each_output(tmp_path: Path) -> None:
    files = changed(CABINET, "access: read_write, feedback: feedback}", PAIR)
    site = load_site(write_site(tmp_path, files))
    points = site.profiles["cabinet"].points
    assert points["K2.command"].pulse == Pulse(0.5, 2.0, "K2.off")
    assert points["K2.off"].pulse == Pulse(0.5, 2.0, "K2.command")
    ageing = site.ageing("330106-LC-0001")
    assert "K1.command" not in ageing, "a button has no state that could age"
    assert "K1.feedback" in ageing


def test_opposites_that_lead_to_different_states_are_refused(tmp_path: Path) -> None:
    before, off = PAIR.split("off: ")
    pair = f"{before}off: {off.replace('feedback: feedback', 'feedback: none')}"
    _, problems = check_site(write_site(tmp_path, changed(CABINET, "access: read_write, feedback: feedback}", pair)))
    assert [problem.message for problem in problems] == [
        "K1.off has another feedback",
        "K1.command has another feedback",
    ]


@pytest.mark.parametrize(("width_s", "fine"), [(0.5, True), (30, False)])
def test_a_press_must_fit_into_the_time_a_command_lives(tmp_path: Path, width_s: float, fine: bool) -> None:
    files = changed(CABINET, "  energy_kwh", RESET.replace("WIDTH", str(width_s)) + "  energy_kwh")
    _, problems = check_site(write_site(tmp_path, files))
    assert [problem.message for problem in problems] == (
        [] if fine else ["profile cabinet: button reset is busy for 31 s a press"]
    )


@pytest.mark.parametrize(("after_s", "fine"), [(86400, True), (7, False)])
def test_a_value_is_frozen_only_after_reads_that_could_have_seen_it_move(
    tmp_path: Path, after_s: float, fine: bool
) -> None:
    files = changed(GAUGE, "address: 0, ", f"address: 0, frozen_after_s: {after_s}, still_at: [0], max_rate: 0.05, ")
    site, problems = check_site(write_site(tmp_path, files))
    if fine:
        assert site is not None
        spec = site.profiles["gauge"].points["level_m"]
        assert (spec.frozen_after_s, spec.still_at, spec.max_rate) == (86400, (0.0,), 0.05)
    else:
        assert [problem.message for problem in problems] == ["profile gauge: level_m would be frozen between 3 reads"]


def test_readings_of_a_device_with_its_own_pace_age_by_that_pace(tmp_path: Path) -> None:
    files = changed(LIGHTS, "endpoint: gw-1, unit: 2}", "endpoint: gw-1, unit: 2, poll_s: 60, slow_s: 600}")
    site = load_site(write_site(tmp_path, files))
    ours = next(b for e in site.endpoints for b in e.devices if b.device == "330106-LC-0002")
    assert [ours.own_pace_s(poll) for poll in Poll] == [60.0, 60.0, 600.0]
    assert site.ageing("330106-LC-0002")["K1.feedback"].stale_s == 180.0
    assert site.ageing("330106-LC-0001")["K1.feedback"].stale_s == 15.0
    assert FILES[LIGHTS].count("unit: 2}") == 1
