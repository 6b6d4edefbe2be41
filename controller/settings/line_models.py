"""The form of an endpoint's ``tls:`` and of ``dialin:`` in ``endpoints.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Model

FilePath = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]


class LineTlsModel(Model):
    """Certificates of ``modbus+tls``; explained at ``drivers.modbus.tls.TlsFiles``. Paths as seen from the folder."""

    certificate: FilePath = Field(description="PEM file: this centre's certificate, then those that lead to its root")
    key: FilePath = Field(description="PEM file, mode 600, without a passphrase")
    ca: FilePath = Field(description="PEM file: the authority whose certificates devices show")
    server_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")] | None = Field(
        default=None, description="the name in the device's certificate, where that is not the host in the url"
    )


class DialInModel(Model):
    """Ports at which devices dial in; explained at ``drivers.modbus.listening.Listening``."""

    beyond_loopback: Annotated[str, Field(max_length=200)] = Field(
        default="", description="the one sentence that allows it"
    )
    max_unregistered: Annotated[int, Field(ge=1, le=10_000)] = 64
    register_within_s: Annotated[float, Field(gt=0, le=300)] = 10.0
