"""Starting collects no garbage; once started, collecting goes on and leaves what was built alone."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from controller.runtime.startup import GIVE_WAY_S, NEVER, hurry, settle


@pytest.fixture(autouse=True)
def _collecting_as_before() -> Iterator[None]:
    thresholds, interval_s = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval_s)
    gc.enable()


def test_nothing_is_collected_while_the_process_starts() -> None:
    hurry()
    assert not gc.isenabled()


def test_once_started_collecting_goes_on_and_what_was_built_is_set_aside() -> None:
    hurry()
    built = [[number] for number in range(1000)]
    settle()
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(built)


def test_once_started_the_whole_heap_is_not_walked_by_chance_and_threads_give_way_soon() -> None:
    settle()
    assert gc.get_threshold()[2] == NEVER
    assert sys.getswitchinterval() == pytest.approx(GIVE_WAY_S)
