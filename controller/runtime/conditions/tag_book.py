"""Which maintenance tags hang where: asked by guards, by orders and by whoever looks."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.points import TargetId, device_of
from controller.domain.tags import Tag


class TagBook:
    """Every tag, by what it hangs on. Cheap to ask; a target may bear several, each with an owner of its own.

    ``changes`` is counted for whoever looks for longer than a moment.
    """

    def __init__(self) -> None:
        self._tags: dict[str, Tag] = {}
        self._on: dict[TargetId, tuple[Tag, ...]] = {}
        self.changes = 0

    def on(self, target: TargetId) -> Tag | None:
        """The oldest tag on the target or on its whole asset; None when nobody works there."""
        if not self._on:
            return None
        return next(iter(self.all_on(target)), None)

    def all_on(self, target: TargetId) -> tuple[Tag, ...]:
        """Every tag that binds the target, oldest first."""
        device = device_of(target)
        own = self._on.get(target, ())
        return own if device == target else (*self._on.get(device, ()), *own)

    def within(self, asset: TargetId) -> tuple[Tag, ...]:
        """Every tag on an asset or any of its outputs, oldest first."""
        return tuple(tag for tag in self.tags() if device_of(tag.on) == asset)

    def get(self, tag_id: str) -> Tag | None:
        """The tag of this id."""
        return self._tags.get(tag_id)

    def tags(self) -> tuple[Tag, ...]:
        """Every tag, oldest first."""
        return tuple(sorted(self._tags.values(), key=lambda tag: tag.since))

    def put(self, tag: Tag) -> None:
        """Hang it."""
        self._tags[tag.id] = tag
        self._index()

    def take(self, tag_id: str) -> None:
        """Take it down. Harmless when it does not hang."""
        self._tags.pop(tag_id, None)
        self._index()

    def restore(self, tags: Iterable[Tag]) -> None:
        """Tags of before a restart hang on."""
        self._tags.update({tag.id: tag for tag in tags})
        self._index()

    def __len__(self) -> int:
        return len(self._tags)

    def _index(self) -> None:
        on: dict[TargetId, tuple[Tag, ...]] = {}
        for tag in self.tags():
            on[tag.on] = (*on.get(tag.on, ()), tag)
        self._on = on
        self.changes += 1
