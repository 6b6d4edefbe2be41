"""Telling people in time: leases that end soon, standing orders nobody confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.logic.arbitration import AfterLease, after_leases
from controller.logic.lease_times import warned_from_s
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.runtime.leases.standing import Standing
from controller.settings.leases import LeaseRules

ENDS_SOON = "ends_soon"
UNCONFIRMED = "unconfirmed"
LOOKED_AT = 50
"""So many targets of a bulk order are worked out for the text of its warning; the others are only counted."""

Publish = Callable[[str, str, dict[str, object]], None]
Group = tuple[str, str]
"""Owner and request; a lease of no request stands for itself."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The leases of one request that end soon, the earliest first."""

    group: Group
    members: Sequence[Request]
    left_s: float


class LeaseWatch:
    """Warns once for each request, in one LOW alarm; takes it back when the request ended or was extended."""

    def __init__(
        self, *, clock: Clock, book: RequestBook, alarms: AlarmBook, publish: Publish, rules: LeaseRules
    ) -> None:
        self._clock = clock
        self._book = book
        self._alarms = alarms
        self._publish = publish
        self._rules = rules
        self._warned: set[str] | None = None
        self._overdue: set[str] | None = None

    def adopt(self, rules: LeaseRules) -> None:
        """Swap the rules (reload)."""
        self._rules = rules

    def warned(self, request: Request, now_s: float) -> bool:
        """Whether its end is near."""
        rules = self._rules
        lease = request.lease
        return lease is not None and now_s >= warned_from_s(lease, rules.warn_before.total_seconds(), rules.warn_share)

    def next_s(self, now_s: float) -> float:
        """When the next warning is due (monotonic); infinite when none is."""
        before_s, share = self._rules.warn_before.total_seconds(), self._rules.warn_share
        times = (warned_from_s(one.lease, before_s, share) for one in self._book.held() if one.lease)
        return min((at_s for at_s in times if at_s > now_s), default=float("inf"))

    def look(self, standing: Mapping[str, Standing]) -> None:
        """Raise and take back what has to be."""
        now_s = self._clock.monotonic()
        soon = {_source(ending.group): ending for ending in self._endings(now_s)}
        for source in self._gone(self._warned, ENDS_SOON) - soon.keys():
            self._alarms.clear(source, ENDS_SOON)
        for source in soon.keys() - (self._warned or set()):
            self._warn(source, soon[source])
        self._warned = set(soon)
        self._look_at_standing(standing, now_s)

    def _endings(self, now_s: float) -> list[Ending]:
        groups: dict[Group, list[Request]] = {}
        for request in self._book.held():
            if request.lease is not None and self.warned(request, now_s):
                groups.setdefault((request.owner, request.request_id or request.lease.id), []).append(request)
        return [_ending(group, members, now_s) for group, members in groups.items()]

    def _warn(self, source: str, ending: Ending) -> None:
        english, chinese = self._told(ending)
        self._alarms.set(source, ENDS_SOON, f"{english} / {chinese}", Priority.LOW)
        owner, request_id = ending.group
        told: dict[str, object] = {
            "owner": owner,
            "targets": len(ending.members),
            "ends_in_s": round(ending.left_s),
            "text_en": english,
            "text_zh": chinese,
        }
        self._publish("lease", request_id, {"warning": ENDS_SOON, **told})

    def _told(self, ending: Ending) -> tuple[str, str]:
        first, count, minutes = ending.members[0], len(ending.members), max(1, round(ending.left_s / 60))
        what = first.target if count == 1 else f"{count} targets ({first.target} …)"
        afterwards = self._afterwards(ending.members)
        english = (
            f"{first.slot.label} '{first.value}' of {first.owner} on {what} ends in {minutes} min; "
            f"then {afterwards}. Extend or release it. Its reason: {first.reason}"
        )
        named = first.target if count == 1 else f"{count} 个目标（{first.target} 等）"
        chinese = (
            f"{first.owner} 对 {named} 的指令“{first.value}”将在 {minutes} 分钟后到期，"
            f"到期后：{afterwards}。请延期或释放。"
        )
        return english, chinese

    def _afterwards(self, members: Sequence[Request]) -> str:
        ends = [ending for request in members[:LOOKED_AT] if (ending := self.ending(request)) is not None]
        then = Counter(f"{one.then.slot.label} ({one.then.value})" for one in ends)
        said = ", ".join(f"{name} ×{count}" if len(members) > 1 else name for name, count in then.most_common(3))
        return said if len(members) <= LOOKED_AT else f"{said} …"

    def ending(self, request: Request) -> AfterLease | None:
        """What happens when this request's lease ends, all else unchanged."""
        target: TargetId = request.target
        endings = after_leases(self._book.default(target), self._book.requests(target), self._clock.monotonic())
        return next((one for one in endings if one.ends is request), None)

    def _look_at_standing(self, standing: Mapping[str, Standing], now_s: float) -> None:
        overdue = {_standing_source(one.id): one for one in standing.values() if one.overdue(now_s)}
        for source in self._gone(self._overdue, UNCONFIRMED) - overdue.keys():
            self._alarms.clear(source, UNCONFIRMED)
        for source, one in overdue.items():
            hours = max(0.0, one.due_s + one.shift_s - now_s) / 3600
            english = (
                f"nobody confirmed the standing order of {one.owner} for a shift; it ends in {hours:.1f} h unless "
                f"somebody does. Its reason: {one.reason}"
            )
            chinese = f"{one.owner} 的长期指令本班未经确认，{hours:.1f} 小时后将自动终止"
            self._alarms.set(source, UNCONFIRMED, f"{english} / {chinese}", Priority.HIGH)
        self._overdue = set(overdue)

    def _gone(self, known: set[str] | None, condition: str) -> set[str]:
        """What was raised before; after a restart, what stands in the alarm book."""
        if known is not None:
            return known
        return {alarm.source for alarm in self._alarms.all() if alarm.condition == condition}


def _ending(group: Group, members: list[Request], now_s: float) -> Ending:
    members.sort(key=lambda one: (one.lease.expires_s if one.lease else 0.0, one.target))
    lease = members[0].lease
    return Ending(group, members, lease.expires_s - now_s if lease else 0.0)


def _source(group: Group) -> str:
    return f"lease/{group[0]}/{group[1]}"


def _standing_source(standing_id: str) -> str:
    return f"standing/{standing_id}"
