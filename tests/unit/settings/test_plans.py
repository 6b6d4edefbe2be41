# ruff: noqa: E501 - what is broken stands beside what is said of it, each pair in one piece
"""Plans at ``zhadao check``: every way to get one wrong, told with its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.checks import check_site
from controller.settings.plans import plan_again
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.settings import small_site
from tests.unit.settings.small_site import write_site

WRONG = {  # one line each, so that what is wrong can be seen
    "unknown alias": ("scope: {ps: 330106-PS-0001, canal", "scope: {ps: 330106-PS-0009, canal", "no such station"),
    "unknown gate": ("target: ps/G2", "target: ps/G9", "no such station, unit or gate"),
    "a gauge takes no orders": ("target: ps/G2", "target: canal", "no such station, unit or gate"),
    "not a value": ("to: close", "to: shut", "say open | close"),
    "unknown point": ("canal.level_m < 5", "canal.levle_m < 5", "nothing here is called canal.levle_m"),
    "no deadline": (
        "{target: ps, to: hold}, within: 5m}\n      - {id: shut",
        "{target: ps, to: hold}}\n      - {id: shut",
        "no deadline",
    ),
    "two things": ("{id: shut, set:", "{id: shut, wait: 5m, set:", "exactly one thing"),
    "never true": ("canal.level_m < 5", "canal.level_m < 5 and canal.level_m > 6", "never true"),
    "never reached": (
        "{id: go, title: {zh: 继续, en: go on}}",
        "{id: go, title: {zh: 继续, en: go on}, then: finish}",
        "never reached",
    ),
    "leads nowhere": ("then: abort}\n        within: 1h", "then: take}\n        within: 1h", "leads nowhere"),
    "an abort that asks": (
        "abort: {state: {zh: 交还, en: handed back}}\n  - id: rival",
        "abort:\n      state: {zh: 交还, en: handed back}\n      steps: [{id: q, ask: {zh: x, en: x}, answers: [{id: a, title: {zh: x, en: x}}, {id: b, title: {zh: x, en: x}}], within: 5m}]\n  - id: rival",
        "an abort asks nobody",
    ),
    "an abort that stops": (
        "abort: {state: {zh: 交还, en: handed back}}\n  - id: rival",
        "abort:\n      state: {zh: 交还, en: handed back}\n      steps: [{id: q, set: {target: ps, to: count 0}, within: 5m}]\n  - id: rival",
        "never stops a running unit",
    ),
    "a lease too long": ("lease: 30m", "lease: 25h", "longer than a plan's lease"),
    "too short a life": ("    longest: 1h\n", "    longest: 20m\n", "can never reach its end"),
    "a discharge gate": ("target: ps/G2", "target: ps/G1", "its unit's own sequence moves it"),
    "pumps behind an open gate": (
        "target: ps/G2, to: close}, within: 5m, otherwise: skip}",
        "target: ps/G2, to: open}, within: 5m}\n      - {id: pump, start: {station: ps, units: 1}, within: 5m}",
        "behind 330106-PS-0001/G2",
    ),
    "more units than there are": (
        "{id: rest, wait: 30m}",
        "{id: rest, start: {station: ps, units: 3}, within: 5m}",
        "has 1 units that way; 3 are asked",
    ),
    "no such parameter": (
        "{id: rest, wait: 30m}",
        "{id: rest, start: {station: ps, units: many}, within: 5m}",
        "no parameter of the plan",
    ),
    "an abort that is never asked for": (
        "when: always, on_bad: ask",
        "on_bad: ask, otherwise: abort",
        "its abort is never reached",
    ),
    "rivals side by side": (
        "{id: rest, wait: 30m}",
        "{id: rest, together: [[{id: a, set: {target: ps/G2, to: close}, within: 1m}], [{id: b, set: {target: ps/G2, to: open}, within: 1m}]]}",
        "both order",
    ),
    "a second of its id": ("  - id: rival", "  - id: shut", "duplicate plan"),
    "against an interlock": ("canal.level_m < 5", "ps.rack_head_m > 0.5", "contradicts interlock rack-clear"),
}


def problems_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    monkeypatch.setitem(small_site.FILES, FILE, text)
    _, problems = check_site(write_site(tmp_path))
    return [str(problem) for problem in problems]


def test_the_plans_of_the_small_site_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems_with(tmp_path, monkeypatch, PLANS) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, message = WRONG[name]
    assert old in PLANS
    text = PLANS.replace(old, new, 1)
    if name == "against an interlock":
        text = text.replace("set: {target: ps/G2, to: close}", "start: {station: ps, units: 1}")
    told = problems_with(tmp_path, monkeypatch, text)
    assert any(message in one for one in told), told
    assert all("plans/some.yaml:" in one for one in told)


def test_a_plan_is_read_again_out_of_what_a_run_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)
    site, _ = check_site(write_site(tmp_path))
    assert site is not None
    points = {one.device: one.points for endpoint in site.endpoints for one in endpoint.devices}
    for plan in site.plans.values():
        assert plan_again(plan.source, site.city, points) == plan
