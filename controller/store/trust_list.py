"""The OPC UA stations a site trusts, carried through a backup: certificates are public, comparing them is work by hand.

A person compared each fingerprint by telephone. A machine set up anew from a backup must not ask all of them again, and
must not trust anew what was rejected since.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from pathlib import Path

from controller.store.folder import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder

FILE = "trusted.json"
"""In a backup: ``{"FINGERPRINT": "certificate, DER in base64"}``."""
TRUSTED = Path("pki") / "trusted"
REJECTED = Path("pki") / "rejected"
"""Below the data folder."""


def packed(data: Path) -> bytes:
    """The trust list of a data folder as one file's content; empty when nobody is trusted.

    Raises:
        OSError: a certificate cannot be read.
    """
    found = {file.stem: b64encode(file.read_bytes()).decode("ascii") for file in sorted((data / TRUSTED).glob("*.der"))}
    return f"{json.dumps(found, indent=1)}\n".encode("ascii") if found else b""


def unpack(content: bytes, data: Path) -> list[str]:
    """Trust again what the backup says, but for what this folder has rejected; their fingerprints, however often asked.

    Raises:
        OSError: the folder does not take them.
    """
    folder, told = data / TRUSTED, json.loads(content)
    again = [one for one in sorted(told) if not (data / REJECTED / f"{one}.der").exists()]
    for fingerprint in again:
        if not (folder / f"{fingerprint}.der").exists():
            _write(folder, f"{fingerprint}.der", b64decode(told[fingerprint]))
    return again


def _write(folder: Path, name: str, content: bytes) -> None:
    for made in (folder.parent, folder):
        made.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    partial = folder / f".{name}.coming"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(file, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    partial.replace(folder / name)
    sync_folder(folder)
