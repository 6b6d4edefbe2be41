"""The overview, computed once a second however many listeners there are."""

from __future__ import annotations

from pydantic_core import to_jsonable_python

from controller.runtime.facade import ControllerFacade

FRESH_S = 0.9
"""Real seconds an overview may be shared among listeners that ask once a second."""


class OverviewSnapshot:
    """The last overview in JSON form, worked out again when somebody asks and it has become old."""

    def __init__(self, facade: ControllerFacade) -> None:
        self._facade = facade
        self._taken_s = float("-inf")
        self._body: dict[str, object] = {}

    def get(self) -> dict[str, object]:
        """The overview as JSON-ready data, at most ``FRESH_S`` old."""
        clock = self._facade.clock
        now_s = clock.monotonic()
        if now_s - self._taken_s > FRESH_S * clock.speed:
            self._body = to_jsonable_python(self._facade.overview())
            self._taken_s = now_s
        return self._body
