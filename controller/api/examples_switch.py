"""What the switch answers, for the API's own pages."""

from __future__ import annotations

from dataclasses import replace

from controller.api.examples import NOW
from controller.api.examples_acts import PREVIEW
from controller.domain.command import Cause
from controller.logic.dark_roads import DarkRoad
from controller.logic.switch_preview import Alike, FeederStep, Staged, SwitchSummary
from controller.logic.switch_progress import Stage
from controller.runtime.switching.views import GroupView, LightStanding, LiveCount, SwitchPreview

_SCOPE, _LIGHT = "road:文三路", "330106-LC-0001/K1"
SUMMARY = SwitchSummary(
    lights=24,
    lamps=188,
    changing=21,
    changing_lamps=164,
    already=1,
    step_kw=-20.4,
    feeders=(FeederStep("10kV文三线", True, 21, -20.4, 64.0, 41.2, 0),),
    masked=(Alike("life_safety of wet power-off (off: leakage)", 1, 8, ("330106-LC-0003/K1",)),),
    left_out=(Alike(Cause.OFFLINE.value, 1, 8, ("330106-LC-0009/K2",)),),
    interlocked=(),
    dark=(DarkRoad("330106", "文三路", 21, 22),),
    staged=Staged(8.0, 2.0, "10kV文三线 road", 4.8, 5.0, 19.2),
)
SWITCH_PREVIEW = SwitchPreview(_SCOPE, "road", "off", SUMMARY, replace(PREVIEW, targets=()))
LIVE_COUNT = LiveCount(
    request_id="3c0e41",
    actor="operator",
    confirmed_by="colleague",
    scope=_SCOPE,
    knife="road",
    value="off",
    slot="city_manual",
    reason="drill",
    opened=NOW,
    ends=NOW,
    lights=24,
    stages={Stage.BY_POWER: 20, Stage.BY_CONTACT: 2, Stage.MISMATCHED: 1, Stage.UNREACHABLE: 1},
    sent=22,
    acknowledged=22,
    by_contact=22,
    by_power=20,
    left=2,
    remaining=(LightStanding(_LIGHT, "main", Stage.MISMATCHED, "its contact says off, and it still draws 900 W"),),
    others=(),
    settled=True,
    awaiting_power=1,
)
GROUP = GroupView(
    address="group:迎宾线",
    name="迎宾线",
    title_zh="迎宾线",
    title_en="Welcome route",
    query="all of class:road; any of road:文一路, road:之江路",
    lights=30,
    lamps=240,
    rated_kw=28.4,
    road=30,
    landscape=0,
    members=(_LIGHT,),
)
