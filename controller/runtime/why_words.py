"""Why is it on? One answer a tired person and a citizen's hotline can read, in Chinese and in English.

It says what the light does and by which proof, who decides and why, who is masked, what holds it, and what comes
next; and by day, why it burns by day. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.clock import Clock
from controller.domain.image import LinkState, View
from controller.domain.lights import Circuit, Display
from controller.domain.points import output_of
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.domain.targets import Target
from controller.logic.contract import Verdict
from controller.logic.lighting_words import cause_zh, half, state_zh
from controller.runtime.actuals import Actual
from controller.runtime.conditions.views import SiteFacts
from controller.runtime.lamps import Lamp, lamps_of
from controller.runtime.slot_words import SLOT_NAMES_ZH
from controller.settings.site import Site
from schedules.astro import night_of, sun_crossings, utc
from schedules.resolve import LightState, Period

_COMPUTED = frozenset({Slot.CALENDAR_EXCEPTION, Slot.ENERGY_SAVING, Slot.SCHEDULE, Slot.DEFAULT})
Said = tuple[str, str]
"""Chinese, then English."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an explanation found out, before it is put into words."""

    target: Target
    decision: Decision
    actual: Actual
    view: View
    verdicts: Sequence[Verdict]
    facts: SiteFacts


class WhyWords:
    """Speaks for lights; for everything else it says nothing (their explanation has its own texts)."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._tz = site.lighting.tz
        self._lamps: dict[str, Lamp] | None = None

    def say(self, found: Answer) -> Said:
        """The answer in Chinese and in English; empty for what is no light."""
        lamp = self._lamp(found.target.id)
        if lamp is None:
            return "", ""
        sentences = [
            self._state(found, lamp),
            self._reason(found.decision.winner, lamp),
            *self._by_day(found, lamp),
            *self._mismatch(found),
            *self._masked(found.decision, lamp),
            *(
                (f"联锁 {one.interlock} 作用：{one.reason}", f"held by {one.interlock}: {one.reason}")
                for one in found.verdicts
            ),
            *((zh, en) for en, zh in found.facts.lines(frozenset())),
            *self._next(found.decision.winner, lamp),
        ]
        return "".join(f"{zh}。" for zh, _ in sentences), " ".join(f"{en[:1].upper()}{en[1:]}." for _, en in sentences)

    def _lamp(self, target: str) -> Lamp | None:
        if self._lamps is None:
            self._lamps = lamps_of(self._site.city, self._site.timing.spread_s)
        lamp = self._lamps.get(target)
        return None if lamp is None or isinstance(lamp.light, Display) else lamp

    # -- what it does -------------------------------------------------------------------------------------------

    def _state(self, found: Answer, lamp: Lamp) -> Said:
        name, actual = found.target.name, found.actual
        if not actual.known:
            link = found.view.block.link
            lost = link is not LinkState.ONLINE
            zh = f"{name}：现状不明（{'设备失联' if lost else actual.text}）"
            en = f"{name}: nobody can say what it does ({'its device is out of reach' if lost else actual.text})"
            if lost:
                zh += "，设备按本地时间表自行运行"
                en += "; the device goes on by its own timetable"
            return zh, en
        power = found.view.number(f"{output_of(found.target.id)}.power_w")
        proof_zh = "辅助触点证实" if isinstance(lamp.light, Circuit) else "灯具反馈证实"
        proof_en = "proven by its contact" if isinstance(lamp.light, Circuit) else "proven by its own report"
        if power is not None:
            proof_zh, proof_en = f"{proof_zh}，功率 {power:.0f} W", f"{proof_en}, {power:.0f} W"
        return f"{name}：现在{state_zh(actual.text)}（{proof_zh}）", f"{name} is {actual.text} ({proof_en})"

    def _mismatch(self, found: Answer) -> list[Said]:
        if found.actual.agrees is not False:
            return []
        wanted = str(found.decision.winner.value)
        return [
            (
                f"应为{state_zh(wanted)}而未执行：正在纠正，或接触器粘连、就地操作，须派人查看",
                f"it should be {wanted} and is not: it is being put right, or its contactor sticks, or somebody "
                "switched it on site; send a crew if this stays",
            )
        ]

    # -- who decides --------------------------------------------------------------------------------------------

    def _reason(self, winner: Request, lamp: Lamp) -> Said:
        zh, en = self._because(winner, lamp)
        value = str(winner.value)
        slot = f"第{int(winner.slot)}级 {SLOT_NAMES_ZH[winner.slot.label]}"
        slot_en = f"slot {int(winner.slot)} {winner.slot.label}"
        return f"应为{state_zh(value)}：{zh}（{slot}）", f"it should be {value}: {en} ({slot_en})"

    def _because(self, request: Request, lamp: Lamp) -> Said:
        if request.slot in _COMPUTED and request.origin == "schedule":
            return self._program_says(request, lamp)
        until_zh, until_en = self._until(request)
        if request.lease is not None:
            return (
                f"{request.owner}下令（{request.reason}）{until_zh}",
                f"{request.owner} ordered it ({request.reason}){until_en}",
            )
        return half(request.reason, zh=True), half(request.reason, zh=False)

    def _program_says(self, request: Request, lamp: Lamp) -> Said:
        """The program's own line; what else the reason says (a declared state, a rule) stays in English."""
        state = self._planned(request.slot, lamp)
        light = lamp.light
        if state is None or isinstance(light, Display):
            return half(request.reason, zh=True), request.reason
        cause = state.base_cause if request.slot in (Slot.SCHEDULE, Slot.DEFAULT) else state.cause
        if request.slot is Slot.DEFAULT:
            return f"无适用方案，经纬度时控：{cause_zh(cause)}", f"no program applies, so sunset to sunrise: {cause}"
        night = night_of(self._clock.now() - timedelta(seconds=lamp.shift_s), self._tz)
        chosen = self._site.lighting.chosen(light.program, night, light.id)
        title = chosen.program.title if chosen.program else None
        name_zh = f"「{title.zh}」" if title else chosen.choice.program
        rule = f"（{chosen.choice.rule}）" if chosen.choice.rule else ""
        return f"按方案{name_zh}{rule}：{cause_zh(cause)}", request.reason

    def _planned(self, slot: Slot, lamp: Lamp) -> LightState | None:
        light, wall = lamp.light, self._clock.now()
        if isinstance(light, Display):
            return None
        if slot is Slot.DEFAULT:
            return self._site.lighting.astronomical_at(lamp.place, wall, lamp.shift_s)
        planned = self._site.lighting.planned_at(light.program, lamp.place, wall, lamp.shift_s, light.id)
        return planned.exception if slot is Slot.CALENDAR_EXCEPTION else planned.ordinary

    def _until(self, request: Request) -> Said:
        if request.lease is None:
            return "", ""
        hour = self._hour(request.lease.expires)
        return f"，至 {hour}", f", until {hour}"

    def _masked(self, decision: Decision, lamp: Lamp) -> list[Said]:
        """Orders of people that are masked, and the program when an order or the weather masks it."""
        masked = decision.masked
        told = [one for one in masked if one.slot not in _COMPUTED]
        programs = [one for one in masked if one.slot in _COMPUTED and decision.winner.slot not in _COMPUTED]
        said = [
            (
                f"被屏蔽：{SLOT_NAMES_ZH[one.slot.label]}（{one.owner}：{half(one.reason, zh=True)}）要求"
                f"{state_zh(str(one.value))}{self._until(one)[0]}",
                f"masked: {one.slot.label} of {one.owner} wants {one.value} ({half(one.reason, zh=False)})"
                f"{self._until(one)[1]}",
            )
            for one in told
        ]
        if programs:
            zh, en = self._because(programs[0], lamp)
            value = str(programs[0].value)
            said.append((f"否则应为{state_zh(value)}：{zh}", f"otherwise it would be {value}: {en}"))
        return said

    # -- day and what comes next --------------------------------------------------------------------------------

    def _by_day(self, found: Answer, lamp: Lamp) -> list[Said]:
        """Why a light burns while the sun is up."""
        now = self._clock.now()
        burns = found.actual.known and found.actual.text not in ("off", "0%")
        if not burns or not self._sun_is_up(now, lamp):
            return []
        winner = found.decision.winner
        if found.actual.agrees is False:
            return [("白天亮灯：指令为关，现场未关", "it burns by day although it is told to be off")]
        zh, en = {
            Slot.AUTOMATIC: ("自动判断需要照明", "because light is needed by what is measured or announced"),
            Slot.SCHEDULE: ("方案此时安排亮灯", "because its program burns now: look at the program"),
            Slot.CALENDAR_EXCEPTION: (
                "节假日或活动方案此时安排亮灯",
                "because tonight's exceptional program burns now",
            ),
        }.get(winner.slot, ("有人工或应急指令", f"because of the order of {winner.owner}"))
        return [(f"白天亮灯：{zh}", f"it burns by day {en}")]

    def _sun_is_up(self, now: datetime, lamp: Lamp) -> bool:
        sun = sun_crossings(lamp.place, night_of(now, self._tz), self._tz)
        return now < utc(sun.evening_s) or now >= utc(sun.morning_s)

    def _next(self, winner: Request, lamp: Lamp) -> list[Said]:
        edge = self._next_edge(lamp)
        if edge is None:
            return []
        at, value, cause = edge
        hour, why_zh = self._hour(at), cause_zh(cause)
        at_zh = why_zh if why_zh.startswith(hour) else f"{hour} {why_zh}"
        if winner.slot in _COMPUTED:
            return [(f"下一次：{at_zh}", f"next: {value} at {hour} ({cause})")]
        zh, en = f"方案下一次动作：{at_zh}", f"its program's next edge: {value} at {hour} ({cause})"
        if winner.lease is not None and winner.lease.expires > at:
            zh, en = f"{zh}，届时上述指令仍优先", f"{en}; the order above still stands then"
        return [(zh, en)]

    def _next_edge(self, lamp: Lamp) -> tuple[datetime, str, str] | None:
        light = lamp.light
        if isinstance(light, Display):
            return None
        now, plan = self._clock.now(), self._site.lighting
        _, _, shift_s = plan.standing(light.id, lamp.place, lamp.shift_s)
        shift = timedelta(seconds=shift_s)
        first = night_of(now - shift, self._tz)
        level: str | None = None
        for night in (first, first + timedelta(days=1)):
            for period in plan.night(light.program, lamp.place, night, light.id):
                value = _level(light, period)
                at = period.start + shift
                if at > now and level is not None and value != level:
                    return at, value, period.cause
                level = value if at <= now or level is not None else level
        return None

    def _hour(self, at: datetime) -> str:
        local, now = at.astimezone(self._tz), self._clock.now().astimezone(self._tz)
        return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%m-%d %H:%M}"


def _level(light: object, period: Period) -> str:
    if isinstance(light, Circuit) and light.min_percent is None:
        return "on" if period.percent > 0 else "off"
    return f"{period.percent:g}%"
