"""Whether a target may be part of an order: value, lease, owner, declaration, tag, switch, reach."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue
from controller.domain.image import View
from controller.domain.intents import Intent, StationOrder, TargetKind, UnitOrder, parse_intent
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Lease, Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot, SlotKind
from controller.domain.tags import Tag
from controller.domain.targets import Target
from controller.logic.arbitration import Refusal, admit
from controller.logic.protective import takes_energy_away
from controller.logic.roster import Member
from controller.logic.site_conditions import OnSite, SiteConditions
from controller.logic.station_entry import station_refusal
from controller.logic.switch_guard import Word, local_texts, word_of
from controller.logic.switching import SCENE, LightScene
from controller.runtime.book import RequestBook
from controller.runtime.commanding.night_off import NightOff
from controller.runtime.commanding.ports import Declared
from controller.runtime.table import ImageTable
from controller.runtime.views import Order

NO_SCENES: Mapping[str, LightScene] = {}
Maximum = Callable[[Slot, Target], timedelta | None]
"""The longest lease of a slot on a target; None: the slot's own."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A target with the request it would get."""

    member: Member
    request: Request
    holder: Request | None
    """Who has the slot now."""
    protects: bool

    @property
    def takes_over_from(self) -> str:
        """Whose slot it would take; empty for nobody's."""
        holder = self.holder
        return holder.owner if holder is not None and holder.owner != self.request.owner else ""


class Values:
    """An order's text as the value of each kind of target: read once for each. A scene has one for each light."""

    def __init__(self, text: str, scenes: Mapping[str, LightScene] = NO_SCENES) -> None:
        self._text = text
        self._scene = scenes.get(text.removeprefix(SCENE)) if text.startswith(SCENE) else None
        self._known = tuple(scenes)
        self._read: dict[tuple[TargetKind, str], Intent | Refusal] = {}

    def of(self, target: Target) -> Intent | Refusal:
        """The value for this target, or why it is none."""
        text = self._text if self._scene is None else self._scene.values.get(target.id, "")
        found = self._read.get((target.kind, text))
        if found is None:
            found = self._read[target.kind, text] = self._understood(target.kind, text)
        if isinstance(found, StationOrder):
            return station_refusal(target, found) or found
        if isinstance(found, UnitOrder) and found.speed_percent is not None:
            return _speed_refusal(target, found.speed_percent) or found
        return found

    def _understood(self, kind: TargetKind, text: str) -> Intent | Refusal:
        if self._text.startswith(SCENE):
            if self._scene is None:
                known = ", ".join(self._known) or "none"
                return Refusal(Cause.OUT_OF_RANGE, f"no scene {self._text}; there are {known}")
            if not text:
                return Refusal(Cause.OUT_OF_RANGE, f"{self._text} says nothing of this light")
            if kind is TargetKind.CIRCUIT and text.endswith("%"):
                text = "on" if float(text[:-1]) > 0.0 else "off"
        try:
            return parse_intent(kind, text)
        except InvalidValue as error:
            return Refusal(Cause.OUT_OF_RANGE, str(error))


def _speed_refusal(target: Target, percent: float) -> Refusal | None:
    """Why the unit cannot run at this speed: it has no variable-speed drive, or does not run so slow."""
    low = target.min_speed_percent
    if low is None:
        return Refusal(Cause.OUT_OF_RANGE, f"{target.id} has no variable-speed drive; say start or stop 该机组非变频")
    if percent < low:
        return Refusal(Cause.OUT_OF_RANGE, f"{target.id} runs at {low:g}% or more; {percent:g}% was asked 低于最低转速")
    return None


@dataclass(frozen=True, slots=True)
class Entrance:
    """Everything that is asked before a target may be part of an order."""

    clock: Clock
    book: RequestBook
    table: ImageTable
    maximum: Maximum
    conditions: SiteConditions
    declared: Declared
    night_off: NightOff | None = None

    def at_one_moment(self, order: Order, slot: Slot, caller: Caller, request_id: str) -> Asking:
        """Ready to ask for every target of an order."""
        return Asking(self, order, slot, caller, request_id)


