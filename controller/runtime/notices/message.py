"""What a notice says: as JSON for programs, as text for people."""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from controller.runtime.notices.notice import Item, Notice

VERSION = 1
"""Of the JSON's form: fields are added to it, none changes its meaning."""


def as_json(notice: Notice, site: str) -> bytes:
    """The webhook's body: the same bytes for every try."""
    summary = {"count": notice.folded, "by_kind": dict(notice.kinds)} if notice.folded else None
    body: dict[str, Any] = {
        "version": VERSION,
        "id": notice.id,
        "site": site,
        "receiver": notice.receiver,
        "sequence": notice.seq,
        "made": notice.made.isoformat(),
        "priority": notice.priority,
        "title_zh": notice.title_zh,
        "title_en": notice.title_en,
        "summary": summary,
        "items": [_item(item) for item in notice.items],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _item(item: Item) -> dict[str, Any]:
    return {
        "at": item.at.isoformat(),
        "on": list(item.on),
        "about": item.about,
        "kind": item.kind,
        "priority": item.priority,
        "title_zh": item.title_zh,
        "title_en": item.title_en,
        "text_zh": item.text_zh,
        "text_en": item.text_en,
        "advice_zh": item.advice_zh,
        "advice_en": item.advice_en,
        "alarm": item.alarm,
    }


def as_mail(notice: Notice, site: str, sender: str, to: str) -> EmailMessage:
    """The mail: the same Message-ID for every try."""
    message = EmailMessage()
    message["Subject"] = _line(f"[{site}] P{notice.priority} {notice.title_zh} {notice.title_en} {notice.about}")
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(notice.made)
    message["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Zhadao-Notice"] = notice.id
    message.set_content(_text(notice), charset="utf-8")
    return message


def _text(notice: Notice) -> str:
    parts = [_told(item) for item in notice.items]
    if notice.folded:
        kinds = ", ".join(f"{kind} {count}" for kind, count in notice.kinds.items())
        told = f"{notice.folded} in one; the most urgent {len(notice.items)} follow. By kind: {kinds}"
        parts = [f"{told}\n共 {notice.folded} 条，以下为最紧急的 {len(notice.items)} 条", *parts]
    return "\n\n".join([*parts, f"-- \n{notice.id} #{notice.seq}"])


def _told(item: Item) -> str:
    lines = [
        f"P{item.priority}  {item.title_zh}  {item.title_en}",
        f"{item.at.isoformat(' ', 'seconds')}  {item.about}",
        *dict.fromkeys(text for text in (item.text_zh, item.text_en) if text),
        *(f"→ {advice}" for advice in (item.advice_zh, item.advice_en) if advice),
    ]
    return "\n".join(lines)


def _line(text: str) -> str:
    """One line without control characters: what stands in a header must not begin another."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]
