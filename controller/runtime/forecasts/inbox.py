"""The inbox: CSV files that other programs put into a folder, taken in one by one, moved away, never half-read.

A file is claimed (moved to ``taking``) once its size and time have not changed between two looks, and only then read:
nobody changes it any more. What was taken goes to ``done``, what could not be to ``refused`` beside a text that says
why; both keep the latest only. A link, a folder or anything but a plain file is left alone.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from controller.domain.errors import InvalidValue
from controller.domain.rights import Caller
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.forecasts.desk import ForecastDesk
from controller.store.folder import PRIVATE_FOLDER

log = structlog.get_logger("forecasts")

FOLDER = Path("forecasts")
INBOX, TAKING, DONE, REFUSED = "inbox", "taking", "done", "refused"
MOST_BYTES = 2_000_000
MOST_KEPT = 200
"""Files in ``done`` and in ``refused``; the oldest go."""
MOST_AT_ONCE = 50
"""Files in one look: the rest wait for the next."""
SOURCE, CONDITION = "forecasts/inbox", "forecast_refused"
BY = Caller("inbox", origin="file")
_Print = tuple[int, int]


@dataclass(slots=True)
class Inbox:
    """Watches ``DATA/forecasts/inbox``. ``look`` is called again and again; files are touched in a thread."""

    data: Path
    desk: ForecastDesk
    alarms: AlarmBook
    _seen: dict[str, _Print] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where files are put."""
        return self.data / FOLDER / INBOX

    async def look(self) -> None:
        """Take every file that has come to rest."""
        try:
            ready = await asyncio.to_thread(self._ready)
        except OSError as error:
            self._say(f"the inbox {self.folder} cannot be read ({error.strerror})", "预报收件目录无法读取")
            return
        for name in ready:
            await self._take(name)

    def _ready(self) -> list[str]:
        """Claim what has come to rest; also what an earlier look could not finish is ready."""
        for name in (INBOX, TAKING, DONE, REFUSED):
            (self.data / FOLDER / name).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        taking, found = self.data / FOLDER / TAKING, dict(_files(self.folder))
        for name in sorted(name for name, seen in found.items() if self._seen.get(name) == seen)[:MOST_AT_ONCE]:
            (self.folder / name).replace(taking / name)
            del found[name]
        self._seen = found
        return sorted(name for name, _ in _files(taking))[:MOST_AT_ONCE]

    async def _take(self, name: str) -> None:
        try:
            text = await asyncio.to_thread(_text, self.data / FOLDER / TAKING / name)
            receipt = await self.desk.add_file(text, name, BY)
        except (InvalidValue, OSError) as error:
            await self._put_away(name, REFUSED, str(error))
            self._say(f"{name!r} was not taken: {error}", f"预报文件 {name!r} 未接收，见 {REFUSED} 目录")
            return
        if not receipt.accepted:
            self._say(f"{name!r} waits in the inbox: {receipt.text_en}", f"预报文件 {name!r} 等待：{receipt.text_zh}")
            return
        await self._put_away(name, DONE, "")
        self.alarms.clear(SOURCE, CONDITION)
        log.info("forecast_taken", file=name, what=receipt.text_en)

    async def _put_away(self, name: str, where: str, why: str) -> None:
        try:
            await asyncio.to_thread(_moved, self.data / FOLDER / TAKING / name, self.data / FOLDER / where, why)
        except OSError as error:
            self._say(f"{name!r} cannot be moved to {where} ({error.strerror})", f"预报文件 {name!r} 无法移走")

    def _say(self, text: str, text_zh: str) -> None:
        log.warning("forecast_refused", reason=text)
        self.alarms.set(SOURCE, CONDITION, text[:1000], Priority.LOW, text_zh=text_zh)


def _files(folder: Path) -> Iterator[tuple[str, _Print]]:
    """Plain CSV files by name, each with its size and time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower().endswith(".csv") and entry.is_file(follow_symlinks=False):
                about = entry.stat(follow_symlinks=False)
                yield entry.name, (about.st_size, about.st_mtime_ns)


def _text(file: Path) -> str:
    """What the file says: UTF-8, or GB 18030 as office programs write it.

    Raises:
        InvalidValue: too large, or no text. OSError: it cannot be read.
    """
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise InvalidValue("it is no plain file")
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidValue(f"larger than {MOST_BYTES // 1_000_000} MB")
    return text_of(content)


def text_of(content: bytes) -> str:
    """Bytes as text.

    Raises:
        InvalidValue: they are none.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise InvalidValue("neither UTF-8 nor GB 18030 text: save it as CSV 另存为 CSV")


def _moved(file: Path, folder: Path, why: str) -> None:
    target = folder / file.name
    file.replace(target)
    if why:
        (folder / f"{file.name}.txt").write_text(why + "\n", encoding="utf-8")
    kept = sorted((one for one in folder.iterdir() if one.is_file()), key=lambda one: one.stat().st_mtime)
    for old in kept[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
