"""A backup put back revives no session and no code, and says which keys open now."""

from __future__ import annotations

from pathlib import Path

from controller.domain.rights import Grant, Role
from controller.store.backup import copy, freeze
from controller.store.journal_read import read
from controller.store.restoring import restore
from tests.unit.runtime.people.rig import ADMIN
from tests.unit.runtime.people.test_whole import bearing, fronted
from tests.unit.runtime.soft_city import DUSK, soft_city


async def test_what_ended_after_the_backup_does_not_live_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with soft_city(tmp_path) as city, fronted(city) as front:
        token = await front.person("boss", ADMIN)
        boss = front.people.authority.session(token)
        assert boss is not None
        key = await front.people.desk.machines.add("scada", [Grant(Role.VIEWER)], 3600.0, boss.caller)
        code = await front.people.desk.ensure("lin", [Grant(Role.VIEWER)])
        backup = copy(freeze(data), tmp_path / "backups", DUSK, scheduled=False)
        assert (await front.client.post("/sign-out", headers=bearing(token))).status_code == 204
    await restore(backup, data, "wang", DUSK)
    async with soft_city(tmp_path) as city, fronted(city) as front:
        assert (await front.client.get("/overview", headers=bearing(token))).status_code == 401
        assert (await front.sign_in("lin", code.code)).status_code == 401
        assert (await front.client.get("/overview", headers=bearing(key.token))).status_code == 200
        (alarm,) = city.assembly.alarms.of_kind("restored")
        assert (alarm.state.value, "scada" in alarm.text, "scada" in alarm.text_zh) == ("LATCHED", True, True)
    async with soft_city(tmp_path) as city, fronted(city) as front:
        assert await front.person("wang", ADMIN), "who signs in afterwards stays"
    (line,) = read(data, kind="identities_restored")
    assert (line.data["sessions"], line.data["codes"]) == (1, ["lin"])
