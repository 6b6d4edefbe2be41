"""What a connection is given besides its endpoint: the certificates, and who is told of troubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.opcua.notices import Told, nobody

if TYPE_CHECKING:
    from drivers.opcua.pki import Pki

CLOCK_OFF_S = 30.0
"""A server whose clock is this far from ours gives its values times nobody can use."""


@dataclass(frozen=True, slots=True)
class UaAround:
    """``pki``: our certificate and the trust list; ``told``: who hears of troubles; ``clock_off_s``: how far a
    server's clock may be from ours (None: not looked at where the server runs on this machine, ``CLOCK_OFF_S``
    elsewhere)."""

    pki: Pki | None = None
    told: Told = nobody
    clock_off_s: float | None = None


ALONE = UaAround()
"""For a driver that is used by itself, without security."""
