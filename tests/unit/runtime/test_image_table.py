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
