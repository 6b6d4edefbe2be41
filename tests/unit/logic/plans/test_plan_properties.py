"""Whatever comes in whatever order (readings, deaths, refusals, people's words): no act twice, no unit stopped."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.expression_grammar import parse
from controller.domain.intents import StationMode, StationOrder
from controller.logic.alarm_settings import Words
from controller.logic.interlocks import OnBad
from controller.logic.plans.people import aborted, answered, paused, resumed
from controller.logic.plans.plan import (
    Answer,
    Ask,
    Ending,
    Fallback,
    FallbackAct,
    Otherwise,
    Plan,
    Set,
    Start,
    Together,
    Until,
    Wait,
    Way,
    WayOut,
    When,
)
from controller.logic.plans.run import Phase
from controller.logic.plans.seen import Bar
from tests.unit.logic.plans.plan_rig import GATE, PS, Rig, W, condition, plan, step

FALLBACKS = st.builds(Fallback, st.sampled_from(FallbackAct), st.integers(0, 2))
QUESTION = Ask(W, (Answer("on", W), Answer("far", W, Way.TO, "end"), Answer("out", W, Way.ABORT)), silence="")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans that only ever add units: nothing but an ending could take one away."""
    many = [
        step("first", Start(PS, 1.0), draw(st.sampled_from([30.0, 300.0])), draw(FALLBACKS)),
        step("low", Until(parse("canal.level_m > 1.5")), 60.0, draw(FALLBACKS)),
        step(
            "both",
            Together(((step("gate", Set(GATE, "open"), 30.0, draw(FALLBACKS)),), (step("w", Wait(20), None),))),
            None,
        ),
        step("ask", QUESTION, 60.0, draw(FALLBACKS)),
        step("second", Start(PS, 2.0), 60.0, draw(FALLBACKS)),
        step("end", Wait(30), None),
    ]
    kept = [one for one in many[:-1] if draw(st.booleans())]
    on_bad = draw(st.sampled_from(OnBad))
    always = condition(
        "c", "canal.level_m > 1", when=When.ALWAYS, on_bad=on_bad, otherwise=draw(st.sampled_from(Otherwise))
    )
    way_out = WayOut(Words("关闸", "shut"), (step("shut", Set(GATE, "close"), 30.0),), draw(st.sampled_from(Ending)))
    return plan(
        *kept,
        many[-1],
        way_out=way_out,
        ending=draw(st.sampled_from(Ending)),
        conditions=(always,) if draw(st.booleans()) else (),
        longest_s=draw(st.sampled_from([120.0, 3600.0])),
    )


EVENTS = st.one_of(
    st.tuples(st.just("turn"), st.sampled_from([1.0, 5.0, 40.0])),
    st.tuples(st.just("killed"), st.sampled_from(["before", "after"])),
    st.tuples(st.just("level"), st.sampled_from([None, 0.5, 1.2, 2.5])),
    st.tuples(st.just("blind"), st.booleans()),
    st.tuples(st.just("follows"), st.booleans()),
    st.tuples(st.just("refuses"), st.booleans()),
    st.tuples(st.just("bar"), st.sampled_from([Bar.NONE, Bar.LOCAL, Bar.MASKED])),
    st.tuples(st.just("more"), st.just("")),
    st.tuples(st.just("lost"), st.just("")),
    st.tuples(st.just("says"), st.sampled_from(["on", "far", "out", "pause", "resume", "abort"])),
)


def happens(rig: Rig, what: str, how: object) -> int:
    """One event; how often a person let lost orders be given again."""
    match what:
        case "turn":
            rig.once(float(str(how)))
        case "killed":
            rig.once(killed=str(how))
        case "level":
            rig.level_m = how  # type: ignore[assignment]  # drawn as a level
        case "blind":
            rig.running, rig.follows = (None, False) if how else (_truth(rig), True)
        case "follows":
            rig.follows = bool(how) and rig.running is not None
        case "refuses":
            rig.refuses = bool(how)
        case "says":
            return _says(rig, str(how))
        case _:
            _others(rig, what, how)
    return 0


def _others(rig: Rig, what: str, how: object) -> None:
    """What other people and guards do."""
    if what == "bar":
        rig.bars = {PS: Bar(str(how))}
    elif what == "more":
        rig.running = None if rig.running is None else rig.running + 1
    else:
        rig.slot.clear()


def _truth(rig: Rig) -> int:
    counts = [v.count for _, v in rig.slot.values() if isinstance(v, StationOrder) and v.mode is StationMode.COUNT]
    return max(counts, default=0)


def _says(rig: Rig, word: str) -> int:
    try:
        if word == "pause":
            rig.run = paused(rig.run, "wang", "x", rig.moment)
        elif word == "abort":
            rig.run = aborted(rig.run, "wang", "x", rig.moment)
        elif word == "resume":
            rig.run = resumed(rig.plan, rig.run, "wang", rig.read, rig.moment)
            return 1
        else:
            rig.run = answered(rig.plan, rig.run, "ask", word, "wang")
    except InvalidValue:
        pass
    return 0


@tried(max_examples=100)
@given(plans(), st.lists(EVENTS, max_size=60))
def test_no_act_is_repeated_without_a_persons_word(one: Plan, events: list[tuple[str, object]]) -> None:
    rig = Rig(one)
    allowed = 1 + sum(happens(rig, what, how) for what, how in events)
    rig.turns(40, 5.0)
    for (name, target, value), times in Counter(rig.given).items():
        # two steps may order the same (units that run already count for the first): each of them once
        assert times <= allowed, f"{name}: {target} was told {value} {times} times, people let it happen {allowed}"


@tried(max_examples=100)
@given(plans(), st.lists(EVENTS, max_size=60))
def test_no_ending_stops_a_unit(one: Plan, events: list[tuple[str, object]]) -> None:
    """What level control added beside an order for at least so many is its own: such an order takes none away."""
    rig = Rig(one)
    most = ordered = 0
    for what, how in [*events, *[("turn", 5.0)] * 40]:
        before = len(rig.acts)
        happens(rig, what, how)
        for target, value in rig.acts[before:]:
            if target == PS and isinstance(value, StationOrder) and value.mode is StationMode.COUNT:
                least = ordered if value.at_least else most
                assert value.count >= least, f"{value} after {most} ran: {rig.acts}"
                ordered = max(ordered, value.count)
        most = max(most, rig.running or 0) if rig.running is not None else most
        assert rig.run.phase is not Phase.LAPSED or not rig.slot.get(PS, ("",))[0].startswith("plan/")


@tried(max_examples=50)
@given(plans(), st.lists(EVENTS, max_size=60))
def test_a_death_at_any_moment_changes_nothing_but_time(one: Plan, events: list[tuple[str, object]]) -> None:
    """The record says everything: written and read back, a run is the same run."""
    rig = Rig(one)
    for what, how in events:
        happens(rig, what, how)
        known = rig.run
        if known.phase.live and rig.now_s < known.ends_s:
            rig.die()
            assert replace(rig.run, steps={}, begun_s=0, ends_s=0, phase_s=0) == replace(
                known, steps={}, begun_s=0, ends_s=0, phase_s=0
            )
            assert {name: one.state for name, one in rig.run.steps.items()} == {
                name: one.state for name, one in known.steps.items()
            }
            rig.run = known
