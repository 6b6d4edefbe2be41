"""A drill reaches no real device: its site knows none, a strange wire is refused, and the process connects nowhere."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from controller.domain.drill import HEADER, SIGN, DrillMark, drill_line, marked
from controller.domain.errors import ConfigError
from controller.runtime.drills.guard import NotOfTheDrill, Wall
from controller.runtime.drills.seal import on_own_sockets, sealed
from controller.settings.load import load_site
from controller.settings.site import Site

CONFIG = Path(__file__).parents[4] / "config" / "hangzhou"
MARK = DrillMark("evening-1", "evening", "晚间", "evening")
REAL = "modbus+tcp://10.1.2.3:502"


@lru_cache
def real() -> Site:
    """The demo site as a real one: gateways at addresses of the field."""
    site = load_site(CONFIG)
    return replace(site, endpoints=tuple(replace(one, url=REAL) for one in site.endpoints))


def test_a_sealed_site_knows_no_address_of_the_field_and_tells_nobody_outside() -> None:
    site = sealed(real(), MARK)
    assert {one.url for one in site.endpoints} == {"modbus+tcp://127.0.0.1:0"}
    assert "10.1.2.3" not in repr(site.endpoints)
    assert site.notices.receivers == ()
    assert (site.northbound, site.access.oidc, site.evidence.second, site.backups.every_s) == (None, None, None, None)
    assert (site.api.host, site.api.hosts) == ("127.0.0.1", ())
    assert site.drill == MARK


def test_an_endpoint_without_a_socket_of_the_drill_is_refused_by_name() -> None:
    names = [one.name for one in real().endpoints]
    urls = {name: f"modbus+tcp://127.0.0.1:{20_000 + n}" for n, name in enumerate(names)}
    moved = on_own_sockets(real(), MARK, urls)
    assert {one.url for one in moved.endpoints} == set(urls.values())
    del urls[names[3]]
    with pytest.raises(ConfigError, match=names[3]):
        on_own_sockets(real(), MARK, urls)


def test_the_wall_lets_nothing_through_but_the_drills_own() -> None:
    wall = Wall()
    wall.allow(["opc.tcp://127.0.0.1:4840"])
    wall.look("socket.connect", (None, ("127.0.0.1", 4840)))
    wall.look("open", (None, ("10.1.2.3", 502)))
    for address in (("10.1.2.3", 502), ("127.0.0.1", 4841), ("::1", 4840, 0, 0)):
        with pytest.raises(NotOfTheDrill):
            wall.look("socket.connect", (None, address))
    with pytest.raises(NotOfTheDrill, match="this machine"):
        wall.allow(["modbus+tcp://10.1.2.3:502"])


THROUGH = """
import asyncio, sys
from controller.runtime.drills.guard import Wall
wall = Wall()
wall.allow([f"tcp://127.0.0.1:{sys.argv[1]}"])
wall.stand()
async def tried(port):
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(port))
    except ConnectionError as error:
        print(type(error).__name__)
    else:
        print("through")
        writer.close()
for port in sys.argv[1:]:
    asyncio.run(tried(port))
"""


def test_a_process_behind_the_wall_cannot_connect_elsewhere_even_by_asyncio() -> None:
    with socket.create_server(("127.0.0.1", 0)) as own, socket.create_server(("127.0.0.1", 0)) as real_device:
        ports = [str(one.getsockname()[1]) for one in (own, real_device)]
        done = subprocess.run(
            [sys.executable, "-c", THROUGH, *ports], capture_output=True, text=True, timeout=20, check=False
        )
        assert done.stdout.split() == ["through", "NotOfTheDrill"], done.stderr
        real_device.setblocking(False)
        with pytest.raises(BlockingIOError):
            real_device.accept()


def test_the_sign_stands_once_before_what_says_something_and_never_outside_a_drill() -> None:
    assert MARK.marked("high water") == f"{SIGN}high water"
    assert MARK.marked(MARK.marked("high water")) == f"{SIGN}high water"
    assert MARK.marked("") == ""
    assert (marked(None, "high water"), drill_line(None)) == ("high water", "")
    assert drill_line(MARK).startswith(SIGN)
    assert HEADER.isascii()


def test_a_connection_refused_by_the_wall_is_a_connection_error_to_the_drivers() -> None:
    assert issubclass(NotOfTheDrill, ConnectionError)
