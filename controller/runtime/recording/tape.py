"""What happens to the core between its turns, written down as the calls it was.

A turn's own doing (a trip it latches, a lease it ends) is not on the tape: a replay works it out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from controller.runtime.recording.core import CALLED, Core


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a desk to a part of the core."""

    part: str
    name: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]

    def repeat(self, core: Core) -> None:
        """Do the same to another core."""
        getattr(getattr(core, self.part), self.name)(*self.arguments, **self.named)


class Tape:
    """Listens at the methods of ``CALLED`` on the parts of one core, for as long as that core lives.

    Only the outermost call counts: what it calls itself follows from it.
    """

    def __init__(self, core: Core) -> None:
        self._calls: list[Call] = []
        self.deaf = True
        """While a turn decides, while a call is under way, and while nothing is recorded."""
        for part, names in CALLED.items():
            owner = getattr(core, part)
            for name in names:
                setattr(owner, name, self._listening(part, name, getattr(owner, name)))

    def take(self) -> tuple[Call, ...]:
        """The calls since the last time."""
        calls, self._calls = self._calls, []
        return tuple(calls)

    def _listening(self, part: str, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            if self.deaf:
                return method(*arguments, **named)
            self._calls.append(Call(part, name, arguments, named))
            self.deaf = True
            try:
                return method(*arguments, **named)
            finally:
                self.deaf = False

        return called
