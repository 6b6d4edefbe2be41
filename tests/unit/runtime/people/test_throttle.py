"""Back-off at the door."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.runtime.people.throttle import CLIENT, MOST_KEPT, NAME, PAIR, Throttle
from tests.unit.runtime.core_field import HandClock


class Door:
    def __init__(self, speed: float = 1.0) -> None:
        self.clock = HandClock()
        self.clock.speed = speed
        self.throttle = Throttle(self.clock)

    def fail(self, times: int, name: str = "lin", client: str = "10.0.0.1") -> float:
        """Try so often, each as soon as it is allowed; the wait for the next."""
        for _ in range(times):
            self.clock.s += self.throttle.wait_s(name, client) * self.clock.speed
            self.throttle.tried(name, client)
        return self.throttle.wait_s(name, client)


def test_some_tries_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    door = Door()
    assert door.fail(PAIR.free) == 0.0
    assert [round(door.fail(1)) for _ in range(12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_a_hundred_tries_at_once_are_a_hundred() -> None:
    door = Door()
    for _ in range(100):
        door.throttle.tried("lin", "10.0.0.1")
    assert door.throttle.wait_s("lin", "10.0.0.1") == PAIR.most_s


def test_one_address_guessing_many_names_waits_too() -> None:
    door = Door()
    for number in range(CLIENT.free + 4):
        door.throttle.tried(f"name{number}", "10.0.0.1")
    assert door.throttle.wait_s("another", "10.0.0.1") == 8.0
    assert door.throttle.wait_s("another", "10.0.0.2") == 0.0


def test_a_thousand_addresses_guessing_one_name_hold_it_back_a_minute_at_most() -> None:
    door = Door()
    for number in range(1000):
        door.throttle.tried("lin", f"10.0.{number // 250}.{number % 250}")
    assert door.throttle.wait_s("lin", "10.9.9.9") == NAME.most_s


def test_nobody_is_held_back_by_strangers_where_they_signed_in_before() -> None:
    door = Door()
    door.throttle.tried("lin", "10.9.9.9")
    door.throttle.forgive("lin", "10.9.9.9")
    for number in range(1000):
        door.throttle.tried("lin", f"10.0.{number // 250}.{number % 250}")
    assert door.throttle.wait_s("lin", "10.9.9.9") == 0.0


def test_nobody_is_held_back_by_who_guesses_behind_the_same_address_where_they_signed_in_before() -> None:
    door = Door()
    door.throttle.tried("lin", "10.0.0.1")
    door.throttle.forgive("lin", "10.0.0.1")
    for number in range(200):
        door.throttle.tried(f"name{number}", "10.0.0.1")
    assert door.throttle.wait_s("stranger", "10.0.0.1") == CLIENT.most_s
    assert door.throttle.wait_s("lin", "10.0.0.1") == 0.0
    assert door.fail(40) == NAME.most_s


def test_who_guesses_tokens_of_the_sign_on_holds_back_their_own_address_alone() -> None:
    door = Door()
    for number in range(500):
        door.throttle.tried("", f"10.0.{number // 250}.{number % 250}")
    assert door.throttle.wait_s("", "10.9.9.9") == 0.0
    assert door.fail(CLIENT.free, name="", client="10.8.8.8") == 0.0
    assert door.fail(1, name="", client="10.8.8.8") == 1.0


def test_a_genuine_sign_on_does_not_pay_for_guessing_names() -> None:
    door = Door()
    for number in range(CLIENT.free + 5):
        door.throttle.tried(f"name{number}", "10.0.0.1")
        door.throttle.tried("", "10.0.0.1")
        door.throttle.forgive("", "10.0.0.1")
    assert door.throttle.wait_s("lin", "10.0.0.1") > 0.0


def test_signing_in_as_oneself_does_not_pay_for_guessing_others() -> None:
    door = Door()
    for number in range(CLIENT.free + 5):
        door.throttle.tried(f"name{number}", "10.0.0.1")
        door.throttle.tried("thief", "10.0.0.1")
        door.throttle.forgive("thief", "10.0.0.1")
    assert door.throttle.wait_s("lin", "10.0.0.1") > 0.0


def test_after_a_quiet_hour_all_is_forgotten() -> None:
    door = Door()
    door.fail(9)
    door.clock.s += PAIR.quiet_s + 1
    assert door.fail(PAIR.free) == 0.0


def test_waits_are_real_seconds_however_fast_demo_time_runs() -> None:
    door = Door(speed=60.0)
    assert door.fail(PAIR.free + 1) == 1.0
    door.clock.s += 59.0
    assert door.throttle.wait_s("lin", "10.0.0.1") == pytest.approx(1 / 60)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), st.booleans()), max_size=60))
def test_nobody_is_ever_locked_out_for_longer_than_the_longest_wait(tries: list[tuple[str, str, bool]]) -> None:
    door = Door()
    for name, client, right in tries:
        door.throttle.tried(name, client)
        if right:
            door.throttle.forgive(name, client)
    for name, client, _ in tries:
        assert 0.0 <= door.throttle.wait_s(name, client) <= max(PAIR.most_s, CLIENT.most_s, NAME.most_s)


def test_a_flood_of_names_takes_no_endless_memory() -> None:
    door = Door()
    for number in range(MOST_KEPT):
        door.throttle.tried(f"name{number}", f"{number}")
    assert len(door.throttle._tries) == MOST_KEPT
