"""A city's own sign-on: its tokens, checked. Everything that is not exactly right is refused, without saying what."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import structlog

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, SignInRefused
from controller.domain.rights import Grant
from controller.runtime.authority import Invitation
from controller.runtime.people.jwks import IssuerKeys
from controller.runtime.people.secrets import checked_name, digest_of
from controller.settings.access import ClaimRule, OidcSettings

log = structlog.get_logger("sign_on")

LEEWAY_S = 60.0
"""How far the issuer's clock and ours may be apart."""
INVITED_S = 600.0
"""How long somebody may take at the issuer's page (real time)."""
LONGEST_TOKEN = 16_384
OLDEST_S = 3600.0
"""A token issued longer ago than this is no fresh sign-in, whenever it runs out."""
MOST_USED = 50_000
ACCESS_TYPES = frozenset({"at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the issuer vouches for, and what the configuration gives them."""

    name: str
    grants: tuple[Grant, ...]


class SignOn:
    """Checks tokens of one issuer: signature by its published keys, iss, aud, azp, exp, nbf, iat, nonce, used once."""

    def __init__(self, settings: OidcSettings, clock: Clock, keys: IssuerKeys | None = None) -> None:
        self.settings = settings
        self._clock = clock
        self._keys = keys or IssuerKeys(settings.issuer, clock)
        self._secret = secrets.token_bytes(32)
        self._used: dict[str, float] = {}

    def invite(self) -> Invitation:
        """A nonce that only we can have made: nothing is kept for those who never come back."""
        until = f"{self._clock.monotonic() + INVITED_S * self._clock.speed:.0f}"
        body = f"{until}.{secrets.token_hex(8)}"
        return Invitation(self.settings.issuer, self.settings.client_id, f"{body}.{self._seal(body)}")

    async def identify(self, token: str) -> Identity:
        """Who brings this token.

        Raises:
            SignInRefused: anything about it is not right.
        """
        try:
            claims, access = await self._verified(token)
            self._fresh(claims)
            if not access:
                self._check_nonce(claims.get("nonce"))
            identity = self._identity(claims)
        except (_NotRight, jwt.PyJWTError, InvalidValue, ValueError, RecursionError) as cause:  # a header is anybody's
            log.warning("sign_on_refused", reason=f"{type(cause).__name__}: {cause}"[:200])
            raise SignInRefused(
                "the token was not accepted: sign in again at the city's sign-on 单点登录未被接受"
            ) from None
        self._use(token, claims.get("nonce"), float(claims["exp"]))
        return identity

    async def _verified(self, token: str) -> tuple[Mapping[str, Any], bool]:
        if len(token) > LONGEST_TOKEN:
            raise _NotRight("too long")
        header = jwt.get_unverified_header(token)
        algorithm, kind = header.get("alg"), str(header.get("typ", "")).lower()
        if algorithm not in self.settings.algorithms or "crit" in header:
            raise _NotRight(f"algorithm {algorithm}")
        access = kind in ACCESS_TYPES
        if access and not self.settings.access_tokens:
            raise _NotRight("an access token")
        key = await self._keys.find(str(header.get("kid", "")), str(algorithm))
        if key is None:
            raise _NotRight("signed by none of the issuer's keys")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[str(algorithm)],
            audience=self.settings.audience,
            issuer=self.settings.issuer,
            options={
                "require": ["exp", "iat", "iss", "aud", "sub"],
                "verify_exp": False,  # times are told by the injected clock, below
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        return claims, access

    def _fresh(self, claims: Mapping[str, Any]) -> None:
        now_s = self._clock.now().timestamp()
        expires_s, issued_s = _number(claims["exp"]), _number(claims["iat"])
        not_before_s = _number(claims.get("nbf", issued_s))
        if not max(issued_s, not_before_s) - LEEWAY_S <= now_s < expires_s + LEEWAY_S:
            raise _NotRight("not valid at this time")
        if now_s - issued_s > OLDEST_S:
            raise _NotRight("issued too long ago")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.settings.client_id:
            raise _NotRight("made for somebody else too")

    def _check_nonce(self, nonce: object) -> None:
        body, _, seal = str(nonce).rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            raise _NotRight("a nonce that is not ours")
        if self._clock.monotonic() >= float(body.partition(".")[0]):
            raise _NotRight("a nonce that is too old")

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        name = claims.get(self.settings.name_claim)
        if not isinstance(name, str):
            raise _NotRight(f"no {self.settings.name_claim}")
        grants = tuple(dict.fromkeys(rule.grant for rule in self.settings.rules if _brings(claims, rule)))
        if not grants:
            raise _NotRight(f"{name[:64]} has no role here")
        return Identity(checked_name(name), grants)

    def _use(self, token: str, nonce: object, expires_s: float) -> None:
        """Once, and never again: neither the token nor its nonce. No await lies between the check and the mark."""
        now_s = self._clock.now().timestamp()
        self._used = {one: until for one, until in self._used.items() if until > now_s}
        marks = [digest_of(token), *([f"nonce {nonce}"] if nonce is not None else [])]
        if any(mark in self._used for mark in marks) or len(self._used) > MOST_USED:
            raise SignInRefused("the token was used before: sign in again at the city's sign-on 单点登录凭据已用过")
        self._used |= dict.fromkeys(marks, max(expires_s, now_s + INVITED_S * self._clock.speed) + 2 * LEEWAY_S)

    def _seal(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()


class _NotRight(Exception):
    """Says what was wrong, to the log only."""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _NotRight("a time that is no number")
    return float(value)


def _brings(claims: Mapping[str, Any], rule: ClaimRule) -> bool:
    """Whether the claim is the value, or a list that holds it. ``a.b`` looks inside an object."""
    found: Any = claims
    for step in [rule.claim] if rule.claim in claims else rule.claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return rule.value in found if isinstance(found, list) else found == rule.value
