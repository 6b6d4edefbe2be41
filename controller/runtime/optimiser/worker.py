"""The solver's process as the controller has it: asked one thing at a time, killed when it is late, begun anew."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from typing import Protocol

import structlog

from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.weighed import Weighed
from controller.runtime.optimiser.frames import LENGTH, framed, length_of, unframed

log = structlog.get_logger("optimiser")

MODULE = ("-m", "controller.runtime.optimiser.work")
BESIDE_S = 2.0
"""What a question may take beside the solver's own limit: the rules' plan, the model's two runs."""
STARTING_S = 5.0
"""What a process may take to be there at all, before its first question."""
LONGEST_REST_S = 600.0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came of a question: ``late`` (killed at the limit), ``died``; ``resting``: not begun again yet."""

    why: str


class Worker(Protocol):
    """Whoever answers questions."""

    async def ask(self, problem: Problem) -> Weighed | NoAnswer:
        """One question; never longer than its limit and a little."""
        ...

    async def close(self) -> None:
        """Nothing is left behind."""
        ...


class SolverProcess:
    """One process of its own. A dead or late one is a plain "no answer"; after failures it rests, longer each time."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, *MODULE)) -> None:
        self._command = command
        self._child: asyncio.subprocess.Process | None = None
        self._failures = 0
        self._rests_until_s = 0.0

    async def ask(self, problem: Problem) -> Weighed | NoAnswer:
        """As ``Worker.ask``."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until_s:
            return NoAnswer("resting")
        try:
            starting_s = STARTING_S if self._child is None or self._child.returncode is not None else 0.0
            async with asyncio.timeout(problem.settings.limit_s + BESIDE_S + starting_s):
                found = await self._answer(problem)
        except TimeoutError:
            return await self._failed("late")
        except (OSError, EOFError, ValueError) as error:  # IncompleteReadError is an EOFError
            return await self._failed("died", error)
        except asyncio.CancelledError:
            await self._kill()
            raise
        if not isinstance(found, Weighed):
            return await self._failed("died")
        self._failures = 0
        return found

    async def _answer(self, problem: Problem) -> object:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        questions, answers = self._child.stdin, self._child.stdout
        if questions is None or answers is None:
            raise OSError("the worker has no pipes")
        questions.write(framed(problem))
        await questions.drain()
        return unframed(await answers.readexactly(length_of(await answers.readexactly(LENGTH))))

    async def _failed(self, why: str, error: BaseException | None = None) -> NoAnswer:
        await self._kill()
        self._failures += 1
        rest_s = min(LONGEST_REST_S, 2.0**self._failures)
        self._rests_until_s = asyncio.get_running_loop().time() + rest_s
        log.warning("optimiser_worker_failed", why=why, reason=repr(error) if error else "", rests_s=rest_s)
        return NoAnswer(why)

    async def close(self) -> None:
        """End it."""
        await self._kill()

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        if child.stdin is not None:
            child.stdin.close()
        await child.wait()
