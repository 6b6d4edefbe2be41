"""What people are told of runs without having asked: held, asked, blocked, late, ending. Worked out anew each turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.domain.points import device_of
from controller.logic.alarm_settings import Words
from controller.logic.plans.plan import Plan, Tell
from controller.logic.plans.run import Phase, Run, StepState
from controller.logic.plans.seen import Bar
from controller.logic.plans.turn import Turn
from controller.logic.plans.wording import joined, minutes
from controller.runtime.alarms import AlarmBook, Priority

HELD, ASKS, BLOCKED, LATE, SAYS, ENDS_SOON = (
    "plan_held",
    "plan_asks",
    "plan_blocked",
    "plan_late",
    "plan_says",
    "plan_ends_soon",
)
STANDING = (HELD, ASKS, BLOCKED, LATE, SAYS, ENDS_SOON)
ENDED = "plan_ended"
"""A run that lapsed or was aborted: told once, until somebody acknowledges it."""
FAULT = "plan_fault"
"""The controller itself failed at a turn of a run."""
UNREADABLE = "plan_unreadable"
"""A run of before a restart that cannot be read any more."""
BLOCKED_AFTER_S = 30.0
"""What bars a step for longer than this is told; a switch that is being turned is not."""

Told = tuple[Words, int]


class PlanAlarms:
    """Raises and takes back. ``warn_s``: how long before a run's longest time is over people are told."""

    def __init__(self, alarms: AlarmBook, warn_s: float) -> None:
        self._alarms = alarms
        self.warn_s = warn_s
        self._barred_s: dict[str, float] = {}

    def look(self, plan: Plan | None, run: Run, turn: Turn, now_s: float) -> None:
        """Everything that stands of a run now; the rest of it is over."""
        standing = dict(self._standing(plan, run, turn, now_s)) if run.phase.live else {}
        source = source_of(plan, run)
        for condition in STANDING:
            found = standing.get(condition)
            if found is None:
                self._alarms.clear(source, condition)
            else:
                words, priority = found
                title = plan.title if plan is not None else Words(run.plan_id, run.plan_id)
                zh, en = f"预案“{title.zh}”（{run.id}）：{words.zh}", f"plan “{title.en}” ({run.id}): {words.en}"
                self._alarms.set(source, condition, f"{en} / {zh}", priority, text_zh=zh)
        if run.phase in (Phase.LAPSED, Phase.ABORTED, Phase.SUPERSEDED):
            self._alarms.set(source, ENDED, f"{run.id}: {run.why.en} / {run.why.zh}", Priority.HIGH, text_zh=run.why.zh)
            self._alarms.clear(source, ENDED)
        if not run.phase.live:
            self._barred_s.pop(run.id, None)

    def fault(self, plan: Plan | None, run: Run, why: str) -> None:
        """A turn of it failed; empty: it goes on again."""
        source = source_of(plan, run)
        if not why:
            self._alarms.clear(source, FAULT)
            return
        zh = f"预案执行 {run.id} 内部故障，已下指令保持至租期结束，不停机；请人工处置并中止该预案（{why}）"
        en = (
            f"run {run.id}: the controller failed at its turn; what it ordered stands until its lease ends and nothing "
            f"stops: act by hand and abort it ({why})"
        )
        self._alarms.set(source, FAULT, f"{en} / {zh}", Priority.HIGH, text_zh=zh)

    def unreadable(self, runs: Iterable[str]) -> None:
        """Runs nobody follows any more: what they hold ends with its lease."""
        for run in runs:
            zh = (
                f"重启后预案执行 {run} 的记录无法读取，不再自动继续；其指令保持至租期结束，不停机：请核对现场并人工处置"
            )
            en = (
                f"run {run} of before the restart cannot be read: it does not go on; what it ordered stands until its "
                "lease ends and nothing stops: look at the field and act by hand"
            )
            self._alarms.set(f"plan/{run}", UNREADABLE, f"{en} / {zh}", Priority.HIGH, text_zh=zh)

    def forget_gone(self, live: Iterable[tuple[Plan | None, Run]]) -> None:
        """After a restart: what stands of runs that are over by now is over."""
        sources = {source_of(plan, run) for plan, run in live}
        for condition in STANDING:
            for alarm in self._alarms.of_kind(condition):
                if alarm.source not in sources:
                    self._alarms.clear(alarm.source, condition)

    def _standing(self, plan: Plan | None, run: Run, turn: Turn, now_s: float) -> Mapping[str, Told]:
        found: dict[str, Told] = {}
        if run.phase is Phase.HELD:
            go_on = Words("`zhadao plan resume` 或 `abort`", "`zhadao plan resume` or `abort`")
            found[HELD] = (joined([run.why, go_on]), Priority.HIGH)
        if turn.prompts:
            found[ASKS] = (_asked(turn, now_s), Priority.HIGH)
        barred = self._barred(run, turn, now_s)
        if barred is not None:
            found[BLOCKED] = (barred, Priority.MEDIUM)
        late = [state.note for state in run.steps.values() if state.state is StepState.SKIPPED]
        if late:
            found[LATE] = (joined(late[-2:]), Priority.HIGH)
        said = _said(plan, run)
        if said is not None:
            found[SAYS] = said
        if run.phase is not Phase.HELD and run.ends_s - now_s < self.warn_s:
            left = minutes(max(0.0, run.ends_s - now_s))
            zh = f"{left.zh}后到最长时限，届时全部交还，机组不因此停机；如仍需要请提前安排"
            en = f"its longest time is over in {left.en}: everything is handed back then and nothing stops"
            found[ENDS_SOON] = (Words(zh, en), Priority.MEDIUM)
        return found

    def _barred(self, run: Run, turn: Turn, now_s: float) -> Words | None:
        barred = [block.text for block in turn.blocks if block.bar is not Bar.NONE]
        if not barred:
            self._barred_s.pop(run.id, None)
            return None
        since_s = self._barred_s.setdefault(run.id, now_s)
        return joined(dict.fromkeys(barred[:3])) if now_s - since_s >= BLOCKED_AFTER_S else None


def _asked(turn: Turn, now_s: float) -> Words:
    prompt = turn.prompts[0]
    left = None if prompt.deadline_s is None else minutes(max(0.0, prompt.deadline_s - now_s))
    answers = Words(
        "，".join(f"{one.id}＝{one.title.zh}" for one in prompt.answers),
        ", ".join(f"{one.id} = {one.title.en}" for one in prompt.answers),
    )
    zh = f"{prompt.text.zh}（{answers.zh}）" + (f"，{left.zh}内答复" if left else "")
    return Words(zh, f"{prompt.text.en} ({answers.en})" + (f", within {left.en}" if left else ""))


def _said(plan: Plan | None, run: Run) -> Told | None:
    steps = (plan.step(name) for name, state in run.steps.items() if state.over) if plan is not None else ()
    told = [step.act for step in steps if step is not None and isinstance(step.act, Tell)]
    if not told:
        return None
    return told[-1].text, Priority.HIGH if told[-1].urgent else Priority.LOW


def source_of(plan: Plan | None, run: Run) -> str:
    """What a run's alarms are about: its first station (where no other run may live), so that who may not see that is
    told nothing of it."""
    stations = plan.stations if plan is not None else sorted({device_of(target) for target in run.wants})
    return stations[0] if stations else f"plan/{run.id}"
