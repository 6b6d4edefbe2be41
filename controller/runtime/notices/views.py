"""Notices and receivers as people are shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.runtime.notices.notice import Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice. ``state``: ``waiting``, ``dead`` or ``sent`` (those of this process, the last few hundred).

    ``folded``: how many a summary stands for; 0 for a notice of its own.
    """

    id: str
    receiver: str
    state: str
    sequence: int
    made: datetime
    priority: int
    about: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    folded: int
    by_kind: dict[str, int]
    tries: int
    error: str
    why_dead: str = ""
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """How a receiver does. ``where``: its host, never its whole address. ``configured``: whether the site still names
    it. ``retry_in_s``: None when nothing waits for another try."""

    id: str
    way: str
    where: str
    configured: bool
    up: bool
    waiting: int
    dead: int
    oldest_s: float | None
    last_arrived: datetime | None
    failures: int
    error: str
    retry_in_s: float | None


@dataclass(frozen=True, slots=True)
class NoticeReceipt:
    """What became of an act on a notice. ``cause`` in the field's word, empty when it was done."""

    notice_id: str
    accepted: bool
    cause: str
    text_en: str
    text_zh: str


def view_of(notice: Notice, state: str = "", ended: datetime | None = None) -> NoticeView:
    """A notice as people are shown it."""
    first = notice.items[0]
    return NoticeView(
        id=notice.id,
        receiver=notice.receiver,
        state=state or ("dead" if notice.dead else "waiting"),
        sequence=notice.seq,
        made=notice.made,
        priority=notice.priority,
        about=notice.about,
        title_zh=notice.title_zh,
        title_en=notice.title_en,
        text_zh=first.text_zh,
        text_en=first.text_en,
        folded=notice.folded,
        by_kind=dict(notice.kinds),
        tries=notice.tries,
        error=notice.error,
        why_dead=notice.dead,
        ended=notice.died if ended is None else ended,
    )
