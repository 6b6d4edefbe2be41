"""Who dials in and is refused shows as one alarm for each place and reason, as long as it goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.runtime.dial_in_alarms import QUIET_S
from drivers.modbus.listening import Refusal, Refused
from tests.unit.runtime.soft_city import SoftCity, soft_city


def shown(city: SoftCity) -> list[tuple[str, str, str, bool]]:
    found = (city.controller.desks.alarms.get(alarm.id) for alarm in city.assembly.alarms.of_kind("dial_in_refused"))
    return [(one.source, one.title_en, one.text_zh, one.cleared is None) for one in found]


async def test_refusals_of_one_kind_are_one_alarm_until_it_is_quiet(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        for port in (40001, 40002):
            city.assembly.refusals(Refusal(Refused.UNKNOWN, "127.0.0.1:5020", f"127.0.0.1:{port}", "'DTU-9'"))
            await asyncio.sleep(QUIET_S / 2)
        ((source, title, text_zh, stands),) = shown(city)
        assert (source, title, stands) == ("dialin/127.0.0.1:5020", "a dial-in refused", True)
        assert "注册包" in text_zh
        city.assembly.refusals(Refusal(Refused.DUPLICATE, "127.0.0.1:5020", "127.0.0.1:40003", "'DTU-1'", "gw-1"))
        assert len(shown(city)) == 2
        await asyncio.sleep(QUIET_S + 1.0)
        assert not any(stands for *_, stands in shown(city))
