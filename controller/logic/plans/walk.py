"""Walking through the steps of a run: each begun in its turn, done, late, answered or passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.acts import look_at
from controller.logic.plans.plan import Answer, Ask, FallbackAct, Plan, Step, Tell, Together, Wait, Way
from controller.logic.plans.run import NO_WORDS, Run, StepRun, StepState
from controller.logic.plans.seen import Bar, Seen
from controller.logic.plans.turn import Block, Kind, Prompt, Telling
from controller.logic.plans.wording import minutes, too_late


@dataclass(frozen=True, slots=True)
class Break:
    """The walk leads out of the steps: to the abort, to the end, or it is held for a person."""

    way: Way | None
    """None: held."""
    why: Words
    by: str = ""


class Walk:
    """One turn's walk. What it gathers is read afterwards; it changes nothing outside itself."""

    def __init__(self, plan: Plan, run: Run, seen: Seen, moment: Moment, *, aborting: bool) -> None:
        self._plan, self._run, self._seen, self._moment = plan, run, seen, moment
        self._aborting = aborting
        self.steps = dict(run.steps)
        self.wants = dict(run.wants)
        self.tellings: list[Telling] = []
        self.prompts: list[Prompt] = []
        self.blocks: list[Block] = []
        self.times: list[float] = []
        self.broken: Break | None = None

    def through(self, steps: Sequence[Step]) -> bool:
        """Go as far as it goes now; whether every one of these steps is over."""
        for nth, step in enumerate(steps):
            state = self.steps.get(step.id) or self._begin(step)
            if state.over:
                continue
            self._go_on(step, steps[nth + 1 :])
            if self.broken is not None or not self.steps[step.id].over:
                return False
        return True

    # -- one step -----------------------------------------------------------------------------------------------

    def _begin(self, step: Step) -> StepRun:
        now_s = self._moment.s
        deadline_s = None if step.within_s is None else now_s + step.within_s
        begun = self.steps[step.id] = StepRun(StepState.ACTIVE, now_s, deadline_s)
        if isinstance(step.act, Ask):
            self._tell(Kind.ASKED, step, step.act.text)
        elif not isinstance(step.act, Tell):
            self._tell(Kind.BEGUN, step, step.title)
        return begun

    def _go_on(self, step: Step, rest: Sequence[Step]) -> None:
        act = step.act
        if isinstance(act, Tell):
            self._over(step, StepState.DONE, Kind.TOLD, act.text)
        elif isinstance(act, Wait):
            self._wait(step, act)
        elif isinstance(act, Ask):
            self._ask(step, act, rest)
        elif isinstance(act, Together):
            self._together(step, act)
        else:
            self._work(step)

    def _wait(self, step: Step, act: Wait) -> None:
        ends_s = self.steps[step.id].since_s + act.for_s
        if self._moment.s >= ends_s:
            self._over(step, StepState.DONE, Kind.DONE, step.title)
            return
        self.times.append(ends_s)
        left = minutes(ends_s - self._moment.s)
        self.blocks.append(Block(step.id, "", Bar.NONE, Words(f"还需等待{left.zh}", f"waits {left.en} more")))

    def _work(self, step: Step) -> None:
        look = look_at(self._plan, step, self._run, self.wants, self._seen)
        if look.want is not None:
            self.wants[look.want.target] = look.want
        if look.done:
            self._over(step, StepState.DONE, Kind.DONE, step.title)
        elif look.failed is not None:
            self._failed(step, look.failed)
        else:
            if look.block is not None:
                self.blocks.append(look.block)
            self._in_time(step, look.block.text if look.block is not None else NO_WORDS)

    def _ask(self, step: Step, act: Ask, rest: Sequence[Step]) -> None:
        said = self._run.answers.get(step.id)
        state = self.steps[step.id]
        late = state.deadline_s is not None and self._moment.s >= state.deadline_s
        if said is not None:
            self._answered(step, _answer(act, said.answer), said.by, rest)
        elif late and act.silence:
            self._answered(step, _answer(act, act.silence), "", rest)
        else:
            self.prompts.append(Prompt(step.id, act.text, act.answers, state.deadline_s, act.silence))
            self._in_time(step, Words("无人应答", "nobody answered"))

    def _answered(self, step: Step, answer: Answer, by: str, rest: Sequence[Step]) -> None:
        who = Words(by, by) if by else Words("无人应答，按默认", "nobody answered, by default")
        note = Words(f"{who.zh}：{answer.title.zh}", f"{who.en}: {answer.title.en}")
        self._over(step, StepState.DONE, Kind.DONE, note)
        if answer.way in (Way.ABORT, Way.FINISH):
            self.broken = Break(answer.way, note, by)
        elif answer.way is Way.TO:
            for passed in rest:
                if passed.id == answer.to:
                    break
                self.steps[passed.id] = StepRun(StepState.PASSED, self._moment.s, None, self._moment.s, note=note)
                self._tell(Kind.PASSED, passed, note)

    def _together(self, step: Step, act: Together) -> None:
        over = True
        for branch in act.branches:
            over = self.through(branch) and over
            if self.broken is not None:
                return
        if over:
            self._over(step, StepState.DONE, Kind.DONE, step.title)
        else:
            self._in_time(step, NO_WORDS)

    # -- how a step ends ----------------------------------------------------------------------------------------

    def _in_time(self, step: Step, waits: Words) -> None:
        state = self.steps[step.id]
        if state.deadline_s is None:
            return
        if self._moment.s < state.deadline_s:
            self.times.append(state.deadline_s)
        else:
            self._failed(step, too_late(step.within_s or 0.0, waits))

    def _failed(self, step: Step, why: Words) -> None:
        state, now_s = self.steps[step.id], self._moment.s
        if state.tries <= step.fallback.retries and now_s >= (state.deadline_s or now_s):
            deadline_s = None if step.within_s is None else now_s + step.within_s
            self.steps[step.id] = replace(state, deadline_s=deadline_s, tries=state.tries + 1, note=why)
            self._tell(Kind.RETRIED, step, why)
        elif state.tries <= step.fallback.retries:
            self.blocks.append(Block(step.id, "", Bar.NONE, why))  # it has the rest of its time to come true
            self.times.append(state.deadline_s or now_s)
        elif self._aborting or step.fallback.act is FallbackAct.SKIP:
            self._over(step, StepState.SKIPPED, Kind.SKIPPED, why)
        else:
            title = step.title
            said = Words(f"步骤“{title.zh}”：{why.zh}", f"step “{title.en}”: {why.en}")
            self.broken = Break(Way.ABORT if step.fallback.act is FallbackAct.ABORT else None, said)

    def _over(self, step: Step, state: StepState, kind: Kind, note: Words) -> None:
        self.steps[step.id] = replace(self.steps[step.id], state=state, ended_s=self._moment.s, note=note)
        self._tell(kind, step, note)

    def _tell(self, kind: Kind, step: Step, text: Words) -> None:
        self.tellings.append(Telling(kind, step.id, text))


def _answer(act: Ask, name: str) -> Answer:
    return next(one for one in act.answers if one.id == name)
