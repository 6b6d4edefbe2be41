"""The server is read-only: every way to change something is refused and told."""

from __future__ import annotations

from pathlib import Path

import pytest
from asyncua import ua

from tests.unit.northbound.looking import looked_at
from tests.unit.runtime.soft_city import LC1


async def test_a_write_is_refused_and_journalled(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        await looked.city.ready()
        before = looked.city.writes("K1.command")
        for key in (f"{LC1}/K1.command", f"{LC1}/K1:wanted", f"{LC1}:name"):
            with pytest.raises(ua.uaerrors.BadNotWritable):
                await scada.node(key).write_value(ua.DataValue(ua.Variant(True)))
        assert looked.city.writes("K1.command") == before
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            await scada.client.get_node(ua.ObjectIds.Server_ServiceLevel).write_value(
                ua.Variant(0, ua.VariantType.Byte)
            )
        with pytest.raises(ua.uaerrors.BadNodeIdUnknown):
            await scada.node("330199-LC-0001/K1.command").write_value(ua.DataValue(ua.Variant(True)))
        told = looked.journalled("northbound_write_refused")
        assert len(told) == 1
        assert (told[0]["nodes"], told[0]["client"]) == ([f"{LC1}/K1.command"], "127.0.0.1")


async def test_a_flood_of_writes_is_a_line_a_minute_with_their_number(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        lines = []
        evidence = looked.city.assembly.evidence
        keep = evidence.later
        evidence.later = lambda *told: (lines.append(told), keep(*told))[1]  # type: ignore[method-assign]  # overheard
        for _ in range(50):
            with pytest.raises(ua.uaerrors.BadNotWritable):
                await scada.node(f"{LC1}/K1.command").write_value(ua.DataValue(ua.Variant(True)))
        await looked.city.clock.sleep(130)
        told = [data["times"] for kind, _, _, data in lines if kind == "northbound_write_refused"]
        assert sum(told) == 50
        assert len(told) <= 3


async def test_methods_nodes_and_references_are_refused(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            await scada.client.nodes.server.call_method(ua.NodeId(ua.ObjectIds.Server_GetMonitoredItems), 1)
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            await scada.client.nodes.objects.add_object(scada.index, "mine")
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            await scada.client.delete_nodes([scada.node(LC1)])
        assert LC1 in await scada.below("division:330106")
        assert looked.journalled("northbound_change_refused")


async def test_every_variable_says_it_is_read_only(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        for key in (f"{LC1}/K1.command", f"{LC1}/K1:wanted", f"{LC1}:code"):
            assert await scada.node(key).get_access_level() == {ua.AccessLevel.CurrentRead}
            assert await scada.node(key).get_user_access_level() == {ua.AccessLevel.CurrentRead}
