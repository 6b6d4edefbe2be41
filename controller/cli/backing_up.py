"""``backup`` and ``restore``: everything a controller must know again, put aside and put back."""

from __future__ import annotations

import asyncio
import getpass
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import ControllerAway, plain_words
from controller.cli.finding import Asked, Doubt, find
from controller.cli.options import DEFAULT_DATA, As, DataDir, Token, Url
from controller.domain.errors import StoreError

if TYPE_CHECKING:
    from controller.store.backup_check import Backup

LONGEST_S = 3600.0
"""How long a running controller may take; a journal of years is gigabytes."""

WithKeys = Annotated[
    bool,
    typer.Option("--with-keys", help="The private keys too. Keep such a backup as you would keep a key."),
]


def backup(
    dest: Annotated[
        Path | None, typer.Argument(help="Folder to put the backup into, best on another disk.", show_default=False)
    ] = None,
    with_keys: WithKeys = False,
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_: As = None,
) -> None:
    """Back up state and journal of one moment, while the controller runs or while it is stopped.

    Without DEST it stays where the controller keeps its own. Every byte is looked over before the backup gets its
    name. Private keys are left out unless asked for.
    """
    with plain_words():
        from controller.store.backup_check import check_backup, read_backup

        if with_keys and dest is None:
            raise StoreError("--with-keys needs DEST: keys do not belong among the backups everybody may copy")
        made = _by_controller(dest, Asked(data, url, token, as_))
        path = made if made is not None else _by_ourselves(dest, data)
        if path is not None:
            if with_keys:
                _add_keys(path, data)
            found = read_backup(path)
            check_backup(found)
            print(f"{path}: backed up and checked, {found.size:,} bytes, up to line {found.manifest.head.seq}")


def restore(
    source: Annotated[Path, typer.Argument(help="The backup's folder: zhadao-…")],
    key: Annotated[
        Path | None, typer.Option("--key", help="Public key kept elsewhere: the backup must be signed with it.")
    ] = None,
    with_keys: WithKeys = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """Put a backup in place of a stopped controller's files. Nothing is overwritten: what was there is kept aside.

    The journal stays when it is whole and goes on from the backup's: only the state goes back. Orders given since are
    then not known any more; the journal tells which. Refused while a controller runs.
    """
    with plain_words():
        from controller.store import restoring
        from controller.store.backup_check import read_backup
        from controller.store.signing import read_public

        wanted = read_public(key) if key else ""
        found = read_backup(source)
        who = f"cli:{getpass.getuser()}"
        done = asyncio.run(restoring.restore(found, data, who, datetime.now(UTC), key=wanted, with_keys=with_keys))
        for line in _told(found, data, done):
            print(line)


def _told(found: Backup, data: Path, done: object) -> list[str]:
    from controller.store.restoring import Restored

    assert isinstance(done, Restored)  # noqa: S101 - narrows what restore gave
    lines = [f"{data}: the state is that of {found.manifest.made.isoformat(timespec='seconds')}"]
    if done.journal_kept:
        lines.append(
            f"the journal stays as it was: it goes on {done.since} lines beyond the backup; see `zhadao audit show`"
        )
    else:
        lines.append(f"the journal is the backup's too, up to line {found.manifest.head.seq} ({done.journal_was})")
    if done.trusted:
        lines.append(f"{len(done.trusted)} OPC UA stations are trusted as in the backup: see `zhadao certs list`")
    lines.append(f"what was there before is in {done.aside}")
    return lines


def _by_controller(dest: Path | None, asked: Asked) -> Path | None:
    """The backup a running controller made, in ``dest`` where one is named; None where no controller runs."""
    from controller.runtime.backups import BackupView

    try:
        client = find(asked, Doubt.LOCAL)
        client.timeout_s = LONGEST_S
        view: BackupView = client.post("/api/v1/backup", None, BackupView)
    except ControllerAway:
        if asked.url is not None:
            raise
        return None
    made = Path(view.path)
    if dest is None or asked.url is not None:
        print(f"{made}: made by the controller on its machine, up to line {view.line}")
        return made if dest is None and made.exists() else None
    return _copied(made, dest)


def _by_ourselves(dest: Path | None, data: Path) -> Path | None:
    from controller.settings.evidence import FOLDER
    from controller.store.backup import copy, freeze
    from controller.store.folder import STATE_FILE, DataFolder

    if not (data / STATE_FILE).exists():
        raise StoreError(f"there is nothing to back up in {data}: name the data folder of a controller that has run")
    folder = DataFolder.open(data)
    try:
        snapshot = freeze(folder.path)
        try:
            return copy(snapshot, dest or data / FOLDER, datetime.now(UTC), scheduled=False).path
        finally:
            snapshot.close()
    finally:
        folder.close()


def _copied(made: Path, dest: Path) -> Path:
    target = dest / made.name
    try:
        dest.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".partial")
        shutil.copytree(made, partial)
        partial.rename(target)
    except OSError as cause:
        raise StoreError(
            f"the backup {made} could not be copied to {dest} ({cause}): it is good where it is"
        ) from cause
    return target


def _add_keys(path: Path, data: Path) -> None:
    from controller.store.folder import KEYS
    from controller.store.restoring import put_keys

    try:
        put_keys(data / KEYS, path / KEYS)
    except OSError as cause:
        raise StoreError(f"the keys of {data} could not be copied to {path} ({cause})") from cause
