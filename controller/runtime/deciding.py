"""The deciding part of a cycle's turn, without any waiting: the same for the live controller and for a replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Protocol

from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision
from controller.logic.contract import Moment
from controller.runtime.book import RequestBook
from controller.runtime.dispatch import Act

MOST_A_TURN = 1_000
"""Targets decided anew in one turn (some 50 ms with what follows); more of them take several turns, one behind the
other, and whatever else the process does goes on in between. What slots 1–2 ask is decided whatever else waits."""


class Deciding(Protocol):
    """What lighting and water each know how to do; pure decisions, no waiting."""

    @property
    def targets(self) -> Set[TargetId]:
        """The targets it decides."""
        ...

    def compute(self, image: Image, changed: Set[DeviceId], moment: Moment) -> None:
        """Logic: put the computed slots of what is due into the book."""
        ...

    def act(
        self, image: Image, changed: Set[DeviceId], decided: Sequence[Decision], settled: Set[TargetId], moment: Moment
    ) -> list[Act]:
        """Sequencers and interlocks: the writes that may go out now."""
        ...


def decide(
    discipline: Deciding,
    book: RequestBook,
    image: Image,
    changed: Set[DeviceId],
    settled: Set[TargetId],
    moment: Moment,
    on_decided: Callable[[Sequence[Decision]], None] = lambda _: None,
) -> tuple[list[Decision], list[Act]]:
    """Logic, arbitration, sequencers and interlocks: what was decided anew, and the writes that may go out."""
    discipline.compute(image, changed, moment)
    anew = sorted(book.take_changed(discipline.targets, MOST_A_TURN))
    decided = [book.decide(target, moment.s) for target in anew]
    if decided:
        on_decided(decided)
    return decided, discipline.act(image, changed, decided, settled, moment)
