"""What a backup says of itself, whether it is still what it says, and which one leads back after damage."""

from __future__ import annotations

import hashlib
import json
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.domain.errors import StoreError
from controller.store.database import damage_in, reading
from controller.store.folder import JOURNAL_FILE, STATE_FILE
from controller.store.lines import Head
from controller.store.signing import SigningKey, fingerprint, is_signed

MANIFEST = "manifest.json"
FORM = 1
PARTIAL = ".partial"
"""Ends the name of a backup that is being made, or that never got finished."""

_SAYS = b"zhadao backup 1\n"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file's length and SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: made when (aware), by which version, up to which line of the journal, which files.

    ``scheduled`` ones were made by the controller itself, the others because somebody asked. ``public`` is the key
    ``signature`` is by; both are empty in a backup made without the folder's key.
    """

    made: datetime
    version: str
    schema: int
    head: Head
    scheduled: bool
    files: Mapping[str, Stamp] = field(default_factory=dict)
    public: str = ""
    signature: str = ""

    def signed_by(self, key: SigningKey | None) -> Mapping[str, Any]:
        """As it is written, signed when there is a key."""
        said = {
            "backup": FORM,
            "made": self.made.isoformat(),
            "version": self.version,
            "schema": self.schema,
            "journal": {"seq": self.head.seq, "hash": self.head.hash},
            "scheduled": self.scheduled,
            "files": {name: {"bytes": one.size, "sha256": one.sha256} for name, one in self.files.items()},
            "public": key.public if key else "",
        }
        return {**said, "signature": key.sign(_content(said)) if key else ""}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it lies there."""

    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(one.size for one in self.manifest.files.values())


def read_backup(path: Path) -> Backup:
    """What the folder says it is; the files are not looked at.

    Raises:
        StoreError: it is no backup, one of another version, or its manifest was altered.
    """
    try:
        said = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        manifest = _manifest_of(said)
    except FileNotFoundError as cause:
        raise StoreError(f"{path} is no backup: it has no {MANIFEST}; name the folder `zhadao backup` made") from cause
    except OSError as cause:
        raise StoreError(f"{path / MANIFEST} cannot be read ({cause.strerror})") from cause
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise StoreError(f"{path / MANIFEST} is damaged or of another version ({cause})") from cause
    if manifest.signature and not is_signed(manifest.public, _content(said), manifest.signature):
        raise StoreError(f"{path / MANIFEST} was altered: its signature does not fit; take another backup")
    return Backup(path, manifest)


def check_backup(backup: Backup, key: str = "") -> None:
    """Every file is there and is the one that was saved, and the databases are sound. ``key``: it must be signed by it.

    Raises:
        StoreError: it is not so; names the file.
    """
    manifest = backup.manifest
    if key and manifest.public != key:
        by = f"by {fingerprint(manifest.public)}…" if manifest.public else "by nobody"
        raise StoreError(f"{backup.path} is signed {by}, not by the key given")
    for name, due in manifest.files.items():
        path = backup.path / name
        try:
            found = stamp_of(path)
        except OSError as cause:
            raise StoreError(f"{path} cannot be read ({cause.strerror}): take another backup") from cause
        if found != due:
            raise StoreError(f"{path} is not the file that was saved: it was changed or damaged; take another backup")
    for name in (STATE_FILE, JOURNAL_FILE):
        _sound(backup.path / name)


def backups_in(folder: Path) -> list[Backup]:
    """Every finished backup of a folder, newest first; what is something else is passed over."""
    return sorted(_found(folder), key=lambda backup: (backup.manifest.made, backup.path.name), reverse=True)


def last_good(folder: Path) -> Backup | None:
    """The newest backup of a folder that is what it says, every byte of it looked at."""
    for backup in backups_in(folder):
        try:
            check_backup(backup)
        except StoreError:
            continue
        return backup
    return None


def way_back(data: Path, backups: Path | None) -> str:
    """What to do about a damaged file: the last good backup and the exact command."""
    found = last_good(backups) if backups is not None else None
    if found is None:
        where = f"in {backups} " if backups is not None else ""
        return (
            f"No good backup was found {where}by itself: if you have one, `zhadao restore BACKUP --data {data}` puts "
            "it in place and keeps the damaged files aside"
        )
    made = found.manifest.made.isoformat(timespec="seconds")
    command = shlex.join(["zhadao", "restore", str(found.path), "--data", str(data)])
    return f"The last good backup is of {made}; to put it in place and keep the damaged files aside: {command}"


def stamp_of(path: Path) -> Stamp:
    """A file's length and hash.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Stamp(file.tell(), digest)


def _found(folder: Path) -> Iterator[Backup]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.name.endswith(PARTIAL):
            try:
                yield read_backup(path)
            except StoreError:
                continue


def is_sound(path: Path) -> bool:
    """Whether a database is there and whole."""
    try:
        with reading(path) as connection:
            return not damage_in(connection)
    except sqlite3.Error:
        return False


def _sound(path: Path) -> None:
    try:
        with reading(path) as connection:
            damage = damage_in(connection)
    except sqlite3.Error as cause:
        damage = str(cause)
    if damage:
        raise StoreError(f"{path} is damaged ({damage}): take another backup")


def _content(said: Mapping[str, Any]) -> bytes:
    unsigned = {name: value for name, value in said.items() if name != "signature"}
    return _SAYS + json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode("ascii")


def _manifest_of(said: Mapping[str, Any]) -> Manifest:
    if said["backup"] != FORM:
        raise ValueError(f"form {said['backup']}, this program knows {FORM}")
    files = {str(name): Stamp(int(one["bytes"]), str(one["sha256"])) for name, one in said["files"].items()}
    if not {STATE_FILE, JOURNAL_FILE} <= files.keys() or any("/" in name or name.startswith(".") for name in files):
        raise ValueError("it does not list the files of a backup")
    made = datetime.fromisoformat(str(said["made"]))
    if made.tzinfo is None:
        raise ValueError("its time has no zone")
    return Manifest(
        made=made,
        version=str(said["version"]),
        schema=int(said["schema"]),
        head=Head(int(said["journal"]["seq"]), str(said["journal"]["hash"])),
        scheduled=bool(said["scheduled"]),
        files=files,
        public=str(said["public"]),
        signature=str(said["signature"]),
    )
