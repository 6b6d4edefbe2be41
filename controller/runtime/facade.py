"""What the API and the CLI may ask of a running controller. Nothing is decided outside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from controller.domain.clock import Clock
from controller.domain.drill import DrillMark
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.runtime.desks import Desks
from controller.runtime.traffic.health import EndpointView
from controller.runtime.views import (
    AlarmView,
    AssetView,
    Change,
    CommandView,
    Explanation,
    Health,
    NightView,
    Order,
    Overview,
    PointView,
    Receipt,
    ReloadReport,
)


class ControllerFacade(Protocol):
    """The running controller as its callers see it.

    Methods that name something unknown raise ``UnknownTarget``; values that make no sense raise ``InvalidValue``.
    ``caller`` is who asks, as the authority found them; every act is journalled under their name (``actor``).
    """

    @property
    def clock(self) -> Clock:
        """The controller's clock (demo time in a demo)."""
        ...

    @property
    def drill(self) -> DrillMark | None:
        """What marks everything of a drill (演练): ``marked(facade.drill, text)``; None: this is no drill."""
        ...

    @property
    def desks(self) -> Desks:
        """Where acts are asked for, one desk per kind of act."""
        ...

    def health(self) -> Health:
        """Alive and ready, with reasons when not."""
        ...

    def overview(self) -> Overview:
        """The whole city on one screen."""
        ...

    def assets(self, kind: str | None = None, division: str | None = None) -> Iterable[AssetView]:
        """Assets, filtered; each as it is when it is taken: a whole city is taken in slices."""
        ...

    def asset(self, asset_id: str) -> AssetView:
        """One asset."""
        ...

    def points(self, device: str) -> list[PointView]:
        """Every point of a device with quality and age."""
        ...

    def qualities(self) -> Iterator[Mapping[str, int]]:
        """How many points of each quality, device by device; cheap, and the caller may pause between devices."""
        ...

    def endpoints(self) -> Iterator[EndpointView]:
        """How each wire to the field is doing: each as it is when it is taken, so that the caller may pause."""
        ...

    def explain(self, target: str) -> Explanation:
        """Why the target is as it is."""
        ...

    async def order(self, order: Order, caller: Caller) -> Receipt:
        """Fill a leased slot of one or many targets: authorised, validated, journalled, then acted on at once."""
        ...

    async def release(self, lease_id: str, caller: Caller, reason: str = "") -> Receipt:
        """End a lease early; the target is decided anew."""
        ...

    def lease_target(self, lease_id: str) -> TargetId | None:
        """The target whose slot a lease fills; None for a lease that does not live."""
        ...

    async def reset(self, target: str, caller: Caller, reason: str) -> Receipt:
        """A person who has been there resets what is latched on the target: a trip, a unit's lock-out.

        Journalled before the act; refused while the cause stands or cannot be known.
        """
        ...

    def commands(self, target: str | None = None, limit: int = 100) -> list[CommandView]:
        """Recent commands, newest first."""
        ...

    def alarms(self) -> list[AlarmView]:
        """Standing and unacknowledged alarms, most urgent first."""
        ...

    async def acknowledge(self, alarm_id: str, caller: Caller) -> AlarmView:
        """A person has seen it: journalled and durable when it returns. A hidden one can't be acknowledged."""
        ...

    def night(self, target: str, night: date) -> NightView:
        """When the target's program switches it in the night dated ``night``."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """Every change from now on; a listener too slow to keep up is ended."""
        ...

    async def reload(self, caller: Caller) -> ReloadReport:
        """Validate, diff and swap the configuration; a bad one changes nothing."""
        ...
