"""Which OPC UA stations are trusted, as evidence: the list at every start, and whoever came or went since.

The trust list is changed by the command line beside this process (``zhadao certs trust``), so it is looked at.
"""

from __future__ import annotations

from controller.domain.clock import Clock
from controller.runtime.evidence import Evidence
from drivers.opcua.pki import Pki

EVERY_S = 60.0
KIND = "opcua_trust"
ACTOR = "certs"
"""Who of this machine's users did it is not known here: the file system lets only this user do it."""


class OpcUaTrust:
    """Compares the trust list with what it was, once a minute."""

    def __init__(self, pki: Pki, evidence: Evidence, clock: Clock) -> None:
        self._pki = pki
        self._evidence = evidence
        self._clock = clock
        self._known: dict[str, str] | None = None

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            self.look()
            await self._clock.sleep(EVERY_S)

    def look(self) -> None:
        """Write down what changed; nothing at all for a site that never trusted anybody."""
        now = {one.fingerprint: one.subject for one in self._pki.trusted()}
        before, self._known = self._known, now
        if before is None:
            if now:
                self._evidence.later(KIND, ACTOR, "", {"trusted": now})
        elif now != before:
            came = {one: subject for one, subject in now.items() if one not in before}
            went = {one: subject for one, subject in before.items() if one not in now}
            self._evidence.later(KIND, ACTOR, "", {"trusted_now": came, "no_longer": went})
