"""Talks to a running controller's API from the command line: asks, renews the session when it must, shapes answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from controller.cli.failing import Refused
from controller.cli.wire import TIMEOUT_S, Answer, Place, send
from controller.domain.drill import SIGN

Shape = TypeVar("Shape")
API = "/api/v1"
CONFLICT = frozenset({409})
"""Refused for all its targets: the answer is a receipt all the same."""


class Credentials(Protocol):
    """Who asks: an access token, and what to do when it has run out."""

    @property
    def name(self) -> str:
        """The name acts go under, as far as it is known here."""
        ...

    def token(self) -> str:
        """The access token to send."""
        ...

    def renewed(self) -> bool:
        """A request was answered 401: whether there is another token to try, once."""
        ...

    def over(self) -> str:
        """What to do about a token that means nothing any more."""
        ...


class ApiClient:
    """Requests to one controller as one caller. Every failure is a sentence that says what to do. That a drill
    answers is said once, on standard error.

    ``again`` are the options that lead another command to the same controller: for what people are told to type.
    ``others`` are signed in on this machine too; ``guessed``: nobody said which of them acts.
    """

    def __init__(
        self,
        place: Place,
        credentials: Credentials,
        *,
        again: str = "",
        others: tuple[str, ...] = (),
        guessed: bool = False,
    ) -> None:
        self.place = place
        self.credentials = credentials
        self.again = again
        self.others = others
        self.guessed = guessed
        self.timeout_s = TIMEOUT_S
        self._zone: ZoneInfo | None = None
        self._told = False

    @property
    def url(self) -> str:
        """Where the controller is."""
        return self.place.url

    @property
    def name(self) -> str:
        """The name acts go under."""
        return self.credentials.name

    def zone(self) -> ZoneInfo:
        """The time zone the site's times are shown in; asked once."""
        if self._zone is None:
            self._zone = ZoneInfo(str(self.get(f"{API}/overview")["timezone"]))
        return self._zone

    def get(
        self,
        path: str,
        shape: type[Shape] | Any = Any,
        pairs: Sequence[tuple[str, str]] = (),
        **query: str | float | bool | None,
    ) -> Any:
        """GET, decoded and checked into ``shape`` (a view class, or a list of one); what is empty is not asked for."""
        said = [*pairs, *((name, "true" if value is True else str(value)) for name, value in query.items() if value)]
        return shaped(self.ask("GET", path + (f"?{urlencode(said)}" if said else "")).body, shape)

    def fetch(self, path: str) -> bytes:
        """GET of a file, as it comes."""
        return self.ask("GET", path).content

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        shape: type[Shape] | Any = Any,
        also: frozenset[int] = frozenset(),
    ) -> Any:
        """POST, decoded into ``shape``; statuses in ``also`` carry that shape too (a receipt of refusals)."""
        return shaped(self.ask("POST", path, body, also).body, shape)

    def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, also: frozenset[int] = frozenset()
    ) -> Answer:
        """Ask, renewing the session once when its token has run out.

        Raises:
            Refused: the answer is a refusal of another status than those in ``also``.
            ControllerAway: nobody answers.
        """
        answer = self._send(method, path, body)
        if answer.status == 401 and self.credentials.renewed():
            answer = self._send(method, path, body)
        if answer.status < 400 or (answer.status in also and not answer.word("error")):
            return answer
        raise self._refusal(answer)

    def _send(self, method: str, path: str, body: Mapping[str, object] | None) -> Answer:
        answer = send(self.place, self.credentials.token(), method, path, body, self.timeout_s)
        if answer.drill and not self._told:
            self._told = True
            print(f"{SIGN} {answer.drill}", file=sys.stderr, flush=True)
        return answer

    def _refusal(self, answer: Answer) -> Refused:
        message = answer.word("message") or f"the controller answered {answer.status}"
        advice = self.credentials.over() if answer.status == 401 else answer.word("what_to_do")
        return Refused(f"{message}: {advice}" if advice else message, answer.status)


def shaped(content: Any, shape: Any) -> Any:
    """An answer as a view class, or a list of one.

    Raises:
        Refused: it is something else: another version speaks there.
    """
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


def in_path(name: str) -> str:
    """A target or id as part of a URL's path."""
    return quote(name, safe="/:")