class Asking:
    """One order at one moment: what all its targets have in common is worked out once."""

    def __init__(self, entrance: Entrance, order: Order, slot: Slot, caller: Caller, request_id: str) -> None:
        self._entrance = entrance
        self._order = order
        self._slot = slot
        self._caller = caller
        self._request_id = request_id
        self._reason = order.reason.strip()
        self._now = entrance.clock.now()
        self._now_s = entrance.clock.monotonic()
        self._expires = self._now + timedelta(seconds=order.for_s)
        self._expires_s = self._now_s + order.for_s
        self._leases = secrets.token_hex(6)
        self._count = 0
        self._views: dict[DeviceId, View] = {}
        self._locals: dict[DeviceId, bool] = {}
        self.doubtful: set[TargetId] = set()
        """Targets asked for that may not be reached, or not obey."""

    def entrant(self, member: Member, value: Intent, *, protects: bool) -> Entrant:
        """The target with the request it would get; nothing is asked yet."""
        self._count += 1
        request = Request(
            member.target.id,
            self._slot,
            value,
            self._caller.actor,
            self._reason,
            self._caller.origin,
            self._order.ticket,
            self._now,
            Lease(f"{self._leases}-{self._count}", self._now, self._expires, self._expires_s),
            request_id=self._request_id,
            urgent=self._order.urgent,
        )
        return Entrant(member, request, self._entrance.book.holder(request.target, self._slot), protects)

    def afresh(self) -> None:
        """Time went on since something was asked: what devices said then does not count any more."""
        self._now_s = self._entrance.clock.monotonic()
        self._views.clear()
        self._locals.clear()
        self.doubtful.clear()

    def refusal(self, entrant: Entrant, *, reachable_only: bool) -> Refusal | None:
        """Why it may not be part of the order; None when it may."""
        request, target = entrant.request, entrant.member.target
        return (
            admit(
                request,
                target,
                entrant.holder,
                take_over=self._order.take_over,
                now_s=self._now_s,
                maximum=self._entrance.maximum(self._slot, target),
            )
            or self._dark_for_too_long(entrant)
            or self._undeclared(request)
            or self._on_site(entrant, reachable_only=reachable_only)
        )

    def assured(self, member: Member) -> bool:
        """Whether what is sent there can be expected to arrive and to work."""
        on_site = self._entrance.conditions.at(member.target.id)
        return self.view(member.device).ready and not self._local(member.device, on_site)

    def _dark_for_too_long(self, entrant: Entrant) -> Refusal | None:
        rule = self._entrance.night_off
        if rule is None or self._slot.kind is not SlotKind.LEASED:
            return None
        return rule.refusal(entrant.member, entrant.request.value, self._now, self._expires)

    def _undeclared(self, request: Request) -> Refusal | None:
        allowed = self._slot is not Slot.EMERGENCY_ORDER
        if allowed or self._entrance.declared.allows(self._slot, request.target):
            return None
        text = (
            f"no response is declared at {request.target}: declare it first, or order in a manual slot / "
            f"{request.target} 未宣布应急响应：请先宣布，或用手动槽位下令"
        )
        return Refusal(Cause.NO_AUTHORITY, text)

    def _on_site(self, entrant: Entrant, *, reachable_only: bool) -> Refusal | None:
        """Tags bind everything but OFF and STOP. What is out of reach is no part of a selection.

        What protects is attempted wherever it is. A plain order may wait in its slot for a device to return; one
        whose switch is off REMOTE is refused.
        """
        on_site = self._entrance.conditions.at(entrant.request.target)
        if on_site.tag is not None and not takes_energy_away(entrant.request.value):
            return Refusal(Cause.TAGGED, _tagged(on_site.tag))
        view = self.view(entrant.member.device)
        local = self._local(entrant.member.device, on_site)
        if local or not view.ready:
            self.doubtful.add(entrant.request.target)
        if entrant.protects:
            return None
        if not view.ready:
            lost = entrant.member.device
            text = f"{lost} cannot be reached ({view.block.link.value}) / {lost} 失联（{view.block.link.value}）"
            return Refusal(Cause.OFFLINE, text) if reachable_only else None
        if not local:
            return None
        en, zh = local_texts(view, on_site.key)
        return Refusal(Cause.LOCAL, f"{en}: whoever is there has the say / {zh}：现场人员优先")

    def _local(self, device: DeviceId, on_site: OnSite) -> bool:
        """Whether the device's switch gives the say to whoever is there."""
        local = self._locals.get(device)
        if local is None:
            word = word_of(on_site.switch, self.view(device), on_site.wait_s)
            local = self._locals[device] = word is Word.LOCAL
        return local

    def view(self, device: DeviceId) -> View:
        """The device at the moment of asking."""
        view = self._views.get(device)
        if view is None:
            view = self._views[device] = self._entrance.table.view(device, self._now_s)
        return view


def _tagged(tag: Tag) -> str:
    return f"{tag}; only OFF and STOP pass while somebody may be working there / {tag.zh}；可能有人作业，仅可断开与停止"
