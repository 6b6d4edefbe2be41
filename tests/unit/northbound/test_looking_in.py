"""What a SCADA sees through asyncua's own client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from asyncua import ua

from controller.domain.points import good
from controller.northbound.names import NAMESPACE
from controller.runtime.alarms import Priority
from tests.unit.northbound.looking import looked_at
from tests.unit.runtime.soft_city import LC1, PS


async def test_assets_points_and_targets_are_found_and_read(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        await looked.city.ready()
        assert LC1 in await scada.below("division:330106")
        below = await scada.below(LC1)
        assert {f"{LC1}/K1.feedback", f"{LC1}/K1:target", f"{LC1}:link", f"{LC1}:name"} <= set(below)
        feedback = await scada.read(f"{LC1}/K1.feedback")
        assert feedback.Value is not None
        assert (feedback.Value.VariantType, feedback.StatusCode) == (ua.VariantType.Boolean, ua.StatusCode())
        assert feedback.SourceTimestamp is not None
        await looked.city.until(lambda: bool(looked.city.assembly.book.decision(f"{LC1}/K1").winner.owner))
        said = {name: (await scada.read(f"{LC1}/K1:{name}")).Value.Value for name in ("wanted", "slot_name", "owner")}
        winner = looked.city.assembly.book.decision(f"{LC1}/K1").winner
        assert said == {"wanted": str(winner.value), "slot_name": winner.slot.label, "owner": winner.owner}
        assert (await scada.read(f"{LC1}:link")).Value.Value == "ONLINE"


async def test_a_path_of_names_leads_to_a_point(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        path = [f"{scada.index}:{name}" for name in ("zhadao", "330106", LC1, "K1.feedback")]
        found = await scada.client.nodes.objects.get_child(path)
        assert found == scada.node(f"{LC1}/K1.feedback")
        with pytest.raises(ua.uaerrors.BadNoMatch):
            await scada.client.nodes.objects.get_child([*path[:3], f"{scada.index}:K99.feedback"])


async def test_a_measured_value_has_its_unit(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        level = scada.node(f"{PS}/inner_level_1_m")
        unit = await (await level.get_child("0:EngineeringUnits")).read_value()
        assert (unit.DisplayName.Text, unit.UnitId) == ("m", 5067858)
        assert await level.read_type_definition() == ua.NodeId(ua.ObjectIds.BaseAnalogType)


async def test_ids_are_the_same_whatever_else_the_namespace_table_holds(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        uris = await scada.client.get_namespace_array()
        assert uris[scada.index] == NAMESPACE
        assert scada.node(f"{LC1}/K1.feedback").nodeid.Identifier == f"{LC1}/K1.feedback"


async def test_an_order_is_seen_by_who_watches_the_target(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        await looked.city.ready()
        told = await scada.watch(f"{LC1}/K2:wanted", f"{LC1}/K2:owner")
        await looked.city.until(lambda: f"{LC1}/K2:wanted" in told.values)
        await looked.city.order(f"{LC1}/K2", value="on", actor="lin")
        await looked.city.until(lambda: told.last(f"{LC1}/K2:wanted").Value.Value == "on", within_s=6.0)
        assert told.last(f"{LC1}/K2:owner").Value.Value == "lin"


async def test_alarms_are_counted_by_priority(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        key = "zhadao:alarms:high"
        told = await scada.watch(key)
        looked.city.assembly.alarms.set("somewhere", "something", "happened", Priority.HIGH)
        await looked.city.until(lambda: [value.Value.Value for value in told.values.get(key, ())][-1:] == [1])
        assert (await scada.read("zhadao:alarms:unacknowledged")).Value.Value >= 1


async def test_a_lost_cabinet_goes_uncertain_and_then_bad(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        key = f"{LC1}/K1.feedback"
        await looked.city.ready()
        told = await scada.watch(key, f"{LC1}:link")
        await looked.city.until(lambda: told.status(key) == "Good")
        looked.city.lamps.lose()
        await looked.city.until(lambda: told.status(key).startswith("Uncertain"), within_s=60.0)
        await looked.city.until(lambda: told.status(key) == "BadNoCommunication", within_s=120.0)
        assert told.last(key).Value.Value is None
        assert told.last(f"{LC1}:link").Value.Value == "OFFLINE"
        looked.city.lamps.recover()
        await looked.city.until(lambda: told.status(key) == "Good", within_s=120.0)


async def test_a_value_is_told_once_a_second_at_most_and_the_newest_in_the_end(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        key = f"{LC1}/energy_kwh"
        await looked.city.ready()
        told = await scada.watch(key)
        await looked.city.until(lambda: key in told.values)
        table, before, began_s = looked.city.assembly.table, len(told.values[key]), looked.city.clock.monotonic()
        looked.city.lamps.set(LC1, "energy_kwh", 1099.0)  # whatever is read meanwhile
        for step in range(100):
            now_s = looked.city.clock.monotonic()
            table.store(LC1, {"energy_kwh": good(1000.0 + step, now_s)})
            await looked.city.clock.sleep(0.05)
        await asyncio.sleep(3.0)
        assert len(told.values[key]) - before <= looked.city.clock.monotonic() - began_s + 1
        assert told.last(key).Value.Value == 1099.0


async def test_the_servers_own_clock_goes_on_for_clients_that_watch_it(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        seen = []

        class Heard:
            def datachange_notification(self, _node: object, value: object, _data: object) -> None:
                seen.append(value)

        subscription = await scada.client.create_subscription(500, Heard())
        await subscription.subscribe_data_change(scada.client.get_node(ua.ObjectIds.Server_ServerStatus_CurrentTime))
        await asyncio.sleep(10.0)
        assert len(set(seen)) >= 5
