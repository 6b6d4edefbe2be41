"""Nobody who looks in can take more than their share."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from asyncua import ua

from controller.domain.points import bad, good
from controller.domain.quality import Detail
from controller.northbound import browsing, session, wire
from tests.unit.northbound.looking import OPEN, looked_at
from tests.unit.runtime.soft_city import LC1


async def test_there_are_no_more_sessions_than_configured(tmp_path: Path) -> None:
    async with looked_at(tmp_path, replace(OPEN, sessions=1)) as looked, looked.scada() as first:
        with pytest.raises(ua.uaerrors.BadTooManySessions):
            async with looked.scada():
                pass
        assert (await first.read(f"{LC1}:code")).Value.Value == LC1
    async with looked_at(tmp_path / "again", replace(OPEN, sessions=1)) as looked:
        for _ in range(3):
            async with looked.scada():
                pass  # a place is free again once its client is gone


async def test_there_are_no_more_watched_values_than_configured(tmp_path: Path) -> None:
    async with looked_at(tmp_path, replace(OPEN, monitored_items=3)) as looked, looked.scada() as scada:
        handler = type("H", (), {"datachange_notification": lambda *_: None})()
        subscription = await scada.client.create_subscription(500, handler)
        nodes = [scada.node(f"{LC1}/K1:{name}") for name in ("wanted", "slot", "owner", "actual")]
        handles = await subscription.subscribe_data_change(nodes)
        assert [isinstance(one, int) for one in handles] == [True, True, True, False]
        assert handles[3].name == "BadTooManyMonitoredItems"
        await subscription.delete()
        again = await scada.client.create_subscription(500, handler)
        assert isinstance(await again.subscribe_data_change(nodes[3]), int)


async def test_a_read_of_too_many_nodes_is_refused_as_a_whole(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        node = scada.node(f"{LC1}:code")
        assert len(await scada.client.read_values([node] * session.MOST_READ)) == session.MOST_READ
        with pytest.raises(ua.uaerrors.BadTooManyOperations):
            await scada.client.read_values([node] * (session.MOST_READ + 1))
        limit = scada.client.get_node(ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead)
        assert await limit.read_value() == session.MOST_READ


async def test_a_large_folder_comes_in_pages_and_completely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "PAGE", 3)
    monkeypatch.setattr(session, "PAGE", 3)
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        below = await scada.below(LC1)
        shown = looked.service._server.shown.catalogue  # type: ignore[union-attr]  # it runs
        assert below == list(shown.children(LC1))
        params = ua.BrowseNextParameters(ReleaseContinuationPoints=False, ContinuationPoints=[b"made up"])
        results = await scada.client.uaclient.session.browse_next(params)
        assert results[0].StatusCode.name == "BadContinuationPointInvalid"


async def test_a_publishing_interval_of_nothing_becomes_half_a_second(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        params = ua.CreateSubscriptionParameters(0.0, 1, 0, 0, True, 0)
        made = await scada.client.uaclient.session.create_subscription(params, lambda _: None)
        assert made.RevisedPublishingInterval == 500.0
        assert made.RevisedLifetimeCount >= 3 * made.RevisedMaxKeepAliveCount


async def test_a_dead_band_is_measured_from_what_was_told_last_and_a_status_always_told(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        key, lamps = f"{LC1}/energy_kwh", looked.city.lamps
        await looked.city.ready()
        seen: list[object] = []

        class Heard:
            def datachange_notification(self, _node: object, value: object, _data: object) -> None:
                seen.append(value)

        subscription = await scada.client.create_subscription(500, Heard())
        await subscription.deadband_monitor(scada.node(key), 10.0)
        table, clock = looked.city.assembly.table, looked.city.clock
        for value in (4.0, 8.0, 12.0, 16.0):
            lamps.set(LC1, "energy_kwh", value)  # whatever is read meanwhile
            table.store(LC1, {"energy_kwh": good(value, clock.monotonic())})
            await clock.sleep(3)
        table.store(LC1, {"energy_kwh": bad(Detail.COMM_FAULT, clock.monotonic())})
        await clock.sleep(3)
        assert seen == [0.0, 12.0, None]
        with pytest.raises(ua.uaerrors.BadMonitoredItemFilterUnsupported):
            await subscription.deadband_monitor(scada.node(key), 10.0, ua.DeadbandType.Percent)


async def test_garbage_and_silence_on_the_socket_end_that_connection_only(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        host, _, port = looked.service.url.removeprefix("opc.tcp://").partition("/")[0].partition(":")
        for sent in (b"GET / HTTP/1.1\r\n\r\n" * 10_000, b"HELF\xff\xff\xff\x7f" + b"x" * 200_000, b""):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(sent)
            with pytest.raises((ConnectionError, TimeoutError, AssertionError)):
                assert await asyncio.wait_for(reader.read(), 10 * wire.NOT_SIGNED_IN_S)
            writer.close()
        assert (await scada.read(f"{LC1}:code")).Value.Value == LC1


async def test_connections_come_no_faster_than_we_can_bear(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked:
        host, _, port = (await looked.up()).removeprefix("opc.tcp://").partition("/")[0].partition(":")
        opened = [await asyncio.open_connection(host, int(port)) for _ in range(60)]
        await asyncio.sleep(1)
        alive = sum(not reader.at_eof() for reader, _ in opened)
        assert alive <= wire.NEW_AT_ONCE + 2 * wire.NEW_A_SECOND
        for _, writer in opened:
            writer.close()
        await asyncio.sleep(60)
        async with looked.scada() as scada:
            assert (await scada.read(f"{LC1}:code")).Value.Value == LC1
