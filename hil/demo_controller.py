"""The demo's controller: the same as ``zhadao run``, but for its clock and the addresses of its devices."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import uvloop

from controller.cli.banner import sign_in_banner
from controller.main import LiveView, Serving, serve
from controller.runtime.clocks import ScaledClock
from controller.runtime.logs import configure_logs
from controller.runtime.people.views import OneTimeCode
from controller.runtime.publishing.startup import load_in_force
from controller.settings.site import Site
from drivers.factory import import_drivers
from hil.demo_forecasts import DemoForecasts
from hil.demo_parts import Demo, DemoTime, FieldEnded, FieldProcess
from hil.demo_people import demo_people, trusting
from hil.world import load_world


def control(demo: Demo, demo_time: DemoTime, field: FieldProcess) -> int:
    """Control the field until Ctrl-C; the exit code.

    Raises:
        ControllerError: in one sentence what is in the way.
    """
    configure_logs(as_json=demo.log_json, quiet=demo.live)
    site = load_in_force(demo.config, demo.data)
    import_drivers(site.endpoints)  # the field is still opening its sockets
    clock = ScaledClock(datetime.fromisoformat(demo_time.start), demo_time.speed, demo_time.origin_s)
    urls = field.urls()

    def adapt(read: Site) -> Site:
        known = {endpoint.name for endpoint in read.endpoints}
        return trusting(read.with_urls({name: url for name, url in urls.items() if name in known}))

    def announce(url: str, codes: Sequence[OneTimeCode]) -> None:
        print(sign_in_banner(url, codes, site.name, _said(demo_time, ZoneInfo(site.timezone))), flush=True)

    forecasts = DemoForecasts(site.city, load_world(demo.config / "world.yaml"), clock.now(), demo.data)
    serving = Serving(demo.data, demo.host, demo.port, announce, demo_people, _live_view(demo), demo.config, adapt)
    uvloop.run(_until_either_ends(serve(adapt(site), clock, serving), field, forecasts.keep_writing(clock)))
    return 0


def _live_view(demo: Demo) -> LiveView | None:
    if not demo.live:
        return None
    from controller.cli.live import live_view

    return live_view


def _said(demo_time: DemoTime, zone: ZoneInfo) -> str:
    begins = datetime.fromisoformat(demo_time.start).astimezone(zone)
    pace = "" if demo_time.speed == 1 else f", {demo_time.speed:g} times as fast as life"
    return f"demo 演示 (simulated field, from {begins:%Y-%m-%d %H:%M} local time{pace})"


async def _until_either_ends(
    serving: Coroutine[None, None, None], field: FieldProcess, beside: Coroutine[None, None, None]
) -> None:
    control = asyncio.ensure_future(serving)
    watching = asyncio.ensure_future(field.ended())
    foreseeing = asyncio.ensure_future(beside)
    done, _ = await asyncio.wait({control, watching}, return_when=asyncio.FIRST_COMPLETED)
    for task in {control, watching, foreseeing} - done:
        task.cancel()
    await asyncio.wait({control, watching, foreseeing})
    if control in done:
        control.result()
    else:
        raise FieldEnded("the simulated field ended by itself; its reason stands above. Start the demo again")
