"""The whole controller tells: alarms, handling, declared states and roads gone dark, from the site's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.runtime.notices.receivers import HttpReceiver
from tests.unit.runtime.notices.rig import ENV, SECRET
from tests.unit.runtime.soft_city import LC1, SoftField, person, soft_city
from tests.unit.settings.small_site import FILES

NOTICES = """\
receivers:
  - {{id: duty, webhook: {{url: "http://127.0.0.1:{port}/", secret: {{env: {env}}}}}}}
rules:
  - {{id: all, on: [alarm, declared, overdue, roads_dark], to: [duty]}}
"""
HANDLING = "alarms:\n  - {kind: door, urgency: ordinary, feedback: true}\n"


async def test_what_the_site_names_is_told_and_dealt_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, SECRET)
    there, soft = HttpReceiver(), SoftField()
    async with there.open():
        monkeypatch.setitem(FILES, "site/notices.yaml", NOTICES.format(port=there.port, env=ENV))
        monkeypatch.setitem(FILES, "site/handling.yaml", HANDLING)
        async with soft_city(tmp_path, soft=soft) as city:
            city.assembly.alarms.set(LC1, "door", "the door is open")
            said = {"for_s": 3600.0, "reason": "notice 12", "caller": person("lin")}
            await city.controller.desks.states.declare("water", "city", "flood_iii", **said)
            kinds = {"alarm", "declared"}
            await city.until(lambda: {item["on"][0] for got in there.taken for item in got.json["items"]} >= kinds)
            (record,) = city.controller.desks.handling.list()
            assert (record.about, record.urgency) == (LC1, "ordinary")
        told = {got.id for got in there.taken}
        async with soft_city(tmp_path, soft=soft) as city:
            await city.ready()
            await city.clock.sleep(10.0)
            assert [got.json["title_en"] for got in there.taken if got.id not in told] == []
            assert [one.id for one in city.controller.desks.handling.list()] == [record.id]
            assert city.controller.desks.notices.receivers()[0].waiting == 0
