"""What stands on site against acting from afar, as guards ask for it: tags and switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from controller.domain.image import View
from controller.domain.places import KeyPlace
from controller.domain.points import TargetId
from controller.domain.tags import Tag
from controller.logic.switch_guard import NO_KEY, NOTHING_SEEN, SwitchMemory


@dataclass(frozen=True, slots=True)
class OnSite:
    """A target's tag and its device's switch at one moment."""

    tag: Tag | None = None
    switch: SwitchMemory = NOTHING_SEEN
    wait_s: float = 0.0
    """How long automation waits there once the switch is back at REMOTE."""
    key: KeyPlace = NO_KEY


NOTHING = OnSite()
"""No tag, and a switch just as it reads."""

OnSiteOf = Callable[[TargetId], OnSite]
"""Asks for the word of the site on a target."""


class SiteConditions(Protocol):
    """Tags and switches of a site. Asked by guards in every cycle, and again right before the socket."""

    def at(self, target: TargetId) -> OnSite:
        """What stands against acting on a target now."""
        ...

    def look(self, view: View) -> None:
        """A device changed: follow its switch."""
        ...


class NothingOnSite:
    """No tag anywhere, every switch just as it reads: for disciplines tried by themselves."""

    def at(self, target: TargetId) -> OnSite:
        """Nothing."""
        del target
        return NOTHING

    def look(self, view: View) -> None:
        """Nothing is remembered."""


NOTHING_ON_SITE = NothingOnSite()
