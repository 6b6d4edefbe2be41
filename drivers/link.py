"""The state of one device link. Pure: time and chance come in as arguments.

``ONLINE → SUSPECT → OFFLINE(back-off + jitter) → PROBING → RESYNC → ONLINE``. A device that returns is always read
completely (RESYNC) before it counts as online: nothing written during its absence is played to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from controller.domain.image import LinkState

_MOST_DOUBLINGS = 30
"""Beyond this the longest wait was reached long ago; keeps the power small."""


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """When a link is given up and how it is tried again (seconds).

    Waits double from ``first_s`` to ``max_s``, each spread by ± ``jitter`` (a fraction) so that a city of cabinets
    does not knock at one moment. ``suspect_after`` and ``offline_after`` count failures in a row.
    """

    first_s: float = 1.0
    max_s: float = 30.0
    jitter: float = 0.2
    suspect_after: int = 1
    offline_after: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.max_s:
            raise ValueError(f"0 < first_s <= max_s is wanted, not {self.first_s} and {self.max_s}")
        if not 0 <= self.jitter < 1:
            raise ValueError(f"0 <= jitter < 1 is wanted, not {self.jitter}")
        if not 1 <= self.suspect_after <= self.offline_after:
            raise ValueError(
                f"1 <= suspect_after <= offline_after is wanted, not {self.suspect_after} and {self.offline_after}"
            )

    def wait_s(self, attempt: int, random01: float) -> float:
        """Seconds before the next probe after ``attempt`` fruitless ones (0 = the first wait)."""
        wait = min(self.max_s, self.first_s * 2.0 ** min(attempt, _MOST_DOUBLINGS))
        return wait * (1.0 + self.jitter * (2.0 * random01 - 1.0))


DEFAULT_LINK_POLICY = LinkPolicy()


@dataclass(frozen=True, slots=True)
class Link:
    """A link at one moment. Starts OFFLINE and due at once: nothing is known of the device yet.

    ``since_s`` is when this state began, ``retry_at_s`` when an OFFLINE link may be probed (monotonic seconds);
    ``failures`` in a row, ``attempts`` = fruitless probes since it was last online.
    """

    policy: LinkPolicy = field(default=DEFAULT_LINK_POLICY)
    state: LinkState = LinkState.OFFLINE
    since_s: float = 0.0
    retry_at_s: float = 0.0
    failures: int = 0
    attempts: int = 0

    def due(self, now_s: float) -> bool:
        """Whether an OFFLINE link should be probed now."""
        return self.state is LinkState.OFFLINE and now_s >= self.retry_at_s

    @property
    def usable(self) -> bool:
        """Whether ordinary traffic may use it."""
        return self.state in (LinkState.ONLINE, LinkState.SUSPECT)

    def probing(self, now_s: float) -> Link:
        """A probe begins; anything but an OFFLINE link stays as it is."""
        return self._enter(LinkState.PROBING, now_s) if self.state is LinkState.OFFLINE else self

    def succeeded(self, now_s: float) -> Link:
        """The device answered. From OFFLINE or PROBING this leads to RESYNC, never straight to ONLINE."""
        if self.state in (LinkState.OFFLINE, LinkState.PROBING):
            return replace(self._enter(LinkState.RESYNC, now_s), failures=0)
        if self.state is LinkState.SUSPECT:
            return replace(self._enter(LinkState.ONLINE, now_s), failures=0)
        return self

    def restarted(self, now_s: float) -> Link:
        """The device answers, but has started anew meanwhile: what was read of it before says nothing any more."""
        return replace(self._enter(LinkState.RESYNC, now_s), failures=0) if self.usable else self

    def resynced(self, now_s: float) -> Link:
        """Every point was read again: back ONLINE. Means nothing in any state but RESYNC."""
        if self.state is not LinkState.RESYNC:
            return self
        return replace(self._enter(LinkState.ONLINE, now_s), failures=0, attempts=0)

    def failed(self, now_s: float, random01: float) -> Link:
        """A request or probe failed. ``random01`` in [0, 1) spreads the wait; the same number, the same wait."""
        if self.state is LinkState.OFFLINE:
            return self
        failures = self.failures + 1
        if self.usable and failures < self.policy.offline_after:
            doubted = failures >= self.policy.suspect_after and self.state is not LinkState.SUSPECT
            return replace(self._enter(LinkState.SUSPECT, now_s) if doubted else self, failures=failures)
        wait_s = self.policy.wait_s(self.attempts, random01)
        offline = self._enter(LinkState.OFFLINE, now_s)
        return replace(offline, failures=failures, attempts=self.attempts + 1, retry_at_s=now_s + wait_s)

    def _enter(self, state: LinkState, now_s: float) -> Link:
        return replace(self, state=state, since_s=now_s)
