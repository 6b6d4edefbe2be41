"""Where systems that speak TALQ ask: groups and standing overrides as they are; groups into a draft; an override as
what it means here, a throw of the switch, which somebody with the right looks at first and then operates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.book import RequestBook
from controller.runtime.publishing.desk import DraftDesk
from controller.runtime.publishing.views import DraftView
from controller.runtime.switching.aiming import Aim
from controller.runtime.switching.desk import KnifeDesk
from controller.runtime.switching.views import SwitchPreview, Throw
from controller.runtime.talq.addresses import Lights
from controller.runtime.talq.groups import group_said, groups_read
from controller.runtime.talq.overrides import standing
from controller.runtime.talq.views import TalqGroupBook, TalqGroupView, TalqOverrideBook
from controller.runtime.views import Receipt
from controller.settings.calendar_text import calendars_text, check_apart
from controller.settings.group_text import groups_in, groups_text, without_groups
from controller.settings.program_text import program_ids, programs_text, without_programs
from controller.settings.site import Site
from schedules.talq import program_in_talq
from schedules.talq_calendars_in import calendars_taken
from schedules.talq_overrides import Override, lease_s, override_from_talq
from schedules.talq_programs import programs_taken
from schedules.talq_references import OWN, Resource, refused
from schedules.talq_words import TALQ_VERSION

Sees = Callable[[TargetId], bool]
GROUPS_FILE = "talq-groups.yaml"
"""The file of a draft that holds groups taken from TALQ."""
PROGRAMS_FILE = "talq-programs.yaml"
CALENDARS_FILE = "talq-calendars.yaml"
"""And programs, and rules of calendars."""
LONGEST_S = 86_400.0
"""No slot's lease is longer."""


