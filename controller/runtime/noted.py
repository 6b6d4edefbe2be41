"""A dictionary that remembers which of its entries were written since somebody last asked."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Noted(dict[K, V], Generic[K, V]):
    """Entries are written and taken away by ``[]``, ``del`` and ``pop`` only: other ways are not noted."""

    def __init__(self) -> None:
        super().__init__()
        self._touched: set[K] = set()

    def __setitem__(self, key: K, value: V) -> None:
        self._touched.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        self._touched.add(key)
        super().__delitem__(key)

    def pop(self, key: K, default: V | None = None) -> V | None:  # type: ignore[override]  # the one form in use
        """Take an entry away; ``default`` when there is none."""
        if key in self:
            self._touched.add(key)
        return super().pop(key, default)

    def take_touched(self) -> dict[K, V | None]:
        """What was written since the last call, as it is now; None where the entry is gone."""
        touched, self._touched = self._touched, set()
        return {key: self.get(key) for key in touched}
