"""Dispatch and the last word before the socket, on the real core turn by turn."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.command import Command, CommandState
from controller.domain.slots import Slot
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_rig import LC, ROAD, TREES, CoreRig


class Recording(CoreRig):
    """Keeps every command handed to a wire, and every write that reached a device; the station is its PLC's."""

    def __init__(self) -> None:
        super().__init__(station(automatic=False))

    def begin(self) -> None:
        self.submitted: list[Command] = []
        self.written: list[Command] = []
        super().begin()

    def on_submit(self, command: Command) -> None:
        self.submitted.append(command)

    def on_write(self, command: Command) -> None:
        self.written.append(command)

    def hold_wires(self) -> None:
        """Nothing gets through for now."""
        for wire in self.wires.values():
            wire.pump = lambda: None  # type: ignore[method-assign]  # until let go

    def let_go(self) -> None:
        for wire in self.wires.values():
            del wire.pump  # type: ignore[method-assign]  # the class's own again
            wire.pump()


def waiting(*, for_s: float = 3600.0) -> tuple[Recording, Command]:
    """A landscape circuit's ON that waits for its wire."""
    rig = Recording()
    rig.run(3)
    rig.hold_wires()
    rig.order(TREES, "on", for_s=for_s)
    return rig, rig.submitted[-1]


def test_a_command_carries_its_slot_owner_reason_lease_and_deadline() -> None:
    rig, command = waiting()
    held = rig.book.holder(TREES, Slot.CITY_MANUAL)
    assert held is not None
    assert held.lease is not None
    assert (command.slot, command.owner, command.reason) == (Slot.CITY_MANUAL, "lin", "because")
    assert command.lease_id == held.lease.id
    assert command.not_after_s == rig.clock.s + rig.site.timing.command_deadline_s


def test_a_batch_is_written_down_once_with_all_its_members_before_it_is_sent() -> None:
    rig = Recording()
    rig.run(3)
    rig.hold_wires()
    for target in (ROAD, TREES):
        rig.take(rig.request(target, "on", Slot.CITY_MANUAL, 600.0, "lin"))
    rig.turn()
    (record,) = rig.evidence.records
    assert set(record["members"]) == {ROAD, TREES}
    assert record["devices"] == 1


def test_a_command_names_the_request_and_the_target_it_serves() -> None:
    rig = Recording()
    rig.run(3)
    rig.take(replace(rig.request(TREES, "on", Slot.CITY_MANUAL, 600.0, "lin"), request_id="R1"))
    rig.turn()
    command = rig.submitted[-1]
    assert (command.request_id, command.on_behalf_of) == ("R1", TREES)
    assert rig.evidence.records[-1]["members"][TREES]["request"] == "R1"


def test_a_withdrawn_command_is_never_sent_and_leaves_no_attempt_behind() -> None:
    rig, command = waiting()
    assert rig.dispatcher.withdraw("wang", "", "not mine") == 0
    assert rig.dispatcher.withdraw("lin", "", "wrong road") == 1
    rig.let_go()
    assert (rig.written, rig.state(command)) == ([], CommandState.CANCELLED)
    assert TREES not in rig.verifier.last


def test_what_was_sent_cannot_be_withdrawn_any_more() -> None:
    rig, command = waiting()
    rig.wires[LC].answers = "lost"
    rig.let_go()
    assert rig.dispatcher.withdraw("lin", "", "too late") == 0
    assert rig.state(command) is CommandState.INDETERMINATE


def test_a_command_past_its_deadline_is_never_sent() -> None:
    rig, command = waiting()
    rig.clock.s += rig.site.timing.command_deadline_s + 0.1
    rig.let_go()
    assert (rig.written, rig.state(command)) == ([], CommandState.EXPIRED)


def test_a_command_whose_lease_ended_is_never_sent() -> None:
    rig, command = waiting(for_s=5.0)
    rig.clock.s += 5.0
    rig.let_go()
    assert (rig.written, rig.state(command)) == ([], CommandState.EXPIRED)


def test_a_command_whose_lease_was_released_is_never_sent() -> None:
    rig, command = waiting()
    rig.book.release(TREES, Slot.CITY_MANUAL)
    rig.let_go()
    assert (rig.written, rig.state(command)) == ([], CommandState.EXPIRED)


