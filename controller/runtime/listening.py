"""The listening socket and the note beside it: taken before anything else starts, so that trouble shows at once."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from controller.domain.errors import ConfigError, StoreError

LOCAL_FILE = Path("run") / "local.json"
"""Below the data folder: where the command line of the same user finds address and token (mode 0600)."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket, its address as a URL, and the name in that URL."""

    socket: socket.socket
    url: str
    host: str


@contextlib.contextmanager
def listening(host: str, port: int, *, secure: bool = False) -> Iterator[Listener]:
    """Take the address; port 0 takes any free one.

    Raises:
        ConfigError: it is in use, not allowed, or not an address of this machine, and what to do about it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else asyncio leaves Nagle on
    with taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen(1024)
        except (OSError, OverflowError) as cause:
            raise ConfigError(f"cannot listen on {host}:{port}: {_why(cause, port)}") from cause
        taken.setblocking(False)
        shown = f"[{host}]" if family is socket.AF_INET6 else host
        scheme = "https" if secure else "http"
        yield Listener(taken, f"{scheme}://{shown}:{taken.getsockname()[1]}", shown.lower())


def _why(cause: OSError | OverflowError, port: int) -> str:
    code = cause.errno if isinstance(cause, OSError) else None
    if code == errno.EADDRINUSE:
        return "the port is in use; stop the other program or choose another with --port"
    if code == errno.EACCES:
        return f"this user may not use port {port}; choose one above 1023 with --port"
    if code == errno.EADDRNOTAVAIL:
        return "this machine has no such address; choose another with --host"
    return f"{cause}; choose another with --host and --port"


@contextlib.contextmanager
def local_note(data: Path, url: str, token: str, certificate: Path | None = None) -> Iterator[None]:
    """While open, the command line of the same user finds this controller without being told.

    ``certificate``: the one it shows, by which it is known under whatever address it listens on.

    Raises:
        StoreError: the note cannot be written.
    """
    path = data / LOCAL_FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as note:
            shown = {} if certificate is None else {"certificate": str(certificate.resolve())}
            json.dump({"url": url, "token": token, **shown}, note)
    except OSError as cause:
        raise StoreError(f"{path} cannot be written ({cause.strerror}); make {data} writable or use --data") from cause
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
