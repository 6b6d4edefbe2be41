"""One request to one controller: HTTP by the standard library, every failure a sentence that says what to do."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from controller.cli.failing import ControllerAway
from controller.domain.drill import HEADER

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and decoded body; None where the body is no JSON."""

    status: int
    body: Any
    content: bytes = field(default=b"", repr=False)
    """As it came: what is a file is no JSON."""
    drill: str = ""
    """The run of the drill (演练) that answered; empty: it is none."""

    def word(self, name: str) -> str:
        """One of a refusal's words (``error``, ``message``, ``what_to_do``); empty where it has none."""
        return str(self.body.get(name, "")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a controller is. ``certificate``: the one it noted in its data folder for its own user; it is then held
    against that and no name or authority, since on its own machine it is asked under whatever address it listens on."""

    url: str
    certificate: Path | None = None


UNSURE = ": it may have been done all the same; look before you do it again 可能已执行：请先查看，勿直接重复"
"""What is added where an act got no answer."""


def send(
    place: Place,
    token: str,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Ask once; whatever was answered.

    Raises:
        ControllerAway: nobody answered, or not in HTTP.
    """
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    url, connection = place.url, _connection(place, timeout_s)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, _decoded(content), content, response.headers.get(HEADER, ""))
    except ConnectionRefusedError as cause:
        raise ControllerAway(
            f"no controller answers at {url}: has it been stopped? Start it with `zhadao demo` or `zhadao run CONFIG`"
        ) from cause
    except ssl.SSLCertVerificationError as cause:
        raise ControllerAway(
            f"the certificate of {url} is not one this machine trusts ({cause.verify_message}): use the name it was "
            "made for, and name its authority with SSL_CERT_FILE"
        ) from cause
    except (OSError, HTTPException) as cause:
        unsure = "" if method == "GET" else UNSURE
        raise ControllerAway(f"{url} did not answer properly ({str(cause) or type(cause).__name__}){unsure}") from cause
    finally:
        connection.close()


def _connection(place: Place, timeout_s: float) -> HTTPConnection:
    parts = urlsplit(place.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ControllerAway(f"{place.url!r} is no address: say for example http://127.0.0.1:8080")
    if parts.scheme == "http":
        return HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
    if place.certificate is None:
        return HTTPSConnection(parts.hostname, parts.port, timeout=timeout_s)
    return _Known(parts.hostname, parts.port, place.certificate, timeout_s)


class _Known(HTTPSConnection):
    """A connection to whoever holds one known certificate; nothing is sent to anybody else."""

    def __init__(self, host: str, port: int | None, certificate: Path, timeout_s: float) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # ``connect`` holds it against the one certificate instead
        super().__init__(host, port, timeout=timeout_s, context=context)
        self._certificate = certificate

    def connect(self) -> None:
        """Connect, and look who it is before anything is said."""
        super().connect()
        shown = self.sock.getpeercert(binary_form=True)
        noted = _first_of(self._certificate)
        if shown is None or shown != noted:
            self.close()
            raise ControllerAway(
                f"{self.host} shows another certificate than {self._certificate}: was it renewed? reload the controller"
            )


def _first_of(certificate: Path) -> bytes:
    """The certificate itself, the first of its chain, as DER."""
    try:
        text = certificate.read_text(encoding="ascii")
        end = text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)
        return ssl.PEM_cert_to_DER_cert(text[text.index(ssl.PEM_HEADER) : end])
    except (OSError, ValueError) as cause:
        raise ControllerAway(f"the certificate {certificate} cannot be read ({cause})") from cause


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
