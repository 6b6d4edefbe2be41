"""What is kept of a tidal water: begun at once, renewed every minute, never believed when damaged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.logic.contract import Moment
from controller.logic.tidal.trust import WaterState
from controller.logic.tidal.voting import OuterVote
from controller.logic.water_around import OuterTrust
from controller.runtime.tidal.records import KIND, TidalRecords
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

START = datetime(2026, 6, 22, 5, 0, tzinfo=UTC)


def seen(after_s: float, *, agreed: bool = True, rose_s: float | None = None) -> tuple[WaterState, Moment]:
    rose_at = None if rose_s is None else START + timedelta(seconds=rose_s)
    trust = OuterTrust.AGREED if agreed else OuterTrust.DISTRUSTED
    state = WaterState(trust, "", OuterVote(1.0), rose_at=rose_at)
    return state, Moment(START + timedelta(seconds=after_s), 1000.0 + after_s)


def stored(bodies: Mapping[str, Mapping[str, Any]]) -> StoredState:
    return StoredState((), {}, {}, {}, {KIND: bodies})


def test_agreement_is_kept_once_a_minute_and_a_rise_at_once() -> None:
    kept: list[Change] = []
    records = TidalRecords(kept.append)
    for second in range(0, 121, 10):
        records.note("river", *seen(second))
    assert len(kept) == 3
    records.note("river", *seen(125, agreed=False, rose_s=125))
    assert isinstance(kept[-1], PutRecord)
    assert kept[-1].body == {
        "agreed_at": (START + timedelta(seconds=120)).isoformat(),
        "rose_at": (START + timedelta(seconds=125)).isoformat(),
    }
    again = TidalRecords(kept.append)
    bodies = {"river": kept[-1].body}
    found = again.restore(stored(bodies), ["river"])
    assert found == {"river": (START + timedelta(seconds=120), START + timedelta(seconds=125))}


def test_a_damaged_record_and_one_of_a_water_that_left_are_dropped() -> None:
    kept: list[Change] = []
    records = TidalRecords(kept.append)
    bodies = {"river": {"agreed_at": "yesterday", "rose_at": None}, "sea": {"agreed_at": None, "rose_at": None}}
    assert records.restore(stored(bodies), ["river"]) == {}
    assert kept == [DropRecord(KIND, "river"), DropRecord(KIND, "sea")]
