"""Answering "why": who wins, who is masked, which interlock acts, what happens when each lease ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.domain.points import TargetId, device_of
from controller.domain.request import Request
from controller.domain.targets import Target
from controller.logic.arbitration import AfterLease, after_leases
from controller.logic.contract import Verdict
from controller.runtime.actuals import Actual, actual_of
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.book import BypassView
from controller.runtime.conditions.views import NO_FACTS, SiteFacts
from controller.runtime.slot_words import SLOT_NAMES_ZH
from controller.runtime.table import ImageTable
from controller.runtime.views import Explanation, InterlockView, SlotView
from controller.runtime.why_words import Answer

_GUARDED = {"tag": "tag", "local": "local", "light.local_switch": "local", "back_from_local": "waiting"}
"""Guards that tell of a tag or a switch themselves, by what they tell of."""


class Explainer:
    """Reads the book, the image and what the cycles last said; decides nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        table: ImageTable,
        city: City,
        phases: Mapping[TargetId, str],
        verdicts: Mapping[TargetId, Sequence[Verdict]],
        bypassed: Callable[[TargetId], Sequence[BypassView]] = lambda _: (),
        facts: Callable[[TargetId], SiteFacts] = lambda _: NO_FACTS,
        words: Callable[[Answer], tuple[str, str]] = lambda _: ("", ""),
    ) -> None:
        self._clock = clock
        self._book = book
        self._table = table
        self._city = city
        self._phases = phases
        self._verdicts = verdicts
        self._bypassed = bypassed
        self._facts = facts
        self._words = words

    def explain(self, target_id: TargetId) -> Explanation:
        """Why the target is as it is.

        Raises:
            UnknownTarget: no such target.
        """
        target = self.target(target_id)
        now_s = self._clock.monotonic()
        decision = self._book.decide_for_show(target_id, now_s)
        view = self._table.view(device_of(target_id), now_s)
        actual = actual_of(target, decision.winner.value, view, self._city)
        endings = after_leases(self._book.default(target_id), self._book.requests(target_id), now_s)
        verdicts = self._verdicts.get(target_id, ())
        lifted = self._bypassed(target_id)
        facts = self._facts(target_id)
        lines = facts.lines(frozenset(_GUARDED.get(verdict.interlock, "") for verdict in verdicts))
        english = _english(target, decision.winner, decision.masked, actual, verdicts)
        zh, en = self._words(Answer(target, decision, actual, view, verdicts, facts))
        chinese = _chinese(target, decision.winner, decision.masked, actual, verdicts)
        return Explanation(
            target=target_id,
            kind=target.kind.value,
            name=target.name,
            wanted=str(decision.winner.value),
            actual=actual.text,
            agrees=actual.agrees,
            phase=self._phases.get(target_id, ""),
            winner=self.slot_view(decision.winner),
            masked=tuple(self.slot_view(request) for request in decision.masked),
            interlocks=(
                *(InterlockView(v.interlock, v.ruling.value, v.cause.value, v.reason) for v in verdicts),
                *(InterlockView(one.interlock, "bypassed", "BYPASSED", one.text_en) for one in lifted),
            ),
            after_leases=tuple(self._ending(ending) for ending in endings),
            link=view.block.link.value,
            text_en=" ".join((english, *(f"{one.text_en}." for one in lifted), *(f"{en}." for en, _ in lines))),
            text_zh="".join((chinese, *(f"{one.text_zh}。" for one in lifted), *(f"{zh}。" for _, zh in lines))),
            tags=facts.tags,
            switch=facts.switch,
            states=facts.states,
            zh=zh,
            en=en,
        )

    def target(self, target_id: TargetId) -> Target:
        """The target of this id.

        Raises:
            UnknownTarget: no such target, with the outputs the asset does have.
        """
        target = self._city.targets.get(target_id)
        if target is not None:
            return target
        siblings = sorted(t for t in self._city.targets if device_of(t) == device_of(target_id))
        hint = f"it has {', '.join(siblings)}" if siblings else "`zhadao status` lists the assets"
        raise UnknownTarget(f"no target {target_id} in this site; {hint}")

    def slot_view(self, request: Request) -> SlotView:
        """One filled slot as it is shown."""
        lease = request.lease
        return SlotView(
            slot=int(request.slot),
            name=request.slot.label,
            value=str(request.value),
            owner=request.owner,
            reason=request.reason,
            origin=request.origin,
            ticket=request.ticket,
            since=request.since,
            lease_id=lease.id if lease else None,
            expires=lease.expires if lease else None,
            remaining_s=max(0.0, lease.expires_s - self._clock.monotonic()) if lease else None,
        )

    def _ending(self, ending: AfterLease) -> str:
        lease = ending.ends.lease
        left_s = max(0.0, lease.expires_s - self._clock.monotonic()) if lease else 0.0
        what = f"in {_span(left_s)} the {ending.ends.slot.label} of {ending.ends.owner} ends"
        then = f"{ending.then.slot.label} ({ending.then.value})"
        return f"{what}; {then} {'takes over' if ending.changes else 'goes on, nothing changes'}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _english(
    target: Target, winner: Request, masked: Sequence[Request], actual: Actual, verdicts: Sequence[Verdict]
) -> str:
    parts = [f"{target.name} should be {winner.value}: {winner.slot.label} by {winner.owner} ({winner.reason})."]
    if masked:
        parts.append("It masks " + ", ".join(f"{r.slot.label} of {r.owner} ({r.value})" for r in masked) + ".")
    parts.append(f"By its feedback it is {actual.text}.")
    parts += [f"{verdict.interlock}: {verdict.reason}." for verdict in verdicts]
    return " ".join(parts)


def _chinese(
    target: Target, winner: Request, masked: Sequence[Request], actual: Actual, verdicts: Sequence[Verdict]
) -> str:
    name = SLOT_NAMES_ZH[winner.slot.label]
    parts = [f"{target.name} 应为 {winner.value}：由{name}（{winner.owner}，{winner.reason}）决定。"]
    if masked:
        parts.append(
            "被屏蔽：" + "、".join(f"{SLOT_NAMES_ZH[r.slot.label]}（{r.owner}，{r.value}）" for r in masked) + "。"
        )
    parts.append(f"实际反馈：{actual.text}。")
    parts += [f"联锁 {verdict.interlock}：{verdict.reason}。" for verdict in verdicts]
    return "".join(parts)
