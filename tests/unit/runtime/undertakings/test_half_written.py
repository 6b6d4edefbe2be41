"""Requests whose controller died between two writes: followed to their end, told once, or said never to have been."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.domain.command import CommandState
from controller.domain.slots import Slot
from controller.runtime.undertakings import records
from controller.runtime.undertakings.life import Undertaking
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import LC1, SoftField, soft_city
from tests.unit.runtime.undertakings.test_undertakings import LIN, life, order, settled

TREES = f"{LC1}/K2"
PUT = records.put


def as_of_the_first_word(undertaking: Undertaking) -> Any:
    """The record as it stood before the answer: a slow disk keeps it there for a second or more."""
    made = PUT(undertaking)
    early = {"answered": False, "follow": False, "settled": None}
    parts = [[row[0], "RECEIVED", 0.0, "", "", "", 0, "", False] for row in made.body["parts"]]
    return replace(made, body={**made.body, **early, "parts": parts})


async def test_a_request_kept_before_its_answer_and_taken_is_followed_to_its_end_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soft = SoftField()
    monkeypatch.setattr(records, "put", as_of_the_first_word)
    async with soft_city(tmp_path, soft=soft) as city:
        await city.ready()
        await order(city, TREES)
    monkeypatch.setattr(records, "put", PUT)
    async with soft_city(tmp_path, soft=soft) as city:
        await city.ready()
        assert (await settled(city)).state == "CONFIRMED"
    lines = [line for line in read(tmp_path / "data") if line.kind == "request_settled"]
    assert lines[-1].data["counts"] == {"CONFIRMED": 1}


async def test_a_request_that_was_never_taken_says_so_and_its_id_can_be_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.assembly.desks.undertakings.opened("R1", LIN, "order", [TREES], value="on", slot=None)
        city.assembly.desks.undertakings.opened("R2", LIN, "order", [TREES], value="on", slot=Slot.CITY_MANUAL)
    async with soft_city(tmp_path) as city:
        await city.ready()
        assert (life(city, "R1").state, life(city, "R2").state) == ("CANCELLED", "REJECTED")
        assert "未执行" in life(city, "R2").parts[0].remark
        receipt = await order(city, TREES, request_id="R2")
        assert receipt.outcomes[0].accepted
        assert (await settled(city, "R2")).counts == {CommandState.CONFIRMED.value: 1}


async def test_how_a_request_came_out_is_journalled_though_it_died_before_the_line_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soft = SoftField()
    async with soft_city(tmp_path, soft=soft) as city:
        await city.ready()
        later = city.assembly.evidence.later

        def dying(kind: str, *said: Any) -> None:
            if kind != "request_settled":
                later(kind, *said)

        monkeypatch.setattr(city.assembly.evidence, "later", dying)
        await order(city, TREES)
        await settled(city)
    for _ in range(2):
        async with soft_city(tmp_path, soft=soft) as city:
            await city.ready()
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "request_settled"]
    assert line.data["request"] == "R1"
