"""A notice as a mail, handed to one SMTP server."""

from __future__ import annotations

import asyncio
import os
import ssl

import aiosmtplib

from controller.runtime.notices.message import as_mail
from controller.runtime.notices.notice import Notice
from controller.runtime.notices.ways import NotDelivered, read_secret
from controller.runtime.notices.webhook import trusting
from controller.settings.notices import Mailbox

WHOLE_S = 30.0
"""From connecting to the server's word that it has the mail (real seconds)."""


class MailWay:
    """Hands mails to one server: STARTTLS or implicit TLS, verified; in the clear on this machine alone.

    It has arrived when the server took it; from there on it is the server's.
    """

    def __init__(self, settings: Mailbox, site: str) -> None:
        self._settings = settings
        self._site = site
        self._tls: ssl.SSLContext | None = None

    async def deliver(self, notice: Notice) -> None:
        """Hand it over.

        Raises:
            NotDelivered: the server did not take it; ``refused`` when it said so for good (5xx).
        """
        mail = as_mail(notice, self._site, self._settings.sender, self._settings.to)
        secured = self._settings.security
        client = aiosmtplib.SMTP(
            hostname=self._settings.host,
            port=self._settings.port,
            use_tls=secured == "tls",
            start_tls=secured == "starttls",
            tls_context=self._context() if secured != "none" else None,
            timeout=WHOLE_S,
        )
        password = self._password()
        try:
            async with asyncio.timeout(WHOLE_S), client:
                if password is not None:
                    await client.login(self._settings.user, password)
                await client.send_message(mail)
        except TimeoutError:
            raise NotDelivered(f"no answer within {WHOLE_S:g} s") from None
        except aiosmtplib.SMTPRecipientsRefused as cause:
            codes = [one.code for one in cause.recipients]
            raise NotDelivered(
                f"the address was refused: {codes}", refused=all(code >= 500 for code in codes)
            ) from cause
        except aiosmtplib.SMTPResponseException as cause:
            said = f"the server said {cause.code} {cause.message}"[:300]
            raise NotDelivered(said, refused=500 <= cause.code < 600) from cause
        except (aiosmtplib.SMTPException, OSError, ValueError) as cause:
            raise NotDelivered(f"{type(cause).__name__}: {cause}"[:300]) from cause
        finally:
            client.close()

    def _password(self) -> str | None:
        if self._settings.password is None:
            return None
        return read_secret(self._settings.password, os.environ).decode("utf-8", "replace")

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trusting(self._settings.ca)
        return self._tls