class TalqDesk:
    """Moves nothing by itself: acts go to the switch, changes of groups into a draft that two people publish."""

    def __init__(self, site: Site, *, clock: Clock, book: RequestBook, switching: KnifeDesk, drafts: DraftDesk) -> None:
        self._clock, self._book, self._switching, self._drafts = clock, book, switching, drafts
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site, self._lights = site, Lights.of(site.scopes)

    # -- looking ------------------------------------------------------------------------------------------------

    async def groups(self, sees: Sees) -> TalqGroupBook:
        """Every group the caller may see something of, with the members of this moment."""
        site, now, found = self._site, self._clock.now(), list[TalqGroupView]()
        for group in site.groups.values():
            view = group_said(group, self._lights, sees, site.name, now)
            if view is not None:
                found.append(view)
            await asyncio.sleep(0)
        return TalqGroupBook(TALQ_VERSION, site.name, now, tuple(found))

    async def overrides(self, sees: Sees) -> TalqOverrideBook:
        """Every leased request for lights the caller may see."""
        found = []
        for view in standing(self._book, self._switching.throws, self._lights, sees):
            found.append(view)
            await asyncio.sleep(0)
        return TalqOverrideBook(TALQ_VERSION, self._site.name, self._clock.now(), tuple(found))

    # -- an override --------------------------------------------------------------------------------------------

    def read(self, said: Mapping[str, Any]) -> Override:
        """An override command, understood. Raises InvalidValue like ``override_from_talq``."""
        return override_from_talq(said)

    def lights(self, override: Override) -> tuple[TargetId, ...]:
        """The lights its addresses mean now.

        Raises:
            InvalidValue: an address is an attribute that is no light's command.
            UnknownTarget: nothing is so named.
        """
        found: set[TargetId] = set()
        for n, reference in enumerate(override.addresses):
            found |= self._lights.found(reference, f"addresses[{n}]")
        return tuple(sorted(found))

    def aim(self, override: Override) -> Aim:
        """Where the switch is aimed: at the one group or asset that is addressed, or at each light by name.

        Raises:
            InvalidValue: no knife where there are lights of both, or nothing of the one that is said.
            UnknownTarget: nothing is so named.
        """
        if len(override.addresses) == 1:
            (only,) = override.addresses
            if only.resource is Resource.GROUPS:
                return self._switching.aim(f"group:{only.address}", override.words.knife)
            if "/" not in only.address:
                return self._switching.aim(only.address, override.words.knife)
        return self._switching.aim_at(self.lights(override), override.words.knife)

    async def select(self, aimed: Aim, override: Override, slot: str, request_id: str, caller: Caller) -> SwitchPreview:
        """Look at what the override would do; its token operates exactly that, once. The slot is the caller's to fill.

        Raises:
            InvalidValue: it ends an override instead, has no reason or expiration, begins later, is too long, or what
                ``KnifeDesk.select`` refuses.
        """
        if override.percent is None:
            raise refused("targetCommand", "is missing", "to end an override post it to /lighting/overrides/release")
        if not override.words.reason.strip():
            raise refused(
                f"{OWN}.reason", "is missing", "say why in words: TALQ's own reason is a code 请在zhadao.reason写明原因"
            )
        for_s = lease_s(override, self._clock.now())
        if for_s > LONGEST_S:
            raise refused("targetCommand.expiration", "is more than 24 h away", "say an earlier one, and renew it then")
        throw = Throw(
            scope=str(aimed.scope),
            action=override.action,
            for_s=for_s,
            reason=override.words.reason,
            knife=aimed.knife.value,
            slot=slot,
            ticket=override.ref,
            take_over=override.words.take_over,
            urgent=override.words.urgent,
            request_id=request_id,
        )
        return await self._switching.select(aimed, throw, caller)

    async def release(self, aimed: Aim, override: Override, caller: Caller) -> Receipt:
        """End the caller's own overrides of these lights: TALQ's command without ``targetCommand``.

        Raises:
            InvalidValue: it has a ``targetCommand``, or the caller holds nothing there.
        """
        if override.percent is not None:
            raise refused("targetCommand", "is there", "leave it out to end an override; select it to set one")
        slot = Slot[override.words.slot.upper()] if override.words.slot else None
        return await self._switching.release(aimed, caller, override.words.reason, slot)

    # -- groups -------------------------------------------------------------------------------------------------

    async def take_groups(self, draft: str, said: Sequence[Mapping[str, Any]], caller: Caller) -> DraftView:
        """Put TALQ's groups into a draft, in place of groups of the same names there; the draft is checked whole.

        Groups that are not named stay. Nothing changes until the draft is published by two people.

        Raises:
            InvalidValue: naming group and field, what ours cannot hold; or a file of the draft cannot be read.
            UnknownTarget: no such draft, or a member that is neither of this site nor a group of the draft.
            StoreError: it could not be kept.
        """
        if not said:
            raise InvalidValue("no groups were sent")
        files = self._drafts.files(draft).files
        groups = groups_read(said, groups_in(files), self._lights)
        names = {group.name for group in groups}
        changed = {
            name: kept
            for name, text in files.items()
            if name != GROUPS_FILE and (kept := without_groups(text, names, f"{draft}/{name}")) != text
        }
        before = files.get(GROUPS_FILE, "")
        changed[GROUPS_FILE] = groups_text(groups, before=without_groups(before, names, f"{draft}/{GROUPS_FILE}"))
        return await self._drafts.put(draft, caller, changed)

    # -- programs -----------------------------------------------------------------------------------------------

    async def take_programs(self, draft: str, said: Sequence[Mapping[str, Any]], caller: Caller) -> DraftView:
        """Put TALQ's programs into a draft, in place of programs of the same ids there; the draft is checked whole.

        Programs that are not named stay. Nothing changes until the draft is proven and published by two people.

        Raises:
            InvalidValue: naming program and field, what we would not follow the same way; a program of the draft whose
                other parts would be lost; or a file of the draft cannot be read.
            UnknownTarget: no such draft. StoreError: it could not be kept.
        """
        if not said:
            raise InvalidValue("no programs were sent")
        files, programs = self._drafts.files(draft).files, programs_taken(said)
        names = {program.id for program in programs}
        self._check_exact({one for name in files if name != PROGRAMS_FILE for one in program_ids(files[name])} & names)
        left = {name: without_programs(text, names, f"{draft}/{name}") for name, text in files.items()}
        changed = {name: kept for name, kept in left.items() if name != PROGRAMS_FILE and kept != files[name]}
        changed[PROGRAMS_FILE] = programs_text(programs, before=left.get(PROGRAMS_FILE, ""))
        return await self._drafts.put(draft, caller, changed)

    def _check_exact(self, replaced: Collection[str]) -> None:
        """Programs of ours that these words cannot say are not replaced by what was left of them on the way out."""
        for name in sorted(replaced):
            program = self._site.lighting.programs.get(name)
            lacks = program_in_talq(program, self._site.name).unsaid if program is not None else ()
            if lacks:
                raise InvalidValue(
                    f"program {name} of the draft has what TALQ cannot say ({'; '.join(one.en for one in lacks)}): it "
                    "would be lost. Take it out of the draft first if that is meant, or send the program under another "
                    f"id 现有方案含TALQ无法表达的内容（{'；'.join(one.zh for one in lacks)}），"
                    "请先在草案中删除或换用其他编号"
                )

    async def take_calendars(self, draft: str, said: Sequence[Mapping[str, Any]], caller: Caller) -> DraftView:
        """Put TALQ's calendars into a draft as rules, in place of those taken before under the same ids.

        They hold for every light whose own program is the calendar's ``defaultProgram``. The draft is checked whole,
        and nothing changes until it is proven and published by two people.

        Raises:
            InvalidValue: naming calendar and field, what is not understood; or other rules of the draft speak of the
                same program. UnknownTarget: no such draft. StoreError: it could not be kept.
        """
        if not said:
            raise InvalidValue("no calendars were sent")
        files, calendars = self._drafts.files(draft).files, calendars_taken(said)
        check_apart(calendars, files, CALENDARS_FILE)
        text = calendars_text(calendars, before=files.get(CALENDARS_FILE, ""))
        return await self._drafts.put(draft, caller, {CALENDARS_FILE: text})
