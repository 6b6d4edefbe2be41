"""One notice on its way to one receiver, and how it is kept until it has arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from controller.domain.clock import Clock
from controller.logic.notice_rules import Occasion

NOTICE = "notice"
"""The kind of record in the state store."""
MOST_ITEMS = 20
"""What a summary tells one by one: the most urgent; the rest is counted by kind."""
MOST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Item:
    """What one occasion says."""

    at: datetime
    on: tuple[str, ...]
    about: str
    kind: str
    priority: int
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    advice_zh: str
    advice_en: str
    alarm: str

    @classmethod
    def of(cls, occasion: Occasion) -> Item:
        """What is told of an occasion."""
        return cls(
            at=occasion.at,
            on=tuple(sorted(occasion.on)),
            about=occasion.about,
            kind=occasion.kind,
            priority=occasion.priority,
            title_zh=occasion.title.zh,
            title_en=occasion.title.en,
            text_zh=occasion.text.zh[:MOST_TEXT],
            text_en=occasion.text.en[:MOST_TEXT],
            advice_zh=occasion.advice.zh,
            advice_en=occasion.advice.en,
            alarm=occasion.alarm,
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    ``id`` stays the same however often it is sent: receivers know it by that. ``seq``: its place in its receiver's
    line. ``folded``: how many occasions a summary stands for (0: a notice of its own), ``kinds`` how many of each kind.
    ``collects_until_s``: a summary takes more until then. ``sealed``: it was tried, or survived a restart: what it says
    does not change any more. ``dead``: why it was given up; empty while it is in line.
    """

    id: str
    receiver: str
    seq: int
    made: datetime
    made_s: float
    items: tuple[Item, ...]
    folded: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    collects_until_s: float = 0.0
    sealed: bool = False
    tries: int = 0
    refusals: int = 0
    error: str = ""
    dead: str = ""
    died: datetime | None = None

    @property
    def priority(self) -> int:
        """The most urgent it speaks of."""
        return min(item.priority for item in self.items)

    @property
    def about(self) -> str:
        """What it is about; empty for a summary."""
        return "" if self.folded else self.items[0].about

    @property
    def title_zh(self) -> str:
        """In one line."""
        return f"告警汇总（{self.folded} 条）" if self.folded else self.items[0].title_zh

    @property
    def title_en(self) -> str:
        """In one line."""
        return f"{self.folded} alarms and notices in one" if self.folded else self.items[0].title_en

    def grown(self, item: Item) -> Notice:
        """The summary with one occasion more: the most urgent are told one by one, all are counted."""
        items = sorted((*self.items, item), key=lambda one: one.priority)[:MOST_ITEMS]
        kinds = Counter(self.kinds)
        kinds[item.kind] += 1
        return replace(self, items=tuple(items), folded=self.folded + 1, kinds=dict(kinds))

    def in_line(self, seq: int, made: datetime, made_s: float) -> Notice:
        """The dead letter at the end of the line again, to be tried as if it were new; its id stays."""
        anew = replace(self, seq=seq, made=made, made_s=made_s, dead="", died=None)
        return replace(anew, tries=0, refusals=0, error="", sealed=True)


def body_of(notice: Notice) -> dict[str, Any]:
    """The notice as it is kept."""
    return {
        "receiver": notice.receiver,
        "seq": notice.seq,
        "made": notice.made.isoformat(),
        "items": [{**asdict(item), "at": item.at.isoformat(), "on": list(item.on)} for item in notice.items],
        "folded": notice.folded,
        "kinds": dict(notice.kinds),
        "tries": notice.tries,
        "refusals": notice.refusals,
        "error": notice.error,
        "dead": notice.dead,
        "died": None if notice.died is None else notice.died.isoformat(),
    }


def notice_of(notice_id: str, body: Mapping[str, Any], clock: Clock) -> Notice:
    """The notice ``body_of`` wrote, sealed: it may have been sent as it stands. Its age counts on from before."""
    made, died = datetime.fromisoformat(body["made"]), body["died"]
    age_s = max(0.0, (clock.now() - made).total_seconds())
    return Notice(
        id=notice_id,
        receiver=body["receiver"],
        seq=body["seq"],
        made=made,
        made_s=clock.monotonic() - age_s,
        items=tuple(_item_of(item) for item in body["items"]),
        folded=body["folded"],
        kinds=body["kinds"],
        sealed=True,
        tries=body["tries"],
        refusals=body["refusals"],
        error=body["error"],
        dead=body["dead"],
        died=None if died is None else datetime.fromisoformat(died),
    )


def _item_of(body: Mapping[str, Any]) -> Item:
    return Item(**{**body, "at": datetime.fromisoformat(body["at"]), "on": tuple(body["on"])})
