"""Sessions of people who signed in on this machine, one file each, readable by their user only.

They lie in ``$XDG_STATE_HOME/zhadao`` (``~/.local/state/zhadao``), by controller and name. A refresh token works once:
whoever uses it holds the file's lock from reading it until its successor is on the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from controller.cli.failing import Refused


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is kept: for which controller, whose, and its tokens."""

    url: str
    name: str
    token: str
    refresh: str


class SessionStore:
    """The sessions kept on this machine for its user."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _folder()

    def of(self, url: str) -> list[Kept]:
        """Everybody's sessions with a controller, the one used last before the others."""
        found = [(path.stat().st_mtime_ns, kept) for path in self._files() if (kept := _read(path)) is not None]
        return [kept for _, kept in sorted(found, key=lambda one: -one[0]) if kept.url == url]

    def get(self, url: str, name: str) -> Kept | None:
        """Somebody's session with a controller."""
        return _read(self._path(url, name))

    def put(self, kept: Kept) -> None:
        """Keep a session in place of the one before.

        Raises:
            Refused: it cannot be written.
        """
        path = self._path(kept.url, kept.name)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            self._make_folder()
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(asdict(kept), file)
            fresh.replace(path)
        except OSError as cause:
            raise Refused(
                f"the session cannot be kept in {self._folder} ({cause.strerror}): make it writable"
            ) from cause

    def drop(self, url: str, name: str) -> None:
        """Forget a session."""
        self._path(url, name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, url: str, name: str) -> Iterator[None]:
        """While open, no other command of this user renews this session."""
        self._make_folder()
        lock = os.open(self._path(url, name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path(self, url: str, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{url} {name}'.encode()).hexdigest()[:32]}.json"


def _folder() -> Path:
    said = os.environ.get("XDG_STATE_HOME", "")
    state = Path(said) if said.startswith("/") else Path.home() / ".local" / "state"
    return state / "zhadao"


def _read(path: Path) -> Kept | None:
    """The session of a file; None when there is none or it makes no sense (signing in again puts that right).

    Raises:
        Refused: others can read it.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise Refused(f"others can read the session in {path}: remove the file and sign in again")
        return Kept(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
