"""How the app shows itself: to which names it answers, how much it takes, what seals its CSRF tokens."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from controller.api.limits import Limits

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def seal_of(key: bytes) -> bytes:
    """The seal that goes with an installation's token key: another secret, and the same at every start."""
    return hmac.new(key, b"zhadao csrf", sha256).digest()


def _nothing() -> None:
    """Nothing is to be done besides."""


def _nobody(kind: str, client: str) -> None:
    """Nobody counts who was turned away."""
    del kind, client


@dataclass(frozen=True, slots=True)
class Face:
    """Settings of one app.

    ``hosts`` are names (lower case, without port) a request's Host header may carry besides loopback's and the very
    address it came in by: a page that was made to resolve to us under its own name is not answered (DNS rebinding).
    ``seal`` makes CSRF tokens; one that is kept lets a page go on over a restart. ``reloaded`` is called after a
    configuration was taken up, for what lies outside it: certificates. ``turned_away`` is told the kind of every
    refusal at the door and the address it went to (``host_refused``, ``rate_refused``, ``headers_refused``,
    ``csrf_refused``): it is called often, so it only counts.
    """

    hosts: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    seal: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    reloaded: Callable[[], None] = _nothing
    turned_away: Callable[[str, str], None] = _nobody
