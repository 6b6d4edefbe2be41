"""The looks behind ``point watch``, and how they are shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from controller.cli.client import ApiClient, in_path
from controller.cli.failing import complain
from controller.cli.texts import columns
from controller.commissioning.bench_line import Subject, bench_line
from controller.commissioning.cell_text import shown
from controller.commissioning.ownership import controller_on
from controller.domain.errors import DeviceRefused, LinkError, UnknownTarget
from controller.domain.points import Value
from controller.runtime.clocks import RealClock
from controller.settings.problems import did_you_mean
from drivers.profile import PointSpec

CHANGED_S = 3.0
"""How long a changed value stays highlighted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One point at one moment."""

    value: str
    quality: str
    age_s: float | None


Rows = Mapping[str, Shown]
Look = Callable[[], Awaitable[Rows]]


def controller_look(client: ApiClient, wanted: Iterable[str]) -> AbstractAsyncContextManager[Look]:
    """The running controller's view of these points."""
    asked = _by_asset(wanted)

    @asynccontextmanager
    async def looking() -> AsyncIterator[Look]:
        from controller.runtime.views import PointView

        async def look() -> Rows:
            rows: dict[str, Shown] = {}
            for asset, points in asked.items():
                views = client.get(f"/api/v1/assets/{in_path(asset)}/points", list[PointView])
                found = {
                    view.point: _shown(view.value, view.unit, view.quality, view.detail, view.age_s) for view in views
                }
                rows |= _picked(asset, points, found)
            return rows

        yield look

    return looking()


def device_look(subject: Subject, wanted: Iterable[str], data: Path) -> AbstractAsyncContextManager[Look]:
    """The device itself; says what that may disturb."""
    asked = _by_asset(wanted)
    running = controller_on(data)
    complain(
        "asking the device itself: two masters on one serial line disturb each other 两个主站会互相干扰"
        + (f"; and a controller is running here ({running}): leave --direct out to ask it instead" if running else "")
    )

    @asynccontextmanager
    async def looking() -> AsyncIterator[Look]:
        bindings = (subject.binding("watched", _only(subject.profile.points, asked)),)
        async with bench_line(subject.endpoint, bindings, RealClock(), 0.0, around=subject.around) as line:

            async def look() -> Rows:
                answer = await line.ask("watched")
                if answer.error is not None:
                    raise answer.error
                found = {
                    name: _shown(one.value, subject.profile.points[name].unit, one.quality.name, str(one.detail), 0.0)
                    for name in subject.profile.points
                    if (one := answer.readings.get(name)) is not None
                }
                rows: dict[str, Shown] = {}
                for asset, points in asked.items():
                    rows |= _picked(asset, points, found)
                return rows

            yield look

    return looking()


def _only(points: Mapping[str, PointSpec], asked: Mapping[str, list[str]]) -> dict[str, PointSpec]:
    """The points that are watched: a device is not asked for more."""
    wanted = [point for names in asked.values() for point in names]
    if not all(asked.values()):
        return dict(points)
    return {name: spec for name, spec in points.items() if any(_means(point, name) for point in wanted)}


def _means(point: str, name: str) -> bool:
    return name == point or name.startswith(f"{point}.")


async def watching(looking: AbstractAsyncContextManager[Look], every_s: float, for_s: float | None) -> None:
    """Show it until the time is over, or for ever. A silent device is said and looked for again.

    Raises:
        UnknownTarget: no such point. ControllerAway, Refused: the controller does not answer, or not this.
    """
    end_s = None if for_s is None else time.monotonic() + for_s
    async with looking as look:
        with _view() as show:
            while True:
                try:
                    show(await look(), "")
                except (LinkError, DeviceRefused) as lost:
                    show({}, str(lost))
                if end_s is not None and time.monotonic() + every_s > end_s:
                    return
                await asyncio.sleep(every_s)


class _Plain:
    """One line a change."""

    def __init__(self) -> None:
        self._before: dict[str, Shown] = {}

    def __enter__(self) -> Callable[[Rows, str], None]:
        return self.show

    def __exit__(self, *_: object) -> None:
        return

    def show(self, rows: Rows, trouble: str) -> None:
        """What differs from before; everything the first time."""
        now = time.strftime("%H:%M:%S")
        if trouble:
            print(f"{now}  ! {trouble}", flush=True)
        changed = [
            (now, name, one.value, one.quality, _age(one.age_s))
            for name, one in rows.items()
            if (before := self._before.get(name)) is None or (before.value, before.quality) != (one.value, one.quality)
        ]
        self._before |= rows
        if changed:
            print("\n".join(columns(changed, "")), flush=True)


class _OnTerminal:
    """A table; what changed stands out for a while."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)
        self._changed_s: dict[str, float] = {}
        self._before: dict[str, Shown] = {}

    def __enter__(self) -> Callable[[Rows, str], None]:
        self._live.__enter__()
        return self.show

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def show(self, rows: Rows, trouble: str) -> None:
        """Draw it anew."""
        now_s = time.monotonic()
        for name, one in rows.items():
            before = self._before.get(name)
            if before is not None and (before.value, before.quality) != (one.value, one.quality):
                self._changed_s[name] = now_s
        self._before |= rows
        table = Table(box=None, pad_edge=False, header_style="dim", caption=trouble or None, caption_style="red")
        for heading in ("point 测点", "value 值", "quality", "age"):
            table.add_column(heading, no_wrap=True)
        for name, one in self._before.items():
            fresh = now_s - self._changed_s.get(name, -CHANGED_S) < CHANGED_S
            table.add_row(name, Text(one.value, style="bold reverse" if fresh else ""), _quality(one), _age(one.age_s))
        self._live.update(table, refresh=True)


def _view() -> _Plain | _OnTerminal:
    console = Console()
    return _OnTerminal(console) if console.is_terminal else _Plain()


def _quality(one: Shown) -> Text:
    word = one.quality.partition(" ")[0]
    return Text(one.quality, style={"GOOD": "dim", "UNCERTAIN": "yellow"}.get(word, "red"))


def _by_asset(wanted: Iterable[str]) -> dict[str, list[str]]:
    """Points by asset; an empty list is all of them."""
    asked: dict[str, list[str]] = {}
    for one in wanted:
        asset, slash, point = one.partition("/")
        points = asked.setdefault(asset, [])
        if slash:
            points.append(point)
    return asked


def _picked(asset: str, points: list[str], found: Mapping[str, Shown]) -> dict[str, Shown]:
    for point in points:
        if not any(_means(point, name) for name in found):
            raise UnknownTarget(f"{asset} has no point {point}; {did_you_mean(point, found)}")
    return {
        f"{asset}/{name}": one
        for name, one in found.items()
        if not points or any(_means(point, name) for point in points)
    }


def _shown(value: Value | None, unit: str, quality: str, detail: str, age_s: float | None) -> Shown:
    if value is None:
        text = "—"
    elif isinstance(value, float):
        text = f"{shown(float(f'{value:.6g}'))} {unit}".rstrip()
    else:
        text = f"{value} {unit}".rstrip()
    return Shown(text, f"{quality} {detail}".rstrip(), age_s)


def _age(age_s: float | None) -> str:
    return "never" if age_s is None else f"{age_s:.0f} s"
