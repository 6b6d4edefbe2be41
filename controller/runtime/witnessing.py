"""Who may look on while a turn decides: the recorder, or nobody."""

from __future__ import annotations

from collections.abc import Sequence, Set
from types import TracebackType
from typing import Protocol

from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision
from controller.logic.contract import Moment
from controller.runtime.dispatch import Act


class Witness(Protocol):
    """Looks on. Everything it is given is never changed afterwards; it must be quick and must not raise."""

    def begins(self, discipline: str, moment: Moment) -> None:
        """A turn begins: what happens until it ends is its own doing."""
        ...

    def given(self, image: Image, changed: Set[DeviceId], settled: Set[TargetId]) -> None:
        """What the turn decides on."""
        ...

    def ended(self, decided: Sequence[Decision], acts: Sequence[Act]) -> None:
        """What came of it."""
        ...

    def over(self) -> None:
        """The turn is over, ended or failed."""
        ...


class Nobody:
    """Looks on nothing."""

    def begins(self, discipline: str, moment: Moment) -> None:
        """Nothing."""

    def given(self, image: Image, changed: Set[DeviceId], settled: Set[TargetId]) -> None:
        """Nothing."""

    def ended(self, decided: Sequence[Decision], acts: Sequence[Act]) -> None:
        """Nothing."""

    def over(self) -> None:
        """Nothing."""


class Turn:
    """``with Turn(witness, name, moment):`` tells the witness where a turn begins and ends, whatever it raises."""

    def __init__(self, witness: Witness, discipline: str, moment: Moment) -> None:
        self._witness = witness
        self._begins = (discipline, moment)

    def __enter__(self) -> Witness:
        self._witness.begins(*self._begins)
        return self._witness

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._witness.over()
