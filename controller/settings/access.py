"""Who may sign in how, and what groups there are: from ``access:`` of ``site.yaml``, checked against the city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.rights import CITY, Grant, Role, Scope, ScopeKind
from controller.settings.access_models import AccessModel, GrantModel, MappingModel, OidcModel
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import did_you_mean

LOCAL_CLI_DEFAULT = (Grant(Role.VIEWER), Grant(Role.ADMINISTRATOR))
"""The command line of the controller's own user on its own machine sees and administers; it operates nothing."""


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Who brings ``value`` in ``claim`` gets ``grant``."""

    claim: str
    value: str
    grant: Grant


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """A city's own sign-on."""

    issuer: str
    client_id: str
    audience: str
    algorithms: tuple[str, ...]
    name_claim: str
    access_tokens: bool
    rules: tuple[ClaimRule, ...]


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """``access:``. ``groups`` lists asset and target ids by the group's name."""

    local_cli: tuple[Grant, ...] = LOCAL_CLI_DEFAULT
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    oidc: OidcSettings | None = None


def access_of(model: AccessModel, spot: Spot, city: City, findings: Findings) -> AccessSettings:
    """The settings; scopes, members and addresses that mean nothing are noted.

    While other files have problems, names are not held against their users: what they name may be what is broken.
    """
    checker = _Checker(city, frozenset(model.groups), findings, whole=not findings.problems)
    checker.groups(model.groups, spot.at("groups"))
    given = model.local_cli
    local = LOCAL_CLI_DEFAULT if given is None else tuple(checker.grants(given, spot.at("local_cli")))
    oidc = None if model.oidc is None else _oidc_of(model.oidc, spot.at("oidc"), checker, findings)
    groups = MappingProxyType({name: tuple(members) for name, members in model.groups.items()})
    return AccessSettings(local, groups, oidc)


def _oidc_of(model: OidcModel, spot: Spot, checker: _Checker, findings: Findings) -> OidcSettings:
    parts = urlsplit(model.issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        findings.add(spot.at("issuer"), "its keys would come over an open wire", "an https:// address")
    rules = zip(model.mapping, checker.grants(model.mapping, spot.at("mapping")), strict=True)
    return OidcSettings(
        issuer=model.issuer,
        client_id=model.client_id,
        audience=model.audience or model.client_id,
        algorithms=tuple(model.algorithms),
        name_claim=model.name_claim,
        access_tokens=model.access_tokens,
        rules=tuple(ClaimRule(rule.claim, rule.value, grant) for rule, grant in rules),
    )


@dataclass(frozen=True, slots=True)
class _Checker:
    city: City
    named_groups: frozenset[str]
    findings: Findings
    whole: bool

    def groups(self, groups: Mapping[str, Sequence[str]], spot: Spot) -> None:
        known = {asset.id for asset in self.city.assets()} | set(self.city.targets)
        for name, members in groups.items():
            for position, member in enumerate(members):
                if self.whole and member not in known:
                    here = spot.at(name, position)
                    self.findings.add(here, "no asset and no target", did_you_mean(member, known))

    def grants(self, models: Sequence[GrantModel | MappingModel], spot: Spot) -> Iterator[Grant]:
        for position, model in enumerate(models):
            yield Grant(model.role, self._scope(model.scope, spot.at(position, "scope")))

    def _scope(self, text: str, spot: Spot) -> Scope:
        try:
            scope = Scope.parse(text)
        except InvalidValue:
            hint = "city, division:330106, street:330106/NAME, station:ID or group:NAME"
            self.findings.add(spot, "no scope", hint)
            return Scope(ScopeKind.GROUP, "")
        known = names_of(scope.kind, self.city, self.named_groups)
        if self.whole and scope != CITY and scope.name not in known:
            self.findings.add(spot, f"unknown {scope.kind.value}", did_you_mean(scope.name, known))
        return scope


def names_of(kind: ScopeKind, city: City, groups: frozenset[str]) -> frozenset[str]:
    """The names a scope of this kind can have in this city."""
    match kind:
        case ScopeKind.CITY:
            return frozenset()
        case ScopeKind.DIVISION:
            return frozenset(asset.division for asset in city.assets())
        case ScopeKind.STREET:
            return frozenset(f"{one.division}/{one.street}" for one in city.cabinets.values() if one.street)
        case ScopeKind.STATION:
            return frozenset(city.stations)
        case ScopeKind.GROUP:
            return groups
