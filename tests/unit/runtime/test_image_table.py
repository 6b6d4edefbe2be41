"""Whoever listens to the image hears of everything that changed what may be believed."""

from __future__ import annotations

from controller.domain.image import Ageing, LinkState
from controller.domain.points import good
from controller.runtime.table import ImageTable

DEVICE = "330106-LC-0001"


def _online(*, at_s: float = 0.0) -> tuple[ImageTable, list[str]]:
    table = ImageTable({DEVICE: {"K1.feedback": Ageing(stale_s=15.0, dead_s=60.0)}})
    table.set_link(DEVICE, LinkState.ONLINE)
    table.store(DEVICE, {"K1.feedback": good(True, at_s)}, complete=True)
    heard: list[str] = []
    table.listen(heard.append)
    return table, heard


def test_the_same_value_read_again_in_time_is_no_change() -> None:
    table, heard = _online()
    table.store(DEVICE, {"K1.feedback": good(True, 15.0)})
    assert heard == []


def test_the_same_value_read_after_it_was_too_old_is_a_change() -> None:
    table, heard = _online()
    table.store(DEVICE, {"K1.feedback": good(True, 15.1)})
    assert heard == [DEVICE]


def test_a_renewal_in_time_is_no_change_and_counts_as_youth_of_what_it_renewed() -> None:
    table, heard = _online()
    table.renew(DEVICE, 14.0)
    table.store(DEVICE, {"K1.feedback": good(True, 28.0)})
    assert heard == []


def test_a_renewal_of_what_was_too_old_is_a_change() -> None:
    table, heard = _online()
    before = table.devices()[DEVICE].sequence
    table.renew(DEVICE, 15.1)
    assert heard == [DEVICE]
    assert table.devices()[DEVICE].sequence == before + 1


def _measuring() -> tuple[ImageTable, list[str]]:
    age = Ageing(stale_s=15.0, dead_s=60.0)
    table = ImageTable({DEVICE: {"K1.feedback": age, "voltage_a_v": age}})
    table.set_link(DEVICE, LinkState.ONLINE)
    table.store(DEVICE, {"K1.feedback": good(True, 0.0), "voltage_a_v": good(230.0, 0.0)}, complete=True)
    heard: list[str] = []
    table.listen(heard.append, lambda _: {"voltage_a_v"})
    return table, heard


def test_who_is_indifferent_to_a_point_does_not_hear_of_its_change_alone() -> None:
    table, heard = _measuring()
    before = table.devices()[DEVICE].sequence
    table.store(DEVICE, {"voltage_a_v": good(231.0, 10.0)})
    assert heard == []
    assert table.devices()[DEVICE].sequence == before + 1


def test_who_is_indifferent_to_a_point_hears_of_it_together_with_another() -> None:
    table, heard = _measuring()
    table.store(DEVICE, {"voltage_a_v": good(231.0, 10.0), "K1.feedback": good(False, 10.0)})
    assert heard == [DEVICE]


def test_who_is_indifferent_to_a_point_hears_of_the_others_age_and_of_the_link() -> None:
    table, heard = _measuring()
    table.store(DEVICE, {"voltage_a_v": good(230.0, 20.0), "K1.feedback": good(True, 20.0)})
    table.set_link(DEVICE, LinkState.SUSPECT)
    table.store(DEVICE, {"voltage_a_v": good(230.0, 21.0)}, complete=True)
    assert heard == [DEVICE, DEVICE]


def test_every_block_that_was_replaced_is_taken_once() -> None:
    table, _ = _measuring()
    assert table.take_replaced() == {DEVICE}
    assert table.take_replaced() == set()
    for change in (
        lambda: table.store(DEVICE, {"voltage_a_v": good(230.0, 5.0)}),
        lambda: table.set_link(DEVICE, LinkState.SUSPECT),
        lambda: table.renew(DEVICE, 6.0),
        lambda: table.adopt({DEVICE: {}}),
    ):
        before = table.devices()[DEVICE]
        change()
        assert table.devices()[DEVICE] is not before
        assert table.take_replaced() == {DEVICE}
