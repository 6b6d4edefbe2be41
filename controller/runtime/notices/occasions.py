"""What there is to tell: alarms as they come and go, roads that went dark, what people declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.operating import Declaration
from controller.domain.rights import ScopeKind
from controller.logic.alarm_life import AlarmState
from controller.logic.alarm_settings import Words
from controller.logic.notice_rules import NoticeRules, Occasion, On, receivers_of
from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.handling.follower import OVERDUE
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.wet_power.alarms import CUT
from controller.store.changes import DropRecord, PutRecord

SOURCE = "notices"
"""The source of alarms about notices themselves: a receiver is never told of its own."""
TOLD = "notice_told"
"""The kind of record that remembers which declarations were told."""
AGAIN_S = 60.0
"""A road list that grows is told anew at most this often."""
_MEANS: Mapping[str, On] = {OVERDUE: On.OVERDUE, CUT: On.ROADS_DARK}

Put = Callable[[str, Occasion], object]


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of one coming of an alarm, and to whom."""

    alarm: Alarm
    to: frozenset[str]
    at_s: float


class Occasions:
    """Watches alarms and declarations; ``put`` is given each receiver with what to tell it."""

    def __init__(
        self,
        rules: NoticeRules,
        *,
        alarms: AlarmBook,
        declared: DeclarationBook,
        keeper: Keeper,
        clock: Clock,
        local: LocalTime,
        put: Put,
    ) -> None:
        self.rules = rules
        self._alarms = alarms
        self._declared = declared
        self._keeper = keeper
        self._clock = clock
        self._local = local
        self._put = put
        self._told: dict[str, _Told] = {}
        self._told_states: dict[str, Mapping[str, object]] = {}

    def restore(self, told: Mapping[str, Mapping[str, object]]) -> None:
        """What had been told before the restart: what stands of the alarms, and the declarations written down."""
        self._told_states = dict(told)
        for alarm in self._alarms.all():
            if alarm.stands and alarm.id not in self._told:
                self._told[alarm.id] = _Told(alarm, self._wanted_by(self._occasion(alarm)), self._clock.monotonic())

    # -- alarms -------------------------------------------------------------------------------------------------

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed."""
        if not self.rules.rules:
            self._told.pop(alarm.id, None)
            return
        told = self._told.get(alarm.id)
        if not alarm.stands:
            if told is not None:
                del self._told[alarm.id]
                self._tell_return(alarm, told.to)
            return
        if alarm.state is not AlarmState.UNACK:
            return
        before = told.to if told is not None and told.alarm.raised == alarm.raised else frozenset[str]()
        occasion = self._occasion(alarm)
        to = self._wanted_by(occasion)
        self._told[alarm.id] = _Told(alarm, before | to, self._clock.monotonic())
        self._tell(to - before, occasion)

    def look(self) -> None:
        """What nobody calls for: lists of dark roads that grew, and what is declared."""
        now_s = self._clock.monotonic()
        for alarm in self._alarms.of_kind(CUT):
            told = self._told.get(alarm.id)
            if told is None or not alarm.stands or alarm.text == told.alarm.text or now_s - told.at_s < AGAIN_S:
                continue
            self._told[alarm.id] = _Told(alarm, told.to, now_s)
            self._tell(told.to, self._occasion(alarm))
        self._look_at_states()

    def _wanted_by(self, occasion: Occasion) -> frozenset[str]:
        own = occasion.about if occasion.alarm.startswith(f"{SOURCE}:") else ""
        return frozenset(receivers_of(self.rules.rules, occasion)) - {own}

    def _tell(self, to: Iterable[str], occasion: Occasion) -> None:
        for receiver in sorted(to):
            self._put(receiver, occasion)

    def _tell_return(self, alarm: Alarm, told: frozenset[str]) -> None:
        occasion = self._occasion(alarm)
        returned = Occasion(
            on=frozenset({On.RETURNED}),
            at=self._local.of(alarm.cleared or self._clock.now()),
            about=occasion.about,
            kind=occasion.kind,
            priority=occasion.priority,
            title=Words(f"已恢复：{occasion.title.zh}", f"back to normal: {occasion.title.en}"),
            text=occasion.text,
            alarm=alarm.id,
            division=occasion.division,
        )
        self._tell(self._wanted_by(returned) & told, returned)

    def _occasion(self, alarm: Alarm) -> Occasion:
        view, special = alarm.view(self._alarms.spec(alarm.condition)), _MEANS.get(alarm.kind)
        return Occasion(
            on=frozenset({On.ALARM} if special is None else {On.ALARM, special}),
            at=self._local.of(alarm.raised),
            about=alarm.subject,
            kind=alarm.kind,
            priority=alarm.priority,
            title=Words(view.title_zh or alarm.kind, view.title_en or alarm.kind),
            text=Words(view.text_zh, view.text),
            advice=Words(view.response_zh, view.response_en),
            alarm=alarm.id,
            division=_division_of(alarm),
            grave=view.life_safety,
        )

    # -- declarations -------------------------------------------------------------------------------------------

    def _look_at_states(self) -> None:
        standing = {one.id: one for one in self._declared.all()}
        for one in standing.values():
            told = self._told_states.get(one.id)
            if told is None or told["renewed"] != one.renewed:
                word = Words("宣布", "declared") if told is None else Words("续期", "renewed")
                occasion = self._state(one, word)
                body = {
                    "renewed": one.renewed,
                    "zh": occasion.title.zh,
                    "en": occasion.title.en,
                    "scope": str(one.scope),
                }
                self._told_states[one.id] = body
                self._tell(self._wanted_by(occasion), occasion)
                self._keeper.keep(PutRecord(TOLD, one.id, body))
        for gone in [name for name in self._told_states if name not in standing]:
            self._tell_end(self._told_states.pop(gone))
            self._keeper.keep(DropRecord(TOLD, gone))

    def _state(self, one: Declaration, word: Words) -> Occasion:
        spec = self._declared.spec(one.state)
        until = self._local.day(one.expires)
        title = f"{one.scope} {one.discipline.value}"
        return Occasion(
            on=frozenset({On.DECLARED}),
            at=self._local.of(self._clock.now()),
            about=str(one.scope),
            kind="state_declared",
            priority=1 if spec.response is not None and spec.response <= 2 else 2,
            title=Words(f"{word.zh}{spec.title_zh}（{title}）", f"{word.en}: {spec.title_en} ({title})"),
            text=Words(
                f"{one.by}：{one.reason}，至 {until}",
                f"{word.en} by {one.by} until {until}: {one.reason}",
            ),
            division=one.scope.name[:6] if one.scope.kind is not ScopeKind.CITY else "",
            grave=True,
        )

    def _tell_end(self, body: Mapping[str, object]) -> None:
        scope = str(body["scope"])
        name = scope.partition(":")[2][:6]
        occasion = Occasion(
            on=frozenset({On.DECLARED}),
            at=self._local.of(self._clock.now()),
            about=scope,
            kind="state_over",
            priority=2,
            title=Words(f"已解除：{body['zh']}", f"over: {body['en']}"),
            text=Words("按日常方式运行", "ordinary rules hold again as far as this declaration goes"),
            division=name if name.isdigit() else "",
            grave=True,
        )
        self._tell(self._wanted_by(occasion), occasion)


def _division_of(alarm: Alarm) -> str:
    """The six digits its subject begins with; empty for a gateway, the journal, the controller itself."""
    code, dash, _ = alarm.device.partition("-")
    return code if dash and len(code) == 6 and code.isdigit() else ""
