"""Talks to a running controller's API from the command line. Standard library only, one request at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from controller.cli.failing import ControllerAway, Refused
from controller.runtime.listening import LOCAL_FILE

TIMEOUT_S = 10.0
Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the controller is and the token it knows the caller by."""

    url: str
    token: str


def find_address(url: str | None, token: str | None, data: Path) -> Address:
    """What was said on the command line or in the environment, else what the data folder notes.

    Raises:
        ControllerAway: when neither says enough.
    """
    if url is not None and token is not None:
        return Address(url.rstrip("/"), token)
    noted = _noted(data)
    if url is not None:
        if noted is None or noted.url != url.rstrip("/"):
            raise ControllerAway(
                f"no token for {url}: give --token or ZHADAO_TOKEN; POST {url}/api/v1/sign-in gives one"
            )
        return noted
    if noted is None:
        raise ControllerAway(
            f"no controller is running on {data}: start one with `zhadao demo` or `zhadao run CONFIG --data {data}`, "
            "or say where it is with --url and --token"
        )
    return Address(noted.url, token or noted.token)


def _noted(data: Path) -> Address | None:
    try:
        noted = json.loads((data / LOCAL_FILE).read_text(encoding="utf-8"))
        return Address(str(noted["url"]).rstrip("/"), str(noted["token"]))
    except FileNotFoundError:
        return None
    except PermissionError as cause:
        raise ControllerAway(f"{data / LOCAL_FILE} belongs to another user: run as them, or give --token") from cause
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ControllerAway(f"{data / LOCAL_FILE} cannot be understood ({cause}): is it from a controller?") from cause


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and decoded body."""

    status: int
    body: Any


class ApiClient:
    """Requests to one controller. Every failure is a sentence that says what to do."""

    def __init__(self, address: Address, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._zone: ZoneInfo | None = None

    def zone(self) -> ZoneInfo:
        """The time zone the site's times are shown in; asked once."""
        if self._zone is None:
            self._zone = ZoneInfo(str(self.get("/api/v1/overview")["timezone"]))
        return self._zone

    def get(self, path: str, shape: type[Shape] | Any = Any, **query: str | int | None) -> Any:
        """GET, decoded and checked into ``shape`` (a view class, or a list of one)."""
        wanted = {name: value for name, value in query.items() if value is not None}
        answer = self._ask("GET", path + (f"?{urlencode(wanted)}" if wanted else ""))
        return _shaped(self._accepted(answer), shape)

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None,
        shape: type[Shape] | Any = Any,
        also: frozenset[int] = frozenset(),
    ) -> Any:
        """POST, decoded into ``shape``; statuses in ``also`` carry that shape too (a receipt of refusals)."""
        answer = self._ask("POST", path, body)
        content = answer.body if answer.status in also else self._accepted(answer)
        return _shaped(content, shape)

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self._address.token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return Answer(response.status, _decoded(response.read()))
        except ConnectionRefusedError as cause:
            raise ControllerAway(
                f"no controller answers at {self._address.url}: has it been stopped? "
                "Start it with `zhadao demo` or `zhadao run CONFIG`"
            ) from cause
        except (OSError, HTTPException) as cause:
            raise ControllerAway(
                f"{self._address.url} did not answer properly ({str(cause) or type(cause).__name__})"
            ) from cause
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self._address.url)
        kinds: dict[str, type[HTTPConnection]] = {"http": HTTPConnection, "https": HTTPSConnection}
        if parts.scheme not in kinds or not parts.hostname:
            raise ControllerAway(f"{self._address.url!r} is no address: say for example http://127.0.0.1:8080")
        return kinds[parts.scheme](parts.hostname, parts.port, timeout=self._timeout_s)

    def _accepted(self, answer: Answer) -> Any:
        if answer.status < 400:
            return answer.body
        said = answer.body if isinstance(answer.body, dict) else {}
        message = str(said.get("message", f"the controller answered {answer.status}"))
        advice = str(said.get("what_to_do", ""))
        if answer.status == 401:
            advice = "the controller may have been restarted: try again without --token, or sign in for a new one"
        raise Refused(f"{message}: {advice}" if advice else message)


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _shaped(content: Any, shape: Any) -> Any:
    if shape is Any:
        return content
    # Imported here: pydantic takes longer to load than most commands take to run.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as cause:
        raise Refused(
            f"the answer is not what this version expects ({cause.error_count()} differences): same version?"
        ) from cause


def in_path(target: str) -> str:
    """A target as part of a URL's path."""
    return quote(target, safe="/")
