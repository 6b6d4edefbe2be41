"""Which sessions listen: when the last stream of one ends, what it selected is void."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from controller.runtime.facade import ControllerFacade


class Streams:
    """Counts live streams by session."""

    def __init__(self, facade: ControllerFacade) -> None:
        self._facade = facade
        self._open: Counter[str] = Counter()

    @contextmanager
    def listening(self, session_id: str) -> Iterator[None]:
        """While open, this session has a listener. With the last one gone its client is gone."""
        self._open[session_id] += 1
        try:
            yield
        finally:
            self._open[session_id] -= 1
            if self._open[session_id] <= 0:
                del self._open[session_id]
                self._facade.desks.orders.client_gone(session_id)
