"""How trouble with the evidence is made loud: one alarm for the journal, one for its proofs, one for the second one."""

from __future__ import annotations

from pathlib import Path

import structlog

from controller.domain.errors import StoreError
from controller.runtime.alarms import AlarmBook, Priority

log = structlog.get_logger("evidence")

SOURCE = "journal"


class EvidenceAlarms:
    """Sets and clears the alarms of ``journal:…``. Silent until ``into`` says where alarms go."""

    def __init__(self, second: Path | None) -> None:
        self._second = second
        self._alarms: AlarmBook | None = None

    def into(self, alarms: AlarmBook) -> None:
        """Where alarms go."""
        self._alarms = alarms

    def lost(self, error: StoreError) -> None:
        """The journal takes nothing."""
        kept = f"written to {self._second}" if self._second else "kept in memory only, and lost if the process ends"
        text = (
            f"the journal cannot be written: {error}. Manual commands are refused; protection and automation go on, "
            f"their records are {kept}"
        )
        self._set("unwritable", text, Priority.EMERGENCY)

    def returned(self) -> None:
        """The journal takes lines again."""
        log.info("journal_writable_again")
        self._clear("unwritable")

    def proofs(self, weakness: str) -> None:
        """What makes the journal prove less than it should; empty when nothing does."""
        if weakness:
            self._set("weakened", f"the journal proves less than it should: {weakness}", Priority.MEDIUM)
        else:
            self._clear("weakened")

    def second_failed(self, error: StoreError) -> None:
        """The second medium takes nothing."""
        log.error("second_medium_unusable", reason=str(error))
        self._set("second_medium", f"the second medium for evidence cannot be used: {error}", Priority.HIGH)

    def second_fine(self) -> None:
        """The second medium takes lines."""
        self._clear("second_medium")

    def _set(self, condition: str, text: str, priority: int) -> None:
        if self._alarms is not None:
            self._alarms.set(SOURCE, condition, text, priority)

    def _clear(self, condition: str) -> None:
        if self._alarms is not None:
            self._alarms.clear(SOURCE, condition)
