from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from controller.domain.command import Command, CommandState, PointWrite, Proof
from controller.domain.image import LinkState
from controller.domain.points import Reading, good
from controller.domain.quality import Detail, Quality
from controller.domain.slots import Slot
from controller.runtime.alarms import AlarmBook
from controller.runtime.command_log import CommandLog, Track
from controller.runtime.table import ImageTable
from controller.runtime.verification import UNREACHED_GRACE_S, Verifier
from tests.unit.runtime.core_rig import LC, ROAD, HandClock

SENT_S, ACKED_S, WITHIN_S = 1000.0, 1001.0, 3.0
OVER_S = ACKED_S + WITHIN_S


@dataclass
class Proving:
    """A verifier, its cabinet's image, and what it said."""

    clock: HandClock = field(default_factory=HandClock)
    table: ImageTable = field(default_factory=lambda: ImageTable({LC: {}}))
    steps: list[tuple[str, CommandState]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alarms = AlarmBook(self.clock, lambda _: None)
        self.commands = CommandLog(self.clock, self._note)
        self.verifier = Verifier(self.commands, self.alarms)
        self.table.set_link(LC, LinkState.RESYNC)

    def _note(self, track: Track) -> None:
        self.steps.append((track.command.id, track.state))

    def command(self, name: str = "one", *, on: bool = True, proof: bool = True, at_s: float = SENT_S) -> Command:
        wanted = Proof("K1.feedback", on, WITHIN_S) if proof else None
        write = PointWrite(LC, "K1.command", on)
        made = Command(name, ROAD, write, wanted, Slot.SCHEDULE, "schedule", "dusk", at_s, at_s + 10.0)
        self.commands.open(made)
        self.verifier.queued(made, at_s)
        return made

    def read(self, *, on: bool, at_s: float, quality: Quality = Quality.GOOD) -> None:
        detail = Detail.NONE if quality is Quality.GOOD else Detail.FAILURE
        self.table.store(LC, {"K1.feedback": Reading(on, quality, at_s, detail)})

    def look(self, now_s: float) -> CommandState | None:
        self.verifier.look(self.table.snapshot(), now_s, self.table.take_read())
        return self.steps[-1][1] if self.steps else None


def test_feedback_read_after_the_acknowledgement_confirms() -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command(), ACKED_S)
    assert proving.look(ACKED_S) is CommandState.VERIFYING
    proving.read(on=True, at_s=ACKED_S + 0.2)
    assert proving.look(ACKED_S + 0.2) is CommandState.CONFIRMED
    last = proving.verifier.last[ROAD]
    assert (last.settled, last.confirmed, last.failures) == (True, True, 0)
    assert proving.verifier.settled == {ROAD}
    assert not proving.verifier.waits_for(LC)


def test_feedback_read_before_the_acknowledgement_proves_nothing() -> None:
    proving = Proving()
    command = proving.command()
    proving.read(on=True, at_s=ACKED_S - 0.1)
    proving.verifier.acknowledged(command, ACKED_S)
    assert proving.look(ACKED_S + 1.0) is CommandState.VERIFYING
    assert proving.look(OVER_S) is CommandState.FAILED


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.UNCERTAIN])
def test_feedback_nobody_trusts_proves_nothing_and_accuses_nobody(quality: Quality) -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command(), ACKED_S)
    proving.read(on=True, at_s=ACKED_S + 0.2, quality=quality)
    assert proving.look(ACKED_S + 0.2) is CommandState.VERIFYING
    assert proving.look(OVER_S) is CommandState.FAILED
    assert not proving.alarms.standing(ROAD, "mismatch")


def test_a_device_that_acknowledges_and_does_nothing_raises_a_mismatch_until_it_obeys() -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command(), ACKED_S)
    proving.read(on=False, at_s=ACKED_S + 0.2)
    assert proving.look(OVER_S - 0.1) is CommandState.VERIFYING
    assert proving.look(OVER_S) is CommandState.MISMATCH
    assert proving.verifier.last[ROAD].failures == 1
    (alarm,) = proving.alarms.all()
    assert alarm.text == f"{ROAD} was told True and acknowledged it, but K1.feedback reads False, expected True"
    assert alarm.text_zh == f"{ROAD} 下令 True，已应答，但 K1.feedback 为 False，应为 True"
    assert proving.commands.get("one").remark == (  # type: ignore[union-attr] - it was opened above
        "K1.feedback reads False, expected True / K1.feedback 为 False，应为 True"
    )
    proving.verifier.acknowledged(proving.command("two", at_s=1040.0), 1041.0)
    proving.read(on=True, at_s=1042.0)
    assert proving.look(1042.0) is CommandState.CONFIRMED
    assert not proving.alarms.standing(ROAD, "mismatch")


