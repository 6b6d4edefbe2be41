"""Commands about what stands on site: tags, switches, states, bypasses, water, alarms, people, keys."""

from __future__ import annotations

import json
import re

import pytest

from controller.cli.causes import WHAT_TO_DO, advice
from controller.cli.finding import LOCAL
from controller.domain.command import Cause
from tests.unit.cli.real_city import City, Desk
from tests.unit.cli.test_ordering import FOR, proposal_in
from tests.unit.runtime.soft_city import LC1, LC2, PS

POLE = "330106-SP-0001"
AS = ("--as", "operator")


@pytest.fixture
def pair(desk: Desk) -> Desk:
    return desk.signed_in("operator").signed_in("second")


def test_every_refusal_in_the_fields_words_says_what_to_do_in_both_languages() -> None:
    assert set(WHAT_TO_DO) == {cause.value for cause in Cause}
    for english, chinese in WHAT_TO_DO.values():
        assert english.isascii()
        assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert len(advice(["BLOCKED_LOCAL", "BLOCKED_LOCAL", "", "NEW_WORD"])) == 1


def test_a_tag_blocks_is_listed_and_only_its_owner_takes_it_down_alone(pair: Desk) -> None:
    hung = pair("tag", "hang", f"{POLE}/L1", "--reason", "new driver", "--ticket", "WO-7", *AS)
    assert (hung.exit_code, "禁止送电" in hung.output) == (0, True)
    tag = hung.output.split()[1]
    blocked = pair("set", f"{POLE}/L1", "60%", *FOR, *AS)
    assert (blocked.exit_code, "BLOCKED_BY_TAG" in blocked.output, "联系挂牌人" in blocked.output) == (1, True, True)
    assert "WO-7" in pair("tag", "list", "--on", POLE).output
    other = pair("tag", "remove", tag, "--reason", "r", "--as", "second")
    assert (other.exit_code, "NO_ACCESS_AUTHORITY" in other.output) == (1, True)
    proposed = pair(
        "tag", "remove", tag, "--reason", "ill", "--on-site", "Wang: all clear", "--no-follow", "--as", "second"
    )
    assert proposed.exit_code == 0, proposed.output
    assert pair("withdraw", proposal_in(proposed.output), "--as", "second").exit_code == 0
    assert pair("tag", "remove", tag, "--reason", "done", *AS).exit_code == 0
    assert "none" in pair("tag", "list").output


def test_a_tag_is_somebodys_so_it_has_to_be_said_whose(pair: Desk) -> None:
    assert "say who acts" in pair("tag", "hang", f"{POLE}/L1", "--reason", "r").stderr


def test_a_switch_at_local_is_listed_and_released_once_it_is_back(city: City, pair: Desk) -> None:
    assert "均在远控" in pair("switches").output
    city.set(LC2, "control_switch", "LOCAL")
    city.wait_for(lambda: city.assembly.controller.desks.switches.at(LC2) is not None)
    assert f"{LC2}  local" in pair("switches").output
    held = pair("set", f"{LC2}/K1", "on", *FOR, *AS)
    assert "BLOCKED_LOCAL" in held.output
    assert "先联系现场人员" in held.output
    early = pair("resume", LC2, "--reason", "crew left", *AS)
    assert (early.exit_code, "请先切至远控" in early.output) == (1, True)
    assert pair("vouch", LC2, "--on-site", "Wang", "--for", "1h", "--reason", "r", *AS).exit_code == 1
    city.set(LC2, "control_switch", "REMOTE")
    city.wait_for(lambda: city.assembly.controller.desks.switches.at(LC2) is None)


def test_a_lying_gauge_is_taken_out_of_the_vote_listed_and_put_back(pair: Desk) -> None:
    gauge = f"{PS}/inner_level_2_m"
    assert "无剔除" in pair("gauge", "exclusions").output
    out = pair("gauge", "exclude", gauge, "--for", "2h", "--reason", "staff gauge says 3.20 m", *AS)
    assert (out.exit_code, "已剔除" in out.output) == (0, True), out.output
    listed = pair("gauge", "exclusions").output
    assert gauge in listed
    assert "operator: staff gauge says 3.20 m" in listed
    assert json.loads(pair("gauge", "exclusions", "--json").output)[0]["gauge"] == gauge
    assert "gauges excluded 1" in pair("status").output
    assert pair("gauge", "include", gauge, "--reason", "cleaned", *AS).exit_code == 0
    again = pair("gauge", "include", gauge, "--reason", "cleaned", *AS)
    assert (again.exit_code, "未被剔除" in again.output) == (1, True)


def test_a_state_is_declared_renewed_ended_and_remembered(pair: Desk) -> None:
    words = ("water", "flood_iv", "--scope", "division:330106", "--for", "3h", "--reason", "notice 12")
    declared = pair("state", "declare", *words, *AS)
    assert (declared.exit_code, "防汛" in declared.output) == (0, True)
    state = declared.output.split("id ")[1].split()[0]
    assert pair("state", "renew", state, "--for", "6h", "--reason", "rain goes on", *AS).exit_code == 0
    assert f"{state}  water  division:330106  flood_iv" in pair("state", "list").output
    status = pair("status").output
    assert "flood_iv in division:330106 (water)" in status
    assert "状态与旁路" in status
    machine = pair("state", "end", state, "--reason", "r", "--as", LOCAL)
    assert (machine.exit_code, "NO_ACCESS_AUTHORITY" in machine.output) == (1, True)
    assert pair("state", "end", state, "--reason", "notice 14", *AS).exit_code == 0
    assert "notice 14" in pair("state", "list", "--history").output
    assert pair("state", "declare", "water", "drought", "--reason", "r", *AS).exit_code == 2


