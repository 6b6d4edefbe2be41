"""Whether a controller owns a device: two masters are one too many, above all when one of them writes."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from urllib.parse import urlsplit

from controller.commissioning.bench_line import Subject
from controller.settings.site import Site
from controller.store.folder import LOCK_FILE
from drivers.profile import Protocol

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def controller_on(data: Path) -> str:
    """The process that controls from this data folder, for a message; empty when none does.

    Asks its lock, which lives exactly as long as the process, and leaves no trace.
    """
    try:
        lock = os.open(data / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        return f"process {holder}" if holder else "a process"
    except OSError:
        return ""
    else:
        return ""
    finally:
        with contextlib.suppress(OSError):
            os.close(lock)


def owner_in(site: Site, subject: Subject) -> str:
    """The asset of the site that this device is; empty when it is none."""
    for endpoint in site.endpoints:
        if _place(endpoint.url) != _place(subject.endpoint.url):
            continue
        for binding in endpoint.devices:
            modbus = subject.profile.protocol is Protocol.MODBUS
            if (binding.unit == subject.unit) if modbus else _overlap(binding.root, subject.root):
                return binding.device
    return ""


def neighbours_in(site: Site, subject: Subject) -> int:
    """How many of the site's devices share this device's wire."""
    place = _place(subject.endpoint.url)
    return sum(len(endpoint.devices) for endpoint in site.endpoints if _place(endpoint.url) == place)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _place(url: str) -> tuple[str, int | None, str]:
    """Where a URL leads, whatever it calls this machine."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or (502 if parts.scheme == "modbus+tcp" else None)
    return ("127.0.0.1" if host in _HERE else host, port, parts.path if not host else "")
