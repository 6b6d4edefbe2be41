"""What people write an order of, made sense of: a plan with its parameters, or a target with its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.intents import parse_intent
from controller.domain.operating import DisciplineName, discipline_of
from controller.domain.points import TargetId, device_of
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import Act, FromPlan, Task
from controller.logic.plans.people import chosen
from controller.runtime.commanding.asking import MANUAL_SLOTS
from controller.settings.site import Site

MOST_REASON = 400
MOST_GROUNDS = 8
MOST_GROUND = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants ordered: ``plan`` with ``parameters``, or ``target`` with ``value`` for ``for_s``.

    ``unit``: who executes it, where that is not whom the site names. ``begin``: not before. ``valid_s``: it must be
    executing within this; None: the site's own. ``supersedes``: orders it takes the place of, by number.
    """

    reason: str
    plan: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    target: TargetId = ""
    value: str = ""
    for_s: float = 0.0
    slot: str = "district_manual"
    unit: str = ""
    grounds: tuple[str, ...] = ()
    begin: datetime | None = None
    valid_s: float | None = None
    supersedes: tuple[str, ...] = ()


def task_of(draft: Draft, site: Site) -> tuple[Task, tuple[TargetId, ...]]:
    """The order's task and the objects it is about.

    Raises:
        UnknownTarget: no such plan or target.
        InvalidValue: not exactly one of both, or a value such a target does not take.
    """
    if bool(draft.plan) == bool(draft.target):
        raise InvalidValue(
            "an order starts a plan, or gives one target a value: say one of both / 请选预案或单一对象之一"
        )
    if draft.plan:
        plan = site.plans.get(draft.plan)
        if plan is None:
            raise UnknownTarget(f"no plan {draft.plan!r} in this site; `zhadao plan list` shows them / 无此预案")
        return FromPlan(plan.id, plan.title, chosen(plan, draft.parameters)), plan.stations
    target = site.city.targets.get(draft.target)
    if target is None or discipline_of(target.kind) is not DisciplineName.WATER:
        raise UnknownTarget(f"no station, unit or gate {draft.target!r} in this site / 无此泵站、机组或闸门")
    value = str(parse_intent(target.kind, draft.value))
    if draft.slot not in MANUAL_SLOTS:
        raise InvalidValue(f"slot {draft.slot!r} is none an order fills; say one of {', '.join(MANUAL_SLOTS)}")
    if not 60.0 <= draft.for_s <= 24 * 3600.0:
        raise InvalidValue(f"an order stands from 1 min to 24 h, not {draft.for_s:g} s / 指令时长为1分钟至24小时")
    return Act(draft.target, value, draft.for_s, draft.slot), (draft.target,)


def check_words(draft: Draft) -> None:
    """Nothing, when its texts can be printed and read aloud. Raises InvalidValue."""
    if not draft.reason.strip() or len(draft.reason) > MOST_REASON:
        raise InvalidValue(
            f"an order takes a reason of at most {MOST_REASON} characters / 须填写事由（至多{MOST_REASON}字）"
        )
    if len(draft.grounds) > MOST_GROUNDS or any(len(one) > MOST_GROUND for one in draft.grounds):
        raise InvalidValue(f"its grounds are at most {MOST_GROUNDS} lines of {MOST_GROUND} characters")
    if len(draft.unit) > 80:
        raise InvalidValue("the executing unit's name has at most 80 characters")


def unit_of(draft: Draft, objects: tuple[TargetId, ...], site: Site) -> Words:
    """Who executes it: as said, as the site says, or whoever is on duty at the stations."""
    if draft.unit.strip():
        return Words(draft.unit.strip(), draft.unit.strip())
    units = []
    for device in dict.fromkeys(map(device_of, objects)):
        rules = site.dispatch.stations.get(device)
        station = site.city.stations.get(device)
        name = station.name if station is not None else device
        units.append(rules.unit if rules is not None else Words(f"{name}值班人员", f"whoever is on duty at {name}"))
    units = list(dict.fromkeys(units))
    return Words("、".join(one.zh for one in units), ", ".join(one.en for one in units))
