"""Buttons: pressed for their width, one of a pair at a time, never again in doubt, never left set."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.image import LinkState
from controller.domain.slots import Slot
from tests.conftest import _virtual_loop
from tests.unit.runtime.traffic.gateway import Rig, Temper, gateway_of, names, station_points

S = "330106-PS-0001"
RUN, STOP = "P1.run_command", "P1.stop"
WIDTH_S, REST_S = 0.5, 2.0


def start(on: Rig, *, run: bool = True, within_s: float = 3.0, protective: bool = False, for_s: float = 10.0) -> str:
    return on.order(S, run, point=RUN, proof="P1.running", within_s=within_s, protective=protective, for_s=for_s)


def touches(on: Rig) -> list[tuple[float, str, bool]]:
    found = []
    for one in on.gateway.of("write", S):
        assert isinstance(one.detail, tuple)
        found.append((one.at_s, one.detail[0], one.detail[1]))
    return found


async def test_true_presses_the_button_for_its_width_and_lets_it_go() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        name = start(on)
        await on.after(2.0)
        (set_s, first, one), (cleared_s, second, other) = touches(on)
        assert (first, one, second, other) == (RUN, True, RUN, False)
        assert WIDTH_S <= cleared_s - set_s <= WIDTH_S + 0.3
        assert on.told.of(name) == ["sent", "acked"]
        assert on.table.devices()[S].readings["P1.running"].value is True


async def test_false_presses_the_button_of_the_other_direction() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        start(on, run=False)
        await on.after(2.0)
        assert [(point, value) for _, point, value in touches(on)] == [(STOP, True), (STOP, False)]


async def test_a_button_has_no_state_in_the_image() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        assert set(on.table.devices()[S].readings) == {"P1.running", "boots"}


async def test_a_pair_is_never_pressed_together_and_rests_between_two_presses() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        start(on)
        start(on, run=False)
        await on.after(10.0)
        on_run, off_run, on_stop, off_stop = touches(on)
        assert [one[1] for one in (on_run, off_run, on_stop, off_stop)] == [RUN, RUN, STOP, STOP]
        assert on_stop[0] - off_run[0] >= REST_S
        assert off_stop[2] is False


async def test_others_are_served_while_a_button_is_held() -> None:
    a, b = names(2)
    points = station_points()
    async with gateway_of([a, b], points, poll_normal_s=0.2) as on:
        await on.after(5.0)
        on.order(a, True, point=RUN, proof="P1.running")
        began_s = on.clock.monotonic()
        await on.after(0.5)
        assert len(on.reads(b, began_s)) >= 1


async def test_a_press_that_waits_past_its_deadline_is_never_made() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        start(on)
        late = start(on, run=False, for_s=1.0)
        await on.after(10.0)
        assert on.told.of(late) == ["ended"]
        assert all(point == RUN for _, point, _ in touches(on))


async def test_a_lost_answer_to_the_press_bars_the_same_button_until_the_feedback_has_decided() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        on.gateway.units[S].obedient = False
        on.gateway.units[S].temper = Temper.LOSES
        first = start(on, within_s=8.0)
        await on.after(0.1)
        on.gateway.units[S].temper = Temper.WELL
        on.gateway.units[S].values[RUN] = False
        pressed_s = on.clock.monotonic()
        again = start(on, within_s=8.0, for_s=20.0)
        await on.after(6.0)
        assert on.told.of(first) == ["sent", "unsure"]
        assert on.told.of(again) == []
        await on.after(8.0)
        assert on.told.of(again) == ["sent", "acked"]
        second = [at_s for at_s, point, value in touches(on) if (point, value) == (RUN, True)][1]
        assert second - pressed_s >= 7.5


async def test_a_doubtful_start_never_keeps_a_stop_waiting() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        on.gateway.units[S].temper = Temper.LOSES
        start(on, within_s=60.0)
        await on.after(0.1)
        on.gateway.units[S].temper = Temper.WELL
        on.gateway.units[S].values[RUN] = False
        stop = start(on, run=False)
        await on.after(2.0)
        assert on.told.of(stop) == ["sent", "acked"]


async def test_what_protects_is_pressed_again_even_in_doubt() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        on.gateway.units[S].temper = Temper.LOSES
        start(on, run=False, within_s=60.0)
        await on.after(0.1)
        on.gateway.units[S].temper = Temper.WELL
        on.gateway.units[S].values[STOP] = False
        again = start(on, run=False, within_s=60.0, protective=True)
        await on.after(3.0)
        assert on.told.of(again) == ["sent", "acked"]


async def test_a_button_left_set_by_a_lost_link_is_let_go_when_the_device_returns_and_people_are_told() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        name = start(on)
        await on.after(0.2)
        on.gateway.lose()
        await on.after(60.0)
        assert on.told.of(name) == ["sent", "unsure"]
        assert on.gateway.units[S].values[RUN] is True
        on.gateway.reachable = True
        await on.after(60.0)
        assert on.gateway.units[S].values[RUN] is False
        assert on.news.heard == [("stuck", S, RUN, "1"), ("freed", S, RUN)]
        assert [(point, value) for _, point, value in touches(on)] == [(RUN, True), (RUN, False)]


async def test_nothing_presses_a_pair_of_which_one_is_found_set() -> None:
    async with gateway_of([S], station_points()) as on:
        on.gateway.units[S].values[RUN] = True
        await on.after(0.2)
        stop = start(on, run=False)
        await on.after(4.0)
        values = [(point, value) for _, point, value in touches(on)]
        assert values == [(RUN, False), (STOP, True), (STOP, False)]
        assert on.told.of(stop) == ["sent", "acked"]


async def test_a_button_that_cannot_be_let_go_is_tried_three_times_and_left_to_people() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        unit = on.gateway.units[S]
        on.gateway._act = lambda *_: None  # type: ignore[method-assign] - the device acknowledges and does nothing
        unit.values["reset"] = True
        await on.after(120.0)
        assert [(point, value) for _, point, value in touches(on)] == [("reset", False)] * 3
        assert [what[-1] for what in on.news.heard] == ["1", "2", "3"]
        assert on.link(S) is LinkState.ONLINE


async def test_a_reset_button_takes_only_true() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        no = on.order(S, False, point="reset", proof=None)
        await on.after(1.0)
        assert on.told.of(no)[-1] == "failed DEVICE_REFUSED"
        assert touches(on) == []


async def test_a_busy_device_keeps_the_button_until_it_lets_go() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        name = start(on)
        await on.after(0.2)
        on.gateway.units[S].temper = Temper.BUSY
        await on.after(3.0)
        assert on.told.of(name) == ["sent"]
        on.gateway.units[S].temper = Temper.WELL
        await on.after(1.0)
        assert on.told.of(name) == ["sent", "acked"]
        assert on.gateway.units[S].values[RUN] is False


async def test_closing_the_channel_lets_go_of_what_is_pressed() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        name = start(on)
        await on.after(0.2)
        assert on.gateway.units[S].values[RUN] is True
        on.task.cancel()
        await asyncio.wait([on.task])
        assert on.gateway.units[S].values[RUN] is False
        assert on.told.of(name) == ["sent", "acked"]


STORY = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.booleans()),
        st.tuples(st.just("temper"), st.sampled_from(list(Temper))),
        st.tuples(st.just("wire"), st.booleans()),
        st.tuples(st.just("wait"), st.floats(0.01, 6.0)),
    ),
    min_size=3,
    max_size=25,
)


async def _tell(steps: list[tuple[str, object]]) -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(3.0)
        for what, how in steps:
            if what == "start":
                start(on, run=bool(how), protective=False)
            elif what == "temper" and isinstance(how, Temper):
                on.gateway.units[S].temper = how
            elif what == "wire":
                on.gateway.reachable = bool(how)
                on.gateway.up &= bool(how)
            elif isinstance(how, float):
                await on.after(how)
            values = on.gateway.units[S].values
            assert not (values[RUN] and values[STOP]), "both buttons of a pair pressed at once"
        on.gateway.reachable, on.gateway.units[S].temper = True, Temper.WELL
        await on.after(150.0)
        assert on.gateway.units[S].values[RUN] is on.gateway.units[S].values[STOP] is False
        presses = sum(value for _, _, value in touches(on))
        assert presses <= sum(what == "sent" for _, _, what in on.told.heard)
        for number in range(1, on.count + 1):
            assert (
                on.told.of(f"c{number}")[-1] in ("acked", "unsure", "ended") or "failed" in on.told.of(f"c{number}")[-1]
            )


@settings(max_examples=25)
@given(STORY)
def test_whatever_happens_no_pair_is_pressed_together_and_no_button_stays_set(steps: list[tuple[str, object]]) -> None:
    with asyncio.Runner(loop_factory=_virtual_loop) as runner:
        runner.run(_tell(steps))


@pytest.mark.parametrize("slot", [Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION])
async def test_an_emergency_stop_waits_for_no_doubt(slot: Slot) -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        on.gateway.units[S].temper = Temper.LOSES
        on.order(S, False, point=RUN, proof="P1.running", within_s=60.0)
        await on.after(0.1)
        on.gateway.units[S].temper = Temper.WELL
        on.gateway.units[S].values[STOP] = False
        again = on.order(S, False, point=RUN, proof="P1.running", slot=slot)
        await on.after(3.0)
        assert on.told.of(again) == ["sent", "acked"]
