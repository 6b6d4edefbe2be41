"""Two of three photocells dirty alike: the sound one is named, and what the other areas see is told beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.image import Block, Image, LinkState
from controller.domain.points import good
from controller.logic.contract import Moment
from controller.logic.daylight_plan import LuxArea, Sensor
from controller.logic.lighting_lux import Fault, Rejected, Suspect, Trust, Vote, light_elsewhere, suspect
from controller.runtime.alarms import AlarmBook
from controller.runtime.daylight.sensor_alarms import REJECTED
from controller.runtime.daylight.skies import Skies
from controller.settings.load import load_site
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.daylight.sky_city import files
from tests.unit.settings.small_site import write_site


@pytest.mark.parametrize(
    ("lux", "said", "elsewhere", "who"),
    [
        pytest.param(400.0, 60.0, 380.0, Suspect.OTHERS, id="the others are dirty alike"),
        pytest.param(20.0, 200.0, 25.0, Suspect.OTHERS, id="the others are lit alike"),
        pytest.param(400.0, 60.0, 70.0, Suspect.ITSELF, id="a lamp shines on it"),
        pytest.param(20.0, 200.0, 180.0, Suspect.ITSELF, id="it is dirty"),
        pytest.param(400.0, 60.0, None, Suspect.EITHER, id="brighter, and no witness"),
        pytest.param(20.0, 200.0, None, Suspect.ITSELF, id="darker, and no witness"),
        pytest.param(400.0, 60.0, 150.0, Suspect.EITHER, id="the witness agrees with both"),
    ],
)
def test_who_is_looked_at_first(lux: float, said: float, elsewhere: float | None, who: Suspect) -> None:
    assert suspect(Rejected("S1", Fault.LYING, lux), Vote(said, Trust.PAIR), elsewhere) is who


def test_few_or_quarrelling_areas_are_no_witness() -> None:
    full = [Vote(lux, Trust.FULL) for lux in (100.0, 110.0, 130.0)]
    assert light_elsewhere(full) == 110.0
    assert light_elsewhere(full[:2]) is None
    assert light_elsewhere([*full[:2], Vote(130.0, Trust.SINGLE)]) is None
    assert light_elsewhere([Vote(lux, Trust.FULL) for lux in (10.0, 100.0, 1000.0)]) is None


def area(name: str) -> LuxArea:
    return LuxArea(name, name, name, (), tuple(Sensor(f"{name}{n}", "lux") for n in range(3)))


def image(lux: Mapping[str, tuple[float, float, float]]) -> Image:
    blocks = {}
    for name, three in lux.items():
        for n, one in enumerate(three):
            device = f"{name}{n}"
            blocks[device] = Block(device, {"lux": good(one, 1000.0)}, LinkState.ONLINE, complete=True, sequence=1)
    return Image(blocks)


def test_the_alarm_of_the_sound_cell_says_that_its_neighbours_are_probably_dirty(tmp_path: Path) -> None:
    site, clock = load_site(write_site(tmp_path, files("only"))), HandClock()
    site = replace(site, daylight=replace(site.daylight, areas=tuple(map(area, "ABCD"))))
    book = AlarmBook(clock, lambda _: None, site.alarms)
    skies = Skies(site, alarms=book)
    seen = image(
        {"A": (500.0, 520.0, 480.0), "B": (450.0, 470.0, 490.0), "C": (510.0, 500.0, 530.0), "D": (60, 70, 490)}
    )
    for _ in range(2):  # whoever is heard first has no witness yet
        skies.look(seen, {f"{name}{n}" for name in "ABCD" for n in range(3)}, Moment(clock.now(), 1000.0))
    clock.s += 700.0  # a passing shadow does not ring
    book.look()
    found = list(book.of_kind(REJECTED))
    assert [(one.source, one.condition) for one in found] == [("D2", f"D:{REJECTED}")]
    assert "probably dirty" in found[0].text
    assert "500 lx" in found[0].text
    assert "同样脏污" in found[0].text_zh
    assert skies.said("D").lux == 60.0  # the vote stays the vote