def test_the_next_deadline_is_the_earliest_proof_s() -> None:
    proving = Proving()
    assert proving.verifier.next_deadline_s() == float("inf")
    proving.verifier.acknowledged(proving.command(), ACKED_S)
    assert proving.verifier.next_deadline_s() == OVER_S


@pytest.mark.parametrize(("on", "ends"), [(True, CommandState.CONFIRMED), (False, CommandState.MISMATCH)])
def test_what_may_have_acted_is_decided_by_what_is_read_back(on: bool, ends: CommandState) -> None:
    proving = Proving()
    command = proving.command()
    proving.commands.move(command.id, CommandState.INDETERMINATE)
    proving.verifier.unsure(command, ACKED_S)
    proving.read(on=on, at_s=OVER_S + 10.0)
    proving.look(OVER_S + 10.0)
    assert proving.look(OVER_S + UNREACHED_GRACE_S) is ends
    assert all("never answered" in alarm.text for alarm in proving.alarms.all())


def test_what_could_never_be_read_back_stays_indeterminate_and_counts_as_a_failure() -> None:
    proving = Proving()
    proving.verifier.unsure(proving.command(), ACKED_S)
    assert proving.look(OVER_S) is None
    assert proving.look(OVER_S + UNREACHED_GRACE_S) is CommandState.INDETERMINATE
    assert proving.verifier.last[ROAD].failures == 1


def test_a_point_without_feedback_is_never_confirmed_only_acknowledged() -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command(proof=False), ACKED_S)
    assert proving.steps == [("one", CommandState.ACKED)]
    assert proving.verifier.last[ROAD].settled


def test_a_superseded_write_is_not_judged_any_more() -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command("on", on=True), ACKED_S)
    proving.command("off", on=False, at_s=ACKED_S + 1.0)
    proving.read(on=False, at_s=ACKED_S + 1.5)
    proving.look(OVER_S + 60.0)
    assert proving.alarms.all() == []
    assert not proving.verifier.last[ROAD].settled


def test_a_refused_write_counts_as_a_failure() -> None:
    proving = Proving()
    proving.verifier.gone(proving.command(), failed=True)
    last = proving.verifier.last[ROAD]
    assert (last.settled, last.confirmed, last.failures) == (True, False, 1)
    assert proving.verifier.settled == {ROAD}


def test_a_write_that_was_never_sent_is_forgotten_and_its_target_looked_at_anew() -> None:
    proving = Proving()
    proving.verifier.gone(proving.command(), failed=False)
    assert ROAD not in proving.verifier.last
    assert proving.verifier.settled == {ROAD}


@pytest.mark.parametrize("failed", [True, False])
def test_the_end_of_an_older_write_leaves_the_newer_ones_memory_alone(failed: bool) -> None:
    proving = Proving()
    older = proving.command("older", at_s=SENT_S)
    proving.command("newer", at_s=SENT_S + 0.5)
    before = proving.verifier.last[ROAD]
    proving.verifier.gone(older, failed=failed)
    assert proving.verifier.last[ROAD] == before


def test_reading_good_values_makes_the_device_waited_for_until_it_is_settled() -> None:
    proving = Proving()
    proving.verifier.acknowledged(proving.command(), ACKED_S)
    assert proving.verifier.waits_for(LC)
    proving.table.store(LC, {"K1.feedback": good(True, ACKED_S + 0.1)})
    proving.look(ACKED_S + 0.1)
    assert not proving.verifier.waits_for(LC)


def test_failures_are_of_one_value_another_value_begins_anew() -> None:
    proving = Proving()
    proving.verifier.gone(proving.command(), failed=True)
    again = proving.command("two", at_s=1040.0)
    assert proving.verifier.last[ROAD].failures == 1
    other = replace(again, id="three", write=replace(again.write, value=False))
    proving.verifier.queued(other, 1050.0)
    assert proving.verifier.last[ROAD].failures == 0
