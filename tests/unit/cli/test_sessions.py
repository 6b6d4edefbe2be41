"""Who one is on the command line: signing in and out, sessions kept and renewed, --as."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from controller.cli import signing
from controller.cli.failing import Refused
from controller.cli.finding import Asked, Doubt, find
from controller.cli.session_store import Kept, SessionStore
from controller.cli.wire import Place
from controller.runtime.people.sessions import ACCESS_LIFE
from tests.unit.cli.real_city import SECRET, City, Desk

STATUS = ("status",)


def files(desk: Desk) -> list[Path]:
    return sorted((desk.home / "zhadao").glob("*.json"))


def test_a_one_time_code_asks_for_a_password_and_then_it_is_used_by_itself(city: City, desk: Desk) -> None:
    code = city.codes.pop("admin")
    result = desk("sign-in", "Admin ", "--password-stdin", typed=f"{code}\n{SECRET}\n")
    assert result.exit_code == 0, result.output
    assert "set your own password 请设置本人口令" in result.output
    assert "Signed in as admin" in result.output
    assert code not in result.output
    assert SECRET not in result.output
    assert "admin at http://127.0.0.1" in desk("whoami").output
    assert "administrator  city" in desk("whoami").output


def test_a_password_too_weak_is_refused_with_the_rule_and_nothing_is_kept(city: City, desk: Desk) -> None:
    made = desk("user", "add", "weak", "--grant", "viewer").output
    code = made.split("登录码 ")[1].split()[0]
    result = desk("sign-in", "weak", "--password-stdin", typed=f"{code}\nshort\n")
    assert result.exit_code == 1
    assert "12" in result.stderr
    assert files(desk) == []


def test_a_wrong_secret_says_not_what_was_wrong(desk: Desk) -> None:
    result = desk("sign-in", "nobody", "--password-stdin", typed="wrong words entirely\n")
    assert (result.exit_code, "用户名或口令不正确" in result.stderr) == (1, True)


def test_nobody_at_a_terminal_is_told_of_password_stdin(desk: Desk) -> None:
    result = desk("sign-in", "operator", typed="secret\n")
    assert (result.exit_code, "--password-stdin" in result.stderr) == (2, True)
    assert desk("sign-in", "operator", "--password-stdin", typed="").exit_code == 2


def test_at_a_terminal_the_new_password_is_typed_twice_and_may_be_typed_anew(
    city: City, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = desk("user", "add", "prompted", "--grant", "viewer").output.split("登录码 ")[1].split()[0]
    asked: list[str] = []
    answers = iter([code, "short", SECRET])

    def prompt(what: str, *, hide_input: bool, confirmation_prompt: object) -> str:
        assert hide_input
        asked.append(f"{what}{' twice' if confirmation_prompt else ''}")
        return next(answers)

    monkeypatch.setattr("controller.cli.signing.typer.prompt", prompt)
    monkeypatch.setattr(
        "controller.cli.signing._from_terminal",
        lambda what, new: prompt(what, hide_input=True, confirmation_prompt="Again" if new else False),
    )
    terminal = signing._from_terminal
    signed = signing._sign_in(Place(city.url), "prompted", terminal)
    assert signed.word("actor") == "prompted"
    assert [question.endswith("twice") for question in asked] == [False, True, True]


def test_what_is_kept_is_for_its_user_only(desk: Desk) -> None:
    desk.signed_in("operator")
    (kept,) = files(desk)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert SECRET not in kept.read_text()
    kept.chmod(0o640)
    result = desk("whoami")
    assert (result.exit_code, "others can read" in result.stderr) == (1, True)


def test_the_only_session_there_is_acts_and_nobody_else_does_with_two(desk: Desk) -> None:
    assert desk("whoami").output.startswith("local-cli at ")
    desk.signed_in("operator")
    assert desk("whoami").output.startswith("operator at ")
    desk.signed_in("second")
    acts = desk("ack", "none:such")
    assert (acts.exit_code, "operator and second are signed in here: say who acts" in acts.stderr) == (1, True)
    assert desk("whoami").output.startswith("local-cli at ")
    assert desk("whoami", "--as", "SECOND").output.startswith("second at ")
    assert desk("whoami", "--as", "local-cli").output.startswith("local-cli at ")


def test_somebody_who_is_not_signed_in_here_is_told_how(desk: Desk) -> None:
    result = desk("whoami", "--as", "operator")
    assert (result.exit_code, "zhadao sign-in operator" in result.stderr) == (1, True)


def test_without_a_session_or_a_note_one_is_told_to_sign_in(city: City, desk: Desk) -> None:
    result = desk(*STATUS, "--url", city.url.replace("127.0.0.1", "localhost"))
    assert (result.exit_code, "zhadao sign-in NAME --url" in result.stderr) == (3, True)


def test_a_session_is_found_by_its_address_alone(city: City, desk: Desk) -> None:
    desk.signed_in("operator")
    assert "operator at " in desk("whoami", "--url", city.url + "/").output


def test_signing_out_ends_it_here_and_there(city: City, desk: Desk) -> None:
    desk.signed_in("operator")
    (path,) = files(desk)
    kept = Kept(**json.loads(path.read_text()))
    assert "已退出登录" in desk("sign-out").output
    assert files(desk) == []
    assert city.ask(lambda: city.assembly.people.authority.session(kept.token)) is None
    assert desk("sign-out").exit_code == 1


def test_a_session_that_was_ended_elsewhere_says_so_and_is_forgotten(city: City, desk: Desk) -> None:
    desk.signed_in("operator")
    kept = Kept(**json.loads(files(desk)[0].read_text()))
    session = city.ask(lambda: city.assembly.people.authority.session(kept.token))
    assert session is not None
    city.ask(lambda: city.assembly.people.known.sessions.end(session.caller.session))
    result = desk("whoami")
    assert (result.exit_code, "zhadao sign-in operator" in result.stderr) == (1, True)
    assert files(desk) == []


def test_an_access_token_that_has_run_out_is_renewed_without_a_word(city: City, desk: Desk) -> None:
    desk.signed_in("operator")
    before = Kept(**json.loads(files(desk)[0].read_text()))
    run_out(city, before.token)
    assert desk("whoami").output.startswith("operator at ")
    after = Kept(**json.loads(files(desk)[0].read_text()))
    assert (after.token != before.token, after.refresh != before.refresh) == (True, True)


def test_two_commands_that_find_it_run_out_at_once_use_the_refresh_token_once(
    city: City, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.signed_in("operator")
    run_out(city, Kept(**json.loads(files(desk)[0].read_text())).token)
    monkeypatch.setenv("XDG_STATE_HOME", str(desk.home))
    clients = [find(Asked(city.data, None, None, "operator"), Doubt.ASK) for _ in range(6)]
    names: list[str] = []
    threads = [threading.Thread(target=lambda c=c: names.append(c.get("/api/v1/me")["actor"])) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == ["operator"] * 6


def test_a_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.put(Kept("http://here", "lin", "t", "r"))
    (path,) = tmp_path.glob("*.json")
    path.write_text("{}")
    assert (store.get("http://here", "lin"), store.of("http://here")) == (None, [])


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be kept"):
        SessionStore(tmp_path / "file" / "zhadao").put(Kept("http://here", "lin", "t", "r"))


def test_ones_own_password_is_changed_and_the_new_one_signs_in(desk: Desk) -> None:
    code = desk("user", "add", "changer", "--grant", "viewer").output.split("登录码 ")[1].split()[0]
    assert desk("sign-in", "changer", "--password-stdin", typed=f"{code}\n{SECRET}\n").exit_code == 0
    new = "another four words entirely"
    wrong = desk("password", "--password-stdin", typed=f"not it at all\n{new}\n")
    assert wrong.exit_code == 1
    assert desk("password", "--password-stdin", typed=f"{SECRET}\n{new}\n").exit_code == 0
    assert desk("sign-in", "changer", "--password-stdin", typed=f"{new}\n").exit_code == 0


def run_out(city: City, token: str) -> None:
    """The access token's time is over: the controller knows it no more."""
    assert ACCESS_LIFE.total_seconds() > 0
    session = city.ask(lambda: city.assembly.people.authority.session(token))
    assert session is not None
    kept = city.assembly.people.known.sessions.of(session.caller.session)
    assert kept is not None
    city.ask(lambda: kept.tokens.clear())
    assert city.ask(lambda: city.assembly.people.authority.session(token)) is None
