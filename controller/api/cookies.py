"""The page's session: tokens in cookies no script can read, and a second proof that a request is the page's own.

A browser sends cookies with every request, also with one another site made it send. So whoever comes by cookie shows a
CSRF token as well, in a header no other site can set: it is bound to the session by an HMAC, and stands in a cookie
that the page alone can read (double submit). Whoever comes by bearer token needs none of this.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from starlette.requests import HTTPConnection
from starlette.responses import Response

from controller.domain.clock import Clock
from controller.runtime.authority import Session

CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing here."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the cookies are called: over TLS so that a browser takes them from nobody but this very host."""

    access: str
    refresh: str
    csrf: str

    @classmethod
    def of(cls, connection: HTTPConnection) -> Names:
        """The names on this connection."""
        prefix = "__Host-" if is_secure(connection) else ""
        return cls(f"{prefix}zhadao-access", f"{prefix}zhadao-refresh", f"{prefix}zhadao-csrf")


def is_secure(connection: HTTPConnection) -> bool:
    """Whether it runs over TLS."""
    return connection.scope["scheme"] in ("https", "wss")


class CookieJar:
    """Gives session cookies out, takes them back, and knows which CSRF token belongs to which session."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def csrf(self, session_id: str) -> str:
        """The CSRF token of a session."""
        return f"{session_id}.{hmac.new(self._key, session_id.encode(), sha256).hexdigest()}"

    def access(self, connection: HTTPConnection) -> str:
        """The access token a cookie brings; empty without one."""
        return connection.cookies.get(Names.of(connection).access, "")

    def refresh(self, connection: HTTPConnection) -> str:
        """The refresh token a cookie brings; empty without one."""
        return connection.cookies.get(Names.of(connection).refresh, "")

    def proven(self, connection: HTTPConnection) -> str:
        """The session whose CSRF token header and cookie both show; empty when they do not."""
        shown = connection.headers.get(CSRF_HEADER, "")
        kept = connection.cookies.get(Names.of(connection).csrf, "")
        session_id = shown.rpartition(".")[0]
        same = hmac.compare_digest(shown.encode(), kept.encode())
        genuine = hmac.compare_digest(shown.encode(), self.csrf(session_id).encode())
        return session_id if same and genuine else ""

    def give(self, connection: HTTPConnection, response: Response, session: Session) -> str:
        """Put a session into cookies; gives back its CSRF token."""
        names = Names.of(connection)
        self._set(connection, response, names.access, session.token, session.expires)
        self._set(connection, response, names.refresh, session.refresh, session.ends)
        return self.give_csrf(connection, response, session)

    def give_csrf(self, connection: HTTPConnection, response: Response, session: Session) -> str:
        """The session's CSRF token, in the cookie the page may read."""
        csrf = self.csrf(session.caller.session)
        self._set(connection, response, Names.of(connection).csrf, csrf, session.ends, readable=True)
        return csrf

    def take_back(self, connection: HTTPConnection, response: Response) -> None:
        """The browser forgets them."""
        names = Names.of(connection)
        for name in (names.access, names.refresh, names.csrf):
            response.delete_cookie(name, path="/", secure=is_secure(connection), samesite="strict")

    def _set(
        self,
        connection: HTTPConnection,
        response: Response,
        name: str,
        value: str,
        until: datetime,
        *,
        readable: bool = False,
    ) -> None:
        left_s = (until - self._clock.now()).total_seconds() / self._clock.speed
        response.set_cookie(
            name,
            value,
            max_age=max(1, int(left_s)),
            path="/",
            secure=is_secure(connection),
            httponly=not readable,
            samesite="strict",
        )
