from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from controller.domain.image import LinkState
from controller.domain.points import bad, good
from controller.domain.quality import Detail
from controller.runtime.alarms import AlarmBook, AlarmState, Priority
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
        self.astray: set[str] = set()
        self.watch = Watch(
            self.site,
            self.table,
            self.alarms,
            ChangeStream(self.clock),
            self.clock,
            no_path=lambda endpoint: frozenset(self.astray if endpoint == "gw-1" else ()),
        )
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


def test_a_gateway_without_a_way_to_some_devices_has_one_alarm_for_them(watching: Watching) -> None:
    watching.astray = set(watching.members[:2])
    for device in watching.members[:2]:
        watching.link(device, LinkState.OFFLINE)
    watching.watch.look()
    standing = {alarm.id: alarm for alarm in watching.alarms.all() if alarm.stands}
    assert shown(watching) == ["gw-1:no_path"]
    assert all(device in standing["gw-1:no_path"].text for device in watching.members[:2])
    watching.astray = set()
    for device in watching.members[:2]:
        watching.link(device, LinkState.ONLINE)
    watching.watch.look()
    assert not any(alarm.stands for alarm in watching.alarms.all())


def lost(watching: Watching) -> None:
    for device in watching.members:
        watching.link(device, LinkState.OFFLINE)
    watching.watch.look()


def shown(watching: Watching) -> list[str]:
    return [alarm.id for alarm in watching.alarms.all() if alarm.stands]


def test_a_gateways_alarm_tells_how_many_devices_stand_behind_it(watching: Watching) -> None:
    lost(watching)
    (view,) = watching.alarms.views()
    assert (view.id, view.folded) == ("gw-1:offline", len(watching.members))


def test_a_device_lost_before_its_gateway_is_hidden_behind_it_and_leaves_nothing_to_acknowledge(
    watching: Watching,
) -> None:
    watching.link(LC1, LinkState.OFFLINE)
    watching.watch.look()
    lost(watching)
    assert watching.alarms.get(f"{LC1}:offline").state is AlarmState.SUPPRESSED
    assert watching.alarms.unacknowledged() == 1
    for device in watching.members:
        watching.link(device, LinkState.ONLINE)
    watching.watch.look()
    assert [(alarm.id, alarm.state) for alarm in watching.alarms.all()] == [("gw-1:offline", AlarmState.RTNUN)]
    assert watching.alarms.hidden() == []


def test_while_a_gateways_devices_return_one_by_one_none_is_alarmed_by_itself(watching: Watching) -> None:
    lost(watching)
    for number, device in enumerate(watching.members):
        watching.link(device, LinkState.ONLINE)
        watching.clock.s += 5.0
        watching.watch.look()
        missing = len(watching.members) - number - 1
        assert shown(watching) == (["gw-1:offline"] if missing else [])
        assert not missing or f"{missing} of its" in watching.alarms.get("gw-1:offline").text


def test_when_a_gateway_returns_without_one_device_that_one_is_alarmed_once_the_others_are_back(
    watching: Watching,
) -> None:
    lost(watching)
    for device in watching.members[1:]:
        watching.link(device, LinkState.ONLINE)
    watching.watch.look()
    assert watching.members[0] == LC1
    assert shown(watching) == ["gw-1:offline"]
    watching.clock.s += watching.site.alarms.settle_s
    watching.watch.look()
    assert shown(watching) == [f"{LC1}:offline"]


def test_a_gateway_that_fails_device_by_device_is_one_alarm_from_the_start(watching: Watching) -> None:
    for device in watching.members:
        watching.link(device, LinkState.SUSPECT)
    for device in watching.members[:-1]:
        watching.link(device, LinkState.OFFLINE)
        watching.watch.look()
        assert shown(watching) == []
    watching.link(watching.members[-1], LinkState.OFFLINE)
    watching.watch.look()
    assert shown(watching) == ["gw-1:offline"]


def test_a_lost_device_that_is_only_being_asked_again_is_still_lost(watching: Watching) -> None:
    watching.link(LC1, LinkState.OFFLINE)
    watching.watch.look()
    watching.link(LC1, LinkState.PROBING)
    watching.watch.look()
    assert watching.alarms.standing(LC1, "offline")


