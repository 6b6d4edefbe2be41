"""What people are told of site conditions: tags, switches, declared states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.domain.tags import Tag


@dataclass(frozen=True, slots=True)
class TagReceipt:
    """The answer to hanging or taking down a tag. ``cause`` in the field's word, empty when it was done."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class SwitchView:
    """A LOCAL/REMOTE/OFF switch that keeps the centre from acting, or that was confirmed by hand.

    ``word``: ``local`` (LOCAL, OFF or unreadable), ``waiting`` (back at REMOTE, automation not released yet) or
    ``confirmed`` (unreadable, taken as REMOTE on a person's word until ``until``).
    """

    device: str
    word: str
    reads: str
    text_en: str
    text_zh: str
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class SiteReceipt:
    """The answer to releasing, confirming, declaring, renewing or ending. ``id`` names what came of it."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """One declared operating state. ``ended`` and ``how`` are filled in its history."""

    id: str
    discipline: str
    scope: str
    state: str
    title_zh: str
    title_en: str
    response: int | None
    by: str
    reason: str
    declared: datetime
    expires: datetime
    renewed: int = 0
    ended: datetime | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What stands on site at a target: the tags that bind it, its switch where that keeps the centre out, and what is
    declared for it, gravest first. ``gauges``: its level gauges that people took out of the vote, in words."""

    tags: tuple[Tag, ...] = ()
    switch: SwitchView | None = None
    states: tuple[DeclarationView, ...] = ()
    gauges: tuple[tuple[str, str], ...] = ()

    def lines(self, told: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """One sentence per fact, (English, Chinese), but for guards whose word was ``told`` already."""
        tags = () if "tag" in told else self.tags
        switch = () if self.switch is None or self.switch.word in told else (self.switch,)
        return (
            *((str(tag), f"检修挂牌（{tag.owner}：{tag.reason}）") for tag in tags),
            *((one.text_en, one.text_zh) for one in switch),
            *((f"{one.title_en} declared by {one.by}", f"{one.title_zh}（{one.by}宣布）") for one in self.states),
            *self.gauges,
        )


NO_FACTS = SiteFacts()


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing a proposal rests on. ``kind``: rain, rain_expected, level, level_expected, tide, station.

    ``by`` is the gauge or station it is read from, ``state`` what it proposes by itself (empty: it only adds weight).
    """

    kind: str
    by: str
    state: str
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class ProposedState:
    """A state the rules would propose: shown to people, never set by software.

    ``by`` is the gauge whose reading proposes it, ``since`` when it first did; ``grounds`` is everything that speaks
    for a response there, the gravest first; ``may_declare`` says whose decision it is.
    """

    discipline: str
    scope: str
    state: str
    title_zh: str
    title_en: str
    by: str
    why_en: str
    why_zh: str
    since: datetime
    grounds: tuple[Ground, ...] = ()
    may_declare_en: str = ""
    may_declare_zh: str = ""


@dataclass(frozen=True, slots=True)
class DismissedState:
    """A proposal a person dismissed: it stays down until its grounds change."""

    discipline: str
    scope: str
    state: str
    title_zh: str
    title_en: str
    by: str
    reason: str
    at: datetime
