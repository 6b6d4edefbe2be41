"""What a connection has to tell people besides readings: a stopped station, a stranger's certificate, a wrong clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What it is about. FROZEN and POINTS belong to a device, the others to an endpoint."""

    FROZEN = "frozen"
    POINTS = "points_unusable"
    CERTIFICATE = "certificate_refused"
    CLOCK = "clock_off"


@dataclass(frozen=True, slots=True)
class Notice:
    """A trouble that stands (``active``) or is over. ``subject`` is a device's id or an endpoint's name."""

    subject: str
    trouble: Trouble
    active: bool
    text: str = ""
    text_zh: str = ""


Told = Callable[[Notice], None]
"""Who is told. Told again as often as it is true; must be quick and must not raise."""


def nobody(_notice: Notice) -> None:
    """For drivers that are used by themselves."""
