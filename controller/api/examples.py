"""One worked example of every answer, made from the real types so that it cannot go out of date unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import to_jsonable_python

from controller.domain.rights import Right
from controller.runtime import views
from controller.runtime.traffic.health import EndpointView
from controller.runtime.two_persons import ProposalView, Wording

NOW = datetime(2026, 6, 21, 11, 20, tzinfo=UTC)
TARGET = "330106-LC-0001/K1"
LEASE = "L-7f3a91"


def documented(example: object, description: str) -> dict[str, Any]:
    """The OpenAPI entry of a successful answer."""
    return {"description": description, "content": {"application/json": {"example": to_jsonable_python(example)}}}


SESSION = {
    "token": "eyJhbGciOi…",
    "refresh": "eyJhbGciOi…",
    "actor": "operator",
    "session": "S-5d0c2f9a71b3e864",
    "expires": "2026-06-21T11:30:00Z",
    "ends": "2026-06-21T23:20:00Z",
    "password_needed": False,
}
INVITATION = {
    "issuer": "https://login.example.cn/realms/city",
    "client_id": "zhadao",
    "nonce": "84211.0f3c9b2d6e1a7c55.9be1…",
}

HEALTH = views.Health(
    alive=True,
    ready=True,
    version="0.1.0",
    started=NOW - timedelta(minutes=5),
    reasons=(),
    cycles=(views.CycleStats("lighting", 300, 3.1, 9.8, 0, 0.4), views.CycleStats("water", 300, 0.9, 2.2, 0, 0.7)),
)
NOT_READY = views.Health(
    alive=True,
    ready=False,
    version="0.1.0",
    started=NOW,
    reasons=("3 of 264 devices have not been read yet: 330106-LC-0007, 330106-LC-0008, 330106-LC-0009",),
    cycles=(),
)

WINNER = views.SlotView(
    slot=7,
    name="city_manual",
    value="on",
    owner="operator",
    reason="night repair on 文三路",
    origin="cli",
    ticket="",
    since=NOW,
    lease_id=LEASE,
    expires=NOW + timedelta(minutes=30),
    remaining_s=1800.0,
)
MASKED = views.SlotView(15, "schedule", "off", "schedule", "before sunset−5 min", "", "", None, None, None, None)

EXPLANATION = views.Explanation(
    target=TARGET,
    kind="circuit",
    name="文三路 全夜灯",
    wanted="on",
    actual="on",
    agrees=True,
    phase="proven by the auxiliary contact",
    winner=WINNER,
    masked=(MASKED,),
    interlocks=(),
    after_leases=("at 19:50 the city order ends; schedule (on) would win",),
    link="ONLINE",
    text_en="On: operator ordered it (city_manual) for night repair on 文三路, until 19:50. Proven on.",
    text_zh="亮：operator 在市级手动下令（文三路夜间检修），至 19:50。已由辅助触点证实。",
)

ASSET = views.AssetView(
    id="330106-LC-0001",
    kind="cabinet",
    name="文三路 1 号箱",
    division="330106",
    lat=30.2741,
    lon=120.1302,
    link="ONLINE",
    ready=True,
    outputs=(views.OutputView(TARGET, "circuit", "全夜灯", "on", "city_manual", "on", True),),
)

POINT = views.PointView("K1.feedback", True, "", "GOOD", "", None, 0.8, writable=False)

OVERVIEW = views.Overview(
    site="hangzhou",
    timezone="Asia/Shanghai",
    now=NOW,
    night="2026-06-21",
    speed=1.0,
    ready=True,
    devices=292,
    devices_online=291,
    lighting=views.LightingTotals(1440, 1390, 40, 6, 4, 11_200, 10_850, 48, 1296.4),
    stations=(
        views.StationSummary(
            *("330102-PS-0003", "七堡", "REMOTE", "count 2", 2, 4, 1.82, 3.05, "GOOD"),
            control="REMOTE-MANUAL",
            control_by="zhou (district_manual)",
        ),
    ),
    gauges=(("330105-LG-0001", "拱宸桥", 1.84, "m", "GOOD"),),
    alarms_unacknowledged=1,
    leases=1,
    journal_ok=True,
)

RECEIPT = views.Receipt(
    "3c0e…", (views.TargetOutcome(TARGET, True, "", "accepted", LEASE, NOW + timedelta(minutes=30)),)
)
REFUSED_RECEIPT = views.Receipt(
    "3c0e…",
    (
        views.TargetOutcome(
            TARGET,
            False,
            "LOCKED_BY_OTHER_CLIENT",
            "city_manual is held by zhang until 20:10; ask them, or take it over explicitly",
            None,
            None,
        ),
    ),
)

PROPOSAL = ProposalView(
    id="5f1d6c0a9b3e",
    kind="order",
    proposer="operator",
    reason="night repair on 文三路",
    targets=(TARGET,),
    proposed=NOW,
    expires=NOW + timedelta(minutes=5),
    wording=Wording("off for 1 target in city_manual for 1800 s", "市级手动：1 个目标 off", ("1 of 1 would change",)),
    right=Right.CONFIRM,
    of=None,
)

COMMAND = views.CommandView(
    id="C-000042",
    target=TARGET,
    write="330106-LC-0001/K1.command=True",
    slot="city_manual",
    owner="operator",
    reason="night repair on 文三路",
    state="CONFIRMED",
    cause="",
    created=NOW,
    history=(("SENT", NOW, ""), ("ACKED", NOW, ""), ("CONFIRMED", NOW, "K1.feedback reads True")),
)

ALARM = views.AlarmView(
    id="A-0007",
    source="330106-LC-0003",
    condition="device_offline",
    text="330106-LC-0003 has not answered for 12 s",
    priority=3,
    state="UNACK",
    raised=NOW,
    cleared=None,
    acknowledged_by="",
    text_zh="330106-LC-0003 失联（gw-330106-01），按本地程序运行",
    title_zh="失联",
    title_en="out of reach",
    consequence_zh="设备按本地程序继续运行，中心不能操作",
    consequence_en="the device goes on by its own program; the centre cannot act on it",
    response_zh="检查供电与通信",
    response_en="look at power and network",
    respond_by=NOW + timedelta(hours=24),
)

WIRE = EndpointView(
    endpoint="gw-330106-01",
    members=("330106-LC-0001", "330106-LC-0002", "330106-LC-0003"),
    state="up",
    online=2,
    suspect=0,
    offline=1,
    reply_age_s=0.4,
    round_trip_ms=48.0,
    queue=0,
    reads=51840,
    writes=212,
    connects=2,
    late_polls=3,
    repeated=1,
    troubles={"busy": 1, "silent": 14},
    last_error="10.20.0.7:502 unit 3, read holding 0+24: no reply within 2 s; the connection is closed",
)

NIGHT = views.NightView(
    target=TARGET,
    night="2026-06-21",
    program="all-night",
    sunset=NOW - timedelta(minutes=16),
    sunrise=NOW + timedelta(hours=9, minutes=38),
    edges=(
        views.Edge(NOW - timedelta(minutes=11), "on", "sunset−5 min + 10 s spread"),
        views.Edge(NOW + timedelta(hours=9, minutes=43), "off", "sunrise+5 min + 10 s spread"),
    ),
)

RELOADED = views.ReloadReport(True, "9f2c…", ("330106-LC-0001: lamps 44 → 46",))
NOT_RELOADED = views.ReloadReport(
    False, "9f2c…", (), ("config/hangzhou/assets/330106.yaml:14: circuits.K1.program = 'all-nigth': did you mean …",)
)

CHANGE = views.Change(1289, "decision", TARGET, NOW, {"wanted": "on", "slot": "city_manual"})
