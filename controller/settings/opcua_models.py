"""The form of ``opcua:`` of an endpoint."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from controller.settings.fields import Model, NotNegative, Positive, Text, Word
from drivers.opcua.options import Policy, Security
from drivers.profile import Poll

FilePath = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$")]


class OpcUaModel(Model):
    """How the server is spoken to; explained at ``drivers.opcua.options.UaOptions``."""

    security: Word[Security] = Field(description="none, sign or sign_and_encrypt")
    policy: Word[Policy] = Policy.BASIC256SHA256
    user: Text | None = Field(default=None, description="sign in by name; the password stands in password_file")
    password_file: FilePath | None = Field(default=None, description="file of mode 0600, the password its first line")
    user_certificate: FilePath | None = Field(default=None, description="sign in by a certificate; PEM or DER file")
    user_key: FilePath | None = Field(default=None, description="its key, a file of mode 0600 without a passphrase")
    names: tuple[HostName, ...] = Field(
        default=(), strict=False, max_length=20, description="host names the server's certificate may be made out to"
    )
    keepalive_s: Positive | None = None
    queue: Annotated[int, Field(ge=1, le=100)] = 1
    sampling_s: dict[Annotated[Poll, Strict(strict=False)], Positive] = Field(default_factory=dict)
    deadband: dict[Annotated[Poll, Strict(strict=False)], NotNegative] = Field(default_factory=dict)
