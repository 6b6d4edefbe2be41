"""A cache of OPC UA's standard address space: an asyncua server starts in 0.1 s from it, in 2 s without."""

from __future__ import annotations

import dbm
import dbm.dumb
import os
import pickle
import shelve
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asyncua.server.address_space import AddressSpace, NodeManagementService

_NAME = "standard-nodes"

UNREADABLE = (*dbm.error, OSError, ValueError, SyntaxError, KeyError, EOFError, AttributeError, pickle.UnpicklingError)
"""What a damaged cache raises when it is opened or read."""


def cache_folder() -> Path:
    """Where caches of this user live: ``$XDG_CACHE_HOME/zhadao`` or ``~/.cache/zhadao``."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "zhadao"


def standard_space(folder: Path | None = None) -> Path | None:
    """The file to give to ``Server.init``; made if missing. None: not possible here, start the slow way.

    One folder per asyncua and pickle version; it is made beside its place and then renamed, so that a half-written
    cache is never used and two makers do not harm each other.
    """
    try:
        home = (folder or cache_folder()) / f"opcua-{version('asyncua')}-{pickle.HIGHEST_PROTOCOL}"
        if not (home / _NAME).is_file():
            _make(home)
        return home / _NAME
    except (OSError, RuntimeError):
        return None


def _make(home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix="opcua-", dir=home.parent))
    try:
        _fill(workshop / _NAME)
        try:
            workshop.rename(home)
        except OSError:
            if not (home / _NAME).is_file():
                raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _fill(path: Path) -> None:
    # Slow to import (1 s), and only wanted here.
    from asyncua.server.standard_address_space import standard_address_space

    space = AddressSpace()
    fill: Any = standard_address_space.fill_address_space
    fill(NodeManagementService(space))
    identifiers = space.keys()
    # dbm.dumb on every machine: other databases differ in their files' names and in who may read them at once.
    with dbm.dumb.open(str(path), "n") as database:
        nodes: Any = database
        shelf: shelve.Shelf[Any] = shelve.Shelf(nodes, protocol=pickle.HIGHEST_PROTOCOL)
        for identifier in identifiers:
            shelf[identifier.to_string()] = space[identifier]
    # asyncua looks for a file of exactly this name before it opens the database beside it.
    path.touch()
