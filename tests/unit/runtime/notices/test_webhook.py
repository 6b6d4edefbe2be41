"""Webhooks on real sockets: signed, retried, in order, and given up at last."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import ssl
from pathlib import Path

import pytest
import trustme

from controller.runtime.notices.webhook import WHOLE_S
from tests.unit.runtime.notices.receivers import Got, HttpReceiver
from tests.unit.runtime.notices.rig import ENV, LIN, SECRET, hook, rig, settings


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, SECRET)


def signed(got: Got) -> bool:
    """As a receiver checks it."""
    stamp, said = (part.partition("=")[2] for part in got.headers["zhadao-signature"].split(","))
    proof = hmac.new(SECRET.encode(), f"{stamp}.".encode() + got.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(proof, said)


async def test_an_alarm_arrives_signed_and_is_forgotten_here(tmp_path: Path) -> None:
    async with HttpReceiver().open() as there, rig(tmp_path, settings(hook(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(2.0)
        (got,) = there.taken
        assert signed(got)
        stamp = int(got.headers["zhadao-signature"].partition(",")[0].removeprefix("t="))
        assert abs(stamp - here.clock.now().timestamp()) < 10
        body = got.json
        assert (body["id"], body["site"], body["priority"], body["summary"]) == (got.id, "Small", 3, None)
        assert body["items"][0]["alarm"] == "330106-LC-0001:door"
        assert here.desk.list("waiting") == []
        assert [one.id for one in here.desk.list("sent")] == [got.id]
        await asyncio.sleep(2.0)
        (line,) = here.journal("notice_sent")
        assert (line["notice"], line["tries"]) == (got.id, 1)
        assert SECRET not in str(here.journal("notice_sent"))


async def test_a_changed_body_or_time_does_not_fit_the_signature(tmp_path: Path) -> None:
    async with HttpReceiver().open() as there, rig(tmp_path, settings(hook(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(2.0)
        (got,) = there.taken
        assert not signed(Got(got.headers, got.body.replace(b"door 1", b"door 2")))
        head = got.headers["zhadao-signature"]
        assert not signed(Got(got.headers | {"zhadao-signature": head.replace("t=1", "t=2", 1)}, got.body))


async def test_failures_are_tried_again_in_order_under_the_same_id_and_body(tmp_path: Path) -> None:
    there = HttpReceiver(then=[500, 503, 429])
    async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
        for number in range(1, 6):
            here.ring(number)
        await asyncio.sleep(120.0)
        assert there.texts == [f"door {number}" for number in range(1, 6)]
        first = there.tried[:4]
        assert len({(got.id, got.body) for got in first}) == 1
        assert [got.headers["zhadao-attempt"] for got in first] == ["1", "2", "3", "4"]
        assert [got.json["sequence"] for got in there.taken] == [1, 2, 3, 4, 5]


async def test_waits_double_with_jitter_up_to_the_longest(tmp_path: Path) -> None:
    there, at = HttpReceiver(status=500), []
    async with there.open(), rig(tmp_path, settings(hook(there.port), longest_s=60.0)) as here:
        here.ring(1)
        for _ in range(600):
            await asyncio.sleep(1.0)
            at += [here.clock.monotonic()] * (len(there.tried) - len(at))
    waits = [later - sooner for sooner, later in itertools.pairwise(at)]
    for wait_s, nominal_s in zip(waits, [5.0, 10.0, 20.0, 40.0, 60.0, 60.0], strict=False):
        assert 0.75 * nominal_s - 2 <= wait_s <= 1.25 * nominal_s + 2
    assert len(set(waits)) > 3


async def test_a_receiver_that_hangs_is_left_and_holds_nobody_else_up(tmp_path: Path) -> None:
    slow, quick = HttpReceiver(hangs=True), HttpReceiver()
    async with slow.open(), quick.open():
        given = settings(hook(slow.port, "slow"), hook(quick.port, "duty"))
        rule = given.rules.rules[0]
        both = settings(*given.receivers, rule=type(rule)("all", rule.on, ("slow", "duty")))
        async with rig(tmp_path, both) as here:
            here.ring(1)
            await asyncio.sleep(1.0)
            assert quick.texts == ["door 1"]
            await asyncio.sleep(WHOLE_S)
            (standing,) = [one for one in here.desk.receivers() if one.id == "slow"]
            assert (standing.up, "no answer within" in standing.error) == (False, True)
            slow.hangs = False
            await asyncio.sleep(60.0)
            assert slow.texts == ["door 1"]


async def test_nothing_is_lost_while_the_receiver_is_down_and_we_are_restarted(tmp_path: Path) -> None:
    there = HttpReceiver()
    async with there.open():
        given = settings(hook(there.port), down_after_s=60.0)
    async with rig(tmp_path, given) as here:
        for number in range(1, 4):
            here.ring(number)
        await asyncio.sleep(120.0)
        assert here.alarms.standing("notices", "duty:receiver_down")
        assert there.taken == []
    async with rig(tmp_path, given) as here:
        here.ring(4)
        async with there.open():
            await asyncio.sleep(1200.0)
            assert there.texts == [f"door {number}" for number in range(1, 5)]
            assert not here.alarms.standing("notices", "duty:receiver_down")
            assert here.desk.list("waiting") == []
    async with there.open(), rig(tmp_path, given):
        await asyncio.sleep(60.0)
        assert len(there.taken) == 4


async def test_what_is_refused_for_good_becomes_a_dead_letter_and_lets_the_next_pass(tmp_path: Path) -> None:
    there = HttpReceiver(then=[422, 422, 422])
    async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
        here.ring(1)
        here.ring(2)
        await asyncio.sleep(120.0)
        assert there.texts == ["door 2"]
        (dead,) = here.desk.list("dead")
        assert "422" in dead.why_dead
        assert here.alarms.standing("notices", "duty:notice_dead")
        receipt = await here.desk.requeue(dead.id, LIN, "their form is mended")
        assert receipt.accepted
        await asyncio.sleep(60.0)
        assert there.texts == ["door 2", "door 1"]
        assert there.taken[-1].id == dead.id
        assert not here.alarms.standing("notices", "duty:notice_dead")


async def test_after_its_time_everything_that_waited_so_long_is_a_dead_letter(tmp_path: Path) -> None:
    there = HttpReceiver(status=500)
    async with there.open(), rig(tmp_path, settings(hook(there.port), give_up_s=4 * 3600.0)) as here:
        here.ring(1)
        here.ring(2)
        await asyncio.sleep(3.9 * 3600.0)
        assert here.desk.list("dead") == []
        await asyncio.sleep(0.5 * 3600.0)
        assert {"door 1", "door 2"} <= {one.text_en for one in here.desk.list("dead")}
        there.status = 200
        receipts = await here.desk.requeue_all("duty", LIN, "back")
        assert all(one.accepted for one in receipts)
        await asyncio.sleep(600.0)
        assert here.desk.list("dead") == []
        assert {"door 1", "door 2"} <= set(there.texts)


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with HttpReceiver().open() as elsewhere:
        there = HttpReceiver(status=307, headers=f"Location: http://127.0.0.1:{elsewhere.port}/\r\n")
        async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
            here.ring(1)
            await asyncio.sleep(60.0)
            assert elsewhere.tried == []
            assert "redirect" in here.desk.list("dead")[0].why_dead


async def test_a_receiver_may_ask_to_be_left_alone(tmp_path: Path) -> None:
    there = HttpReceiver(then=[503], headers="Retry-After: 120\r\n")
    async with there.open(), rig(tmp_path, settings(hook(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(115.0)
        assert there.taken == []
        await asyncio.sleep(15.0)
        assert there.texts == ["door 1"]


async def test_certificates_are_verified(tmp_path: Path) -> None:
    ca, other = trustme.CA(), trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(served)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    async with HttpReceiver().open(served) as there:
        wrong = settings(hook(there.port, scheme="https", ca=tmp_path / "other.pem"))
        async with rig(tmp_path / "data", wrong) as here:
            here.ring(1)
            await asyncio.sleep(3.0)
            assert there.tried == []
            assert "CERTIFICATE_VERIFY_FAILED" in here.desk.receivers()[0].error
            here.adopt(settings(hook(there.port, scheme="https", ca=tmp_path / "ca.pem")))
            await asyncio.sleep(60.0)
            assert there.texts == ["door 1"]


@pytest.mark.parametrize("value", ["", "hunter2"])
async def test_without_a_secret_worth_the_name_nothing_is_sent_and_it_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(ENV, value)
    async with HttpReceiver().open() as there, rig(tmp_path, settings(hook(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(3.0)
        assert there.tried == []
        assert "secret" in here.desk.receivers()[0].error
        assert value == "" or value not in here.desk.receivers()[0].error
        monkeypatch.setenv(ENV, SECRET)
        await asyncio.sleep(60.0)
        assert [signed(got) for got in there.taken] == [True]
