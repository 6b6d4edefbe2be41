"""Where a drill is kept: a folder of its own below the data folder, with its own journal, state and truth."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from controller.domain.drill import DrillMark
from controller.domain.errors import StoreError, UnknownTarget
from controller.logic.drills.drill import Drill

DRILLS = "drills"
RECORD, TRUTH, REPORT_JSON, REPORT_HTML = "drill.json", "truth.jsonl", "report.json", "report.html"


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """What is drilled, from when on (time of the drill and of the world), and whether from the city's own levels."""

    run: str
    drill: Drill
    began: datetime
    held: datetime
    speed: float
    site: str
    timezone: str
    from_city: bool = False

    @property
    def mark(self) -> DrillMark:
        """What marks everything of it."""
        return DrillMark(self.run, self.drill.id, self.drill.title.zh, self.drill.title.en)


_RECORDS = TypeAdapter(DrillRecord)


class DrillFolder:
    """One drill's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def new(cls, data: Path, record: DrillRecord) -> DrillFolder:
        """Made, private, with its record in it.

        Raises:
            StoreError: it cannot be written.
        """
        folder = cls(data / DRILLS / record.run)
        try:
            for path in (data, data / DRILLS):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.path.mkdir(mode=0o700)
            folder._write(RECORD, _RECORDS.dump_json(record, indent=1))
        except OSError as cause:
            raise StoreError(f"{folder.path} cannot be written ({cause.strerror}); choose another --data") from cause
        return folder

    @property
    def record(self) -> DrillRecord:
        """What is drilled.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        try:
            return _RECORDS.validate_json((self.path / RECORD).read_bytes())
        except FileNotFoundError:
            raise StoreError(f"{self.path} is no drill's folder; `zhadao drill list` shows those there are") from None
        except (OSError, ValidationError) as cause:
            raise StoreError(f"{self.path / RECORD} cannot be read ({cause})") from cause

    @property
    def truth(self) -> Path:
        """What really happened, line by line."""
        return self.path / TRUTH

    def lines(self) -> Iterator[dict[str, Any]]:
        """The truth so far; a last line that is only half written is left out."""
        try:
            with self.truth.open(encoding="utf-8") as file:
                for line in file:
                    if line.endswith("\n"):
                        yield json.loads(line)
        except FileNotFoundError:
            return

    def discard(self) -> None:
        """Take the folder away again where nothing but its record is in it: the drill never began."""
        if {path.name for path in self.path.iterdir()} == {RECORD}:
            (self.path / RECORD).unlink()
            self.path.rmdir()

    def put(self, name: str, content: bytes) -> Path:
        """A report, beside the rest. Raises StoreError."""
        try:
            return self._write(name, content)
        except OSError as cause:
            raise StoreError(f"{self.path / name} cannot be written ({cause.strerror})") from cause

    def _write(self, name: str, content: bytes) -> Path:
        part, whole = self.path / f".{name}.part", self.path / name
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        part.replace(whole)
        return whole


def drill_folder(data: Path, run: str) -> DrillFolder:
    """The folder of a drill that was or is held; its beginning is enough where it is the only one.

    Raises:
        UnknownTarget: there is no such drill, or several.
    """
    found = [folder for folder in drill_folders(data) if folder.path.name.startswith(run)]
    exact = [folder for folder in found if folder.path.name == run]
    if len(exact or found) != 1:
        many = "several drills" if found else "no drill"
        raise UnknownTarget(f"{many} {run!r} below {data / DRILLS}: see `zhadao drill list`")
    return (exact or found)[0]


def drill_folders(data: Path) -> list[DrillFolder]:
    """All of them, the newest first."""
    if (data / RECORD).is_file():  # a terminal that was led into a drill asks from within it
        data = data.resolve().parent.parent
    if not (data / DRILLS).is_dir():
        return []
    folders = [DrillFolder(path) for path in (data / DRILLS).iterdir() if (path / RECORD).is_file()]
    return sorted(folders, key=lambda folder: (folder.path / RECORD).stat().st_mtime, reverse=True)
