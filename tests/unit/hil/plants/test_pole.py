"""A simulated pole: its button, its sensors, its charger."""

from __future__ import annotations

import pytest

from controller.domain.lights import Pole
from controller.domain.places import Place
from hil.plants.charger import BETWEEN_S, FULL_W, SESSION_S, ChargerPlant, ChargerState
from hil.plants.events import EventLog
from hil.plants.pole import DEAD_SENSOR, SOS_LATCH_S, PolePlant

START_S = 1_782_000_000.0


def pole() -> PolePlant:
    return PolePlant(Pole("330105-SP-0001", "pole", "330105", Place(30.3, 120.1), (), ()), START_S, EventLog())


def test_a_short_press_is_shown_until_it_can_be_read() -> None:
    plant = pole()
    plant.press_sos()
    assert plant.sos
    plant.release_sos()
    plant.advance(START_S + SOS_LATCH_S - 0.1)
    assert plant.sos
    plant.advance(START_S + SOS_LATCH_S)
    assert not plant.sos
    plant.release_sos()
    assert not plant.sos


def test_a_held_button_shows_as_long_as_it_is_held() -> None:
    plant = pole()
    plant.press_sos()
    plant.advance(START_S + 36_000.0)
    assert plant.sos


@pytest.mark.parametrize("point", ["temperature_c", "humidity_percent", "pm25_ug_m3", "tilt_deg", "leakage_ma"])
def test_a_sensor_freezes_dies_and_is_healed(point: str) -> None:
    plant = pole()
    before = plant.sensor(point)
    plant.freeze_sensor(point)
    plant.advance(START_S + 6 * 3600.0)
    plant.tilt_deg, plant.leakage_ma = 9.0, 90.0
    assert plant.sensor(point) == before
    plant.dead_sensors.add(point)
    assert plant.sensor(point) == DEAD_SENSOR
    plant.heal_sensors()
    assert plant.sensor(point) not in (before, DEAD_SENSOR)


def test_cars_come_and_go_and_the_power_follows() -> None:
    charger = ChargerPlant("330105-SP-0001", START_S)
    states = [charger.state(START_S + 60.0 * minute) for minute in range(int(BETWEEN_S) // 60)]
    assert states.count(ChargerState.CHARGING) == SESSION_S / 60
    powers = {charger.power_w(START_S + 60.0 * minute) for minute in range(int(BETWEEN_S) // 60)}
    assert powers == {0.0, FULL_W / 2, FULL_W}


def test_a_broken_charger_faults_and_one_off_the_line_is_offline() -> None:
    charger = ChargerPlant("330105-SP-0001", START_S)
    charger.plugged = True
    assert (charger.state(START_S), charger.power_w(START_S)) == (ChargerState.CHARGING, FULL_W)
    charger.broken = True
    assert (charger.state(START_S), charger.power_w(START_S)) == (ChargerState.FAULT, 0.0)
    charger.unpowered = True
    assert charger.state(START_S) is ChargerState.OFFLINE