def test_a_bypass_the_configuration_forbids_is_refused(pair: Desk) -> None:
    words = ("rack-clear", PS, "--for", "1h", "--reason", "calibrating", "--no-follow")
    refused = pair("bypass", "propose", *words, *AS)
    assert (refused.exit_code, "allows no bypass" in refused.stderr) == (1, True)
    assert "none" in pair("bypass", "list").output
    assert pair("bypass", "remove", "none").exit_code == 1


def test_a_circuit_in_water_is_cut_measured_and_brought_back_by_two(pair: Desk) -> None:
    circuit = f"{LC1}/K2"
    assert "all dry" in pair("wet-power", "zones").output
    guessed = pair("wet-power", "decide", circuit, "keep", "--reason", "r")
    assert (guessed.exit_code, "say who decides" in guessed.stderr) == (1, True)
    cut = pair("wet-power", "decide", circuit, "cut", "--reason", "water at the lamp doors")
    assert cut.exit_code == 0, cut.output
    assert f"{circuit}  trees  CUT" in pair("wet-power", "zones").output
    early = pair("wet-power", "return", circuit, "--reason", "dry", "--no-follow", *AS)
    assert early.exit_code == 1
    words = ("--kind", "insulation", "--value", "5", "--by", "Wang 3312")
    assert pair("wet-power", "check", circuit, *words, *AS).exit_code == 0
    proposed = pair("wet-power", "return", circuit, "--reason", "dry", "--no-follow", *AS)
    assert proposed.exit_code == 0, proposed.output + proposed.stderr
    assert pair("confirm", proposal_in(proposed.output), "--as", "second", "--yes").exit_code == 0


def test_alarms_are_filtered_acknowledged_shelved_and_counted(city: City, pair: Desk) -> None:
    city.ask(lambda: city.assembly.alarms.set(LC1, "door_open", "the door is open"))
    alarm = f"{LC1}:door_open"
    assert alarm in pair("alarms", "--about", LC1).output
    assert alarm not in pair("alarms", "--about", LC2).output
    assert alarm not in pair("alarms", "--kind", "device_offline").output
    shelved = pair("shelve", alarm, "--for", "1h", "--reason", "painter", *AS)
    assert (shelved.exit_code, "已搁置" in shelved.output) == (0, True)
    assert alarm not in pair("alarms").output
    assert "until" in pair("alarms", "--state", "SHELVED").output
    hidden = pair("ack", alarm, "none:such", *AS)
    assert (hidden.exit_code, hidden.output.count("REFUSED")) == (1, 2)
    assert pair("shelve", alarm, "--for", "20h", "--reason", "r", *AS).exit_code == 1
    assert pair("unshelve", alarm, *AS).exit_code == 0
    assert "ACKED" in pair("ack", alarm, *AS).output
    assert pair("reset-alarm", alarm, "--reason", "r", *AS).exit_code == 1
    assert "per operator-hour" in pair("alarms", "--statistics").output
    assert json.loads(pair("alarms", "--statistics", "--json").output)["operators"] >= 1


def test_people_are_added_granted_disabled_and_their_sessions_ended(desk: Desk) -> None:
    words = ("--display", "王丽", "--grant", "lighting_operator@division:330106", "--grant", "viewer")
    added = desk("user", "add", "wang.li", *words)
    assert added.exit_code == 0, added.output
    assert "zhadao sign-in wang.li" in added.output
    assert "lighting_operator@division:330106, viewer@city" in desk("user", "list").output
    assert "duty_officer@city" in desk("user", "grant", "wang.li", "--grant", "duty_officer").output
    assert desk("user", "grant", "wang.li", "--grant", "king").exit_code == 1
    assert "登录码" in desk("user", "code", "wang.li").output
    assert "disabled" in desk("user", "disable", "wang.li", "--reason", "left").output
    assert "disabled" not in desk("user", "enable", "wang.li").output
    desk.signed_in("second")
    sessions = desk("user", "sessions", "--as", LOCAL).output
    mine = next(line.split()[0] for line in sessions.splitlines() if " second " in line)
    assert desk("user", "sessions", "--end", mine, "--as", LOCAL).exit_code == 0
    assert mine not in desk("user", "sessions", "--as", LOCAL).output


def test_somebody_without_the_right_administers_nobody(desk: Desk) -> None:
    result = desk.signed_in("operator")("user", "add", "eve", "--grant", "administrator")
    assert (result.exit_code, "may not" in result.stderr) == (1, True)


def test_a_key_is_shown_once_opens_what_it_may_and_is_revoked(desk: Desk) -> None:
    made = desk("key", "add", "scada-bridge", "--grant", "viewer", "--for", "2d")
    key, token = made.output.split()[0], made.output.splitlines()[1].strip()
    assert desk("status", "--token", token).exit_code == 0
    assert token not in desk("key", "list").output
    assert desk("key", "revoke", key, "--reason", "replaced").exit_code == 0
    assert desk("status", "--token", token).exit_code == 1
    assert desk("key", "add", "x", "--grant", "viewer", "--for", "0d").exit_code == 1
