"""The form of ``api:`` in ``site.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Model, Text

Path = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]
HostName = Annotated[str, Field(pattern=r"^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)$")]


class TlsModel(Model):
    """``api.tls:``; explained at ``controller.settings.api.TlsSettings``."""

    certificate: Path = Field(description="PEM file: the certificate, then those that lead to its root")
    key: Path = Field(description="PEM file, readable for the controller's user only, without a passphrase")
    client_ca: Path | None = Field(default=None, description="PEM file: only who shows a certificate of these gets in")


class ApiModel(Model):
    """Where the API listens, under which names, and with which certificate."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    hosts: tuple[HostName, ...] = Field(
        default=(), strict=False, max_length=50, description="names it is called by, lower case, without port"
    )
    tls: TlsModel | None = None
    listen_beyond_loopback_without_tls: Annotated[str, Field(max_length=200)] = Field(
        default="", description="the one sentence that allows it"
    )
