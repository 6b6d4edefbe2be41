"""Our certificate, and which clients' certificates are accepted: the folder ``zhadao certs`` keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError, StoreError
from drivers.opcua.certificates import Certificate, certificate_of
from drivers.opcua.pki import Met, Pki, readable_by_others

ENDPOINT = "northbound"
"""Where unknown clients are said to have been met."""
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Own:
    """What this server shows of itself, and the file of its key."""

    certificate: bytes
    key_file: Path
    application_uri: str


class Trust(Protocol):
    """What the server asks about certificates."""

    def own(self) -> Own:
        """Ours. Raises ConfigError: there is none that can be used, and what to do."""
        ...

    async def objection(self, der: bytes, client: str) -> str:
        """Why a client's certificate is not accepted; empty when it is. Who came unknown waits for a person."""
        ...


@dataclass(slots=True)
class TrustFolder:
    """``pki`` below the data folder, shared with the stations we connect to."""

    pki: Pki
    clock: Clock
    changed: Callable[[str], None] = lambda _: None
    _shown: set[str] = field(default_factory=set)

    def own(self) -> Own:
        """See ``Trust``."""
        certificate, key = self.pki.own(), self.pki.key_file
        try:
            if readable_by_others(key):
                raise ConfigError(f"{key} can be read by others: say `chmod 600 {key}`")
        except OSError as error:
            raise ConfigError(f"the key {key} cannot be used: {error.strerror}; `zhadao certs create`") from error
        now = self.clock.now()
        if not certificate.begins <= now <= certificate.ends:
            raise ConfigError(
                f"our OPC UA certificate holds from {certificate.begins:%Y-%m-%d} to {certificate.ends:%Y-%m-%d} and "
                "today is not within: make a new one with `zhadao certs create` and bring it to all clients"
            )
        return Own(certificate.der, key, certificate.application_uri)

    async def objection(self, der: bytes, client: str) -> str:
        """See ``Trust``."""
        try:
            certificate = certificate_of(der)
        except ValueError as error:
            return f"this is no certificate: {error}"
        flaws = _flaws(certificate, self.clock)
        try:
            if self.pki.trusts(certificate):
                return "; ".join(flaws)
        except ConfigError as error:
            return str(error)
        await self._keep(certificate, client, flaws)
        return (
            f"{certificate.subject} ({certificate.short}) is not trusted: compare the fingerprint with the client's "
            f"people, then `zhadao certs trust {certificate.short}`"
        )

    async def _keep(self, certificate: Certificate, client: str, flaws: tuple[str, ...]) -> None:
        """For a person to look at, once while this process runs: a stranger must not keep the disk busy."""
        if certificate.fingerprint in self._shown or len(self._shown) >= MOST_SHOWN:
            return
        self._shown.add(certificate.fingerprint)
        met = Met(ENDPOINT, client, self.clock.now().isoformat(timespec="seconds"), flaws)
        try:
            await asyncio.to_thread(self.pki.ask, certificate, met)
        except StoreError as error:
            self.changed(str(error))


MOST_SHOWN = 1000


def _flaws(certificate: Certificate, clock: Clock) -> tuple[str, ...]:
    """What speaks against it but a name: clients move, and what is trusted is this very certificate."""
    nameless = replace(certificate, names=(_ANY,))
    return tuple(flaw.text for flaw in nameless.flaws(clock.now(), certificate.application_uri, (_ANY,)))
