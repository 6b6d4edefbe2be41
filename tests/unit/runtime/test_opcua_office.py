"""OPC UA troubles as alarms: who is told what, in both languages, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.clocks import RealClock
from controller.runtime.evidence import Evidence
from controller.runtime.local_time import LocalTime
from controller.runtime.opcua_certificates import OpcUaCertificates
from controller.runtime.opcua_notices import OpcUaNotices
from controller.runtime.opcua_trust import OpcUaTrust
from controller.settings import Site, load_site
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.options import Security, UaOptions
from drivers.opcua.pki import Pki
from tests.contract.peers.secure import pair
from tests.unit.settings.small_site import write_site

LOCAL = LocalTime(ZoneInfo("Asia/Shanghai"))
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def secured(tmp_path: Path, security: Security = Security.SIGN) -> Site:
    site = load_site(write_site(tmp_path / "config"))
    endpoints = tuple(
        replace(one, opcua=UaOptions(security=security)) if one.url.startswith("opc.tcp") else one
        for one in site.endpoints
    )
    return replace(site, endpoints=endpoints)


@pytest.mark.parametrize(
    ("trouble", "source"),
    [
        (Trouble.FROZEN, "330106-PS-0001"),
        (Trouble.POINTS, "330106-PS-0001"),
        (Trouble.CERTIFICATE, "opcua/330106-PS-0001"),
        (Trouble.CLOCK, "opcua/330106-PS-0001"),
    ],
)
def test_a_trouble_is_an_alarm_until_it_is_over(trouble: Trouble, source: str) -> None:
    alarms = AlarmBook(RealClock(), lambda _: None)
    hear = OpcUaNotices(alarms)
    notice = Notice("330106-PS-0001", trouble, active=True, text="what to do", text_zh="怎么办")
    hear(notice)
    hear(notice)
    assert [(one.source, one.text, one.text_zh) for one in alarms.all()] == [(source, "what to do", "怎么办")]
    hear(replace(notice, active=False))
    assert not alarms.standing(source, trouble.value)


@pytest.mark.parametrize(
    ("days", "priority", "said"),
    [(90, None, ""), (50, Priority.MEDIUM, "runs out"), (5, Priority.HIGH, "runs out"), (-3, Priority.HIGH, "ran out")],
)
def test_the_ends_of_ours_and_of_trusted_certificates_are_told_beforehand(
    tmp_path: Path, days: int, priority: int | None, said: str
) -> None:
    pki = Pki(tmp_path / "data" / "pki")
    own, key = pair("urn:here:zhadao", "here", begins=TODAY + timedelta(days=days - 100))
    theirs, _ = pair("urn:plc", begins=TODAY + timedelta(days=days - 100))
    pki.keep_own(own.der, key, TODAY)
    pki.trust(theirs)
    clock = RealClock()
    alarms = AlarmBook(clock, lambda _: None)
    watch = OpcUaCertificates(secured(tmp_path), pki, alarms=alarms, clock=clock, local=LOCAL)
    watch.look()
    told = {one.source: (one.priority, said in one.text) for one in alarms.all()}
    wanted = {} if priority is None else dict.fromkeys(("opcua", f"opcua/{theirs.short}"), (priority, True))
    assert told == wanted
    assert all("证书" in one.text_zh for one in alarms.all())
    fresh, key = pair("urn:here:zhadao", "here", begins=TODAY, days=900)
    pki.keep_own(fresh.der, key, TODAY)
    pki.remove(theirs)
    watch.look()
    assert not [one for one in alarms.all() if one.stands]


def test_a_site_without_secured_endpoints_is_not_bothered(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "data" / "pki")
    own, key = pair("urn:here:zhadao", "here", begins=TODAY - timedelta(days=200))
    pki.keep_own(own.der, key, TODAY)
    clock = RealClock()
    alarms = AlarmBook(clock, lambda _: None)
    site = secured(tmp_path, Security.NONE)
    OpcUaCertificates(site, pki, alarms=alarms, clock=clock, local=LOCAL).look()
    assert list(alarms.all()) == []


class Journalled(Evidence):
    """Only what is put off is kept here."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def later(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        self.lines.append({"kind": kind, "actor": actor, "target": target, **data})


def test_whom_we_trust_is_evidence_at_every_start_and_whenever_it_changes(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "data" / "pki")
    first, _ = pair("urn:plc-1", begins=TODAY)
    second, _ = pair("urn:plc-2", begins=TODAY)
    told = Journalled()
    OpcUaTrust(pki, told, RealClock()).look()
    assert told.lines == []
    pki.trust(first)
    trust = OpcUaTrust(pki, told, RealClock())
    trust.look()
    trust.look()
    pki.trust(second)
    pki.remove(first)
    trust.look()
    by = {"kind": "opcua_trust", "actor": "certs", "target": ""}
    assert told.lines == [
        {**by, "trusted": {first.fingerprint: first.subject}},
        {
            **by,
            "trusted_now": {second.fingerprint: second.subject},
            "no_longer": {first.fingerprint: first.subject},
        },
    ]
