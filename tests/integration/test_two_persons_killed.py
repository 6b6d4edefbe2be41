"""A controller killed (SIGKILL) at every step of an order that takes two people: done once, or still to be done."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.integration.asking import Gone
from tests.integration.dying import PROGRAM as DYING
from tests.integration.dying import Moment
from tests.integration.two_persons import STEPS, Act, City
from tests.integration.zhadao import Running

SEED = 20260621
KILLS = 100


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    found = City(tmp_path)
    try:
        with found.alive() as controller:
            found.settle_people()
            assert controller.interrupt() == 0
        yield found
    finally:
        found.close()


def test_an_order_of_two_people_is_done_once_or_still_to_be_done_wherever_the_controller_dies(
    city: City, tmp_path: Path
) -> None:
    death, found = tmp_path / "death", dict[Moment, str]()
    act: Act | None = None
    for last, moment in zip((None, *Moment), (*Moment, None), strict=True):
        with city.alive([*DYING, str(death)]) as controller:
            if last is not None and act is not None:
                found[last] = city.brought_to_its_end(act)
                city.settlement_written(act)  # else the next death may come of this order's line
            if moment is None:
                assert controller.interrupt() == 0
                break
            act = city.act()
            death.write_text(moment, encoding="utf-8")
            dies_of(city, act, controller)
            death.unlink()
        city.verified()
    assert found == {
        Moment.PROPOSED_IN_THE_JOURNAL: "not there",
        Moment.PROPOSAL_KEPT: "proposed",
        Moment.CONFIRMED_IN_THE_JOURNAL: "proposed",
        Moment.ORDER_IN_THE_JOURNAL: "proposed",
        Moment.ORDER_KEPT: "done",
        Moment.TO_BE_SENT: "done",
        Moment.SENT: "done",
        Moment.TO_BE_SETTLED: "done",
    }


@pytest.mark.soak
def test_a_hundred_kills_at_random_instants_of_every_step(city: City) -> None:
    print(f"seed {SEED}")
    instants = random.Random(SEED)  # noqa: S311 - instants, not secrets
    found = Counter[tuple[str, str]]()
    with city.alive() as controller:
        act = city.act()
        for step in STEPS:
            city.step(step, act)
        assert controller.interrupt() == 0
    killed_in = ""
    for number in range(KILLS + 1):
        with city.alive() as controller:
            if killed_in:
                found[killed_in, city.brought_to_its_end(act)] += 1
            if number == KILLS:
                assert controller.interrupt() == 0
                break
            killed_in = STEPS[number % len(STEPS)]
            act = city.act()
            for step in STEPS[: STEPS.index(killed_in)]:
                city.step(step, act)
            instant_s = instants.uniform(0.0, 1.2 * median(city.took_s[killed_in]))
            print(f"{number}: {killed_in} after {1000 * instant_s:.1f} ms", flush=True)
            killer = threading.Timer(instant_s, controller.process.kill)
            killer.start()
            dies_of(city, act, controller, killed_in)
            killer.join()
        city.verified()
    print({f"{step}: {became}": count for (step, became), count in sorted(found.items())})
    print({step: f"{1000 * median(took):.0f} ms" for step, took in city.took_s.items()})
    assert sum(found.values()) == KILLS


def dies_of(city: City, act: Act, controller: Running, first: str = STEPS[0]) -> None:
    """Give the order, from this step on, until the controller is dead; it is never the order that fails."""
    try:
        for step in STEPS[STEPS.index(first) :]:
            city.step(step, act)
    except Gone as away:
        print(away)
    assert controller.process.wait(5) == -9
