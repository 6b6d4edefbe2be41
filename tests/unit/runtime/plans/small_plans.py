"""Plans of the small site: one that holds the station and closes a gate, one that asks, one that is elsewhere."""

from __future__ import annotations

from tests.unit.runtime.soft_city import PS, SoftCity

PLANS = """\
plans:
  - id: shut
    title: {zh: 关闸, en: shut the gate}
    purpose: {zh: 试验, en: for trying}
    scope: {ps: 330106-PS-0001, canal: 330106-LG-0001}
    may_start: [duty_officer]
    conditions:
      - {id: calm, needs: canal.level_m < 5, when: always, on_bad: ask, text: {zh: 水位不高, en: the level is low}}
    parameters:
      low_m: {title: {zh: 低水位, en: low}, default: 2, low: 1, high: 4, unit: m}
    lease: 30m
    longest: 2h
    steps:
      - {id: take, set: {target: ps, to: hold}, within: 5m}
      - {id: shut, set: {target: ps/G2, to: close}, within: 5m, otherwise: skip}
      - id: more
        ask: {zh: 继续?, en: go on?}
        answers:
          - {id: go, title: {zh: 继续, en: go on}}
          - {id: out, title: {zh: 中止, en: abort}, then: abort}
        within: 1h
      - {id: told, tell: {zh: 完成, en: done}}
    abort: {state: {zh: 交还, en: handed back}}
  - id: rival
    title: {zh: 另一预案, en: another}
    purpose: {zh: 试验, en: for trying}
    scope: {ps: 330106-PS-0001}
    longest: 1h
    steps:
      - {id: take, set: {target: ps, to: hold}, within: 5m}
      - {id: rest, wait: 30m}
    abort: {state: {zh: 交还, en: handed back}}
  - id: let-out
    title: {zh: 开闸自排, en: let it out}
    purpose: {zh: 试验, en: for trying}
    scope: {ps: 330106-PS-0001}
    longest: 1h
    steps:
      - {id: take, set: {target: ps, to: hold}, within: 5m}
      - {id: open, set: {target: ps/G2, to: open}, within: 5m}
    abort: {state: {zh: 交还, en: handed back}}
"""
FILE = "site/plans/some.yaml"


def set_up(city: SoftCity, *, fresh: bool = True) -> None:
    """The station at rest, its gate half open, its gauges well; ``fresh`` False: as it was left."""
    driver = city.field.drivers["ua-1"]
    gate = 50.0 if fresh else 0.0
    for point, value in (("G2.position_percent", gate), ("inner_level_1_m", 1.5), ("inner_level_2_m", 1.5)):
        driver.set(PS, point, value)
    driver.set(PS, "G2.closed_limit", not fresh)
    driver.on_write(PS, "G2.position_command", lambda value: driver.set(PS, "G2.closed_limit", float(value) == 0.0))
