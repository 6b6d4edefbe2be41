"""Plans (预案) of a site: ``plans/*.yaml``, read, looked up and proven sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.slots import MAX_LEASE, Slot
from controller.logic.interlocks import InterlockSpec
from controller.logic.plans.field_flaws import field_flaws
from controller.logic.plans.flaws import Flaw
from controller.logic.plans.plan import Plan
from controller.logic.plans.soundness import structure_flaws
from controller.settings.interlocking import Points
from controller.settings.leases import LeaseLimits, terms_of
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.plan_building import Around, Builder, plans_by_id
from controller.settings.plan_models import PlanModel
from controller.settings.problems import did_you_mean
from controller.settings.yaml_lines import Document

PLAN_KEYS: Mapping[str, type] = {"plans": list}


def plans_of(
    entries: Sequence[Entry[PlanModel]],
    city: City,
    points: Points,
    interlocks: Sequence[InterlockSpec],
    leases: Mapping[Slot, LeaseLimits],
    findings: Findings,
) -> Mapping[str, Plan]:
    """All plans that can be made out, by id; what is wrong with them is noted."""
    _once(entries, findings)
    ids = {entry.value.id for entry in entries}
    plans = []
    for entry in entries:
        before = len(findings.problems)
        builder = Builder(entry, Around(city, points), findings)
        plan = builder.plan()
        plans.append(plan)
        if len(findings.problems) > before:
            continue  # a step that could not be made out moves all others
        flaws = [*structure_flaws(plan), *_leases(plan, city, leases)]
        flaws += field_flaws(plan, city, interlocks, builder.ranges)
        for flaw in flaws:
            findings.add(entry.spot.at(*flaw.path), flaw.message, flaw.hint)
        if plan.next_plan and plan.next_plan not in ids:
            findings.add(entry.spot.at("next_plan"), "no such plan", did_you_mean(plan.next_plan, ids))
    return MappingProxyType(dict(plans_by_id(plans)))


def _once(entries: Sequence[Entry[PlanModel]], findings: Findings) -> None:
    first: dict[str, Spot] = {}
    for entry in entries:
        here = entry.spot.at("id")
        if first.setdefault(entry.value.id, here) is not here:
            findings.add(here, "duplicate plan", f"{first[entry.value.id]} has this id already")


def _leases(plan: Plan, city: City, leases: Mapping[Slot, LeaseLimits]) -> list[Flaw]:
    """Its leases are no longer than the site allows in the plan's slot for what it orders."""
    classes = {city.targets[target].owner_class for target in plan.targets}
    longest = [terms_of(leases, Slot.PLAN, one).maximum for one in classes]
    most = min(longest, default=MAX_LEASE[Slot.PLAN])
    if plan.lease_s <= most.total_seconds():
        return []
    return [Flaw(("lease",), "longer than a plan's lease may be here", f"at most {most.total_seconds() / 3600:g}h")]


def plan_again(source: Mapping[str, Any], city: City, points: Points) -> Plan:
    """The plan a run was begun with, out of what was kept of it.

    Raises:
        InvalidValue: something of it is no longer there, or no longer means what it did.
    """
    document = Document("the plan of a run", {"plan": dict(source)}, b"", None)
    findings = Findings()
    entry = findings.parse(PlanModel, Spot(document, ("plan",)))
    plan = Builder(entry, Around(city, points), findings).plan() if entry is not None else None
    if plan is None or findings.problems:
        raise InvalidValue("; ".join(str(one) for one in findings.problems))
    return plan
