"""``python -m tests.bench.polled_city FOLDER CABINETS``: a whole controller over soft cabinets, served over HTTP.

Everything is the real thing but the far end of the wires: channels poll every cabinet every ten seconds in real
time, cycles turn, the journal is written, people sign in. The address is printed once it listens.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

import uvloop

from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.domain.rights import Grant, Role
from controller.main import Serving, serve
from controller.runtime.clocks import RealClock
from controller.runtime.logs import configure_logs
from controller.runtime.people.views import OneTimeCode
from controller.runtime.startup import hurry
from controller.settings.load import load_site
from controller.settings.site import Site, Wire
from drivers.base import Between, Binding, Endpoint, PushSink, Readings
from drivers.profile import Poll
from drivers.soft import SoftDriver
from tests.bench.synthetic import CONFIG, cabinet_city

BEHIND_ONE_GATEWAY = 6
WIRE_S = 0.03
"""Question and answer over a mobile network's best days."""
POLL_S = 10.0
"""As the field's own benchmark of steady polling reads it: every cabinet each 10 s; here with all its 66 points."""
OPERATOR = (Grant(Role.VIEWER), Grant(Role.LIGHTING_OPERATOR))


def polled(site: Site) -> Site:
    """The site with soft gateways, six cabinets behind each, and points that age as the real ones do."""
    devices = list(site.city.cabinets)
    points = site.profile(devices[0]).points
    pattern = load_site(CONFIG)
    ageing = pattern.ageings[next(iter(pattern.city.cabinets))]
    shares = [devices[begin : begin + BEHIND_ONE_GATEWAY] for begin in range(0, len(devices), BEHIND_ONE_GATEWAY)]
    endpoints = tuple(
        Endpoint(f"gw-{number:04d}", f"soft://gw-{number:04d}", tuple(Binding(one, points) for one in share))
        for number, share in enumerate(shares)
    )
    wire_of = {binding.device: endpoint.name for endpoint in endpoints for binding in endpoint.devices}
    return replace(
        site,
        endpoints=endpoints,
        wires=MappingProxyType({one: Wire(wire.profile, wire_of[one]) for one, wire in site.wires.items()}),
        ageings=MappingProxyType(dict.fromkeys(devices, ageing)),
        access=replace(site.access, local_cli=OPERATOR),
        timing=replace(site.timing, poll_normal_s=POLL_S),
    )


class Gateway(SoftDriver):
    """Asked like Modbus: it reports nothing by itself, and an answer takes its time on the way."""

    def push_to(self, sink: PushSink) -> None:
        """Nothing arrives by itself."""

    async def read(
        self,
        device: DeviceId,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Readings:
        """As soft devices answer, later."""
        await asyncio.sleep(WIRE_S)
        return await super().read(device, polls, heartbeat=heartbeat, between=between)


def soft(endpoint: Endpoint, clock: Clock, **_: object) -> SoftDriver:
    """Obedient cabinets, at REMOTE."""
    driver = Gateway(endpoint, clock)
    for binding in endpoint.devices:
        for name, spec in binding.points.items():
            if spec.writable and spec.feedback in binding.points:
                driver.follow(binding.device, name, str(spec.feedback))
        driver.set(binding.device, "control_switch", "REMOTE")
    return driver


def main(folder: Path, cabinets: int) -> None:
    """Serve until told to stop."""
    hurry()
    configure_logs(as_json=True, quiet=True)

    def listens(url: str, codes: Sequence[OneTimeCode]) -> None:
        del codes
        print(url, flush=True)

    serving = Serving(folder, "127.0.0.1", 0, listens)
    with patch("controller.assembly.wires.make_driver", soft):
        uvloop.run(serve(polled(cabinet_city(cabinets)), RealClock(), serving))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
