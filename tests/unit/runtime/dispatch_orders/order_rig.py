"""A small city whose station can be ordered: one plan, one gate, one unit, and people who write orders."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.dispatch_orders.views import DispatchOrderView, DispatchReceipt
from controller.runtime.dispatch_orders.writing_orders import Draft
from tests.unit.runtime.plans.small_plans import set_up
from tests.unit.runtime.soft_city import DUSK, PS, SoftCity, SoftField, person, soft_city

ZHANG, CHEN, WEI, FANG = person("zhang"), person("chen"), person("wei"), person("fang")
"""Writes; issues; executes; comes later."""
TICKET_FILE = "site/water/dispatch-orders.yaml"
TICKET = f"""\
dispatch_orders:
  acknowledge_within: 5m
  escalate:
    - {{zh: 值班长, en: duty officer}}
    - {{zh: 带班领导, en: leader on duty}}
  stations:
    - station: {PS}
      unit: {{zh: 当班班组, en: the shift on duty}}
      escalate: [{{zh: 站长, en: head of the station}}]
      ticket:
        lines:
          - {{zh: 核对, en: compare}}
          - {{zh: 检查, en: look}}
          - {{zh: 复核, en: look again, after: true}}
"""


@contextlib.asynccontextmanager
async def city_with_orders(
    tmp_path: Path, soft: SoftField | None = None, *, fresh: bool = True, start: datetime = DUSK
) -> AsyncIterator[SoftCity]:
    async with soft_city(tmp_path, start, soft) as city:
        set_up(city, fresh=fresh)
        await city.ready()
        await city.clock.sleep(5.0)
        yield city


def desk(city: SoftCity) -> DispatchDesk:
    return city.controller.desks.dispatch_orders


def now(city: SoftCity, number: str) -> DispatchOrderView:
    return desk(city).order(number)


def ordering(**said: Any) -> Draft:
    """An order about the station: hold it, unless something else is said."""
    return Draft(**({"reason": "trying", "target": PS, "value": "hold", "for_s": 1800.0} | said))


def by_plan(**said: Any) -> Draft:
    return Draft(**({"reason": "trying", "plan": "shut"} | said))


async def written(city: SoftCity, draft: Draft) -> str:
    """Written by Zhang; its number."""
    receipt = await desk(city).propose(draft, ZHANG)
    assert receipt.accepted, receipt.text_en
    return receipt.number


async def issued(city: SoftCity, draft: Draft, *supersedes: str) -> str:
    """Issued by Chen."""
    number = await written(city, draft)
    done(await desk(city).issue(number, CHEN, supersedes=supersedes))
    return number


async def acknowledged(city: SoftCity, draft: Draft, *supersedes: str) -> str:
    """Acknowledged by Wei."""
    number = await issued(city, draft, *supersedes)
    done(await desk(city).acknowledge(number, WEI))
    return number


async def execute(city: SoftCity, number: str, *, take_over: bool = False) -> DispatchReceipt:
    """Looked at and executed by Wei."""
    preview = await desk(city).preview(number, WEI, take_over=take_over)
    assert preview.token, preview.not_now
    came = await desk(city).execute(number, preview.token, WEI)
    assert isinstance(came, DispatchReceipt), came
    return came


async def executing(city: SoftCity, draft: Draft, *supersedes: str) -> str:
    """Under way."""
    number = await acknowledged(city, draft, *supersedes)
    done(await execute(city, number))
    assert now(city, number).state == "executing"
    return number


async def becomes(city: SoftCity, number: str, state: str, within_s: float = 120.0) -> None:
    await city.until(lambda: now(city, number).state == state, within_s)


def done(receipt: DispatchReceipt) -> None:
    assert receipt.accepted, receipt.text_en


def refused(receipt: DispatchReceipt, cause: str, text: str = "") -> None:
    assert (receipt.accepted, receipt.cause) == (False, cause), receipt.text_en
    assert text in receipt.text_en, receipt.text_en
    assert receipt.text_zh
