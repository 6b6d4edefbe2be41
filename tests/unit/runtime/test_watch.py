from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from controller.domain.image import LinkState
from controller.domain.points import bad, good
from controller.domain.quality import Detail
from controller.runtime.alarms import AlarmBook, AlarmState
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.watch import Watch
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.runtime.core_rig import HandClock
from tests.unit.settings.small_site import write_site

GAUGE, LC1 = "330106-LG-0001", "330106-LC-0001"


@dataclass
class Watching:
    site: Site
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.table = ImageTable(self.site.ageings)
        self.alarms = AlarmBook(self.clock, lambda _: None)
        self.watch = Watch(self.site, self.table, self.alarms, ChangeStream(self.clock), self.clock)
        self.members = [one.device for one in self.site.endpoints[0].devices]
        for device in self.table.devices():
            self.link(device, LinkState.PROBING)
            self.link(device, LinkState.ONLINE)
        self.watch.look()

    def link(self, device: str, state: LinkState) -> None:
        self.table.set_link(device, state)

    def level(self, level_m: float | None) -> set[str]:
        self.clock.s += 5.0
        reading = bad(Detail.FAILURE, self.clock.s) if level_m is None else good(level_m, self.clock.s)
        self.table.store(GAUGE, {"level_m": reading})
        self.watch.look()
        return {alarm.condition for alarm in self.alarms.all() if alarm.cleared is None}


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(load_site(write_site(tmp_path)))


def test_a_device_lost_alone_has_its_own_alarm_until_it_returns(watching: Watching) -> None:
    watching.link(LC1, LinkState.OFFLINE)
    watching.watch.look()
    assert watching.alarms.standing(LC1, "offline")
    watching.link(LC1, LinkState.ONLINE)
    watching.watch.look()
    assert not watching.alarms.standing(LC1, "offline")


def test_a_lost_gateway_is_one_alarm_that_hides_its_devices(watching: Watching) -> None:
    watching.link(LC1, LinkState.OFFLINE)
    watching.watch.look()
    for device in watching.members:
        watching.link(device, LinkState.OFFLINE)
    watching.watch.look()
    standing = [alarm for alarm in watching.alarms.all() if alarm.cleared is None]
    assert [alarm.id for alarm in standing] == ["gw-1:offline"]
    assert all(device in standing[0].text for device in watching.members)


def test_when_a_gateway_returns_without_one_device_that_one_is_alarmed(watching: Watching) -> None:
    for device in watching.members:
        watching.link(device, LinkState.OFFLINE)
    watching.watch.look()
    for device in watching.members:
        watching.link(device, LinkState.ONLINE if device != LC1 else LinkState.OFFLINE)
    watching.watch.look()
    standing = [alarm.id for alarm in watching.alarms.all() if alarm.cleared is None]
    assert standing == [f"{LC1}:offline"]


def test_a_doubtful_link_is_no_alarm_yet(watching: Watching) -> None:
    watching.link(LC1, LinkState.SUSPECT)
    watching.watch.look()
    assert watching.alarms.all() == []


def test_levels_past_their_limits_are_alarmed_with_value_limit_and_datum(watching: Watching) -> None:
    assert watching.level(2.69) == set()
    assert watching.level(2.70) == {"warning"}
    assert watching.level(3.21) == {"warning", "guarantee"}
    (alarm,) = [one for one in watching.alarms.all() if one.condition == "guarantee"]
    assert alarm.text == "拱宸桥 stands at 3.21 m, guarantee level 3.20 m (吴淞)"


def test_a_level_alarm_does_not_chatter_in_the_waves(watching: Watching) -> None:
    watching.level(2.70)
    assert watching.level(2.69) == {"warning"}
    assert watching.level(2.68) == {"warning"}
    assert watching.level(2.67) == set()
    assert [alarm.state for alarm in watching.alarms.all()] == [AlarmState.RTNUN]


def test_a_level_that_cannot_be_read_ends_no_alarm(watching: Watching) -> None:
    watching.level(2.80)
    assert watching.level(None) == {"warning"}
