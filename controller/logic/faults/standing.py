"""How long something has been so, counting only the time it was seen: the common state of the simple detectors."""

from __future__ import annotations

from typing import NamedTuple


class Standing(NamedTuple):
    """``sign``: what was seen last, at ``at_s`` (None: nothing yet); ``for_s``: how long it has lasted, as far as it
    was seen; ``blind``: nothing was seen since. ``stands``: whether the fault does."""

    sign: bool | None = None
    at_s: float = 0.0
    for_s: float = 0.0
    stands: bool = False
    blind: bool = False

    @property
    def pending(self) -> bool:
        """Whether time decides something here: it may begin, or end."""
        return self.sign is not None and self.sign is not self.stands


CALM = Standing(sign=False)
"""What nearly every detector is at nearly every look."""
KNOWN = Standing(sign=True, stands=True)
"""A fault that stood before a restart."""


def follow(before: Standing, sign: bool | None, at_s: float, *, for_s: float, clear_s: float, gap_s: float) -> Standing:
    """The state after a look at ``at_s`` (the moment the value was received).

    A fault begins once its sign was seen for ``for_s`` and ends once it was seen gone for ``clear_s``. What is unknown
    (None) stops the clock: it neither begins nor ends anything, and the time until the next known look does not count;
    after ``gap_s`` of not knowing the count begins anew.
    """
    if sign is None:
        return before if before.blind or before is CALM else before._replace(blind=True)
    if sign is False and not before.stands:
        return CALM
    lasted_s = 0.0
    if sign is before.sign and 0.0 <= at_s - before.at_s <= gap_s:
        lasted_s = before.for_s + (0.0 if before.blind else at_s - before.at_s)
    stands = sign if lasted_s >= (for_s if sign else clear_s) else before.stands
    return CALM if not sign and not stands else Standing(sign, at_s, lasted_s, stands)
