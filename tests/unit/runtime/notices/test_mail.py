"""Mails to a real SMTP server: in both languages, over TLS, tried again, and given up."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from controller.settings.notices import SecretPlace
from tests.unit.runtime.notices.receivers import MailReceiver
from tests.unit.runtime.notices.rig import box, rig, settings


def read(there: MailReceiver) -> list[EmailMessage]:
    return [
        email.message_from_bytes(bytes(one.content or b""), EmailMessage, policy=email.policy.default)  # type: ignore[arg-type]  # as a front hands it over
        for one in there.mails
    ]


async def test_an_alarm_arrives_as_a_mail_in_both_languages(tmp_path: Path) -> None:
    async with MailReceiver().open() as there, rig(tmp_path, settings(box(there.port))) as here:
        here.alarms.set("330106-LC-0001", "mismatch", "reads off", 2, text_zh="应亮未亮")
        await asyncio.sleep(3.0)
        (mail,) = read(there)
        assert mail["Subject"] == "[Small] P2 拒动或误动 does not follow 330106-LC-0001"
        assert (mail["From"], mail["To"]) == ("zhadao@example.cn", "duty@example.cn")
        assert mail["Message-ID"] == f"<{mail['X-Zhadao-Notice']}@example.cn>"
        text = mail.get_content()
        assert "应亮未亮" in text
        assert "reads off" in text
        assert there.mails[0].rcpt_tos == ["duty@example.cn"]


async def test_what_an_alarm_says_never_becomes_a_header(tmp_path: Path) -> None:
    async with MailReceiver().open() as there, rig(tmp_path, settings(box(there.port))) as here:
        here.alarms.set("330106-LC-0001\r\nBcc: all@example.cn", "door", "open\r\nBcc: all@example.cn", 2)
        await asyncio.sleep(3.0)
        (mail,) = read(there)
        assert mail["Bcc"] is None
        assert there.mails[0].rcpt_tos == ["duty@example.cn"]


async def test_a_server_that_is_busy_gets_it_later_and_only_once(tmp_path: Path) -> None:
    there = MailReceiver(says="451 later")
    async with there.open(), rig(tmp_path, settings(box(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(20.0)
        assert "451" in here.desk.receivers()[0].error
        there.says = "250 taken"
        await asyncio.sleep(120.0)
        assert len(there.mails) == 1


@pytest.mark.parametrize("says", ["rcpt", "data"])
async def test_a_mail_refused_for_good_becomes_a_dead_letter(tmp_path: Path, says: str) -> None:
    there = MailReceiver(
        says="554 no" if says == "data" else "250 OK", rcpt_says="550 nobody" if says == "rcpt" else ""
    )
    async with there.open(), rig(tmp_path, settings(box(there.port))) as here:
        here.ring(1)
        await asyncio.sleep(60.0)
        dead = here.desk.list("dead")
        assert "door 1" in {one.text_en for one in dead}
        assert there.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_over_verified_tls_and_with_a_password_where_one_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("ZHADAO_TEST_MAIL", "the right one")
    ca, served = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(served)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    implicit = security == "tls"  # where aiosmtpd takes no password
    there = MailReceiver(password="" if implicit else "the right one", tls=served, implicit=implicit)
    asked = {} if implicit else {"user": "zhadao", "password": SecretPlace(env="ZHADAO_TEST_MAIL")}
    async with there.open():
        way = {"security": security, **asked}
        async with rig(tmp_path / "data", settings(box(there.port, **way))) as here:
            here.ring(1)
            await asyncio.sleep(3.0)
            assert there.mails == []
            assert "CERTIFICATE_VERIFY_FAILED" in here.desk.receivers()[0].error
            here.adopt(settings(box(there.port, **way, ca=tmp_path / "ca.pem")))
            await asyncio.sleep(60.0)
            assert len(there.mails) == 1


async def test_a_server_without_tls_gets_nothing(tmp_path: Path) -> None:
    async with MailReceiver().open() as there, rig(tmp_path, settings(box(there.port, security="starttls"))) as here:
        here.ring(1)
        await asyncio.sleep(30.0)
        assert there.mails == []
        assert not here.desk.receivers()[0].up
