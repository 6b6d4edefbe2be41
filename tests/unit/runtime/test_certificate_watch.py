"""A certificate that runs out is told a month and a week before, and the renewed one ends the alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme

from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.certificate_watch import CertificateWatch
from controller.runtime.clocks import RealClock
from controller.runtime.local_time import LocalTime
from controller.runtime.tls import Tls
from controller.settings.api import TlsSettings

LOCAL = LocalTime(ZoneInfo("Asia/Shanghai"))


@dataclass
class Shown:
    ends: datetime


@pytest.mark.parametrize(
    ("days", "priority", "said"),
    [
        (31.0, None, ""),
        (29.9, Priority.MEDIUM, "runs out"),
        (7.1, Priority.MEDIUM, "runs out"),
        (6.9, Priority.HIGH, "runs out"),
        (-0.1, Priority.HIGH, "ran out"),
    ],
)
def test_how_urgent_it_is(days: float, priority: int | None, said: str) -> None:
    clock = RealClock()
    alarms = AlarmBook(clock, lambda _: None)
    shown = Shown(clock.now() + timedelta(days=days))
    watch = CertificateWatch(shown, alarms, clock, LOCAL)
    watch.look()
    told = [(alarm.priority, said in alarm.text) for alarm in alarms.all()]
    assert told == ([] if priority is None else [(priority, True)])
    shown.ends = clock.now() + timedelta(days=365)
    watch.look()
    assert not alarms.standing("api", "certificate_ends")


def test_the_end_is_that_of_the_certificate_in_use(tmp_path: Path) -> None:
    def put(days: int) -> datetime:
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
        issued = trustme.CA().issue_cert("localhost", not_after=ends)
        (tmp_path / "key.pem").write_bytes(issued.private_key_pem.bytes())
        (tmp_path / "cert.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        return ends

    first = put(20)
    tls = Tls(TlsSettings(tmp_path / "cert.pem", tmp_path / "key.pem"), RealClock())
    assert tls.ends == first
    second = put(90)
    assert tls.ends == first, "what lies in the file is not in use yet"
    assert tls.renew() == ""
    assert tls.ends == second
