"""The form of ``northbound:`` in ``site.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.settings.fields import Model, Text

Policy = Literal["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss", "None"]
Sentence = Annotated[str, Field(max_length=200)]


class NorthboundModel(Model):
    """An OPC UA server others may look in by; without this section there is none."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 4840
    security: Annotated[tuple[Policy, ...], Field(strict=False, min_length=1, max_length=4)] = Field(
        default=("Basic256Sha256",), description="always signed and encrypted; None only with the sentence, on loopback"
    )
    listen_beyond_loopback: Sentence = Field(default="", description="the one sentence that allows it")
    listen_without_security: Sentence = Field(default="", description="the one sentence that allows None on loopback")
    sessions: Annotated[int, Field(ge=1, le=50)] = 10
    monitored_items: Annotated[int, Field(ge=100, le=200_000)] = 20_000
