"""Worked examples of what acts are answered: previews, proposals, requests, leases."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import LEASE, NOW, PROPOSAL, TARGET
from controller.logic.confirmation import Need, Why
from controller.logic.preview import Effect
from controller.runtime.commanding.proposals import FreshProposal
from controller.runtime.commanding.views import CountersignView, Preview, TargetPreview
from controller.runtime.leases.views import LeaseView, StandingView
from controller.runtime.undertakings.views import PartView, UndertakingView

_NIGHT_OFF = Need(Why.NIGHT_OFF, "road lighting is switched off in the dark", "夜间关闭道路照明")
PREVIEW = Preview(
    token="Qm9yZS1hcnJpdmFs…",  # noqa: S106 - an example
    expires=NOW + timedelta(seconds=30),
    request_id="3c0e…",
    value="off",
    slot="city_manual",
    lease_ends=NOW + timedelta(minutes=30),
    targets=(
        TargetPreview(TARGET, "文三路 全夜灯", Effect.CHANGE, "", "on → off", "on", (), "", "schedule: on", -6.6, 0.0),
    ),
    effects={Effect.CHANGE: 1},
    causes={},
    power_kw=-6.6,
    flow_m3s=0.0,
    afterwards={"schedule: on": 1},
    needs=(_NIGHT_OFF,),
    second_person=(_NIGHT_OFF,),
    alone="",
)
FRESH = FreshProposal(PROPOSAL, PROPOSAL.wording, "")
COUNTERSIGN = CountersignView(
    id="operator:3c0e",
    actor="operator",
    text="off for 120 targets: more than 50 cabinets",
    reason="flooded underpass",
    targets=120,
    acted=NOW,
    due=NOW + timedelta(hours=2),
    overdue=False,
)
_PART = PartView(TARGET, "CONFIRMED", NOW, "", "K1.feedback reads True", "", 1, "C-000042", LEASE, NOW)
REQUEST = UndertakingView(
    id="3c0e…",
    kind="order",
    actor="operator",
    person="operator",
    origin="api",
    value="on",
    slot="city_manual",
    reason="night repair on 文三路",
    confirmed_by="",
    opened=NOW,
    settled=NOW,
    state="CONFIRMED",
    targets=1,
    counts={"CONFIRMED": 1},
    masked=0,
    waiting=0,
    stages={"RECEIVED": NOW, "CONFIRMED": NOW},
)
WHOLE_REQUEST = REQUEST.with_parts((_PART,))
LEASE_VIEW = LeaseView(
    id=LEASE,
    request_id="3c0e…",
    target=TARGET,
    slot="city_manual",
    value="on",
    owner="operator",
    confirmed_by="",
    reason="night repair on 文三路",
    ticket="",
    granted=NOW,
    expires=NOW + timedelta(minutes=30),
    remaining_s=1800.0,
    maximum_s=28_800.0,
    warned=False,
    then="schedule (on)",
    changes=False,
    standing="",
)
STANDING = StandingView(
    id="b41f…",
    owner="operator",
    reason="bridge closed until the 30th",
    leases=12,
    targets=12,
    slot="city_manual",
    value="off",
    until=NOW + timedelta(days=9),
    confirmed=NOW,
    confirmed_by="operator",
    confirm_by=NOW + timedelta(hours=12),
    ends=NOW + timedelta(hours=24),
    overdue=False,
)
