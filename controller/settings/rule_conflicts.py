"""What is odd about the calendar's rules, told where they stand: errors, and warnings that stop nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from controller.settings.parsing import Findings, Spot
from controller.settings.problems import Problem
from controller.settings.site import Site
from schedules.conflicts import NIGHTS, Clash, Conflict, conflicts


def check_rules(site: Site, spots: Mapping[str, Spot], findings: Findings, first: date | None = None) -> list[Problem]:
    """Note rules that can never decide as problems; return what is only worth a look.

    ``first`` is the first night tried (``zhadao check``: today); else the year of the last holiday table known.
    """
    calendar = site.lighting.calendar
    start = first or date(max(calendar.holidays.tables, default=2026), 1, 1)
    warnings: list[Problem] = []
    for found in conflicts(calendar, site.scopes.lights.keys(), start, NIGHTS):
        spot = spots.get(found.rule)
        if spot is None:
            continue
        if found.clash is Clash.SHADOWED:
            findings.add(spot, *_said(found, start))
        else:
            warnings.append(spot.problem(*_said(found, start)))
    return sorted(warnings)


def _said(found: Conflict, start: date) -> tuple[str, str]:
    others = ", ".join(found.others)
    match found.clash:
        case Clash.NOBODY:
            return "speaks of no light 没有对应的灯", "see its only:, and who is in its groups"
        case Clash.NEVER:
            message = f"picks no night in the three years from {start} 三年内不适用于任何一夜"
            return message, "its dates may be past; leave it out"
        case Clash.SHADOWED:
            message = f"can never decide: {others} always comes first 总被前面的规则遮盖"
            return message, "put it before them, narrow them, or leave it out; scenes go before all rules"
        case Clash.MEETS:
            message = f"meets {others} on {found.nights} nights, first {found.night}, and wants something else"
            return f"{message} 与之冲突, 前者有效", "there the earlier one decides; if that is meant, leave it so"
