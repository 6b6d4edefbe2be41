"""The form of ``notices.yaml``: who is told outside the control room, of what, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.logic.notice_rules import On
from controller.settings.alarm_models import Kind, PriorityWord
from controller.settings.evidence_models import AbsolutePath
from controller.settings.fields import DivisionCode, Duration, Model, Text, Word

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Address = Annotated[str, Field(pattern=r"^[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,190}$")]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]


class SecretModel(Model):
    """Where a secret is kept: ``{env: NAME}`` or ``{file: /run/secrets/name}``. Never the secret itself."""

    env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] | None = None
    file: AbsolutePath | None = None


class WebhookModel(Model):
    """``webhook: {url: https://…, secret: {env: NAME}}``."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+[^\s#]{0,1000}$")] = Field(
        description="https://duty.example.cn/zhadao"
    )
    secret: SecretModel = Field(description="what signs: {env: ZHADAO_DUTY_SECRET} or {file: /run/secrets/duty}")
    ca: AbsolutePath | None = Field(default=None, description="a file of CA certificates, for a private one")


class MailModel(Model):
    """``mail: {host: …, port: 587, from: …, to: …}``; one address, so that each notice arrives or does not."""

    host: Host = Field(description="smtp.example.cn")
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: SecretModel | None = Field(default=None, description="{env: NAME} or {file: /run/secrets/name}")
    sender: Address = Field(alias="from", description="zhadao@example.cn")
    to: Address = Field(description="one address: duty@example.cn; a list's, for more people")
    ca: AbsolutePath | None = Field(default=None, description="a file of CA certificates, for a private one")


class ReceiverModel(Model):
    """One receiver: a webhook or a mailbox."""

    id: Name = Field(description="a short name: duty-room")
    webhook: WebhookModel | None = None
    mail: MailModel | None = None


class RuleModel(Model):
    """Who is told what; explained at ``controller.logic.notice_rules.NoticeRule``."""

    id: Name = Field(description="a short name: floods")
    on: Annotated[list[Word[On]], Field(min_length=1)] = Field(
        description="[alarm, returned, declared, overdue, roads_dark]"
    )
    to: Annotated[list[Name], Field(min_length=1)] = Field(description="receivers: [duty-room]")
    priority: Word[PriorityWord] = PriorityWord.LOW
    kinds: list[Kind] = Field(default_factory=list)
    divisions: list[DivisionCode] = Field(default_factory=list)


class FoldModel(Model):
    """``fold: {more_than: 10, within: 1m, collect: 1m}``."""

    more_than: Annotated[int, Field(ge=0, le=1000)] = 10
    within: Duration = 60.0
    collect: Duration = 60.0


class DeliveryModel(Model):
    """``delivery:``; explained at ``controller.logic.notice_rules.DeliveryRule``."""

    first: Duration = 5.0
    longest: Duration = 900.0
    give_up: Duration = 172_800.0
    tries: Annotated[int, Field(ge=1, le=100_000)] = 1000
    refused_tries: Annotated[int, Field(ge=1, le=1000)] = 3
    waiting: Annotated[int, Field(ge=10, le=20_000)] = 2000
    down_after: Duration = 300.0


class NoticesModel(Model):
    """``notices.yaml``. All of it may be left out."""

    receivers: list[ReceiverModel] = Field(default_factory=list)
    rules: list[RuleModel] = Field(default_factory=list)
    fold: FoldModel = FoldModel()
    delivery: DeliveryModel = DeliveryModel()
