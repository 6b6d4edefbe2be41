"""A draft put in force by two people: looked at afresh, journalled, kept in one transaction, swapped as at a reload."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.rights import Caller
from controller.runtime.alarms import Priority
from controller.runtime.publishing.office import SOURCE, Office
from controller.runtime.publishing.records import Draft, Proof, Version, text_key
from controller.runtime.publishing.report import ProofReport, RoadChange
from controller.runtime.two_persons import Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.settings.checks import check_site
from controller.settings.overlay import FORM, Overlay
from controller.settings.site import Site
from controller.store.changes import Change

log = structlog.get_logger("publishing")

PUBLISH = "lighting_publish"
"""The kind of proposal a publication is."""
PUBLISHED = "lighting_published"
"""The kind of the journal's line that permits it."""
MOST_TOLD = 8
"""Kinds of change, and roads, told to whoever confirms: those that change most."""
NOT_SWAPPED = "not_swapped"

Swap = Callable[[Site], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A site with a draft's lighting, loaded beforehand so that nobody waits for it at the moment of confirming."""

    draft_hash: str
    base_config: str
    site: Site


class Publication:
    """Implements ``two_persons.TwoPersonAct``. ``swapping`` is held while any configuration is swapped."""

    def __init__(self, office: Office, swapping: AbstractAsyncContextManager[Any]) -> None:
        self._office = office
        self._swapping = swapping
        self._swap: Swap | None = None
        self._prepared: _Prepared | None = None

    def swap_by(self, swap: Swap) -> None:
        """How a site is put in place of the running one: only the composition root knows."""
        self._swap = swap

    def body(self, name: str, caller: Caller, reason: str) -> dict[str, Any]:
        """What is proposed: this very text of the draft, by this very proof.

        Raises:
            InvalidValue: it cannot be published as it stands. UnknownTarget: no such draft.
        """
        draft, proof = self._ready(name, caller)
        return {"draft": name, "hash": draft.hash, "proof": proof.id, "reason": reason.strip()}

    async def prepare(self, name: str) -> None:
        """Load the draft's site, in a thread, so that confirming it takes no time.

        Raises:
            InvalidValue: it is not what was proven: the site folder changed.
        """
        draft, proof = self._ready(name, None)
        await self._loaded(draft, proof)

    # -- the act ------------------------------------------------------------------------------------------------

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What publishing would do now.

        Raises:
            InvalidValue: it cannot be published any more; the message says what to do.
            UnknownTarget: the draft is gone.
        """
        draft, proof = self._ready(str(body["draft"]), None)
        if draft.hash != body["hash"] or proof.id != body["proof"]:
            raise InvalidValue(f"{draft.name} was changed or proven anew since it was proposed: propose it again")
        number = self._next_number()
        return Wording(
            title_en=f"put lighting draft {draft.name} in force as version {number}",
            title_zh=f"发布照明方案草案 {draft.name} 为第 {number} 版",
            lines=tuple(_lines(draft, proof, self._office.site.lighting.tz)),
            fingerprint="|".join((draft.hash, proof.id, str(draft.base), self._office.site.config_hash)),
        )

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Put it in force: journalled first, kept with the end of its proposal, then swapped in; all of it or nothing.

        Raises:
            InvalidValue, UnknownTarget: it cannot be published any more.
        """
        if not confirmer.person or proposer.same_person(confirmer):
            return _receipt(key, Cause.NO_AUTHORITY, "publishing takes two different people")
        async with self._swapping:
            draft, proof = self._ready(str(body["draft"]), proposer)
            if draft.hash != body["hash"] or proof.id != body["proof"]:
                raise InvalidValue(f"{draft.name} was changed or proven anew since it was proposed: propose it again")
            if proof.report.blocking and not proof.accepted_by(confirmer.person):
                text = (
                    f"{len(proof.report.blocking)} findings block {draft.name}, and {confirmer.actor} has not accepted "
                    f"them: zhadao schedule accept {draft.name} --reason …, then confirm again / 请先确认接受"
                )
                return _receipt(key, Cause.NOT_READY, text)
            site = await self._loaded(draft, proof)
            return await self._publish(draft, proof, site, body, (proposer, confirmer), key, also)

    async def _publish(
        self,
        draft: Draft,
        proof: Proof,
        site: Site,
        body: Mapping[str, Any],
        people: tuple[Caller, Caller],
        key: str,
        also: Sequence[Change],
    ) -> Receipt:
        office, (proposer, confirmer) = self._office, people
        version = self._version(draft, proof, str(body["reason"]), proposer, confirmer)
        said = {
            "proposal": key,
            "version": version.number,
            "draft": draft.name,
            "hash": version.hash,
            "config_hash": site.config_hash,
            "proof": proof.id,
            "reason": version.reason,
            "proposer": proposer.actor,
            "people": [proposer.person, confirmer.person],
            "accepted": [one.text_en for one in proof.report.blocking],
        }
        changes = [*self._before_the_first(), *office.shelf.put_version(version, draft.files)]
        changes += [*office.shelf.drop_draft(draft.name), *also]
        try:
            await office.evidence.before(PUBLISHED, confirmer.actor, "", said)
        except StoreError as error:
            return _receipt(key, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        try:
            await office.keeper.keep_now(changes)
        except StoreError as error:
            why = {"proposal": key, "version": version.number, "why": str(error)}
            await office.evidence.void(PUBLISHED, confirmer, "", why)
            return _receipt(key, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        await self._in_force(version, draft, site)
        text = f"lighting version {version.number} is in force 已生效 ({version.changed_lights} lights change)"
        return _receipt(key, None, text)

    async def _in_force(self, version: Version, draft: Draft, site: Site) -> None:
        shelf, first = self._office.shelf, self._version_zero()
        if first is not None:
            shelf.has_version(first, self._office.site.lighting_version.files)
        shelf.has_version(version, draft.files)
        shelf.lost_draft(draft.name)
        self._prepared = None
        try:
            if self._swap is not None:
                await self._swap(site)
        except Exception as error:  # the named boundary of a swap: it is published, and a reload or restart takes it up
            log.exception("published_not_swapped", version=version.number)
            text = f"lighting version {version.number} is published and could not be taken up ({error}): zhadao reload"
            self._office.alarms.set(SOURCE, NOT_SWAPPED, text, Priority.EMERGENCY)
        else:
            self._office.alarms.clear(SOURCE, NOT_SWAPPED)

    # -- in here ------------------------------------------------------------------------------------------------

    def _ready(self, name: str, proposer: Caller | None) -> tuple[Draft, Proof]:
        """The draft and its proof, when both still hold; ``proposer``: who has to have accepted what blocks."""
        office = self._office
        draft = office.shelf.draft(name)
        proof = office.shelf.proofs.get(name)
        if draft.problems:
            raise InvalidValue(f"{name} cannot be used as it is: {draft.problems[0]}")
        if why := office.overtaken(draft) or office.why_not(draft, proof):
            raise InvalidValue(why)
        assert proof is not None  # noqa: S101 - why_not would have said so
        if proposer is not None and proof.report.blocking and not proof.accepted_by(proposer.person):
            first = proof.report.blocking[0]
            raise InvalidValue(
                f"{len(proof.report.blocking)} findings block {name} ({first.text_en}): put them right, or accept them "
                f'with a reason: --accept "…" / 存在阻止发布的问题 ({first.text_zh})'
            )
        return draft, proof

    def _next_number(self) -> int:
        newest = self._office.shelf.newest
        return 1 if newest is None else newest.number + 1

    async def _loaded(self, draft: Draft, proof: Proof) -> Site:
        """The site with the draft's lighting: exactly what was proven."""
        held, base = self._prepared, self._office.site.config_hash
        if held is not None and (held.draft_hash, held.base_config) == (draft.hash, base):
            return held.site
        overlay = Overlay(self._next_number(), draft.files, draft.over, draft.name)
        site, problems = await asyncio.to_thread(check_site, self._office.folder(), overlay)
        if site is None:
            raise InvalidValue(f"{draft.name} does not fit the site folder as it is now: {problems[0]}")
        if site.config_hash != proof.report.new_config:
            raise InvalidValue(
                "the site folder was changed since the draft was proven: zhadao reload, then prove and propose again"
            )
        self._prepared = _Prepared(draft.hash, base, site)
        return site

    def _version(self, draft: Draft, proof: Proof, reason: str, proposer: Caller, confirmer: Caller) -> Version:
        city = proof.report.city
        return Version(
            number=self._next_number(),
            hash=draft.hash,
            files={name: text_key(text) for name, text in draft.files.items()},
            over=draft.over,
            base=draft.base,
            origin=draft.origin,
            draft=draft.name,
            reason=reason,
            proposer=proposer.actor,
            confirmer=confirmer.actor,
            published=self._office.clock.now(),
            changed_lights=proof.report.changed_lights,
            kwh=round(city.kwh - city.kwh_was, 1) if city is not None else 0.0,
            accepted=proof.accepted if proof.report.blocking else (),
            form=FORM,
        )

    def _version_zero(self) -> Version | None:
        """What the folder held before the first publication: kept as version 0, so that there is a way back."""
        if self._office.shelf.versions:
            return None
        now, at = self._office.site.lighting_version, self._office.clock.now()
        texts = {name: text_key(text) for name, text in now.files.items()}
        return Version(0, now.hash, texts, now.hash, 0, "the site folder", "", "", "", "", at, form=FORM)

    def _before_the_first(self) -> Sequence[Change]:
        first = self._version_zero()
        files = self._office.site.lighting_version.files
        return () if first is None else tuple(self._office.shelf.put_version(first, files))


def _lines(draft: Draft, proof: Proof, tz: ZoneInfo) -> Sequence[str]:
    report = proof.report
    lines = [_totals(report)]
    lines += list(change_groups(report.changes))[:MOST_TOLD]
    lines += [change_line(one) for one in report.changes[:MOST_TOLD]]
    left = len(report.changes) - MOST_TOLD + report.changes_left_out
    if left > 0:
        lines.append(f"and {left} more roads 及其余 {left} 处: zhadao schedule diff {draft.name}")
    if not report.changes:
        lines.append("no light switches at another time 无灯具动作变化")
    for finding in report.blocking:
        lines.append(f"BLOCKS 阻止: {finding.text_en} / {finding.text_zh}")
    lines += [f"accepted 已接受: {one.actor}: {one.reason}" for one in proof.accepted if report.blocking]
    lines.append(
        f"drafted from {draft.origin}, proven {proof.at.astimezone(tz):%Y-%m-%d %H:%M} by {proof.by} over "
        f"{report.nights} nights from {report.first}; programs change at once for lamps that are lit now too"
    )
    return lines


def _totals(report: ProofReport) -> str:
    city = report.city
    if city is None:
        return "no lights here 无灯具"
    hours, kwh = city.burn_h - city.burn_h_was, city.kwh - city.kwh_was
    return (
        f"{report.changed_lights} of {report.lights} lights change 涉及灯路: {hours:+,.0f} light-hours, "
        f"{kwh:+,.0f} kWh in {report.nights} nights"
    )


def change_line(one: RoadChange) -> str:
    """One road's change for people: ``文一路 12 circuits: off 23:30→00:00, every night (366), +183 h each``."""
    programs = "" if one.program_was == one.program else f"{one.program_was} → {one.program}: "
    return (
        f"{one.division} {one.road} {one.lights} {one.light_class}: {programs}{one.what}, {one.which_nights} "
        f"({one.nights}), {one.hours_each:+g} h each, {one.kwh:+,g} kWh"
    )


def change_groups(changes: Sequence[RoadChange]) -> Iterator[str]:
    """The same change on many roads, as one line each; those of most lights first."""
    alike: dict[tuple[str, str, str, str, int], list[RoadChange]] = {}
    for one in changes:
        key = (one.program_was, one.program, one.what, one.which_nights, one.nights)
        alike.setdefault(key, []).append(one)
    for key, members in sorted(alike.items(), key=lambda item: -sum(one.lights for one in item[1])):
        was, now, what, which, nights = key
        lights, kwh = sum(one.lights for one in members), sum(one.kwh for one in members)
        programs = was if was == now else f"{was} → {now}"
        yield f"{programs}: {what}, {which} ({nights}): {lights} lights on {len(members)} roads, {kwh:+,.0f} kWh"


def _receipt(key: str, cause: Cause | None, text: str) -> Receipt:
    said = TargetOutcome(SOURCE, cause is None, "" if cause is None else cause.value, text, None, None)
    return Receipt(key, (said,))
