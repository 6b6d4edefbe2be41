"""What clients do often is counted: the first is written down at once, then one line a minute says how many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog

from controller.runtime.evidence import Evidence

log = structlog.get_logger("northbound")

QUIET_S = 60.0
"""Real seconds after a line in which further ones of its kind and actor are only counted."""
MOST_ACTORS = 100
"""Of each kind, so many are told apart; the others are counted together."""
OTHERS = "others"


class Tally:
    """Journals refusals and visits, sampled."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._counted: Counter[tuple[str, str]] = Counter()
        self._quiet: dict[tuple[str, str], asyncio.TimerHandle] = {}

    def tell(self, kind: str, actor: str, target: str, data: Mapping[str, Any], times: int = 1) -> None:
        """It happened (``times`` times in one request)."""
        key = (kind, actor)
        if key not in self._quiet and sum(one == kind for one, _ in self._quiet) >= MOST_ACTORS:
            key = (kind, OTHERS)
        if key in self._quiet:
            self._counted[key] += times
            return
        log.info(kind, actor=actor, target=target, times=times, **data)
        self._evidence.later(kind, actor, target, {**data, "times": times})
        self._begin_quiet(key)

    def close(self) -> None:
        """Write down what was only counted so far."""
        for key, timer in tuple(self._quiet.items()):
            timer.cancel()
            self._tell_rest(key)
        self._quiet.clear()

    def _begin_quiet(self, key: tuple[str, str]) -> None:
        loop = asyncio.get_running_loop()
        self._quiet[key] = loop.call_later(QUIET_S, self._quiet_over, key)

    def _quiet_over(self, key: tuple[str, str]) -> None:
        del self._quiet[key]
        if self._tell_rest(key):
            self._begin_quiet(key)

    def _tell_rest(self, key: tuple[str, str]) -> bool:
        times = self._counted.pop(key, 0)
        if times:
            self._evidence.later(key[0], key[1], "", {"times": times, "more": True})
        return bool(times)
