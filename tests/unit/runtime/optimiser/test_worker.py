"""The solver's process: answers, is killed when late, is begun anew when it died, and never answers twice."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from types import MappingProxyType

import pytest

from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.weighed import Weighed
from controller.runtime.optimiser import worker as worker_module
from controller.runtime.optimiser.frames import LENGTH, framed, length_of, unframed
from controller.runtime.optimiser.worker import NoAnswer, SolverProcess
from tests.unit.logic.water_rules.rig import NETWORK, SETTINGS, START, A, now, outlook, storm

SETTINGS_HERE = OptimiserSettings(
    enabled=True, limit_s=2.0, rules=replace(SETTINGS, rest_m=MappingProxyType({"a": 1.0}))
)
PROBLEM = Problem(NETWORK, now(), outlook(storm(12.0)), SETTINGS_HERE, START)


def test_a_question_is_answered_and_a_worker_that_was_killed_is_begun_anew() -> None:
    asyncio.run(_asked_twice())


async def _asked_twice() -> None:
    solver = SolverProcess()
    try:
        found = await solver.ask(PROBLEM)
        assert isinstance(found, Weighed)
        assert found.answer is not None
        assert A in found.answer.counts
        child = solver._child
        assert child is not None
        child.kill()
        await child.wait()
        assert isinstance(await solver.ask(PROBLEM), Weighed)
    finally:
        await solver.close()
    assert solver._child is None


async def test_a_worker_that_never_answers_is_killed_at_the_limit_and_rests() -> None:
    solver = SolverProcess((sys.executable, "-c", "import sys; sys.stdin.read()"))
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    assert await solver.ask(PROBLEM) == NoAnswer("late")
    assert loop.time() - begun_s <= PROBLEM.settings.limit_s + worker_module.BESIDE_S + worker_module.STARTING_S + 0.1
    assert solver._child is None
    assert await solver.ask(PROBLEM) == NoAnswer("resting")
    await solver.close()


@pytest.mark.parametrize(
    "words",
    ["raise SystemExit(3)", "import sys; sys.stdout.buffer.write(bytes(7)); sys.stdout.close()"],
)
def test_a_worker_that_dies_or_babbles_is_no_answer(words: str) -> None:
    asyncio.run(_died(words))


async def _died(words: str) -> None:
    solver = SolverProcess((sys.executable, "-c", words))
    assert await solver.ask(PROBLEM) == NoAnswer("died")
    assert await solver.ask(PROBLEM) == NoAnswer("resting")
    await solver.close()


def test_questions_travel_whole() -> None:
    frame = framed(PROBLEM)
    assert length_of(frame[:LENGTH]) == len(frame) - LENGTH
    assert unframed(frame[LENGTH:]) == PROBLEM


def test_a_head_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="frame"):
        length_of(b"\xff" * LENGTH)