def test_a_gateway_lost_before_a_restart_stays_one_alarm_after_it(watching: Watching) -> None:
    lost(watching)
    again = Watching(watching.site)
    again.alarms.restore(watching.alarms.all())
    for device in again.members:
        again.link(device, LinkState.OFFLINE)
    again.watch.look()
    assert shown(again) == ["gw-1:offline"]
    for device in again.members:
        again.link(device, LinkState.ONLINE)
    again.watch.look()
    assert shown(again) == []


def test_a_gateway_that_leaves_the_site_leaves_no_alarm_standing(watching: Watching) -> None:
    lost(watching)
    watching.watch.adopt(replace(watching.site, endpoints=watching.site.endpoints[1:]))
    assert shown(watching) == []


def test_a_doubtful_link_is_no_alarm_yet(watching: Watching) -> None:
    watching.link(LC1, LinkState.SUSPECT)
    watching.watch.look()
    assert watching.alarms.all() == []


def test_only_the_gravest_grade_of_a_level_is_shown_with_value_limit_and_datum(watching: Watching) -> None:
    assert watching.level(2.39) == set()
    assert watching.level(2.69) == {"level_blue"}
    assert watching.level(2.70) == {"level_yellow"}
    assert watching.level(3.21) == {"level_red"}
    (alarm,) = [one for one in watching.alarms.all() if one.stands]
    assert alarm.text == "拱宸桥 stands at 3.21 m, red from 3.20 m (guarantee level, 吴淞)"
    assert alarm.priority == Priority.EMERGENCY
    assert {one.condition for one in watching.alarms.hidden()} == {"level_orange", "level_yellow", "level_blue"}


def test_a_level_alarm_does_not_chatter_in_the_waves(watching: Watching) -> None:
    watching.level(2.40)
    assert watching.level(2.39) == {"level_blue"}
    assert watching.level(2.38) == {"level_blue"}
    assert watching.level(2.37) == set()
    assert [alarm.state for alarm in watching.alarms.all()] == [AlarmState.RTNUN]


def test_a_level_that_cannot_be_read_ends_no_alarm_and_is_told_itself_after_a_minute(watching: Watching) -> None:
    watching.level(2.80)
    assert watching.level(None) == {"level_yellow"}
    watching.clock.s += 60.0
    watching.alarms.look()
    assert set(shown(watching)) == {f"{GAUGE}:level_yellow", f"{GAUGE}:level_unknown"}
    assert watching.level(2.80) == {"level_yellow"}


def rising(watching: Watching, from_m: float, m_per_h: float, minutes: int) -> set[str]:
    standing = set()
    for minute in range(minutes):
        watching.clock.s += 55.0
        standing = watching.level(from_m + m_per_h * minute / 60)
    return standing


def test_a_fast_rise_is_alarmed_and_the_red_level_announced_with_the_time_left(watching: Watching) -> None:
    assert rising(watching, 1.9, 0.5, 30) == {"fast_rise"}
    assert "rises 0.50 m/h over 30 min" in watching.alarms.get(f"{GAUGE}:fast_rise").text
    rate = watching.watch.rise_m_per_h(GAUGE)
    assert rate == pytest.approx(0.5, abs=0.01)
    assert rising(watching, 2.15, 0.5, 31) == {"level_blue", "fast_rise", "limit_soon"}
    assert "in about 96 min" in watching.alarms.get(f"{GAUGE}:limit_soon").text


def test_a_level_at_rest_after_a_rise_ends_what_was_said_of_the_rise(watching: Watching) -> None:
    rising(watching, 2.0, 0.5, 30)
    assert rising(watching, 2.25, 0.0, 31) == set()


def test_a_trend_is_drawn_from_trusted_values_only(watching: Watching) -> None:
    rising(watching, 2.0, 0.1, 16)
    watching.level(None)
    before = watching.watch.rise_m_per_h(GAUGE)
    watching.level(None)
    assert watching.watch.rise_m_per_h(GAUGE) == before
