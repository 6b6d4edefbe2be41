"""Interlocks as the runtime holds them: their bypasses, those of lighting outputs, what outlives a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.logic.contract import InterlockMemory, Moment
from controller.runtime.act_requests import ActRequests
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.book import BypassBook
from controller.runtime.bypassing.circuit_interlocks import CircuitInterlocks
from controller.runtime.bypassing.desk import BypassDesk
from controller.runtime.bypassing.memory import INTERLOCK, memory_of
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.runtime.two_persons import Proposals
from controller.settings.site import Site
from controller.store.state import StateStore, StoredState


class Remembering(Protocol):
    """Who takes interlocks' delays and latches up again: each its own."""

    def restore_interlocks(self, memories: Mapping[str, InterlockMemory]) -> None:
        """These stood when the controller stopped."""
        ...


class Guarding:
    """Made once by the assembly. ``look_again`` is told every device whose interlocks let go or guard again."""

    def __init__(
        self,
        site: Site,
        book: RequestBook,
        *,
        clock: Clock,
        state: StateStore,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        proposals: Proposals,
        acts: ActRequests,
        look_again: Callable[[DeviceId], None],
    ) -> None:
        self._clock = clock
        self._look_again = look_again
        self.book = BypassBook()
        self.circuits = CircuitInterlocks(site, book, alarms=alarms, keep=keeper.keep, bypassed=self.book.in_force)
        self.bypasses = BypassDesk(
            site.interlocks,
            site.city.targets,
            book=self.book,
            clock=clock,
            state=state,
            keeper=keeper,
            evidence=evidence,
            alarms=alarms,
            stream=stream,
            acts=acts,
            changed=self._changed,
        )
        self.bypasses.propose_to(proposals)

    def restore(self, stored: StoredState, water: Remembering) -> None:
        """Delays, latches and bypasses go on."""
        moment = Moment(self._clock.now(), self._clock.monotonic())
        memories = {name: memory_of(body, moment) for name, body in stored.of(INTERLOCK).items()}
        water.restore_interlocks(memories)
        self.circuits.restore(memories)
        self.bypasses.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self.circuits.adopt(site)
        self.bypasses.adopt(site.interlocks, site.city.targets)

    def _changed(self, device: DeviceId) -> None:
        self.circuits.look_again(device)
        self._look_again(device)
