"""Off by default; on, over and off again by a reload; back after a failure; nothing left behind."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from controller.settings.site import Site
from tests.unit.northbound.looking import OPEN, LookedAt, looked_at
from tests.unit.runtime.soft_city import LC1, LC2


def listens(url: str) -> bool:
    host, _, port = url.removeprefix("opc.tcp://").partition("/")[0].partition(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def without(site: Site, cabinet: str) -> Site:
    """The site with one cabinet less."""
    city = site.city
    cabinets = {name: one for name, one in city.cabinets.items() if name != cabinet}
    targets = {name: one for name, one in city.targets.items() if not name.startswith(f"{cabinet}/")}
    ageings: dict[str, object] = {name: ages for name, ages in site.ageings.items() if name != cabinet}
    endpoints = tuple(
        replace(one, devices=tuple(device for device in one.devices if device.device != cabinet))
        for one in site.endpoints
    )
    return replace(
        site,
        city=replace(city, cabinets=MappingProxyType(cabinets), targets=MappingProxyType(targets)),
        ageings=ageings,  # type: ignore[arg-type]  # as it was, but for one
        endpoints=endpoints,
    )


def reload(looked: LookedAt, site: Site) -> None:
    """What a reload does to the parts that are looked at."""
    looked.city.assembly.table.adopt(site.ageings)
    looked.city.assembly.book.adopt(site.city.targets)
    looked.service.adopt(site)


async def test_without_its_section_nothing_listens(tmp_path: Path) -> None:
    async with looked_at(tmp_path, None) as looked:
        await looked.city.clock.sleep(30)
        assert looked.service.url == ""
        reload(looked, replace(looked.city.assembly.site, northbound=OPEN))
        assert listens(await looked.up())
        url = looked.service.url
        reload(looked, looked.city.assembly.site)
        await looked.city.until(lambda: not looked.service.url)
        assert not listens(url)


async def test_a_port_in_use_is_an_alarm_and_tried_until_it_is_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with looked_at(tmp_path, replace(OPEN, port=taken.getsockname()[1])) as looked:
            alarms = looked.city.assembly.alarms
            await looked.city.until(lambda: alarms.standing("northbound", "not_served"))
            assert str(taken.getsockname()[1]) in alarms.get("northbound:not_served").text
            await looked.city.clock.sleep(20)
            taken.close()
            await looked.city.until(lambda: bool(looked.service.url), within_s=600)
            assert not alarms.standing("northbound", "not_served")


async def test_a_defect_in_it_is_an_alarm_and_a_fresh_start_and_control_goes_on(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked:
        await looked.up()
        alarms, first = looked.city.assembly.alarms, looked.service._server
        assert first is not None

        async def broken() -> None:
            raise RuntimeError("a defect")

        first.tick = broken  # type: ignore[method-assign]  # a defect, wherever it may be
        await looked.city.until(lambda: alarms.standing("northbound", "not_served"))
        assert "a defect" in alarms.get("northbound:not_served").text
        await looked.city.until(lambda: looked.service._server not in (None, first))
        assert not alarms.standing("northbound", "not_served")
        async with looked.scada() as scada:
            assert (await scada.read(f"{LC1}:code")).StatusCode.is_good()


async def test_a_reload_adds_an_asset_and_takes_it_away_under_who_watches(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        await looked.city.ready()
        whole = looked.city.assembly.site
        told = await scada.watch(f"{LC2}/K1.feedback")
        await looked.city.until(lambda: told.status(f"{LC2}/K1.feedback") == "Good")
        reload(looked, without(whole, LC2))
        await looked.city.until(lambda: told.status(f"{LC2}/K1.feedback") == "BadNodeIdUnknown")
        assert LC2 not in await scada.below("division:330106")
        reload(looked, whole)
        await looked.city.until(lambda: told.status(f"{LC2}/K1.feedback") != "BadNodeIdUnknown")
        assert LC2 in await scada.below("division:330106")
        await looked.city.until(lambda: told.status(f"{LC2}/K1.feedback") == "Good", within_s=120)


async def test_stopping_leaves_no_socket_and_no_task_with_clients_in_the_middle_of_it(tmp_path: Path) -> None:
    async with looked_at(tmp_path) as looked, looked.scada() as scada:
        await scada.watch(f"{LC1}/K1.feedback")
        url = looked.service.url
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].partition("/")[0]))
        looked.service.adopt(replace(looked.city.assembly.site, northbound=None))
        await looked.city.until(lambda: not looked.service.url)
        await looked.city.clock.sleep(1)
        assert not listens(url)
        names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]
        kinds = (
            "InternalS",
            "Connection.",
            "Processor.",
            "UaProcessor.",
            "OPCUAProtocol.",
            "BinaryServer.",
            "Watchers.",
        )
        assert not [name for name in names if name.startswith(kinds)]
        writer.close()
