"""What is kept of the lights' nights: together or not at all, counted once, read back as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.store.folder import HISTORY_FILE
from controller.store.light_history import FaultSpan, LateEnergy, LightHistoryStore, Tick

A, B = ("330106", "", "文一路", "special", "", "road"), ("330106", "", "文一路", "special", "", "landscape")
NIGHT = "2026-06-21"
RECORD = '{"lights":{"X/K1":[1,2,3]},"meter":[5.0,60,"2026-06-21"]}'


def tick(at: int = 600, night: str = NIGHT, **more: object) -> Tick:
    said = {
        "slots": b"\x01",
        "sample": {A: (10, 0, 9)},
        "cells": {A: (10, 0, 9), B: (1, 1, 0)},
        "devices": {"X": RECORD},
    }
    return Tick(at=at, night=night, **(said | more))  # type: ignore[arg-type]  # spelt out for tests


async def test_what_was_kept_is_read_back_and_a_sample_kept_twice_counts_once(tmp_path: Path) -> None:
    store = LightHistoryStore(tmp_path)
    await store.keep(tick())
    await store.keep(tick())
    await store.keep(tick(900, cells={A: (20, 0, 18)}, slots=b"\x03"))
    assert await store.samples(0, 2000) == [(600, {A: (10, 0, 9)}), (900, {A: (10, 0, 9)})]
    assert await store.cell_nights(NIGHT, NIGHT) == [(NIGHT, B, (1, 1, 0)), (NIGHT, A, (20, 0, 18))]
    assert await store.nights("2026-06-01", "2026-06-30") == {NIGHT: b"\x03"}
    assert await store.device_nights(["X", "Y"], NIGHT, NIGHT) == [(NIGHT, "X", RECORD)]
    await store.close()
    again = LightHistoryStore(tmp_path)
    known = await again.resume(NIGHT)
    assert (known.slots, known.cells[A], known.last["X"]) == (b"\x03", (20, 0, 18), (NIGHT, RECORD))
    assert (await again.resume("2026-06-22")).last["X"] == (NIGHT, RECORD)
    await again.close()
    assert (tmp_path / HISTORY_FILE).stat().st_mode & 0o077 == 0


async def test_energy_that_comes_to_light_later_is_added_to_its_night_once(tmp_path: Path) -> None:
    store = LightHistoryStore(tmp_path)
    await store.keep(tick())
    late = LateEnergy(NIGHT, "X", {"X/K1": {1: 5}}, {A: {1: 5}})
    await store.keep(tick(86_400, "2026-06-22", late=(late,)))
    assert (await store.cell_nights(NIGHT, NIGHT))[1] == (NIGHT, A, (10, 5, 9))
    ((_, _, body),) = await store.device_nights(["X"], NIGHT, NIGHT)
    assert body == '{"lights":{"X/K1":[1,7,3]},"meter":null}'
    await store.close()


async def test_faults_span_from_first_seen_to_gone_and_what_is_old_is_dropped(tmp_path: Path) -> None:
    store = LightHistoryStore(tmp_path)
    await store.keep(tick(faults=(FaultSpan("X/K1", "lamp_loss", 600), FaultSpan("X", "offline", 600))))
    await store.keep(tick(900, faults=(FaultSpan("X/K1", "lamp_loss", 600, 900),)))
    assert await store.faults(0, 10_000) == [FaultSpan("X", "offline", 600), FaultSpan("X/K1", "lamp_loss", 600, 900)]
    assert await store.faults(1000, 10_000) == [FaultSpan("X", "offline", 600)]
    assert (await store.resume(NIGHT)).faults == (FaultSpan("X", "offline", 600),)
    await store.tidy(samples_before=800, nights_before="2026-06-22")
    assert [at for at, _ in await store.samples(0, 2000)] == [900]
    assert await store.nights("2026-01-01", "2026-12-31") == {}
    assert await store.faults(0, 10_000) == [FaultSpan("X", "offline", 600)]
    await store.close()


async def test_a_file_of_somebody_else_or_a_newer_version_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / HISTORY_FILE).write_bytes(b"not a database, and long enough to be looked at as one" * 40)
    store = LightHistoryStore(tmp_path)
    with pytest.raises(StoreError, match="damaged"):
        await store.resume(NIGHT)
    await store.close()
    (tmp_path / HISTORY_FILE).unlink()
    with sqlite3.connect(tmp_path / HISTORY_FILE) as other:
        other.execute("PRAGMA user_version = 99")
    newer = LightHistoryStore(tmp_path)
    with pytest.raises(StoreError, match="newer version"):
        await newer.resume(NIGHT)
    await newer.close()
