"""Who gets in, what they see, and that nobody sees more through somebody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from asyncua import Client, ua

from controller.domain.rights import Grant, Role, Scope
from tests.unit.northbound.looking import ADMIN, SEES, looked_at
from tests.unit.runtime.soft_city import LC1, PS

STATION = Grant(Role.VIEWER, Scope.parse(f"station:{PS}"))


@pytest.mark.parametrize("password", ["", "zk_0000000000_nothing", "a person's password", "zl_local"])
async def test_without_a_machines_key_nobody_gets_in(tmp_path: Path, password: str) -> None:
    async with looked_at(tmp_path) as looked:
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            async with looked.scada(key=password or "x"):
                pass
        await asyncio.sleep(1)
        assert looked.service._server is not None
        assert looked.service._server.sessions == 0


async def test_anonymous_is_not_offered(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked:
        client = Client(await looked.up(), timeout=60)
        with pytest.raises(ua.UaError):
            await client.connect()
        await client.disconnect()


async def test_the_local_command_lines_token_opens_nothing_here(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked:
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            async with looked.scada(key=looked.city.assembly.people.authority.local_token()):
                pass


async def test_a_key_for_one_station_sees_that_station_and_nothing_else(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada(STATION) as scada:
        await looked.city.ready()
        assert await scada.below("zhadao") == ["zhadao:site", "zhadao:config_hash", "division:330106"]
        assert [key for key in await scada.below("division:330106") if ":" not in key] == [PS]
        assert (await scada.read(f"{PS}/inner_level_1_m")).StatusCode.is_good()
        for key in (f"{LC1}/K1.feedback", f"{LC1}:link", f"{LC1}/K1:wanted", LC1, "zhadao:alarms:high"):
            assert (await scada.read(key)).StatusCode.name == "BadNodeIdUnknown", key
        with pytest.raises(ua.uaerrors.BadNodeIdUnknown):
            await scada.watch(f"{LC1}/K1.feedback")
        with pytest.raises(ua.uaerrors.BadNoMatch):
            await scada.client.nodes.objects.get_child([f"{scada.index}:{name}" for name in ("zhadao", "330106", LC1)])


async def test_a_revoked_key_is_hung_up_on(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked:
        machines = looked.city.assembly.people.desk.machines
        made = await machines.add("scada", SEES, 3600.0, ADMIN)
        async with looked.scada(key=made.token) as scada:
            told = await scada.watch(f"{LC1}/energy_kwh")
            await machines.revoke(made.key.id, ADMIN)
            await asyncio.sleep(3)
            heard = len(told.values.get(f"{LC1}/energy_kwh", ()))
            looked.city.lamps.set(LC1, "energy_kwh", 77.0)
            await asyncio.sleep(120)
            assert len(told.values.get(f"{LC1}/energy_kwh", ())) == heard
            with pytest.raises((ua.UaError, OSError, TimeoutError)):
                await scada.read(f"{LC1}/energy_kwh")


async def test_nobody_touches_the_subscription_of_another(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as one, looked.scada(STATION) as other:
        handler = type("H", (), {"datachange_notification": lambda *_: None})()
        mine = await one.client.create_subscription(500, handler)
        own = await other.client.create_subscription(500, handler)
        assert own.subscription_id != mine.subscription_id
        session = other.client.uaclient.session
        stolen = ua.TransferSubscriptionsParameters(SubscriptionIds=[mine.subscription_id], SendInitialValues=True)
        with pytest.raises(ua.UaError):
            await session.transfer_subscriptions(stolen)
        item = ua.MonitoredItemCreateRequest(ItemToMonitor=ua.ReadValueId(ua.NodeId(2258), ua.AttributeIds.Value))
        asked = ua.CreateMonitoredItemsParameters(SubscriptionId=mine.subscription_id, ItemsToCreate=[item])
        with pytest.raises(ua.uaerrors.BadSubscriptionIdInvalid):
            await session.create_monitored_items(asked)
        results = await session.delete_subscriptions([mine.subscription_id])
        assert [result.name for result in results] == ["BadSubscriptionIdInvalid"]
