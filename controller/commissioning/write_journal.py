"""The write test's own journal: one JSON line a step, on the disk before the step it permits."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.domain.errors import StoreError

BEGUN, PUT_BACK, NOTHING_SENT = "writing", "put_back", "nothing_sent"


@dataclass(frozen=True, slots=True)
class WriteJournal:
    """Lines appended to one file, each durable when the call returns."""

    path: Path

    def note(self, kind: str, **facts: object) -> None:
        """Append one line.

        Raises:
            StoreError: it can't be written; then nothing may be written to the device either.
        """
        line = json.dumps({"at": datetime.now(UTC).isoformat(), "kind": kind, **facts}, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as cause:
            raise StoreError(
                f"the journal of write tests {self.path} can't be written ({cause.strerror}): make room, or name "
                "another with --journal"
            ) from cause

    def unfinished(self, device: str) -> tuple[Mapping[str, Any], ...]:
        """Tests of this device that began to write and never said that the old value was put back."""
        open_tests: dict[str, Mapping[str, Any]] = {}
        for line in self._lines():
            if line.get("device") != device:
                continue
            point = str(line.get("point", ""))
            if line.get("kind") == BEGUN:
                open_tests.setdefault(point, line)
            elif line.get("kind") in (PUT_BACK, NOTHING_SENT):
                open_tests.pop(point, None)
        return tuple(open_tests.values())

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as cause:
            raise StoreError(f"the journal of write tests {self.path} can't be read ({cause}): name another") from cause
        found = []
        for line in text.splitlines():
            try:
                one = json.loads(line)
            except ValueError:
                continue  # a line cut short when the machine lost its power: the one before it stands
            if isinstance(one, dict):
                found.append(one)
        return found
