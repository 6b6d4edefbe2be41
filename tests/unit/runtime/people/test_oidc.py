"""A city's own sign-on: only its fresh tokens, for us, for the nonce we gave, once."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from controller.domain.errors import SignInRefused
from controller.domain.rights import Grant, Right, Role
from controller.runtime.authority import Session
from controller.runtime.clocks import ScaledClock
from controller.runtime.people.jwks import AGAIN_S, FRESH_S
from controller.runtime.people.oidc import INVITED_S, LEEWAY_S, OLDEST_S
from controller.settings.access import AccessSettings, ClaimRule, OidcSettings
from tests.unit.runtime.people.issuer import CURVE, OTHER, RSA, Issuer
from tests.unit.runtime.people.rig import FAR_LAMP, LAMP, WEST, Folk, city_site, division
from tests.unit.runtime.people.test_sessions import nested

START = datetime(2026, 6, 21, 11, tzinfo=UTC)
RULES = (
    ClaimRule("groups", "lighting-west", division(WEST)),
    ClaimRule("realm_access.roles", "flood", Grant(Role.DUTY_OFFICER)),
)


def settings(issuer: str, **more: Any) -> OidcSettings:
    base = OidcSettings(issuer, "zhadao", "zhadao", ("RS256", "ES256"), "preferred_username", False, RULES)
    return replace(base, **more)


@dataclass
class Rig:
    clock: ScaledClock
    issuer: Issuer
    folk: Folk

    def nonce(self) -> str:
        return self.folk.authority.invite().nonce

    async def come(self, token: str, client: str = "10.0.0.1") -> Session:
        return await self.folk.authority.sign_in_with(token, client)

    async def refused(self, token: str) -> None:
        with pytest.raises(SignInRefused):
            await self.come(token, f"10.0.{len(token)}.{hash(token) % 250}")


@contextlib.asynccontextmanager
async def sign_on(**more: Any) -> AsyncIterator[Rig]:
    clock = ScaledClock(START, source=asyncio.get_running_loop().time)
    async with Issuer(clock).open() as issuer:
        site = city_site(AccessSettings(oidc=settings(issuer.url, **more)))
        yield Rig(clock, issuer, Folk(clock, site))


async def test_a_token_for_our_nonce_gives_what_its_claims_are_mapped_to() -> None:
    async with sign_on() as rig:
        session = await rig.come(rig.issuer.token(rig.nonce()))
        assert (session.actor, session.caller.person, session.grants) == ("lin", "lin", (division(WEST),))
        assert rig.folk.authority.permit(session, Right.OPERATE, [LAMP]) is None
        assert rig.folk.authority.permit(session, Right.OPERATE, [FAR_LAMP]) is not None
        other = rig.issuer.token(
            rig.nonce(), kid="ec-1", algorithm="ES256", realm_access={"roles": ["flood"]}, groups=[]
        )
        assert (await rig.come(other)).grants == (Grant(Role.DUTY_OFFICER),)
        assert rig.issuer.asked == ["/.well-known/openid-configuration", "/keys"], "fetched once"


NOW_S = int(START.timestamp())


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"},
        {"aud": ["zhadao", "another"]},
        {"aud": ["zhadao", "another"], "azp": "another"},
        {"aud": None},
        {"iss": "http://127.0.0.1:1"},
        {"exp": NOW_S - int(LEEWAY_S) - 1},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"iat": NOW_S + int(LEEWAY_S) + 5},
        {"iat": NOW_S - int(OLDEST_S) - 1},
        {"iat": None},
        {"nbf": NOW_S + int(LEEWAY_S) + 5},
        {"sub": None},
        {"groups": ["somebody"]},
        {"groups": "lighting"},
        {"groups": None},
        {"groups": {"lighting-west": 1}},
        {"preferred_username": None},
        {"preferred_username": 7},
        {"preferred_username": "local-cli"},
        {"preferred_username": "李"},
        {"kid": "ec-1", "algorithm": "RS256", "key": RSA},
        {"key": OTHER},
        {"kid": "unknown", "key": OTHER},
        {"algorithm": "RS512"},
        {"algorithm": "PS256"},
        {"headers": {"typ": "at+jwt"}},
        {"headers": {"crit": ["exp"]}},
    ],
    ids=lambda wrong: str({name: "another" if name == "key" else value for name, value in wrong.items()}),
)
async def test_a_token_that_is_not_right_in_one_thing_is_refused(wrong: dict[str, Any]) -> None:
    async with sign_on() as rig:
        await rig.refused(rig.issuer.token(rig.nonce(), **wrong))


async def test_a_token_signed_with_the_issuers_public_key_as_a_shared_secret_is_refused() -> None:
    async with sign_on() as rig:
        secret = str(rig.issuer.jwks()).encode()
        for algorithm in ("HS256", "HS512"):
            await rig.refused(rig.issuer.token(rig.nonce(), algorithm=algorithm, key=secret))
        body = rig.issuer.token(rig.nonce()).split(".")[1]
        head = urlsafe_b64encode(b'{"alg":"none","kid":"rsa-1"}').rstrip(b"=").decode()
        await rig.refused(f"{head}.{body}.")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "." * 20_000, f"{nested()}.e30.x"])
async def test_what_is_no_token_is_refused(token: str) -> None:
    async with sign_on() as rig:
        await rig.refused(token)
        assert rig.issuer.asked == []


async def test_a_nonce_has_to_be_ours_fresh_and_is_good_once() -> None:
    async with sign_on() as rig:
        for nonce in (None, "", "made.up", f"{10**12}.{'0' * 16}.{'0' * 64}"):
            await rig.refused(rig.issuer.token(nonce))
        old, used = rig.nonce(), rig.nonce()
        await rig.come(rig.issuer.token(used))
        await rig.refused(rig.issuer.token(used, jti="another token, the same nonce"))
        await rig.clock.sleep(INVITED_S + 1)
        await rig.refused(rig.issuer.token(old))
        elsewhere = Folk(rig.clock, rig.folk.site).authority.invite().nonce
        await rig.refused(rig.issuer.token(elsewhere))


async def test_a_token_is_good_once_also_when_shown_twice_at_once() -> None:
    async with sign_on() as rig:
        token = rig.issuer.token(rig.nonce())
        came = await asyncio.gather(*(rig.come(token, f"10.0.0.{n}") for n in range(4)), return_exceptions=True)
        assert sum(isinstance(one, Session) for one in came) == 1


async def test_access_tokens_are_taken_where_the_configuration_says_so_and_each_once() -> None:
    async with sign_on(access_tokens=True) as rig:
        token = rig.issuer.token(None, headers={"typ": "at+jwt"})
        assert (await rig.come(token)).actor == "lin"
        await rig.refused(token)
        await rig.refused(rig.issuer.token(None, jti="an ID token without a nonce"))


async def test_new_keys_are_fetched_when_needed_and_made_up_ones_do_not_hammer_the_issuer() -> None:
    async with sign_on() as rig:
        await rig.come(rig.issuer.token(rig.nonce()))
        for _ in range(3):
            await rig.refused(rig.issuer.token(rig.nonce(), kid="made-up", key=OTHER))
        assert len(rig.issuer.asked) == 2
        rig.issuer.keys["rsa-2"] = OTHER
        await rig.clock.sleep(AGAIN_S + 1)
        await rig.come(rig.issuer.token(rig.nonce(), kid="rsa-2"))
        del rig.issuer.keys["rsa-1"]
        await rig.clock.sleep(FRESH_S + 1)
        await rig.refused(rig.issuer.token(rig.nonce(), kid="rsa-1", key=RSA))


async def test_an_issuer_that_is_down_keeps_out_whom_it_cannot_vouch_for_and_nobody_else() -> None:
    async with sign_on() as rig:
        rig.issuer.up = False
        await rig.refused(rig.issuer.token(rig.nonce()))
        rig.issuer.up = True
        await rig.come(rig.issuer.token(rig.nonce()))
        rig.issuer.up = False
        await rig.clock.sleep(FRESH_S + 1)
        assert await rig.come(rig.issuer.token(rig.nonce())), "by the keys it published before"


async def test_an_issuer_that_calls_itself_otherwise_is_not_believed() -> None:
    async with sign_on() as rig:
        rig.issuer.calls_itself = "http://somewhere"
        await rig.refused(rig.issuer.token(rig.nonce()))


async def test_a_key_of_another_kind_than_the_algorithm_is_not_used() -> None:
    async with sign_on() as rig:
        rig.issuer.keys = {"one": CURVE}
        await rig.refused(rig.issuer.token(rig.nonce(), kid="one", key=RSA))


async def test_whom_our_book_disabled_the_sign_on_does_not_let_in_and_one_name_is_one_person() -> None:
    async with sign_on() as rig:
        ours = rig.folk.signed_in("lin")
        theirs = await rig.come(rig.issuer.token(rig.nonce()))
        assert ours.caller.same_person(theirs.caller)
        await rig.folk.desk.disable("lin", rig.folk.caller("boss", Grant(Role.ADMINISTRATOR)))
        assert not rig.folk.authority.lives(theirs)
        await rig.refused(rig.issuer.token(rig.nonce()))


async def test_a_session_of_the_sign_on_survives_a_restart_and_ends_when_the_sign_on_is_set_up_otherwise() -> None:
    async with sign_on() as rig:
        session = await rig.come(rig.issuer.token(rig.nonce()))
        again = rig.folk.restarted()
        assert again.authority.lives(session)
        other = city_site(AccessSettings(oidc=settings(rig.issuer.url, rules=RULES[:1])))
        assert not rig.folk.restarted(other).authority.lives(session)
        rig.folk.people.adopt(other)
        assert not rig.folk.authority.lives(session)


async def test_who_signed_on_elsewhere_has_no_password_here() -> None:
    async with sign_on() as rig:
        session = await rig.come(rig.issuer.token(rig.nonce()))
        with pytest.raises(Exception, match="no password here"):
            await rig.folk.desk.set_password("", "four unrelated words", session.caller)
