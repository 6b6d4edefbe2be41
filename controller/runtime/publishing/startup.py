"""Published lighting found before a controller starts: read from its data folder, laid over the site's."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import structlog

from controller.domain.errors import ConfigError, StoreDamaged, StoreError
from controller.runtime.publishing.records import TEXT, VERSION
from controller.runtime.publishing.shelf import Shelf
from controller.settings.load import load_site
from controller.settings.overlay import Overlay
from controller.settings.site import Site
from controller.store.database import reading, store_error
from controller.store.folder import STATE_FILE

log = structlog.get_logger("publishing")


def overlay_in(data: Path) -> Overlay | None:
    """What was published last under this data folder; None when nothing ever was. Disturbs no running controller.

    Raises:
        StoreError: the state file is there and cannot be read.
    """
    file = data / STATE_FILE
    if not file.exists():
        return None
    found: dict[str, dict[str, dict[str, object]]] = {}
    try:
        with reading(file) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchone():
                return None
            asked = "SELECT kind, id, body FROM records WHERE kind IN (?, ?)"
            for kind, name, body in connection.execute(asked, (VERSION, TEXT)):
                found.setdefault(kind, {})[name] = json.loads(body)
    except sqlite3.Error as cause:
        raise store_error(cause, "reading", file) from cause
    shelf = Shelf()
    try:
        shelf.restore(found)
        return shelf.overlay()
    except (ValueError, KeyError) as cause:
        raise StoreError(
            f"{file} holds published lighting that cannot be read ({cause}); restore the last backup"
        ) from cause


def load_in_force(config: Path, data: Path) -> Site:
    """The site with what was published over it.

    Published lighting that does not fit its folder any more (an asset names a program it lacks) must not keep pumps
    and lights without a controller: the folder's own lighting then runs, and an alarm stands for as long as it does.

    Raises:
        ConfigError: the folder cannot be used either way. StoreError: the state file cannot be read.
    """
    try:
        overlay = overlay_in(data)
    except StoreDamaged:
        overlay = None  # opening the store refuses the same file, and names the way back
    if overlay is None:
        return load_site(config)
    try:
        return load_site(config, overlay)
    except ConfigError as refused:
        log.error("published_lighting_unusable", version=overlay.number, reason=str(refused))
        return load_site(config)
