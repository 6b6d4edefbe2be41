"""A ``zhadao`` that dies (SIGKILL, by its own hand) at one named moment: ``python -c PROGRAM FILE run CONFIG …``.

Everything about it is real but its death, which comes exactly before or after one durable write or one telegram. The
moment stands in ``FILE``; while there is none it lives.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from controller.cli import main
from controller.store.changes import Statement
from controller.store.journal import Journal
from controller.store.state import StateStore
from drivers.modbus.driver import ModbusDriver

PROGRAM = [sys.executable, "-c", "from tests.integration.dying import live; live()"]
SWITCHED = "K5.command"


class Moment(StrEnum):
    """When it dies."""

    PROPOSED_IN_THE_JOURNAL = "after the journal's line of the proposal"
    PROPOSAL_KEPT = "after the proposal is kept"
    CONFIRMED_IN_THE_JOURNAL = "after the journal's line of the confirmation"
    ORDER_IN_THE_JOURNAL = "after the journal's line of the order"
    ORDER_KEPT = "after the order is kept"
    TO_BE_SENT = "before the first telegram"
    SENT = "after the first telegram"
    TO_BE_SETTLED = "before the journal's line of the outcome"


class PublishingMoment(StrEnum):
    """When it dies of a publication of lighting programs."""

    IN_THE_JOURNAL = "after the journal's line of the publication"
    KEPT = "after the version is kept"


AFTER_LINE: dict[str, Moment | PublishingMoment] = {
    "proposed": Moment.PROPOSED_IN_THE_JOURNAL,
    "proposal_confirmed": Moment.CONFIRMED_IN_THE_JOURNAL,
    "order": Moment.ORDER_IN_THE_JOURNAL,
    "lighting_published": PublishingMoment.IN_THE_JOURNAL,
}


class Death:
    """What a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def comes(self, moment: Moment | PublishingMoment | None) -> None:
        """Now, if this is the moment."""
        if moment is not None and self._file.exists() and self._file.read_text(encoding="utf-8") == moment:
            os.kill(os.getpid(), signal.SIGKILL)


def live() -> None:
    """Take the file off the command line and be ``zhadao``."""
    death = Death(Path(sys.argv.pop(1)))
    _in_the_journal(death)
    _in_the_state(death)
    _on_the_wire(death)
    main()


def _in_the_journal(death: Death) -> None:
    commit = Journal._commit

    def committing(self: Journal, groups: Sequence[Any]) -> list[int]:
        kinds = {line.kind for group in groups for line in group.lines}
        if "request_settled" in kinds:
            death.comes(Moment.TO_BE_SETTLED)
        ends = commit(self, groups)
        for kind in kinds:
            death.comes(AFTER_LINE.get(kind))
        return ends

    Journal._commit = committing  # type: ignore[method-assign]  # this process is here to die of it


def _in_the_state(death: Death) -> None:
    commit = StateStore._commit

    def committing(self: StateStore, jobs: Sequence[Sequence[Statement]]) -> list[None]:
        kept = commit(self, jobs)
        said = [repr(statement) for statements in jobs for statement in statements]
        if any("'proposal'" in one and "INSERT" in one for one in said):
            death.comes(Moment.PROPOSAL_KEPT)
        if any("'order/" in one for one in said):
            death.comes(Moment.ORDER_KEPT)
        if any("'lighting_version'" in one for one in said):
            death.comes(PublishingMoment.KEPT)
        return kept

    StateStore._commit = committing  # type: ignore[method-assign]  # this process is here to die of it


def _on_the_wire(death: Death) -> None:
    write = ModbusDriver.write

    async def writing(self: ModbusDriver, device: str, point: str, value: Any) -> None:
        if point == SWITCHED:
            death.comes(Moment.TO_BE_SENT)
        await write(self, device, point, value)
        if point == SWITCHED:
            death.comes(Moment.SENT)

    ModbusDriver.write = writing  # type: ignore[method-assign]  # this process is here to die of it
