"""Which controller a command asks, and as whom: what was said, else what this machine knows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from controller.cli.client import ApiClient, Credentials
from controller.cli.failing import ControllerAway, Refused
from controller.cli.options import DEFAULT_DATA
from controller.cli.session_store import Kept, SessionStore
from controller.cli.wire import Place, send
from controller.runtime.listening import LOCAL_FILE

LOCAL = "local-cli"
"""The controller's own user on its own machine: a machine to the controller, whoever sits there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of which controller, and as whom."""

    data: Path
    url: str | None
    token: str | None
    name: str | None

    @property
    def again(self) -> str:
        """The options that lead another command to the same controller."""
        data = "" if self.data == DEFAULT_DATA else f" --data {self.data}"
        return f" --url {self.url}" if self.url else data


class Doubt(Enum):
    """Who it is when several people are signed in here and nobody said which of them."""

    ASK = "an act is done by one of them: they say who"
    LOCAL = "looking changes nothing: local-cli looks, where it is known"
    LAST = "an emergency waits for nobody: whoever signed in or acted last"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A token that was given, or noted by the controller for its own user."""

    name: str
    given: str
    advice: str

    def token(self) -> str:
        """The token."""
        return self.given

    def renewed(self) -> bool:
        """There is no other."""
        return False

    def over(self) -> str:
        """What to do about it."""
        return self.advice


class Session:
    """A session kept on this machine, renewed when its access token has run out."""

    def __init__(self, kept: Kept, store: SessionStore, place: Place) -> None:
        self._place = place
        self._kept = kept
        self._store = store

    @property
    def name(self) -> str:
        """Whose it is."""
        return self._kept.name

    def token(self) -> str:
        """The access token."""
        return self._kept.token

    def renewed(self) -> bool:
        """Use the refresh token, or what another command of this user got for it meanwhile.

        Raises:
            Refused: the controller cannot renew it now.
        """
        url, name = self._kept.url, self._kept.name
        with self._store.locked(url, name):
            kept = self._store.get(url, name)
            if kept is None:
                return False
            if kept.token == self._kept.token:
                kept = self._refreshed(kept)
            if kept is None:
                self._store.drop(url, name)
                return False
            self._kept = kept
        return True

    def _refreshed(self, kept: Kept) -> Kept | None:
        answer = send(self._place, "", "POST", "/api/v1/refresh", {"refresh": kept.refresh})
        if answer.status == 401:
            return None
        if answer.status >= 400:
            raise Refused(f"the session of {kept.name} cannot be renewed now: {answer.word('message')}", answer.status)
        fresh = Kept(kept.url, kept.name, answer.word("token"), answer.word("refresh"))
        self._store.put(fresh)
        return fresh

    def over(self) -> str:
        """What to do about a session that has ended."""
        return f"the session of {self.name} is over 会话已结束: `zhadao sign-in {self.name}`"


def find(asked: Asked, doubt: Doubt, store: SessionStore | None = None) -> ApiClient:
    """A client for the controller that was named, as whoever was named.

    Raises:
        ControllerAway: no controller is known, or nobody is known to it.
        Refused: several people are signed in here and it has to be said which of them acts.
    """
    place, noted = address(asked)
    url = place.url
    if asked.token:
        advice = "the controller may have been restarted: try again without --token, or sign in for a new one"
        return ApiClient(place, Fixed(asked.name or "the token's owner", asked.token, advice), again=asked.again)
    store = store or SessionStore()
    sessions = store.of(url)
    who = _who(asked, url, noted, sessions, doubt)
    credentials: Credentials = Session(who, store, place) if isinstance(who, Kept) else who
    others = tuple(kept.name for kept in sessions if kept.name != credentials.name)
    guessed = isinstance(who, Kept) and bool(others) and asked.name is None
    return ApiClient(place, credentials, again=asked.again, others=others, guessed=guessed)


def address(asked: Asked) -> tuple[Place, Fixed | None]:
    """Where the controller is, and the token noted for this machine's own user where it notes one.

    Raises:
        ControllerAway: nothing says where.
    """
    noted = _noted(asked.data)
    if asked.url is not None:
        url = asked.url.rstrip("/")
        return noted if noted is not None and noted[0].url == url else (Place(url), None)
    if noted is None:
        raise ControllerAway(
            f"no controller is running on {asked.data}: start one with `zhadao demo` or "
            f"`zhadao run CONFIG --data {asked.data}`, or say where it is with --url"
        )
    return noted


def _who(asked: Asked, url: str, noted: Fixed | None, sessions: list[Kept], doubt: Doubt) -> Kept | Fixed:
    if asked.name is not None and asked.name != LOCAL:
        return _named(asked.name, sessions)
    if asked.name is None and sessions and (len(sessions) == 1 or doubt is Doubt.LAST):
        return sessions[0]
    if asked.name is None and len(sessions) > 1 and doubt is Doubt.ASK:
        names = sorted(kept.name for kept in sessions)
        said = " or ".join(f"--as {name}" for name in names)
        raise Refused(f"{' and '.join(names)} are signed in here: say who acts 请指明操作人, {said}")
    if noted is not None:
        return noted
    if sessions and asked.name is None:
        return sessions[0]
    raise ControllerAway(
        f"no token for {url}: `zhadao sign-in NAME --url {url}` first, or give --token or ZHADAO_TOKEN"
    )


def _named(name: str, sessions: list[Kept]) -> Kept:
    wanted = name.strip().lower()
    for kept in sessions:
        if kept.name == wanted:
            return kept
    raise Refused(f"{wanted} is not signed in here 未登录: `zhadao sign-in {wanted}` first")


def _noted(data: Path) -> tuple[Place, Fixed] | None:
    try:
        noted = json.loads((data / LOCAL_FILE).read_text(encoding="utf-8"))
        advice = "the controller may have been restarted: try again, or sign in with `zhadao sign-in NAME`"
        certificate = Path(noted["certificate"]) if noted.get("certificate") else None
        return Place(str(noted["url"]).rstrip("/"), certificate), Fixed(LOCAL, str(noted["token"]), advice)
    except FileNotFoundError:
        return None
    except PermissionError as cause:
        raise ControllerAway(
            f"{data / LOCAL_FILE} belongs to another user: run as them, or sign in with --url and `zhadao sign-in NAME`"
        ) from cause
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise ControllerAway(f"{data / LOCAL_FILE} cannot be understood ({cause}): is it from a controller?") from cause
