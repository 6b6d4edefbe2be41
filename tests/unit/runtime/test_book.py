from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.domain.errors import UnknownTarget
from controller.domain.intents import Switch
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.runtime.book import RequestBook
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_rig import EVENING, ROAD, TREES, small_city

TARGETS = small_city(station()).targets


def asking(on: bool, slot: Slot = Slot.CITY_MANUAL, ends_s: float = 100.0, lease: str = "one") -> Request:
    kept = Lease(lease, EVENING, EVENING + timedelta(seconds=ends_s), ends_s)
    return Request(ROAD, slot, Switch(on), "lin", "because", lease=kept)


@pytest.fixture
def book() -> RequestBook:
    made = RequestBook(TARGETS)
    made.take_changed(TARGETS.keys())
    return made


def test_every_target_is_to_be_decided_at_first() -> None:
    assert RequestBook(TARGETS).take_changed(TARGETS.keys()) == set(TARGETS)


def test_the_default_wins_where_nobody_asks(book: RequestBook) -> None:
    assert book.decide(ROAD, 0.0).winner.slot is Slot.DEFAULT


def test_an_expired_lease_empties_its_own_slot_only_and_has_its_target_decided_anew(book: RequestBook) -> None:
    book.hold(asking(False, Slot.CITY_MANUAL, 100.0, "one"))
    district = asking(True, Slot.DISTRICT_MANUAL, 500.0, "two")
    book.hold(district)
    book.take_changed(TARGETS.keys())
    (over,) = book.expire(100.0)
    assert over.lease is not None
    assert over.lease.id == "one"
    assert book.holder(ROAD, Slot.CITY_MANUAL) is None
    assert book.holder(ROAD, Slot.DISTRICT_MANUAL) == district
    assert book.take_changed(TARGETS.keys()) == {ROAD}
    assert book.decide(ROAD, 100.0).winner == district


def test_a_renewed_lease_does_not_end_when_the_old_one_would_have(book: RequestBook) -> None:
    book.hold(asking(True, ends_s=100.0, lease="old"))
    book.hold(asking(True, ends_s=900.0, lease="new"))
    assert book.expire(100.0) == []
    assert book.lease("old") is None
    assert book.lease("new") is not None


def test_a_released_slot_is_empty_and_its_lease_is_no_more(book: RequestBook) -> None:
    book.hold(asking(True))
    released = book.release(ROAD, Slot.CITY_MANUAL)
    assert released is not None
    assert (book.lease("one"), book.holder(ROAD, Slot.CITY_MANUAL)) == (None, None)
    assert book.release(ROAD, Slot.CITY_MANUAL) is None


def test_a_filled_slot_gives_back_whom_it_replaced(book: RequestBook) -> None:
    first = asking(True)
    assert book.hold(first) is None
    assert book.hold(replace(first, owner="wang")) == first


def test_computing_the_same_again_changes_nothing(book: RequestBook) -> None:
    computed = (Request(TREES, Slot.SCHEDULE, Switch(True), "schedule", "dusk"),)
    book.compute(TREES, computed)
    assert book.take_changed(TARGETS.keys()) == {TREES}
    book.compute(TREES, computed)
    assert book.take_changed(TARGETS.keys()) == set()


def test_each_discipline_takes_only_its_own_changes(book: RequestBook) -> None:
    book.hold(asking(True))
    assert book.take_changed({TREES}) == set()
    assert book.take_changed({ROAD}) == {ROAD}


def test_deciding_for_show_leaves_what_is_in_force(book: RequestBook) -> None:
    book.decide(ROAD, 0.0)
    book.hold(asking(False))
    assert book.decide_for_show(ROAD, 0.0).winner.slot is Slot.CITY_MANUAL
    assert book.decision(ROAD).winner.slot is Slot.DEFAULT


def test_the_next_end_is_the_earliest_lease(book: RequestBook) -> None:
    assert book.next_end_s() == float("inf")
    book.hold(asking(True, Slot.DISTRICT_MANUAL, 500.0, "two"))
    book.hold(asking(True, Slot.CITY_MANUAL, 100.0, "one"))
    assert book.next_end_s() == 100.0


def test_a_reload_gives_back_the_orders_of_targets_that_are_gone(book: RequestBook) -> None:
    book.hold(asking(True))
    kept = {target: one for target, one in TARGETS.items() if target != ROAD}
    assert [one.target for one in book.adopt(kept)] == [ROAD]
    assert ROAD not in book
    assert book.take_changed(kept.keys()) == set(kept)
    with pytest.raises(UnknownTarget, match="zhadao status"):
        book.default(ROAD)


def test_an_extended_lease_keeps_its_id_and_does_not_end_when_it_first_would_have(book: RequestBook) -> None:
    book.hold(asking(True, ends_s=100.0, lease="one"))
    book.hold(asking(True, ends_s=900.0, lease="one"))
    assert book.expire(100.0) == []
    assert book.lease("one") is not None
    assert [over.target for over in book.expire(900.0)] == [ROAD]
    assert book.lease("one") is None


def test_everything_a_request_holds_is_found_by_its_owner_and_its_id(book: RequestBook) -> None:
    mine = replace(asking(True), request_id="R1")
    book.hold(mine)
    book.hold(replace(asking(False, slot=Slot.DISTRICT_MANUAL, lease="two"), owner="wang", request_id="R1"))
    assert book.of_request("lin", "R1") == [mine]
    assert book.of_request("lin", "R2") == []
