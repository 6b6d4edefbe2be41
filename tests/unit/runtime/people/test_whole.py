"""People in a whole controller: the real store, the real journal, the real API; over a restart and a reload."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx

from controller.api import create_app
from controller.domain.rights import Grant, Role, Scope
from controller.runtime.people.tokens import KEY_FILE
from controller.runtime.witness import WitnessedAuthority
from controller.settings.access import AccessSettings
from controller.settings.site import Site
from controller.store.journal_read import read
from tests.unit.runtime.people.rig import ADMIN, fast
from tests.unit.runtime.soft_city import LC1, SoftCity, soft_city

GOOD = "four unrelated words"
LAMP = f"{LC1}/K1"
ORDER = {"targets": [LAMP], "value": "on", "for_s": 600, "reason": "repair"}


class Front:
    def __init__(self, city: SoftCity) -> None:
        self.people = city.assembly.people
        self.people.known.hasher = fast()
        self.witness = WitnessedAuthority(self.people.authority, city.assembly.evidence)
        self.app = create_app(city.controller, self.witness)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test/api/v1")

    async def sign_in(self, name: str, secret: str) -> httpx.Response:
        return await self.client.post("/sign-in", json={"name": name, "secret": secret})

    async def person(self, name: str, *grants: Grant) -> str:
        """A person with a password; their token."""
        code = await self.people.desk.ensure(name, grants)
        first = (await self.sign_in(name, code.code)).json()
        set_ = await self.client.post("/password", json={"password": GOOD}, headers=bearing(first["token"]))
        assert set_.status_code == 204, set_.text
        return str((await self.sign_in(name, GOOD)).json()["token"])


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextlib.asynccontextmanager
async def fronted(city: SoftCity) -> AsyncIterator[Front]:
    front = Front(city)
    try:
        yield front
    finally:
        await front.client.aclose()
        front.witness.close()
        front.people.close()


async def test_people_keys_and_sessions_survive_a_restart_and_the_key_is_private(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city, fronted(city) as front:
        token = await front.person("boss", ADMIN)
        caller = front.people.authority.session(token).caller  # type: ignore[union-attr]  # it is there
        made = await front.people.desk.machines.add("scada", [Grant(Role.VIEWER)], 3600.0, caller)
    key = tmp_path / "data" / KEY_FILE
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    async with soft_city(tmp_path) as city, fronted(city) as front:
        for known in (token, made.token):
            assert (await front.client.get("/overview", headers=bearing(known))).status_code == 200
        assert (await front.client.post("/sign-out", headers=bearing(token))).status_code == 204
        assert (await front.client.get("/overview", headers=bearing(token))).status_code == 401
    lines = [(line.kind, line.actor) for line in read(tmp_path / "data")]
    for kind in ("user_ensured", "password_set", "signed_in", "key_added", "signed_out"):
        assert kind in [one for one, _ in lines]
    assert ("key_added", "boss") in lines


async def test_an_order_takes_the_right_place_and_the_right_slot(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city, fronted(city) as front:
        await city.ready()
        station = Grant(Role.DUTY_OFFICER, Scope.parse("station:330106-PS-0001"))
        for name, grants, slot, status in (
            ("lin", (Grant(Role.LIGHTING_OPERATOR),), "city_manual", 200),
            ("wei", (Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")),), "city_manual", 403),
            ("shu", (station,), "district_manual", 403),
            ("adm", (ADMIN,), "district_manual", 403),
        ):
            token = await front.person(name, *grants)
            answer = await front.client.post("/orders", json={**ORDER, "slot": slot}, headers=bearing(token))
            assert answer.status_code == status, (name, answer.text)
    denied = [line for line in read(tmp_path / "data") if line.kind == "denied"]
    assert [(line.actor, line.target) for line in denied] == [(name, LAMP) for name in ("wei", "shu", "adm")]


async def test_roles_changed_while_somebody_is_signed_in_end_that(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city, fronted(city) as front:
        await city.ready()
        admin = front.people.authority.session(await front.person("boss", ADMIN))
        token = await front.person("lin", Grant(Role.LIGHTING_OPERATOR))
        assert admin is not None
        await front.people.desk.grant("lin", [Grant(Role.VIEWER)], admin.caller)
        assert (await front.client.post("/orders", json=ORDER, headers=bearing(token))).status_code == 401
        token = str((await front.sign_in("lin", GOOD)).json()["token"])
        assert (await front.client.post("/orders", json=ORDER, headers=bearing(token))).status_code == 403
        assert (await front.client.get("/overview", headers=bearing(token))).status_code == 200


async def test_a_reload_gives_the_local_command_line_other_rights(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city, fronted(city) as front:
        local = front.people.authority.session(front.people.authority.local_token())
        assert local is not None
        assert front.people.known.grants(local.caller) == city.site.access.local_cli
        front.people.adopt(trusting(city))
        assert front.people.known.grants(local.caller) == (Grant(Role.WATER_OPERATOR),)


def trusting(city: SoftCity) -> Site:
    return replace(city.site, access=AccessSettings(local_cli=(Grant(Role.WATER_OPERATOR),)))
