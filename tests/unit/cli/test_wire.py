"""One request to one controller: whom it is sent to, and whom never."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from controller.cli.failing import ControllerAway
from controller.cli.wire import Place, send


@contextmanager
def https(folder: Path, name: str) -> Iterator[tuple[str, Path, list[str]]]:
    """A server with a certificate for ``name``: its address, that certificate, and the tokens it was shown."""
    tokens: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tokens.append(self.headers.get("Authorization", ""))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    issued = trustme.CA().issue_cert(name)
    certificate = folder / f"{name}.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", certificate, tokens
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_certificate_the_controller_noted_is_enough_whatever_address_it_listens_on(tmp_path: Path) -> None:
    with https(tmp_path, "zhadao.example.cn") as (url, certificate, tokens):
        assert send(Place(url, certificate), "t", "GET", "/").status == 200
    assert tokens == ["Bearer t"]


def test_nobody_else_is_ever_shown_the_token(tmp_path: Path) -> None:
    with https(tmp_path, "other.example.cn") as (_, noted, _), https(tmp_path, "127.0.0.1") as (url, _, tokens):
        with pytest.raises(ControllerAway, match="shows another certificate"):
            send(Place(url, noted), "t", "GET", "/")
        with pytest.raises(ControllerAway, match="not one this machine trusts"):
            send(Place(url), "t", "GET", "/")
    assert tokens == []


@pytest.mark.parametrize("content", ["", "no certificate", None])
def test_a_noted_certificate_that_cannot_be_read_is_said(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "noted.pem"
    if content is not None:
        file.write_text(content)
    with https(tmp_path, "127.0.0.1") as (url, _, _), pytest.raises(ControllerAway, match="cannot be read"):
        send(Place(url, file), "t", "GET", "/")
