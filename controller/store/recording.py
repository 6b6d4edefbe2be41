"""Recordings on disk: segments of compressed blocks, each with its checksum; a torn tail never hides what is before it.

A segment is a magic line and blocks: length and CRC-32 of the payload (big endian, 4 bytes each), then the payload,
zlib over text lines. A new process always begins a new segment; nothing written is ever written again.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from controller.store.folder import PRIVATE_FILE, PRIVATE_FOLDER

FOLDER = "recording"
"""Folder of recordings, below the data folder."""
SITES = "sites"
"""Folder of the configurations they ran with, below that."""

MAGIC = b"zhadao recording 1\n"
LARGEST = 1 << 30
"""No block is larger (bytes): a length beyond it is a torn one."""
LEVEL = 3
"""Of compression: 6 makes it 6 % smaller and takes twice as long."""
HASH_SHOWN = 12
"""Characters of the configuration's hash in names: enough to tell those of one recording apart."""
_HEAD = struct.Struct(">II")
_NAME = re.compile(r"^(\d{8})-(\d{8}T\d{6})Z-([0-9a-f]+)\.zrec$")


@dataclass(frozen=True, slots=True)
class Segment:
    """One file: its number, the wall time it begins at, and the configuration it was made with."""

    path: Path
    number: int
    begins: datetime
    config: str

    def blocks(self) -> Iterator[bytes]:
        """The payloads of every whole block, unpacked, up to the end or the first torn one.

        Raises:
            OSError: the file cannot be read.
        """
        with self.path.open("rb") as file:
            for _, packed in _whole(file):
                yield zlib.decompress(packed)

    def torn(self) -> int:
        """How many bytes at the end are not whole blocks: 0 for a recording that ended well.

        Raises:
            OSError: the file cannot be read.
        """
        with self.path.open("rb") as file:
            end = len(MAGIC)
            for end, _ in _whole(file):  # noqa: B007 - the last one is wanted
                pass
            return max(0, file.seek(0, os.SEEK_END) - end)


def _whole(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Where each whole block ends, and what it holds."""
    if file.read(len(MAGIC)) != MAGIC:
        return
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        length, checksum = _HEAD.unpack(head)
        packed = file.read(length) if length <= LARGEST else b""
        if len(packed) != length or zlib.crc32(packed) != checksum:
            return
        yield file.tell(), packed


def segments(folder: Path) -> list[Segment]:
    """The segments of a recording folder in the order they were written; none when there is no such folder."""
    found = []
    for path in folder.glob("*.zrec"):
        name = _NAME.match(path.name)
        if name:
            begins = datetime.strptime(name[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            found.append(Segment(path, int(name[1]), begins, name[3]))
    return sorted(found, key=lambda segment: segment.number)


def mend(folder: Path) -> int:
    """Cut a torn tail off the newest segment, as a killed process leaves it; how many bytes that was.

    Raises:
        OSError: the disk does not take it.
    """
    newest = segments(folder)[-1:]
    torn = newest[0].torn() if newest else 0
    if torn:
        os.truncate(newest[0].path, newest[0].path.stat().st_size - torn)
    return torn


def tidy(folder: Path, now: datetime, days: float, largest: int) -> list[Path]:
    """Drop the oldest segments, past ``days`` or beyond ``largest`` bytes together, and configurations nobody needs.

    The newest segment always stays. Gives back what was dropped.

    Raises:
        OSError: the disk does not take it.
    """
    known = segments(folder)
    kept_bytes, keep = 0, list[Segment]()
    for segment in reversed(known):
        kept_bytes += segment.path.stat().st_size
        if keep and (kept_bytes > largest or now - segment.begins > timedelta(days=days)):
            break
        keep.append(segment)
    dropped = [segment.path for segment in known[: len(known) - len(keep)]]
    for path in dropped:
        path.unlink(missing_ok=True)
    needed = {segment.config for segment in keep}
    for site in (folder / SITES).glob("*"):
        if site.name not in needed:
            shutil.rmtree(site)
    return dropped


class SegmentWriter:
    """Writes one segment, block by block. Not synced to the disk: a power cut may cost the last seconds."""

    def __init__(self, folder: Path, begins: datetime, config_hash: str) -> None:
        """Begin a segment.

        Raises:
            OSError: the disk does not take it.
        """
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        number = max((segment.number for segment in segments(folder)), default=0) + 1
        name = f"{number:08d}-{begins.astimezone(UTC):%Y%m%dT%H%M%S}Z-{config_hash[:HASH_SHOWN]}.zrec"
        self._handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        _write_all(self._handle, MAGIC)

    def write(self, lines: Sequence[bytes]) -> None:
        """Add a block of lines.

        Raises:
            OSError: the disk does not take it; this segment is to be closed and another begun.
        """
        packed = zlib.compress(b"\n".join(lines), LEVEL)
        _write_all(self._handle, _HEAD.pack(len(packed), zlib.crc32(packed)) + packed)

    def close(self) -> None:
        """No more blocks come."""
        os.close(self._handle)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def keep_site(
    folder: Path,
    config: Path,
    config_hash: str,
    lighting: Mapping[str, str] | None = None,
    staying: Collection[str] = (),
) -> Path:
    """Copy a site's folder, and the profiles beside it, to where replays find it; harmless when it is there already.

    ``lighting``: the texts that were in force in place of the files of ``lighting/``, all but those ``staying``.

    Raises:
        OSError: it cannot be read, or the disk does not take it.
    """
    kept = folder / SITES / config_hash[:HASH_SHOWN]
    if kept.exists():
        _put_missing_tables(kept, config.absolute())
        return kept / config.absolute().name
    making = kept.with_name(f"{kept.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=PRIVATE_FOLDER, parents=True)
    own, shared = config.absolute(), config.absolute().parent / "profiles"
    files = [*own.rglob("*.yaml"), *own.rglob("*.csv"), *shared.glob("*.yaml")]  # tables too; keys and secrets never
    for file in files:
        copy = making / file.relative_to(own.parent)
        copy.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    if lighting is not None:
        _put_lighting(making / own.name / "lighting", lighting, staying)
    making.rename(kept)
    return kept / own.name


def _put_missing_tables(kept: Path, own: Path) -> None:
    """Tables of the same configuration, kept before they were kept beside it."""
    for file in own.rglob("*.csv"):
        copy = kept / file.relative_to(own.parent)
        if not copy.exists() and copy.parent.is_dir():
            shutil.copyfile(file, copy)


def _put_lighting(into: Path, lighting: Mapping[str, str], staying: Collection[str]) -> None:
    into.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    for file in into.glob("*.yaml"):
        if file.name not in staying:
            file.unlink()
    for name, text in lighting.items():
        (into / name).write_bytes(text.encode("utf-8"))


def kept_site(folder: Path, config_hash: str) -> Path | None:
    """The folder of a site that was kept; None when it was not."""
    found = [path.parent for path in (folder / SITES / config_hash[:HASH_SHOWN]).glob("*/site.yaml")]
    return found[0] if found else None
