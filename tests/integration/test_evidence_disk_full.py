"""A real controller whose disk fills up in the middle of orders: no act without its record, and the lights go on.

The disk is the kernel's limit on file size, put on the running controller from outside and taken away again.
"""

from __future__ import annotations

import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.second_verify import verify_second
from tests.integration.zhadao import CABINET, CIRCUIT, Running, demo, small_city

TREES = f"{CABINET}/K5"
"""Landscape light: nothing about it protects anybody, so an order for it needs its record."""
WITHOUT_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
NO_ROOM = 1_000
"""Bytes no file may grow beyond: nothing can be written at all."""
STEPS = (0, 4_096, 12_000, 24_000, 40_000)
"""Bytes the journal's log may still grow: the disk is full before, within and after the lines of an order."""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Running]:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    site = config / "site.yaml"
    said = yaml.safe_load(site.read_text(encoding="utf-8"))
    said["evidence"] = {"second": str(tmp_path / "second")}
    site.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    with demo(data, config) as running:
        running.ready()
        yield running


def controllers(city: Running) -> list[int]:
    """The demo's processes; the one that writes the journal is among them."""
    return [city.process.pid, *city.children()]


def limit(city: Running, size: int | None) -> None:
    for pid in controllers(city):
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, WITHOUT_LIMIT if size is None else (size, hard))


def order(city: Running, name: str, target: str = TREES, value: str = "on") -> dict[str, Any]:
    body = {"targets": [target], "value": value, "for_s": 600, "reason": "前方积水", "request_id": name}
    answer: dict[str, Any] = city.ask("/api/v1/orders", body)
    return answer


def accepted(answer: dict[str, Any]) -> bool:
    return any(outcome["accepted"] for outcome in answer.get("outcomes", []))


def alarms(city: Running) -> set[str]:
    return {alarm["id"] for alarm in city.ask("/api/v1/alarms") or [] if alarm.get("cleared") is None}


def test_no_order_is_acted_on_without_its_line_wherever_the_disk_fills_up(city: Running, tmp_path: Path) -> None:
    answers = {"before": accepted(order(city, "before"))}
    limit(city, NO_ROOM)
    answers |= ordered(city, "no-room")
    assert set(answers.values()) == {True, False}, "the limit did not bite, or was there before"
    assert accepted(order(city, "light-the-road", CIRCUIT)), "what protects goes on without a record"
    assert "journal:unwritable" in city.until(lambda: alarms(city) & {"journal:unwritable"})
    assert city.ask("/api/v1/ready")["ready"]
    answers |= relieved(city, "no-room")
    for step in STEPS:
        log = city.data / "journal.sqlite-wal"
        limit(city, (log.stat().st_size if log.exists() else 0) + step)
        answers |= ordered(city, f"room-{step}")
        answers |= relieved(city, f"room-{step}")
    answers |= {"after": accepted(order(city, "after"))}
    assert answers["after"]
    assert city.interrupt() == 0
    _judge(city.data, tmp_path / "second", answers)


def ordered(city: Running, name: str) -> dict[str, bool]:
    """Three orders and what was said of each."""
    told: dict[str, bool] = {}
    for turn in range(3):
        answer = order(city, f"{name}-{turn}")
        told[f"{name}-{turn}"] = accepted(answer)
        assert accepted(answer) or "nothing was done" in json.dumps(answer), answer
    return told


def relieved(city: Running, name: str) -> dict[str, bool]:
    """There is room again, and orders are taken again (an alarm that came and went often stands a while longer)."""
    limit(city, None)
    asked: dict[str, bool] = {}

    def taken() -> bool:
        relief = f"{name}-relief-{len(asked)}"
        asked[relief] = accepted(order(city, relief))
        return asked[relief]

    city.until(taken)
    return asked


def _judge(data: Path, second: Path, answers: dict[str, bool]) -> None:
    report = verify(data)
    assert report.ok, report.problem
    assert any("could not be written" in note for note in report.notes)
    if (second / "journal.sqlite").exists():
        assert verify_second(data, second) == ""
    lines = [*read(data), *(read(second) if (second / "journal.sqlite").exists() else ())]
    acted = {line.data.get("request") for line in lines if line.kind == "order" and line.data.get("accepted")}
    void = {line.data.get("request") for line in lines if line.kind == "order_void"}
    for name, was_accepted in answers.items():
        if was_accepted:
            assert name in acted - void, f"{name} was accepted and has no line"
        else:
            assert name in void, f"{name} was refused and nobody is told"
    with closing(sqlite3.connect(data / "state.sqlite")) as state:
        kept = [json.loads(text) for (text,) in state.execute("SELECT outcome FROM outcomes")]
    assert "light-the-road" in acted
    known = {outcome.get("request_id") for outcome in kept}
    assert {name for name, was_accepted in answers.items() if was_accepted} <= known
    assert not {name for name, was_accepted in answers.items() if not was_accepted} & known
