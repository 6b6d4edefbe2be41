"""What the codec writes it reads back, and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import StoreError
from controller.domain.image import Block, LinkState
from controller.domain.intents import Dim, StationMode, StationOrder, Switch
from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from controller.domain.request import Decision, Lease, Request
from controller.domain.slots import Slot
from controller.logic.contract import StationMemory, UnitMemory
from controller.runtime.recording.blocks import apply_blocks, changed_blocks
from controller.runtime.recording.codec import decode, encode
from controller.runtime.schedule_heap import DueHeap

AT = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)


def round_trip(value: Any) -> Any:
    return decode(json.loads(encode(value)))


def test_requests_decisions_and_memories_come_back_equal() -> None:
    request = Request("a/K1", Slot.CITY_MANUAL, Switch(True), "lin", "why", lease=Lease("l", AT, AT, 12.5), since=AT)
    default = Request("a/K1", Slot.DEFAULT, Dim(60.0), "site", "")
    memory = StationMemory(units={"a/P1": UnitMemory(starts_s=(1.0, 2.5))}, held_units=frozenset({"a/P1"}))
    value = {
        "held": {"a/K1": {Slot.CITY_MANUAL: request}},
        "decided": Decision("a/K1", request, (default,)),
        "ends": [(12.5, 0, "a/K1", Slot.CITY_MANUAL, "l")],
        "memory": memory,
        "order": StationOrder(StationMode.COUNT, 2),
        "none": {None: -math.inf, True: "", 1.5: set(), frozenset(): ()},
    }
    assert round_trip(value) == value


def test_what_occurs_twice_is_one_object_again() -> None:
    request = Request("a/K1", Slot.DEFAULT, Switch(True), "lin", "why")
    again = round_trip([request, Decision("a/K1", request)])
    assert again[0] is again[1].winner


def test_a_heap_comes_back_with_only_the_latest_word() -> None:
    heap = DueHeap()
    heap.put("a", 5.0)
    heap.put("a", 7.0)
    heap.put("b", -math.inf)
    again = round_trip(heap)
    assert list(again.take(6.0)) == ["b"]
    assert again.next_s() == 7.0


def test_a_class_nobody_named_is_refused_both_ways() -> None:
    @dataclass
    class Stranger:
        name: str

    with pytest.raises(StoreError, match="Stranger"):
        encode([Stranger("x")])
    with pytest.raises(StoreError, match="the version that recorded it"):
        decode([[["Popen", "sh"]], ["o", 0]])


readings = st.builds(
    Reading,
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    quality=st.sampled_from(Quality),
    received_s=st.floats(allow_nan=False, allow_infinity=False),
    detail=st.sampled_from(Detail),
    source_time=st.one_of(st.none(), st.just(AT)),
)
blocks = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.builds(
        lambda readings, link, complete, sequence, renewed_s: ("", readings, link, complete, sequence, renewed_s),
        st.dictionaries(st.sampled_from(["x", "y", "z"]), readings),
        st.sampled_from(LinkState),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
    ),
)


@given(st.lists(blocks, min_size=1, max_size=4))
def test_images_come_back_change_by_change_to_the_last_bit(images: list[dict[str, Any]]) -> None:
    before: dict[str, Block] = {}
    replayed: dict[str, Block] = {}
    for image in images:
        after = dict(before)
        for device, (_, new, link, complete, sequence, renewed_s) in image.items():
            merged = {**(before[device].readings if device in before else {}), **new}
            after[device] = Block(device, merged, link, complete, sequence, {}, renewed_s)
        apply_blocks(json.loads(json.dumps(changed_blocks(after, before))), replayed, {})
        assert replayed == after
        assert repr(replayed) == repr({device: after[device] for device in replayed})
        before = after


polls = st.lists(
    st.dictionaries(
        st.sampled_from(["x", "y", "z"]), st.one_of(st.booleans(), st.integers(), st.floats(0, 1)), min_size=1
    ),
    min_size=1,
    max_size=5,
)


@given(polls)
def test_polls_come_back_to_the_last_bit_and_are_told_by_their_values_alone(given_polls: list[dict[str, Any]]) -> None:
    before = Block("a", {"x": Reading(0, Quality.GOOD, 0.0)}, LinkState.ONLINE, complete=True, sequence=7, ageing={})
    replayed = {"a": before}
    for number, values in enumerate(given_polls, 1):
        readings = {name: Reading(value, Quality.GOOD, float(number)) for name, value in values.items()}
        merged = {**before.readings, **readings}
        after = Block("a", merged, LinkState.ONLINE, complete=True, sequence=7 + number, ageing={})
        told = json.loads(json.dumps(changed_blocks({"a": after}, {"a": before}, ["a", "gone"])))
        assert len(told[1]["a"]) == 5
        apply_blocks(told, replayed, {})
        assert repr(replayed) == repr({"a": after})
        before = after


def test_of_devices_nobody_touched_nothing_is_said() -> None:
    one, other = (Block(name, {}, LinkState.ONLINE, complete=True, sequence=1) for name in "ab")
    assert changed_blocks({"a": one, "b": other}, {}, ["b"])[1].keys() == {"b"}
    assert changed_blocks({"a": one, "b": other}, {}, [])[1] == {}
