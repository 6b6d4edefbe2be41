"""How an existing SCADA may look in by OPC UA: address, policies, limits; and what is refused to stand there."""

from __future__ import annotations

from dataclasses import dataclass

from controller.settings.api import is_loopback
from controller.settings.northbound_models import NorthboundModel
from controller.settings.parsing import Findings, Spot

NO_SECURITY = "None"
BEYOND = "I accept that other machines can look into this city"
"""Who wants the OPC UA server beyond loopback says so in these words. It is signed and encrypted there in any case."""
WITHOUT_SECURITY = "I accept that keys and values cross this machine in clear"
"""Who wants it without security, which is possible on loopback only, says so in these words."""


@dataclass(frozen=True, slots=True)
class NorthboundSettings:
    """Where the OPC UA server listens and how much it bears. Port 0 takes any free one.

    ``policies`` are OPC UA's own names; each is used with SignAndEncrypt, but ``None``. ``sessions`` and
    ``monitored_items`` bound all clients together: what a client asks beyond them is refused to it, and to nobody else.
    There is no setting that allows orders: the server is read-only.
    """

    host: str = "127.0.0.1"
    port: int = 4840
    policies: tuple[str, ...] = ("Basic256Sha256",)
    sessions: int = 10
    monitored_items: int = 20_000

    @property
    def secured(self) -> bool:
        """Whether any policy takes a certificate."""
        return any(policy != NO_SECURITY for policy in self.policies)


def northbound_of(model: NorthboundModel | None, spot: Spot, findings: Findings) -> NorthboundSettings | None:
    """The settings a site says; None without the section. What may not be is noted with its line."""
    if model is None:
        return None
    loopback, clear = is_loopback(model.host), NO_SECURITY in model.security
    if not loopback and model.listen_beyond_loopback != BEYOND:
        findings.add(
            spot.at("host"),
            f"{model.host} can be reached from other machines",
            f'listen on 127.0.0.1, or say in words that you want it: listen_beyond_loopback: "{BEYOND}"',
        )
    if clear and not loopback:
        findings.add(
            spot.at("security"),
            "None beyond loopback: keys and values would cross the network in clear",
            "take Basic256Sha256; None is for 127.0.0.1 only, whatever else is said",
        )
    elif clear and model.listen_without_security != WITHOUT_SECURITY:
        findings.add(
            spot.at("security"),
            "None: keys and values would cross this machine in clear",
            f'take Basic256Sha256, or say in words that you want it: listen_without_security: "{WITHOUT_SECURITY}"',
        )
    policies = tuple(dict.fromkeys(model.security))
    return NorthboundSettings(model.host, model.port, policies, model.sessions, model.monitored_items)
