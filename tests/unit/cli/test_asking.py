"""Commands that ask a running controller, over a real socket."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.api import examples
from controller.cli import following, texts
from tests.unit.api.fake_controller import TARGET
from tests.unit.cli.conftest import Running, Shell
from tests.unit.cli.real_city import note

SET = ("set", TARGET, "on", "--for", "30m", "--reason", "night repair")


def test_status_shows_the_city_as_plain_lines_when_not_on_a_terminal(running: Running) -> None:
    result = running.asking("status")
    assert result.exit_code == 0, result.output
    assert "lamps on 10850/11200 (96.9 %), unknown 48" in result.output
    assert "七堡" in result.output
    assert "P3  UNACK" in result.output
    assert "\x1b[" not in result.output


def test_status_as_json_is_the_overview(running: Running) -> None:
    assert json.loads(running.asking("status", "--json").output)["devices"] == 292


@pytest.mark.parametrize(("lang", "heading"), [("en", "When leases end"), ("zh", "指令到期后")])
def test_explain_says_who_wins_who_is_masked_and_what_comes_after(running: Running, lang: str, heading: str) -> None:
    running.asking(*SET)
    result = running.asking("explain", TARGET, "--lang", lang)
    assert result.exit_code == 0, result.output
    assert heading in result.output
    assert "7 city_manual" in result.output
    assert "L-7f3a91" in result.output
    assert "schedule (on) would win" in result.output


def test_explain_of_nothing_repeats_the_controllers_sentence(running: Running) -> None:
    result = running.asking("explain", "330106-LC-9999/K1")
    assert result.exit_code == 1
    assert "zhadao: 330106-LC-9999/K1 is no target of this site" in result.stderr


def test_set_follows_the_order_to_its_proof(running: Running) -> None:
    result = running.asking(*SET, "--slot", "city_manual", "--ticket", "T-1", "--take-over")
    assert result.exit_code == 0, result.output
    assert f"{TARGET}: ACCEPTED, lease L-7f3a91" in result.output
    assert "CONFIRMED by feedback" in result.output
    (order, actor), *_ = running.facade.orders
    assert (order.for_s, order.slot, order.ticket, order.take_over) == (1800, "city_manual", "T-1", True)
    assert (actor, len(order.request_id)) == ("local-cli", 12)


def test_set_that_the_field_does_not_obey_ends_with_1(running: Running) -> None:
    running.facade.state_of_command = "MISMATCH"
    result = running.asking(*SET)
    assert result.exit_code == 1
    assert "Not obeyed: MISMATCH" in result.output


def test_set_under_a_higher_order_says_who_masks_it(running: Running) -> None:
    running.facade.held_by = "zhang"
    result = running.asking(*SET)
    assert result.exit_code == 0
    assert "Masked: emergency_order of zhang" in result.output


def test_set_still_under_way_after_the_wait_says_how_to_follow_it(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOW_S", 0.0)
    running.facade.state_of_command = "VERIFYING"
    result = running.asking(*SET)
    assert result.exit_code == 0
    assert f"zhadao explain {TARGET}" in result.output


def test_set_refused_for_its_target_prints_the_cause_and_ends_with_1(running: Running) -> None:
    result = running.asking("set", TARGET, "on", "--for", "13h", "--reason", "r")
    assert result.exit_code == 1
    assert "REJECTED OUT_OF_RANGE: at most 12 h here" in result.output


def test_set_to_a_value_that_makes_no_sense_repeats_what_would(running: Running) -> None:
    result = running.asking("set", TARGET, "maybe", "--for", "30m", "--reason", "r")
    assert result.exit_code == 1
    assert "say on | off" in result.stderr


@pytest.mark.parametrize("lasting", ["forever", "0m", "-5m", "", "30"])
def test_set_wants_a_duration_it_can_read(running: Running, lasting: str) -> None:
    result = running.asking("set", TARGET, "on", "--for", lasting, "--reason", "r")
    assert result.exit_code == 1
    assert "is no duration" in result.stderr
    assert running.facade.orders == []


@pytest.mark.parametrize("missing", ["--for", "--reason"])
def test_set_needs_an_end_and_a_reason(shell: Shell, missing: str) -> None:
    words = [word for index, word in enumerate(SET) if missing not in (word, SET[index - 1])]
    assert shell.asking(*words).exit_code == 2


def test_release_ends_a_lease_with_its_reason(running: Running) -> None:
    result = running.asking("release", "L-7f3a91", "--reason", "done")
    assert result.exit_code == 0, result.output
    assert running.facade.released == [("L-7f3a91", "local-cli", "done")]


def test_release_of_a_lease_nobody_holds_ends_with_1(running: Running) -> None:
    result = running.asking("release", "L-none")
    assert (result.exit_code, "no lease that lives" in result.stderr) == (1, True)


def test_alarms_are_listed_and_acknowledged_by_id(running: Running) -> None:
    assert "A-0007" in running.asking("alarms").output
    assert "ACKED" in running.asking("ack", "A-0007").output
    assert json.loads(running.asking("alarms", "--json").output)[0]["acknowledged_by"] == "local-cli"


def test_reload_tells_what_changed_or_every_problem(running: Running) -> None:
    good = running.asking("reload")
    running.facade.reload_applies = False
    bad = running.asking("reload")
    assert (good.exit_code, "lamps 44 → 46" in good.output) == (0, True)
    assert (bad.exit_code, "330106.yaml:14" in bad.output, "Nothing was changed" in bad.output) == (2, True, True)


def test_schedule_show_asks_for_every_light_of_an_asset(running: Running) -> None:
    result = running.asking("schedule", "show", "330106-LC-0001", "--date", "2026-06-21")
    assert result.exit_code == 0, result.output
    assert "program all-night  全夜灯 All night" in result.output
    assert "06-21 19:09:00  on  日落开灯  on at sunset" in result.output


def test_a_controller_that_does_not_run_is_said_with_how_to_start_one(shell: Shell) -> None:
    result = shell.asking("status")
    assert result.exit_code == 3
    assert "zhadao demo" in result.stderr


def test_a_controller_that_has_stopped_is_told_apart_from_one_never_started(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    note(shell.data, f"http://127.0.0.1:{port}", "t")
    result = shell.asking("status")
    assert result.exit_code == 3
    assert f"no controller answers at http://127.0.0.1:{port}" in result.stderr


def test_a_token_that_means_nothing_hints_at_signing_in(running: Running) -> None:
    note(running.data, running.url, "made-up")
    result = running.asking("status")
    assert result.exit_code == 1
    assert "sign in" in result.stderr


def test_url_and_token_may_come_from_the_environment(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHADAO_URL", running.url)
    monkeypatch.setenv("ZHADAO_TOKEN", running.token)
    assert running("status", "--data", "/nonexistent").exit_code == 0


def test_a_url_without_a_token_uses_the_noted_one_only_for_that_url(running: Running) -> None:
    assert running.asking("status", "--url", running.url + "/").exit_code == 0
    other = running.asking("status", "--url", "http://elsewhere:1")
    assert (other.exit_code, "no token" in other.stderr) == (3, True)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"url": "http://127.0.0.1:1"}'])
def test_a_note_that_makes_no_sense_is_said_plainly(shell: Shell, content: str) -> None:
    note(shell.data, "", "")
    Path(shell.data / "run" / "local.json").write_text(content)
    result = shell.asking("status")
    assert (result.exit_code, "cannot be understood" in result.stderr) == (3, True)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8080", "http://"])
def test_what_is_no_address_is_said_plainly(shell: Shell, url: str) -> None:
    result = shell.asking("status", "--url", url, "--token", "t")
    assert (result.exit_code, "is no address" in result.stderr) == (3, True)


def test_something_that_speaks_no_http_is_said_plainly(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        import threading

        def answer() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail ready\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        result = shell.asking("status", "--url", f"http://127.0.0.1:{listener.getsockname()[1]}", "--token", "t")
        thread.join()
    assert (result.exit_code, "did not answer properly" in result.stderr) == (3, True)


def test_set_of_something_with_many_steps_is_judged_by_its_latest_command_when_the_wait_is_over(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOW_S", 0.0)
    monkeypatch.setattr(following, "_ONE_STEP", set())
    running.facade.state_of_command = "FAILED"
    result = running.asking(*SET)
    assert (result.exit_code, "Not obeyed: FAILED" in result.output) == (1, True)


def test_reset_says_what_became_of_it(running: Running) -> None:
    done = running.asking("reset", TARGET, "--reason", "rack cleaned")
    assert (done.exit_code, running.facade.resets) == (0, [(TARGET, "local-cli", "rack cleaned")])
    running.facade.cause_stands = True
    refused = running.asking("reset", TARGET, "--reason", "impatient")
    assert refused.exit_code == 1
    assert "REJECTED BLOCKED_BY_INTERLOCKING: its cause stands" in refused.output


def test_times_are_shown_in_the_sites_own_zone(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    here = running.asking("alarms").output
    monkeypatch.setattr(examples, "OVERVIEW", replace(examples.OVERVIEW, timezone="UTC"))
    assert "19:20:00" in here
    assert "11:20:00" in running.asking("alarms").output


def test_what_nobody_knows_is_no_zero() -> None:
    lights = replace(examples.OVERVIEW.lighting, lamps_on=0, lamps_unknown=11_200)
    station = replace(examples.OVERVIEW.stations[0], running=None)
    line = texts.overview_line(replace(examples.OVERVIEW, lighting=lights, stations=(station,)))
    assert "(—), unknown 11200" in line
    assert "pumping 七堡 —/4" in line


def test_auto_and_hold_are_nothing_to_compare_with() -> None:
    free = replace(examples.EXPLANATION, wanted="auto", actual="stopped", agrees=None)
    unknown = replace(free, actual="unknown (comm_fault)")
    said = [texts.explanation(why, ZoneInfo("Asia/Shanghai"))[5] for why in (free, unknown)]
    assert "(nothing to compare)" in said[0]
    assert "(unknown)" in said[1]
