"""The disk is full in the middle of a flood, under a declared response: what must go on goes on, and all of it is told.

The disk is the kernel's limit on file size, put on the running controller from outside and taken away again.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.integration.asking import Answer, ask
from tests.integration.zhadao import CIRCUIT, TREES, Running, demo, small_city

STATION = "330102-PS-0003"
CHOSEN = "water over the third step"
LOUD = {"journal:unwritable", "state:unwritable"}
NO_ROOM = 1_000
"""Bytes no file may grow beyond: nothing can be written at all."""


def flood_city(folder: Path) -> Path:
    """The small city with its pumping station 七堡."""
    files = ("assets/stations.yaml", "water/interlocks.yaml")
    source = Path(__file__).parents[2] / "config" / "hangzhou"
    site = small_city(folder)
    for file, section, about in zip(files, ("stations", "interlocks"), ("id", "target"), strict=True):
        every = yaml.safe_load((source / file).read_text(encoding="utf-8"))[section]
        kept = [one for one in every if one[about].partition("/")[0] == STATION]
        for one in kept:
            one.pop("outer_water", None)  # the river's tide table is not in this city
        (site / file).parent.mkdir(exist_ok=True)
        (site / file).write_text(yaml.safe_dump({section: kept}, allow_unicode=True), encoding="utf-8")
    return site


class Officer:
    """The duty officer of the flood; everybody else is out there."""

    def __init__(self, city: Running) -> None:
        self._city = city
        self._token = ""
        code = city.until(lambda: next((line.split()[-1] for line in list(city.said) if " operator " in line), None))
        self._token = self.ask("/sign-in", {"name": "operator", "secret": code}).body["token"]
        assert self.ask("/password", {"password": CHOSEN}).status == 204
        self._token = self.ask("/sign-in", {"name": "operator", "secret": CHOSEN}).body["token"]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        note = self._city.note()
        assert note is not None
        return ask(note["url"], self._token, f"/api/v1{path}", body)

    def order(self, target: str, value: str, slot: str, name: str) -> dict[str, Any]:
        """Ordered, selected where it has to be; what became of the target."""
        named = {"targets": [target], "slot": slot, "request_id": name}
        order = {"value": value, "for_s": 1800.0, "reason": "flood", **named}
        answer = self.ask("/orders", order)
        if answer.body["outcomes"][0]["cause"] == "OBJECT_NOT_SELECTED":
            answer = self.ask("/selections/operate", {"token": self.ask("/selections", order).body["token"]})
        (outcome,) = answer.body["outcomes"]
        return dict(outcome)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Running]:
    with demo(tmp_path / "data", flood_city(tmp_path / "config"), "--at", "2026-06-21T23:00") as running:
        running.ready(30)
        yield running


def limited(city: Running, size: int) -> None:
    for pid in (city.process.pid, *city.children()):
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def alarms(city: Running) -> set[str]:
    return {one["id"] for one in city.ask("/api/v1/alarms") or [] if one["cleared"] is None}


def test_emergency_orders_and_protection_go_on_and_ordinary_orders_do_not(city: Running) -> None:
    officer = Officer(city)
    state = {"scope": "city", "state": "flood_iii", "for_s": 7200.0, "reason": "city flood office, notice 12"}
    for discipline in ("water", "lighting"):
        assert officer.ask("/states", {"discipline": discipline, **state}).status == 200
    assert officer.order(STATION, "count 1", "emergency_order", "before")["accepted"]
    city.until(lambda: first_gate_opens(city))
    limited(city, NO_ROOM)
    refusals = [officer.order(STATION, "count 0", "district_manual", f"ordinary-{n}") for n in range(2)]
    assert {(one["accepted"], one["cause"]) for one in refusals} == {(False, "JOURNAL_UNAVAILABLE")}
    assert all("nothing was done" in one["text"] and "disk" in one["text"] for one in refusals)
    goes_on(city, officer)
    limited(city, resource.RLIM_INFINITY)
    city.until(lambda: not alarms(city) & LOUD, within_s=180)
    assert officer.order(TREES, "on", "district_manual", "after")["accepted"]
    assert city.explain(STATION)["winner"]["value"] == "count 2"
    assert city.interrupt() == 0
    all_is_marked(city.data)


def goes_on(city: Running, officer: Officer) -> None:
    """The order under way is carried out, another is taken, one unit is stopped; loudly."""
    for name in ("during", "during-again"):
        assert officer.order(STATION, "count 2", "emergency_order", name)["accepted"], name
    stop = officer.ask("/stops", {"target": f"{STATION}/P4", "reason": "smoke"}).body
    assert stop["outcomes"][0]["accepted"]
    assert city.explain(f"{STATION}/P4")["winner"]["name"] == "life_safety"
    assert officer.order(CIRCUIT, "on", "district_manual", "light-the-road")["accepted"], "what protects goes on"
    assert city.until(lambda: alarms(city) >= LOUD)
    assert city.ask("/api/v1/ready")["ready"]
    city.until(lambda: "1 of 4 running" in city.explain(STATION)["actual"], within_s=180)


def first_gate_opens(city: Running) -> bool:
    return "opens discharge gate" in city.explain(STATION)["phase"]


def all_is_marked(data: Path) -> None:
    """Whole, with its gap marked; every order says what became of it, also those of the dark time."""
    report = verify(data)
    assert report.ok, report.problem
    assert any("could not be written" in note for note in report.notes)
    lines = sorted([*read(data, kind="order"), *read(data, kind="order_void")], key=lambda line: line.seq)
    last_word = {line.data["request"]: line.kind for line in lines}
    assert last_word == {
        **dict.fromkeys(("before", "during", "during-again", "light-the-road", "after"), "order"),
        **dict.fromkeys(("ordinary-0", "ordinary-1"), "order_void"),
    }
    (stop,) = read(data, kind="emergency_stop")
    assert (stop.actor, stop.target) == ("operator", f"{STATION}/P4")
