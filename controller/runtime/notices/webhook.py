"""A notice as a signed HTTP request. The receiver's side of it is docs/how-to/receive-notices.md."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import ssl
from collections.abc import Callable
from datetime import datetime

import httpx

from controller.runtime.notices.message import as_json
from controller.runtime.notices.notice import Notice
from controller.runtime.notices.ways import NotDelivered, read_secret
from controller.settings.notices import Webhook

WHOLE_S = 15.0
"""From the first byte of the connection to the answer's status (real seconds)."""
CONNECT_S = 5.0
LEAST_SECRET = 16
LATER = frozenset({408, 425, 429})
"""Statuses below 500 that mean: not now."""
LONGEST_ASKED_S = 3600.0


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256, in hex, over the timestamp's digits, a full stop and the body's bytes."""
    return hmac.new(secret, b"%d." % timestamp + body, hashlib.sha256).hexdigest()


class WebhookWay:
    """Posts to one address: TLS verified, no redirects followed, no proxy, bounded in time.

    ``Zhadao-Signature: t=<seconds>,v1=<hex>``; the receiver refuses what is more than 5 minutes off its own clock and
    knows repeated notices by ``Idempotency-Key``. Any 2xx means: taken, durably.
    """

    def __init__(self, settings: Webhook, site: str, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._site = site
        self._now = now
        self._tls: ssl.SSLContext | None = None

    async def deliver(self, notice: Notice) -> None:
        """Post it.

        Raises:
            NotDelivered: anything but a 2xx came back, or nothing.
        """
        body = as_json(notice, self._site)
        headers = self._headers(notice, body)
        try:
            async with (
                asyncio.timeout(WHOLE_S),
                httpx.AsyncClient(
                    verify=self._context(),
                    timeout=httpx.Timeout(WHOLE_S, connect=CONNECT_S),
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream("POST", self._settings.url, content=body, headers=headers) as answer,
            ):
                _judge(answer)
        except TimeoutError:
            raise NotDelivered(f"no answer within {WHOLE_S:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as cause:
            raise NotDelivered(f"{type(cause).__name__}: {cause}"[:300]) from cause

    def _headers(self, notice: Notice, body: bytes) -> dict[str, str]:
        secret = read_secret(self._settings.secret, os.environ)
        if len(secret) < LEAST_SECRET:
            raise NotDelivered(f"the secret in {self._settings.secret} is shorter than {LEAST_SECRET} bytes")
        timestamp = int(self._now().timestamp())
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "zhadao",
            "Idempotency-Key": notice.id,
            "Zhadao-Sequence": str(notice.seq),
            "Zhadao-Attempt": str(notice.tries + 1),
            "Zhadao-Signature": f"t={timestamp},v1={signature(secret, timestamp, body)}",
        }

    def _context(self) -> ssl.SSLContext | bool:
        if not self._settings.url.startswith("https:"):
            return True
        if self._tls is None:
            self._tls = trusting(self._settings.ca)
        return self._tls


def trusting(ca: os.PathLike[str] | None) -> ssl.SSLContext:
    """Verifies certificates and names, by the CAs in a file or the machine's own.

    Raises:
        NotDelivered: the file cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as cause:
        raise NotDelivered(f"the CA certificates in {ca} cannot be used: {cause}") from cause


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    refused = 300 <= status < 500 and status not in LATER
    asked = answer.headers.get("Retry-After", "")
    wait_s = min(LONGEST_ASKED_S, float(asked)) if asked.isascii() and asked.isdigit() else 0.0
    said = "answered with a redirect, which is not followed" if 300 <= status < 400 else "answered"
    raise NotDelivered(f"it {said}: {status} {answer.reason_phrase}"[:200], refused=refused, wait_s=wait_s)
