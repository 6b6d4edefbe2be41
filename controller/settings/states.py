"""The operating states of a site and what would propose them: ``states.yaml``, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from controller.domain.operating import OperatingState
from controller.domain.slots import MAX_LEASE, Slot
from controller.logic.operating_states import ALONE_FROM, DEFAULT_STATES, AlarmShift, StateSpec
from controller.logic.state_proposals import LevelRule, ProposalRules, RainRule
from controller.settings.context import check_known
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.state_models import ProposalsModel, StateModel
from controller.settings.yaml_lines import Document
from schedules.calendar import DayKind, OnDayKinds, Rule
from schedules.plan import LightingPlan

STATE_KEYS: Mapping[str, type] = {"states": list, "proposals": dict}
OPENED = frozenset({Slot.EMERGENCY_ORDER})
"""Slots that only a declared state opens."""


@dataclass(frozen=True, slots=True)
class SiteStates:
    """Every state's effects, and the rules that propose; the defaults are those of a site without the file."""

    specs: Mapping[OperatingState, StateSpec] = field(default_factory=lambda: DEFAULT_STATES)
    rules: ProposalRules = field(default_factory=ProposalRules)


def states_of(document: Document | None, programs: frozenset[str], findings: Findings) -> SiteStates:
    """The states of the file; one it leaves out is as by default. What is wrong is noted."""
    if document is None:
        return SiteStates()
    top = findings.top(document, STATE_KEYS)
    specs = dict(DEFAULT_STATES)
    first: dict[OperatingState, Spot] = {}
    for entry in findings.items(StateModel, Spot(document, ("states",))) if "states" in top else ():
        state, here = entry.value.state, entry.spot.at("state")
        if first.setdefault(state, here) is not here:
            findings.add(here, "duplicate state", f"{first[state]} has it already")
        _check(entry, programs, findings)
        specs[state] = _spec(entry, findings)
    rules = ProposalRules()
    if "proposals" in top:
        proposals = findings.parse(ProposalsModel, Spot(document, ("proposals",)))
        rules = rules if proposals is None else _rules(proposals.value)
        _check_proposals(rules, specs, Spot(document, ("proposals",)), findings)
    return SiteStates(MappingProxyType(specs), rules)


def with_state_programs(plan: LightingPlan, states: SiteStates) -> LightingPlan:
    """The plan with every program a state may bring in any night: for the proof that none burns lamps by day."""
    extra = tuple(
        Rule(spec.title_en, OnDayKinds(frozenset(DayKind)), dict(spec.programs))
        for spec in states.specs.values()
        if spec.programs
    )
    return replace(plan, calendar=replace(plan.calendar, rules=(*plan.calendar.rules, *extra))) if extra else plan


def _check(entry: Entry[StateModel], programs: frozenset[str], findings: Findings) -> None:
    model, spot = entry.value, entry.spot
    if model.one_person and (model.response is None or model.response > ALONE_FROM):
        hint = f"only a response of III or graver (response: {ALONE_FROM} or less) lets one person act alone"
        findings.add(spot.at("one_person"), "one person may not act alone under this state", hint)
    changes = (model.response, *model.slots, *model.leases, *model.alarms, *model.lighting.programs)
    plain = model.lighting.savings == "run" and model.lighting.landscape == "programmed"
    if model.state is OperatingState.ORDINARY and (not plain or any(change is not None for change in changes)):
        findings.add(spot.at("state"), "the ordinary state changes nothing", "leave everything but its title out")
    for usual, instead in model.lighting.programs.items():
        for name in (usual, instead):
            check_known(name, programs, "lighting program", spot.at("lighting", "programs", usual), findings)


def _spec(entry: Entry[StateModel], findings: Findings) -> StateSpec:
    model, spot = entry.value, entry.spot
    return StateSpec(
        state=model.state,
        title_zh=model.title.zh,
        title_en=model.title.en,
        response=model.response,
        one_person=model.one_person,
        slots=frozenset(_opened(model.slots, spot.at("slots"), findings)),
        longest_s=MappingProxyType(dict(_longest(model.leases, spot.at("leases"), findings))),
        alarm_shifts=tuple(AlarmShift(shift.condition, shift.by) for shift in model.alarms),
        suspend_savings=model.lighting.savings == "suspended",
        landscape_off=model.lighting.landscape == "dark",
        programs=MappingProxyType(dict(model.lighting.programs)),
    )


def _opened(names: list[str], spot: Spot, findings: Findings) -> Iterator[Slot]:
    known = {slot.label: slot for slot in OPENED}
    for position, name in enumerate(names):
        if name in known:
            yield known[name]
        else:
            findings.add(spot.at(position), "no slot that a state opens", did_you_mean(name, known))


def _longest(leases: Mapping[str, float], spot: Spot, findings: Findings) -> Iterator[tuple[Slot, float]]:
    known = {slot.label: slot for slot in MAX_LEASE}
    for name, longest_s in leases.items():
        slot = known.get(name)
        if slot is None:
            findings.add(spot.at(name), "no slot with leases", did_you_mean(name, known))
        elif not 0.0 < longest_s <= MAX_LEASE[slot].total_seconds():
            most = f"{MAX_LEASE[slot].total_seconds() / 3600:g}h"
            findings.add(spot.at(name), "not a possible length", f"{name} lasts more than nothing and {most} at most")
        else:
            yield slot, longest_s


def _rules(model: ProposalsModel) -> ProposalRules:
    return ProposalRules(
        rain=tuple(RainRule(rain.signal, rain.mm, rain.within, rain.state) for rain in model.rain),
        levels=tuple(LevelRule(level.at, level.state) for level in model.levels),
        disciplines=tuple(model.disciplines),
    )


def _check_proposals(
    rules: ProposalRules, specs: Mapping[OperatingState, StateSpec], spot: Spot, findings: Findings
) -> None:
    states = [("rain", position, rain.state) for position, rain in enumerate(rules.rain)]
    states += [("levels", position, level.state) for position, level in enumerate(rules.levels)]
    for name, position, state in states:
        if specs[state].response is None:
            hint = "give that state a response level, or propose one that has one"
            findings.add(spot.at(name, position, "state"), f"{state.value} is no response level", hint)
    for position, rain in enumerate(rules.rain):
        if rain.within_s <= 0.0:
            findings.add(spot.at("rain", position, "within"), "no time at all", "say over how long: 12h")
