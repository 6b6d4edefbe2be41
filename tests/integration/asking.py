"""One HTTP request to a controller that may die of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit


class Gone(Exception):
    """No answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and decoded body."""

    status: int
    body: Any


def ask(url: str, token: str, path: str, body: dict[str, Any] | None = None) -> Answer:
    """GET, or POST where there is a body.

    Raises:
        Gone: no answer came.
    """
    parts = urlsplit(url)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=15)
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, json.loads(content) if content else None)
    except (OSError, HTTPException) as cause:
        raise Gone(f"{type(cause).__name__}: {cause}") from cause
    finally:
        connection.close()
