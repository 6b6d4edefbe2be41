"""The conditions on site, put together: tags, switches and declared states, with their desks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.domain.clock import Clock
from controller.domain.image import View
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.rights import Subject
from controller.logic.site_conditions import OnSite
from controller.logic.subjects import subjects_of
from controller.logic.switch_guard import Word
from controller.runtime.act_requests import ActRequests
from controller.runtime.alarms import AlarmBook
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.conditions.declaration_history import view_of
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.conditions.last_guard import LastGuard
from controller.runtime.conditions.state_advisor import StateAdvisor
from controller.runtime.conditions.switch_book import SwitchBook
from controller.runtime.conditions.switches import SwitchDesk
from controller.runtime.conditions.tag_book import TagBook
from controller.runtime.conditions.tags import TagDesk
from controller.runtime.conditions.views import SiteFacts
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.office import ForecastOffice
from controller.runtime.gauge_exclusions.book import ExclusionBook
from controller.runtime.gauge_exclusions.desk import GaugeDesk
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import Proposals
from controller.settings.site import Site
from controller.store.state import StateStore, StoredState


class SiteBook:
    """What guards ask of the site (``logic.site_conditions.SiteConditions``): tags and switches together."""

    def __init__(self, tags: TagBook, switches: SwitchBook) -> None:
        self.tags = tags
        self.switches = switches

    def at(self, target: TargetId) -> OnSite:
        """What stands against acting on a target now."""
        switch = self.switches.on_site(device_of(target))
        tag = self.tags.on(target)
        return switch if tag is None else replace(switch, tag=tag)

    def look(self, view: View) -> None:
        """A device changed: follow its switch."""
        self.switches.look(view)


class Conditions:
    """Everything of this topic, made once by the assembly. ``look_again`` is told devices, ``wake`` the cycles."""

    def __init__(
        self,
        site: Site,
        *,
        table: ImageTable,
        clock: Clock,
        state: StateStore,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        proposals: Proposals,
        local: LocalTime,
        acts: ActRequests,
        foresight: ForecastOffice,
        look_again: Callable[[DeviceId], None],
        wake: Callable[[], None],
    ) -> None:
        def turned(device: DeviceId, away: bool) -> None:
            word = Word.LOCAL if away else Word.FREE
            evidence.later("switch_turned", "field", device, {"word": word.value})
            stream.publish("switch", device, {"word": word.value})

        switches = SwitchBook(site.city, site.local, clock=clock, keep=keeper.keep, turned=turned)
        self.site_book = SiteBook(TagBook(), switches)
        self.last_guard = LastGuard(site.city.targets, table, clock, self.site_book)
        self.declared = DeclarationBook(site.city.targets, site.states.specs, _subjects(site))
        self.tags = TagDesk(
            site.city,
            book=self.site_book.tags,
            clock=clock,
            keeper=keeper,
            evidence=evidence,
            alarms=alarms,
            stream=stream,
            views=lambda device: table.view(device, clock.monotonic()),
            local=local,
            acts=acts,
            changed=look_again,
        )
        self.tags.propose_to(proposals)
        self.switches = SwitchDesk(
            site.city,
            book=self.site_book.switches,
            table=table,
            clock=clock,
            state=state,
            evidence=evidence,
            stream=stream,
            local=local,
            changed=look_again,
        )
        self.excluded = ExclusionBook(
            site, clock=clock, keeper=keeper, evidence=evidence, alarms=alarms, stream=stream, local=local
        )
        self.gauges = GaugeDesk(
            site,
            book=self.excluded,
            table=table,
            clock=clock,
            keeper=keeper,
            evidence=evidence,
            acts=acts,
            local=local,
        )
        self.advisor = StateAdvisor(
            site.city,
            site.states.specs,
            site.states.rules,
            table=table,
            clock=clock,
            alarms=alarms,
            foresight=foresight,
            local=local,
        )
        self.states = Declarations(
            book=self.declared,
            advisor=self.advisor,
            clock=clock,
            state=state,
            keeper=keeper,
            evidence=evidence,
            alarms=alarms,
            stream=stream,
            acts=acts,
            local=local,
            changed=wake,
        )

    def facts(self, target: TargetId) -> SiteFacts:
        """What stands on site at a target, for whoever asks why."""
        declared = self.declared.of_target(target)
        states = tuple(view_of(one, self.declared.spec(one.state)) for one in declared)
        gauges = self.gauges.lines(device_of(target))
        return SiteFacts(self.site_book.tags.all_on(target), self.switches.at(target), states, gauges)

    def words(self) -> object:
        """Another answer whenever a tag, a switch's word, a declaration or an excluded gauge changed."""
        site = self.site_book
        return site.tags.changes, site.switches.changes, self.declared.changes, self.excluded.changes

    def restore(self, stored: StoredState) -> None:
        """Take up what stood before a restart."""
        self.tags.restore(stored)
        self.site_book.switches.restore(stored)
        self.excluded.restore(stored)
        self.states.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): tags, memories and declarations stand."""
        self.last_guard.adopt(site.city.targets)
        self.tags.adopt(site.city)
        self.switches.adopt(site.city)
        self.site_book.switches.adopt(site.city, site.local)
        self.excluded.adopt(site)
        self.gauges.adopt(site)
        self.declared.adopt(site.city.targets, site.states.specs, _subjects(site))
        self.advisor.adopt(site.city, site.states.specs, site.states.rules)


def _subjects(site: Site) -> Mapping[str, Subject]:
    return subjects_of(site.city, site.access.groups)
