"""Receivers of the tests' own, on real loopback sockets: they answer, fail, hang, and go away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from controller.runtime.tasks import cancel_all


@dataclass
class Got:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["idempotency-key"]

    @property
    def json(self) -> dict[str, Any]:
        whole: dict[str, Any] = json.loads(self.body)
        return whole


@dataclass
class HttpReceiver:
    """Takes notices: ``status`` for each (or once each from ``then``); ``hangs`` without an answer."""

    status: int = 200
    then: list[int] = field(default_factory=list)
    hangs: bool = False
    headers: str = ""
    tried: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)
    port: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def texts(self) -> list[str]:
        return [got.json["items"][0]["text_en"] for got in self.taken]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked went away
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        got = Got(headers, await reader.readexactly(int(headers["content-length"])))
        self.tried.append(got)
        if self.hangs:
            await reader.read()
            return
        status = self.then.pop(0) if self.then else self.status
        if status < 300:
            self.taken.append(got)
        writer.write(f"HTTP/1.1 {status} So\r\n{self.headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()

    @contextlib.asynccontextmanager
    async def open(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpReceiver]:
        server = await asyncio.start_server(self.answer, "127.0.0.1", self.port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await cancel_all(list(self.serving))
            await server.wait_closed()


@dataclass
class MailReceiver:
    """An SMTP server: ``says`` is its answer to a mail."""

    says: str = "250 taken"
    rcpt_says: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    mails: list[Envelope] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt_says:
            return self.rcpt_says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.says.startswith("250"):
            self.mails.append(envelope)
        return self.says

    def login(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: object) -> AuthResult:
        fine = isinstance(said, LoginPassword) and said.password == self.password.encode()
        return AuthResult(success=fine, handled=False)

    def protocol(self) -> SMTP:
        return SMTP(
            self,
            tls_context=None if self.implicit else self.tls,
            require_starttls=self.tls is not None and not self.implicit,
            auth_required=bool(self.password),
            authenticator=self.login,
            loop=asyncio.get_running_loop(),
        )

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[MailReceiver]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            self.protocol, "127.0.0.1", self.port, ssl=self.tls if self.implicit else None
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
