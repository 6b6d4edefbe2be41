"""How the API is reached: address, names, certificate; and when it may not be reached at all."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from controller.domain.errors import ConfigError
from controller.settings.api_models import ApiModel

WITHOUT_TLS = "I accept that passwords cross the network in clear"
"""Who wants the API beyond loopback without TLS says so in these words."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Certificate (with its chain) and key, PEM files. With ``client_ca``, clients show a certificate of theirs too."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where the API listens. Port 0 takes any free one.

    ``hosts``: names it may be called by, besides loopback's and the address it listens on (the Host header of every
    request is checked). ``accepted``: what stands in the config about listening beyond loopback without TLS.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    hosts: tuple[str, ...] = ()
    tls: TlsSettings | None = None
    accepted: str = ""

    def check(self, host: str) -> None:
        """Whether it may listen on this address, which may be another than the configured one.

        Raises:
            ConfigError: it is not loopback's, and neither is there TLS nor stands the sentence in the config.
        """
        if self.tls is not None or is_loopback(host) or self.accepted == WITHOUT_TLS:
            return
        raise ConfigError(
            f"{host} can be reached from other machines and no TLS is configured, so passwords and orders would cross "
            "the network in clear: set api.tls {certificate, key} in site.yaml, or listen on 127.0.0.1 behind a proxy "
            f'that has TLS; whoever wants it all the same sets api.listen_beyond_loopback_without_tls: "{WITHOUT_TLS}"'
        )


def is_loopback(host: str) -> bool:
    """Whether this address is this machine's own; a name other than localhost may lead anywhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def api_of(model: ApiModel, folder: Path) -> ApiSettings:
    """The settings of a site's file; paths are as seen from its folder."""
    tls = None
    if model.tls is not None:
        client_ca = None if model.tls.client_ca is None else folder / model.tls.client_ca
        tls = TlsSettings(folder / model.tls.certificate, folder / model.tls.key, client_ca)
    return ApiSettings(model.host, model.port, model.hosts, tls, model.listen_beyond_loopback_without_tls)
