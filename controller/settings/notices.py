"""Receivers and rules of notices, from ``notices.yaml``; without the file nobody outside is told anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from controller.logic.notice_rules import DeliveryRule, FoldRule, NoticeRule, NoticeRules
from controller.settings.notice_models import (
    DeliveryModel,
    MailModel,
    NoticesModel,
    ReceiverModel,
    RuleModel,
    SecretModel,
    WebhookModel,
)
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.yaml_lines import Document

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MINUTE_S, _WEEK_S = 60.0, 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret is read anew for every use: an environment variable or a file. Its value is never kept."""

    env: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        return f"the environment variable {self.env}" if self.env else f"the file {self.file}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes signed JSON. ``ca``: whose certificates are believed, where not the usual ones."""

    url: str
    secret: SecretPlace
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox and the server that brings mail there. ``security``: starttls, tls, or none on this machine."""

    host: str
    port: int
    security: str
    sender: str
    to: str
    user: str = ""
    password: SecretPlace | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody outside the control room."""

    id: str
    way: Webhook | Mailbox


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """``notices.yaml``, checked."""

    receivers: tuple[Receiver, ...] = ()
    rules: NoticeRules = field(default_factory=NoticeRules)


def notices_of(document: Document | None, divisions: frozenset[str] | None, findings: Findings) -> NoticeSettings:
    """The site's settings; what is wrong is noted. ``divisions``: the codes there are, None if unknown."""
    if document is None:
        return NoticeSettings()
    findings.problems.extend(document.problems)
    entry = findings.parse(NoticesModel, Spot(document, ())) if document.data is not None else None
    if entry is None:
        return NoticeSettings()
    model, spot = entry.value, entry.spot
    receivers = tuple(_receivers(model.receivers, spot.at("receivers"), findings))
    _check_times(model, spot, findings)
    return NoticeSettings(
        receivers,
        NoticeRules(
            rules=tuple(_rules(model, divisions, spot.at("rules"), findings)),
            fold=FoldRule(model.fold.more_than, model.fold.within, model.fold.collect),
            delivery=_delivery(model.delivery),
        ),
    )


def _receivers(models: list[ReceiverModel], spot: Spot, findings: Findings) -> list[Receiver]:
    built: dict[str, Receiver] = {}
    for position, model in enumerate(models):
        here = spot.at(position)
        if model.id in built:
            findings.add(here.at("id"), "this receiver stands here twice", "give one of them another name")
        if (model.webhook is None) == (model.mail is None):
            findings.add(here, "a receiver is a webhook or a mailbox", "say webhook: {…} or mail: {…}, not both")
        elif model.webhook is not None:
            built[model.id] = Receiver(model.id, _webhook(model.webhook, here.at("webhook"), findings))
        elif model.mail is not None:
            built[model.id] = Receiver(model.id, _mailbox(model.mail, here.at("mail"), findings))
    return list(built.values())


def _webhook(model: WebhookModel, spot: Spot, findings: Findings) -> Webhook:
    parts = urlsplit(model.url)
    try:
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.username is not None:
        findings.add(spot.at("url"), "no address a notice could go to", "https://duty.example.cn/zhadao")
    elif parts.scheme != "https" and parts.hostname not in LOOPBACK:
        findings.add(spot.at("url"), "notices would go over an open wire", "an https:// address")
    return Webhook(model.url, _secret(model.secret, spot.at("secret"), findings), _path(model.ca))


def _mailbox(model: MailModel, spot: Spot, findings: Findings) -> Mailbox:
    if model.security == "none" and model.host not in LOOPBACK:
        findings.add(spot.at("security"), "mail would go over an open wire", "starttls or tls")
    if (model.user is None) != (model.password is None):
        findings.add(spot.at("user"), "a user and a password go together", "say both, or neither")
    password = None if model.password is None else _secret(model.password, spot.at("password"), findings)
    return Mailbox(
        host=model.host,
        port=model.port,
        security=model.security,
        sender=model.sender,
        to=model.to,
        user=model.user or "",
        password=password,
        ca=_path(model.ca),
    )


def _secret(model: SecretModel, spot: Spot, findings: Findings) -> SecretPlace:
    if (model.env is None) == (model.file is None):
        findings.add(spot, "a secret has one place", "{env: NAME} or {file: /run/secrets/name}")
    return SecretPlace(model.env or "", _path(model.file))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _rules(model: NoticesModel, divisions: frozenset[str] | None, spot: Spot, findings: Findings) -> list[NoticeRule]:
    known = {receiver.id for receiver in model.receivers}
    said: set[str] = set()
    for position, rule in enumerate(model.rules):
        here = spot.at(position)
        if rule.id in said:
            findings.add(here.at("id"), "this rule stands here twice", "give one of them another name")
        said.add(rule.id)
        for place, name in enumerate(rule.to):
            if name not in known:
                findings.add(here.at("to", place), "no such receiver", did_you_mean(name, known))
        for place, code in enumerate(rule.divisions):
            if divisions is not None and code not in divisions:
                findings.add(here.at("divisions", place), "no such division", did_you_mean(code, divisions))
    return [_rule(rule) for rule in model.rules]


def _rule(model: RuleModel) -> NoticeRule:
    return NoticeRule(
        id=model.id,
        on=frozenset(model.on),
        to=tuple(model.to),
        priority=model.priority.number,
        kinds=frozenset(model.kinds),
        divisions=frozenset(model.divisions),
    )


def _delivery(model: DeliveryModel) -> DeliveryRule:
    return DeliveryRule(
        first_s=model.first,
        longest_s=model.longest,
        give_up_s=model.give_up,
        tries=model.tries,
        refused_tries=model.refused_tries,
        waiting=model.waiting,
        down_after_s=model.down_after,
    )


def _check_times(model: NoticesModel, spot: Spot, findings: Findings) -> None:
    delivery, here = model.delivery, spot.at("delivery")
    if not 1.0 <= delivery.first <= delivery.longest:
        findings.add(here.at("first"), "the first wait is at least 1 s and no longer than the longest", "5s")
    if not _MINUTE_S <= delivery.give_up <= _WEEK_S:
        findings.add(here.at("give_up"), "notices are tried for 1 min to 7 days", "48h")
    for name in ("within", "collect"):
        if not 1.0 <= getattr(model.fold, name) <= 3600.0:
            findings.add(spot.at("fold", name), "from 1 s to 1 h", "1m")
