"""One operator at night, and every second person asleep: what is dangerous is stopped at once, all by one person."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.store.journal_read import read
from tests.integration.asking import Answer, ask
from tests.integration.zhadao import CIRCUIT, OTHER, PROGRAM, ROOT, Running, demo, small_city, zhadao

CHOSEN = "the moon over west lake"
NIGHT = "2026-06-21T23:00"
MINUTE = {"for_s": 600.0, "reason": "sparks"}


class Operator:
    """The one who is awake: their own terminal, and their own token for the page."""

    def __init__(self, city: Running, home: Path) -> None:
        self._city = city
        self._home = home
        (code,) = city.until(lambda: [line.split()[-1] for line in list(city.said) if "  operator  " in line] or None)
        said = self.types("sign-in", "operator", "--password-stdin", said=f"{code}\n{CHOSEN}\n")
        assert said.returncode == 0, said.stderr
        self._token = ""
        self._token = self.ask("/sign-in", {"name": "operator", "secret": CHOSEN}).body["token"]

    def types(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """A command in the operator's terminal."""
        command = [*PROGRAM, *words, "--data", str(self._city.data)]
        environment = {**os.environ, "XDG_STATE_HOME": str(self._home)}
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=said, capture_output=True, text=True, timeout=30, check=False
        )

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        """A request of the operator's page."""
        note = self._city.note()
        assert note is not None
        return ask(note["url"], self._token, f"/api/v1{path}", body)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Running]:
    with demo(tmp_path / "data", small_city(tmp_path / "config"), "--at", NIGHT) as running:
        running.ready()
        running.until(lambda: running.explain(CIRCUIT).get("actual") == "on" and running.explain(OTHER).get("agrees"))
        yield running


def test_a_dangerous_circuit_is_stopped_at_once_by_one_person_and_stays_stopped(city: Running, tmp_path: Path) -> None:
    operator = Operator(city, tmp_path / "home")
    proposal = proposed_and_not_done(operator)
    at_s = time.monotonic()
    stopped = operator.types("stop", CIRCUIT, "--reason", "sparks", "--as", "operator")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert "NOT ASSURED" not in stopped.stdout
    city.until(lambda: city.explain(CIRCUIT).get("actual") == "off", within_s=3)
    print(f"dark {time.monotonic() - at_s:.2f} s after the command was typed")
    shown = city.explain(CIRCUIT)
    assert (shown["winner"]["name"], shown["agrees"]) == ("life_safety", True)
    assert city.explain(OTHER)["actual"] == "on"
    alarm = the_alarm(operator)
    assert (alarm["source"], alarm["priority"], alarm["state"]) == (CIRCUIT, 2, "UNACK")
    (request,) = [one for one in operator.ask("/requests").body if one["kind"] == "emergency_stop"]
    city.until(lambda: operator.ask(f"/requests/{request['id']}").body["state"] == "CONFIRMED", within_s=10)
    nobody_takes_it_back_alone(operator)
    assert operator.ask(f"/proposals/{proposal}/withdraw", {}).status == 200
    city.until(lambda: list(read(city.data, kind="cut_retention")), within_s=10)
    assert city.interrupt() == 0
    told(city.data)


def proposed_and_not_done(operator: Operator) -> str:
    """What two people are needed for is not done by one: the road light goes on burning."""
    order = {"targets": [OTHER], "value": "off", **MINUTE}
    refused = operator.ask("/orders", order)
    assert (refused.status, refused.body["outcomes"][0]["cause"]) == (409, "OBJECT_NOT_SELECTED")
    preview = operator.ask("/selections", order).body
    assert "night_off" in {need["why"] for need in preview["second_person"]}
    answer = operator.ask("/selections/operate", {"token": preview["token"]})
    assert answer.status == 202
    own = operator.ask(f"/proposals/{answer.body['id']}/confirm", {})
    assert (own.status, own.body["outcomes"][0]["cause"]) == (409, "NO_ACCESS_AUTHORITY")
    return str(answer.body["id"])


def the_alarm(operator: Operator) -> dict[str, Any]:
    (found,) = [one for one in operator.ask("/alarms").body if one["condition"] == "emergency_stop"]
    return dict(found)


def nobody_takes_it_back_alone(operator: Operator) -> None:
    """Not by ordering it on in whatever slot is theirs, not by proposing and confirming under two sessions."""
    on = operator.ask("/orders", {"targets": [CIRCUIT], "value": "on", **MINUTE})
    assert "waits underneath life_safety" in on.body["outcomes"][0]["text"]
    proposal = operator.ask("/stops/return", {"target": CIRCUIT, "reason": "it looks fine"}).body["id"]
    assert operator.types("confirm", proposal, "--yes", "--as", "operator").returncode == 1
    assert operator.ask(f"/explain/{CIRCUIT}").body["actual"] == "off"
    assert operator.ask(f"/explain/{CIRCUIT}").body["winner"]["name"] == "life_safety"


def told(data: Path) -> None:
    """The journal tells who stopped what and why, that it was proven, and that the cabinet keeps it."""
    (line,) = read(data, kind="emergency_stop")
    assert (line.actor, line.target, line.data["value"], line.data["reason"]) == ("operator", CIRCUIT, "off", "sparks")
    assert (line.data["person"], line.data["assured"]) == ("operator", True)
    assert [kept.data["outcome"] for kept in read(data, kind="cut_retention", target=CIRCUIT)] == ["RETAINED"]
    (settled,) = [one for one in read(data, kind="request_settled") if one.data.get("kind") == "emergency_stop"]
    assert settled.seq > line.seq
    assert zhadao("audit", "verify", "--data", data).returncode == 0
