from __future__ import annotations

import pytest

from controller.domain.errors import UnknownTarget
from controller.domain.slots import Slot
from controller.runtime.explaining import SLOT_NAMES_ZH
from tests.unit.runtime.core_rig import LC, PS, ROAD, TREES, CoreRig


@pytest.fixture
def rig() -> CoreRig:
    return CoreRig().run(3)


def test_every_slot_has_its_chinese_name() -> None:
    assert set(SLOT_NAMES_ZH) == {slot.label for slot in Slot}


def test_the_winner_and_everyone_it_masks_are_named_in_both_languages(rig: CoreRig) -> None:
    rig.order(TREES, "on", slot=Slot.DISTRICT_MANUAL, owner="wang")
    rig.order(TREES, "off", slot=Slot.CITY_MANUAL, owner="lin")
    told = rig.explainer.explain(TREES)
    assert (told.winner.name, told.winner.owner, told.winner.value) == ("city_manual", "lin", "off")
    assert [one.name for one in told.masked] == ["district_manual", "default"]
    assert "city_manual by lin (because)" in told.text_en
    assert "district_manual of wang (on)" in told.text_en
    assert "由市级手动（lin，because）决定" in told.text_zh
    assert "区级手动（wang，on）" in told.text_zh


def test_the_actual_state_comes_from_feedback_and_not_from_the_command(rig: CoreRig) -> None:
    rig.lamps.stuck.add("K2")
    rig.order(TREES, "on")
    rig.run(2)
    told = rig.explainer.explain(TREES)
    assert (told.wanted, told.actual, told.agrees) == ("on", "off", False)


def test_what_cannot_be_read_is_unknown_and_neither_agrees_nor_disagrees(rig: CoreRig) -> None:
    rig.lose(LC)
    told = rig.explainer.explain(TREES)
    assert (told.actual, told.agrees, told.link) == ("off (comm_fault)", None, "OFFLINE")


@pytest.mark.parametrize(
    ("below", "then"), [("on", "goes on, nothing changes"), ("off", "takes over")], ids=["same", "other"]
)
def test_the_end_of_each_lease_is_told_with_what_comes_then(rig: CoreRig, below: str, then: str) -> None:
    rig.order(TREES, below, slot=Slot.DISTRICT_MANUAL, for_s=7200.0)
    rig.order(TREES, "on", slot=Slot.CITY_MANUAL, for_s=1800.0)
    first, second = rig.explainer.explain(TREES).after_leases
    assert first == f"in 30 min 00 s the city_manual of lin ends; district_manual ({below}) {then}"
    assert second.startswith("in 2 h 00 min the district_manual of lin ends; default (off)")


def test_the_remaining_time_of_a_lease_runs_down_whatever_the_wall_clock_does(rig: CoreRig) -> None:
    rig.order(TREES, "on", for_s=100.0)
    rig.run(40)
    remaining = rig.explainer.explain(TREES).winner.remaining_s
    assert remaining == 60.0


def test_an_interlock_that_holds_is_named_with_its_reason(rig: CoreRig) -> None:
    rig.lamps.switch = "LOCAL"
    rig.run(2)
    rig.order(ROAD, "on")
    (held,) = rig.explainer.explain(ROAD).interlocks
    assert (held.id, held.ruling, held.cause) == ("light.local_switch", "hold", "BLOCKED_LOCAL")
    assert "on site" in held.reason
    assert held.reason in rig.explainer.explain(ROAD).text_en


def test_a_station_says_its_mode_and_how_many_units_run(rig: CoreRig) -> None:
    rig.run(20)
    told = rig.explainer.explain(PS)
    assert told.actual == "REMOTE, 0 of 2 running"
    assert told.winner.name == "automatic"


def test_a_wrong_output_is_answered_with_the_right_ones(rig: CoreRig) -> None:
    with pytest.raises(UnknownTarget, match=f"it has {ROAD}, {TREES}"):
        rig.explainer.explain(f"{LC}/K9")
    with pytest.raises(UnknownTarget, match="zhadao status"):
        rig.explainer.explain("330106-LC-9999")
