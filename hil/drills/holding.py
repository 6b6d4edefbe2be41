"""Holding a drill: its folder, its field in one process, its controller in this one, its report at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.cli.banner import sign_in_banner
from controller.domain.clock import Clock
from controller.domain.drill import drill_line
from controller.domain.errors import ControllerError, UnknownTarget
from controller.domain.rights import Grant, Role
from controller.logic.drills.drill import Drill, Trouble
from controller.main import LiveView, Serving, serve
from controller.runtime.clocks import ScaledClock
from controller.runtime.drills.folder import REPORT_HTML, REPORT_JSON, DrillFolder, DrillRecord
from controller.runtime.drills.guard import Wall
from controller.runtime.drills.report import report_of
from controller.runtime.drills.seal import on_own_sockets
from controller.runtime.drills.views import DrillReport
from controller.runtime.drills.written import as_html, as_json
from controller.runtime.logs import configure_logs
from controller.runtime.people.house import People
from controller.runtime.people.secrets import checked_name
from controller.runtime.people.views import OneTimeCode
from controller.settings.load import load_site
from controller.settings.site import Site
from drivers.factory import import_drivers
from hil.demo_forecasts import DemoForecasts
from hil.demo_parts import DemoTime, FieldEnded, FieldOrder, FieldProcess, field_process
from hil.drills.from_city import City, at_the_city, told
from hil.drills.world import world_of
from hil.world import load_world

OPERATING = (Grant(Role.DUTY_OFFICER), Grant(Role.LIGHTING_OPERATOR), Grant(Role.WATER_OPERATOR))
PEOPLE = ("officer", "second")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for. ``people`` take part, each as duty officer; ``city``: the controller whose own
    levels and forecasts are the start."""

    drill: str
    config: Path
    data: Path
    port: int = 0
    speed: float = 1.0
    people: tuple[str, ...] = PEOPLE
    city: City | None = None
    log_json: bool = False
    live: bool = False


def hold(wanted: Wanted) -> DrillReport:
    """Hold a drill until its time is over, it is ended, or Ctrl-C; its report, which is then in its folder too.

    Raises:
        UnknownTarget: the site has no such drill.
        InvalidValue: nobody can sign in under such a name.
        ControllerError: in one sentence what is in the way.
    """
    site = load_site(wanted.config)
    drill = _found(site, wanted.drill)
    for name in wanted.people:  # a name nobody could sign in under is said before anything begins
        checked_name(name)
    held, world = datetime.now(UTC), load_world(wanted.config / "world.yaml")
    if wanted.city is not None:
        drill = at_the_city(drill, wanted.city, site, world)
        print(told(drill), flush=True)
    began = (drill.begins or held).astimezone(UTC)
    run = f"{drill.id}-{held.astimezone(ZoneInfo(site.timezone)):%Y%m%d-%H%M%S}"
    record = DrillRecord(run, drill, began, held, wanted.speed, site.name, site.timezone, wanted.city is not None)
    world_of(world, drill)  # what does not fit is said before anything begins
    folder = DrillFolder.new(wanted.data, record)
    timing = DemoTime(began.isoformat(), wanted.speed, time.monotonic())
    order = FieldOrder(str(wanted.config), timing, True, wanted.log_json, str(folder.path))
    try:
        with field_process(order) as field:
            _control(wanted, folder, timing, site, field)
    except ControllerError:
        folder.discard()  # one that never began is not among those that were held
        raise
    return put_report(folder)


def put_report(folder: DrillFolder) -> DrillReport:
    """Work the report out and put it into the folder. Raises StoreError."""
    report = report_of(folder)
    folder.put(REPORT_JSON, as_json(report))
    folder.put(REPORT_HTML, as_html(report))
    return report


def _found(site: Site, name: str) -> Drill:
    drill = site.drills.get(name)
    if drill is None:
        known = ", ".join(sorted(site.drills)) or "none; add one under drills/"
        raise UnknownTarget(f"site {site.name} has no drill {name!r}; it has {known}")
    return drill


def _control(wanted: Wanted, folder: DrillFolder, timing: DemoTime, site: Site, field: FieldProcess) -> None:
    """The drill's controller: nothing it could connect to is outside the drill."""
    configure_logs(as_json=wanted.log_json, quiet=wanted.live)
    record = folder.record
    clock = ScaledClock(record.began, timing.speed, timing.origin_s)
    import_drivers(site.endpoints)
    urls = field.urls()
    wall = Wall()
    wall.allow(urls.values())
    wall.stand()

    def adapt(read: Site) -> Site:
        return on_own_sockets(read, record.mark, urls)

    def announce(url: str, codes: Sequence[OneTimeCode]) -> None:
        print(sign_in_banner(url, codes, site.name, _said(record)), flush=True)
        print(f"  commands 命令       export ZHADAO_DATA={folder.path}", flush=True)

    async def welcome(people: People) -> Sequence[OneTimeCode]:
        return [await people.desk.ensure(name, OPERATING, f"演练 {name}") for name in wanted.people]

    world = world_of(load_world(wanted.config / "world.yaml"), record.drill)
    forecasts = DemoForecasts(site.city, world, record.began, folder.path)
    silence = Silence(record)
    if not silence.at(clock.now()):
        forecasts.write(clock.now())
    serving = Serving(folder.path, "127.0.0.1", wanted.port, announce, welcome, _live(wanted), wanted.config, adapt)
    lasts = _until_over(clock, record)
    beside = forecasts.keep_writing(clock, silence.at)
    # The standard event loop, not uvloop: the wall sees its connections.
    asyncio.run(_until_one_ends(serve(adapt(site), clock, serving), field, lasts, beside))


@dataclass(frozen=True, slots=True)
class Silence:
    """When no new forecast comes in."""

    record: DrillRecord

    def at(self, now: datetime) -> bool:
        """Whether that is so now."""
        into_s = (now - self.record.began).total_seconds()
        return any(
            one.at_s <= into_s and (one.for_s is None or into_s < one.at_s + one.for_s)
            for one in self.record.drill.injections
            if one.trouble is Trouble.FORECAST_STALE
        )


def _live(wanted: Wanted) -> LiveView | None:
    if not wanted.live:
        return None
    from controller.cli.live import live_view

    return live_view


def _said(record: DrillRecord) -> str:
    zone = ZoneInfo(record.timezone)
    ends = record.began + timedelta(seconds=record.drill.lasts_s)
    span = f"{record.began.astimezone(zone):%Y-%m-%d %H:%M} – {ends.astimezone(zone):%m-%d %H:%M}"
    return f"{drill_line(record.mark)} {span}, ×{record.speed:g}"


async def _until_over(clock: Clock, record: DrillRecord) -> None:
    await clock.sleep((record.began - clock.now()).total_seconds() + record.drill.lasts_s)


async def _until_one_ends(
    serving: Coroutine[None, None, None],
    field: FieldProcess,
    lasts: Coroutine[None, None, None],
    beside: Coroutine[None, None, None],
) -> None:
    control = asyncio.ensure_future(serving)
    watching = asyncio.ensure_future(field.ended())
    over = asyncio.ensure_future(lasts)
    foreseeing = asyncio.ensure_future(beside)
    everything = {control, watching, over, foreseeing}
    done, _ = await asyncio.wait({control, watching, over}, return_when=asyncio.FIRST_COMPLETED)
    for task in everything - done:
        task.cancel()
    await asyncio.wait(everything)
    if control in done:
        control.result()
    elif over not in done:
        raise FieldEnded("the drill's simulated field ended by itself; its reason stands above. Start the drill again")