def test_a_light_decided_otherwise_while_its_command_waited_is_not_switched_for_a_moment() -> None:
    rig, command = waiting()
    rig.order(TREES, "off", slot=Slot.EMERGENCY_ORDER)
    rig.let_go()
    rig.run(3)
    assert (rig.written, rig.state(command)) == ([], CommandState.SUPERSEDED)
    assert rig.lamps.closed["K2"] is False


def test_a_light_wanted_again_right_after_a_command_that_was_never_sent_does_not_wait() -> None:
    rig, _ = waiting()
    rig.order(TREES, "off", slot=Slot.EMERGENCY_ORDER)
    rig.let_go()
    rig.release(TREES, Slot.EMERGENCY_ORDER)
    rig.run(3)
    assert rig.lamps.closed["K2"] is True


def test_a_newer_command_for_the_same_point_takes_the_olders_place() -> None:
    rig, older = waiting()
    rig.lamps.closed["K2"] = True
    rig.read()
    rig.order(TREES, "off")
    newer = rig.submitted[-1]
    rig.clock.s += 1.0
    rig.let_go()
    assert rig.state(older) is CommandState.SUPERSEDED
    assert rig.written == [newer]
    assert not rig.verifier.last[TREES].settled


def test_contactors_of_one_cabinet_stand_apart_but_a_cut_does_not_wait() -> None:
    rig = Recording()
    rig.run(3)
    for target in (ROAD, TREES):
        rig.order(target, "on")
    rig.run(3)
    rig.hold_wires()
    for target in (ROAD, TREES):
        rig.take(rig.request(target, "off", Slot.CITY_MANUAL, 600.0, "lin"))
    rig.turn()
    times = sorted(not_before_s for not_before_s, _, _ in rig.wires[LC].queue)
    assert times[1] - times[0] == rig.site.timing.contactor_stagger_s
    rig.order(ROAD, "off", slot=Slot.LIFE_SAFETY)
    rig.lamps.closed["K1"] = True
    rig.second()
    cut = [at_s for at_s, _, one in rig.wires[LC].queue if one.slot is Slot.LIFE_SAFETY]
    assert all(at_s <= rig.clock.s for at_s in cut)


def test_what_a_returning_device_missed_is_not_played_to_it_but_worked_out_anew() -> None:
    rig = Recording()
    rig.run(3)
    rig.order(ROAD, "on", for_s=30.0)
    rig.lose(LC)
    rig.run(60)
    assert rig.lamps.closed["K1"] is True
    rig.written.clear()
    rig.find(LC)
    rig.run(3)
    assert [one.write.value for one in rig.written] == [False]
    assert [one.slot for one in rig.written] == [Slot.DEFAULT]


def test_the_proof_of_an_unsent_command_is_awaited_by_nobody() -> None:
    rig, _ = waiting()
    rig.lose(LC)
    assert rig.verifier.last[TREES].settled
    assert rig.verifier.next_deadline_s() == float("inf")


def test_a_lost_answer_is_read_back_and_the_command_confirmed_without_a_second_write() -> None:
    rig = Recording()
    rig.run(3)
    rig.wires[LC].answers = "lost"
    rig.order(TREES, "on")
    (command,) = rig.written
    assert rig.state(command) is CommandState.INDETERMINATE
    rig.run(5)
    assert (len(rig.written), rig.state(command)) == (1, CommandState.CONFIRMED)


def test_a_write_that_was_lost_on_the_way_is_not_repeated_before_its_time() -> None:
    rig = Recording()
    rig.run(3)
    rig.lamps.stuck.add("K2")
    rig.wires[LC].answers = "lost"
    rig.order(TREES, "on")
    rig.run(22)
    assert len(rig.written) == 1
    rig.lamps.stuck.clear()
    rig.wires[LC].answers = "ack"
    rig.run(40)
    assert len(rig.written) == 2
    assert rig.lamps.closed["K2"] is True


def test_a_device_that_left_the_site_while_its_commands_were_written_down_stops_nobody_elses() -> None:
    rig = Recording()
    rig.run(3)
    rig.order(ROAD, "off")
    rig.run(5)
    left = {name: wire for name, wire in rig.wires.items() if name != LC}
    rig.dispatcher.route(left)
    before = len(rig.submitted)
    rig.order(TREES, "on")
    rig.run(1)
    assert len(rig.submitted) == before
    assert CommandState.CANCELLED in {track.state for track in rig.commands.recent()}
