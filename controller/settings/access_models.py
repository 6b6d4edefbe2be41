"""The form of ``access:`` in ``site.yaml``: groups, the rights of the local command line, a city's own sign-on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.rights import Role
from controller.settings.fields import Model, Text, Word

_SCOPE = "city, division:330106, street:330106/NAME, station:ID or group:NAME"
_ROLE = ", ".join(role.value for role in Role)
Claim = Annotated[str, Field(min_length=1, max_length=200)]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key only the issuer holds. Shared-secret ones and ``none`` cannot even be named."""


class GrantModel(Model):
    """One role in one scope: ``{role: lighting_operator, scope: "division:330106"}``."""

    role: Word[Role] = Field(description=_ROLE)
    scope: Text = Field("city", description=_SCOPE)


class MappingModel(Model):
    """Who brings this value in this claim gets this role there."""

    claim: Claim = Field(description="the claim's name: groups")
    value: Claim = Field(description="what it has to be, or to hold among others")
    role: Word[Role] = Field(description=_ROLE)
    scope: Text = Field("city", description=_SCOPE)


class OidcModel(Model):
    """A city's own sign-on (OpenID Connect). Left out: nobody signs in that way."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=500)] = Field(
        description="the issuer as its tokens name it: https://login.example.cn/realms/city"
    )
    client_id: Text = Field(description="what this controller is called there")
    audience: str = Field("", max_length=200, description="whom tokens are for; the client id when left out")
    algorithms: list[Algorithm] = Field(["RS256", "ES256"], min_length=1)
    name_claim: Claim = "preferred_username"
    access_tokens: bool = Field(
        False, description="take access tokens (typ at+jwt) too; they carry no nonce, each is taken once"
    )
    mapping: list[MappingModel] = Field(min_length=1, description="from claims to roles; who matches none is refused")


class AccessModel(Model):
    """``access:``."""

    local_cli: list[GrantModel] | None = Field(
        None, description="rights of the command line on this machine; viewer and administrator when left out"
    )
    groups: dict[str, list[str]] = Field(default_factory=dict, description="named sets of assets and targets")
    oidc: OidcModel | None = None
