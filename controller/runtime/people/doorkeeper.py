"""The authority of one controller: signs people in and out, knows machines by their keys, says what is allowed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import SignInRefused, StoreError
from controller.domain.points import DeviceId
from controller.domain.rights import Caller, Grant, OwnerClass, Right
from controller.domain.slots import Slot
from controller.runtime.authority import Denial, Invitation, Session
from controller.runtime.people.book import KEY_PREFIX, PeopleBook
from controller.runtime.people.hashing import Hasher
from controller.runtime.people.oidc import SignOn
from controller.runtime.people.permissions import Permissions
from controller.runtime.people.records import User
from controller.runtime.people.secrets import MOST_SECRET, digest_of
from controller.runtime.people.sessions import Sessions
from controller.runtime.people.spans import NEVER
from controller.runtime.people.throttle import Throttle
from controller.store.changes import Change

log = structlog.get_logger("people")

LOCAL = Caller("local-cli", "", "local", "cli")
"""The command line of the controller's own user on its own machine: a machine to us, whoever sits there."""
LOCAL_PREFIX = "zl_"
WRONG = (
    "name and secret do not fit, or may not sign in now; an administrator can give out a new one-time code "
    "用户名或口令不正确，或当前不可登录"
)


class Keeping(Protocol):
    """Where changes are kept: the state store."""

    async def apply(self, changes: Sequence[Change]) -> None:
        """Keep them together or not at all. Raises StoreError."""
        ...


@dataclass(slots=True)
class Known:
    """What the doorkeeper goes by; shared with the desk."""

    clock: Clock
    book: PeopleBook
    sessions: Sessions
    hasher: Hasher
    throttle: Throttle
    state: Keeping
    local_grants: tuple[Grant, ...]
    sign_on: SignOn | None

    def grants(self, caller: Caller) -> tuple[Grant, ...]:
        """What stands behind a caller now: the session's or the key's grants, nothing once they are over.

        Who acts without a session (an act of theirs that was confirmed later) has what the book gives them today.
        """
        if caller.session == LOCAL.session:
            return self.local_grants
        if caller.session.startswith("key:"):
            key = self.book.key(caller.session.removeprefix("key:"))
            return () if key is None else key.grants
        kept = self.sessions.of(caller.session) if caller.session else None
        if kept is not None:
            return kept.grants
        return (self.book.grants_now(caller.person) or ()) if caller.person else ()

    async def keep(self, changes: Sequence[Change]) -> None:
        """Keep what must not stop anybody from signing in: an unwritable store is loud elsewhere."""
        try:
            await self.state.apply(changes)
        except StoreError as error:
            log.error("sessions_not_kept", reason=str(error))


class Doorkeeper:
    """Implements ``Authority``."""

    def __init__(self, known: Known, permissions: Permissions) -> None:
        self._known = known
        self._permissions = permissions
        self._local_digest = ""

    def local_token(self) -> str:
        """The token of the local command line; it dies with this process, or with the next one made."""
        token = f"{LOCAL_PREFIX}{secrets.token_urlsafe(32)}"
        self._local_digest = digest_of(token)
        return token

    # -- signing in ---------------------------------------------------------------------------------------------

    async def sign_in(self, name: str, secret: str, client: str) -> Session:
        """A session for a name and its password or one-time code."""
        known, name, client = self._known, name.strip().lower()[:MOST_SECRET], client or "?"
        self._wait_over(name, client)
        user = known.book.user(name)
        password, code = ("", "") if user is None else self._credentials(user)
        by_password = await known.hasher.verify(password, secret[:MOST_SECRET])  # the same work for whoever it is
        by_code = hmac.compare_digest(code, digest_of(secret.strip()))
        if user is None or not (by_password or by_code):
            raise SignInRefused(WRONG, known_name="" if user is None else user.name)
        now = known.book.user(name)
        if now is None or self._credentials(now) != (password, code):  # disabled or reset while we looked
            raise SignInRefused(WRONG, known_name=name)
        if by_code:
            await self._use_code(now)
        known.throttle.forgive(name, client)
        session, changes = known.sessions.open(name, now.grants, password_needed=by_code, client=client)
        await known.keep(changes)
        return session

    def _wait_over(self, name: str, client: str) -> None:
        wait_s = self._known.throttle.wait_s(name, client)
        if wait_s > 0.0:
            raise SignInRefused(
                f"too many tries; the next one is looked at in {wait_s:.0f} s 尝试过多，请稍候", max(1.0, wait_s)
            )
        self._known.throttle.tried(name, client)

    def _credentials(self, user: User) -> tuple[str, str]:
        """The hash of the password and the digest of the code that let somebody in; empty when nothing does."""
        if user.disabled:
            return "", ""
        out = user.code_until is not None and not user.code_until.over(self._known.clock)
        return user.password, user.code if out else ""

    async def _use_code(self, user: User) -> None:
        """Used up before it opens anything; two who show it at once are one who gets in."""
        known, used = self._known, replace(user, code="", code_until=None)
        known.book.put(used)
        try:
            await known.state.apply([used.record()])
        except StoreError:
            if known.book.user(user.name) == used:
                known.book.put(user)
            raise

    def invite(self) -> Invitation:
        """Begin a sign-in by the city's own sign-on."""
        if self._known.sign_on is None:
            raise SignInRefused("this site has no sign-on of its own; sign in with name and password 未配置单点登录")
        return self._known.sign_on.invite()

    async def sign_in_with(self, token: str, client: str) -> Session:
        """A session for a token of the city's own sign-on. Whoever our book disabled is not let in this way either."""
        known, client = self._known, client or "?"
        if known.sign_on is None:
            raise SignInRefused("this site has no sign-on of its own; sign in with name and password 未配置单点登录")
        self._wait_over("", client)
        sign_on = known.sign_on
        identity = await sign_on.identify(token)
        user = known.book.user(identity.name)
        if user is not None and user.disabled:
            raise SignInRefused(WRONG, known_name=identity.name)
        known.throttle.forgive("", client)
        foreign = fingerprint(sign_on)
        session, changes = known.sessions.open(identity.name, identity.grants, foreign=foreign, client=client)
        await known.keep(changes)
        return session

    async def refresh(self, token: str) -> Session:
        """New tokens for a refresh token."""
        session, changes, whose = self._known.sessions.refresh(token)
        await self._known.keep(changes)
        if session is None:
            raise SignInRefused(
                "this cannot be refreshed any more: sign in again 会话已结束，请重新登录", known_name=whose
            )
        return session

    async def sign_out(self, session: Session) -> None:
        """End a session."""
        await self._known.state.apply(self._known.sessions.end(session.caller.session))

    # -- who calls ----------------------------------------------------------------------------------------------

    def session(self, token: str) -> Session | None:
        """Who shows this token."""
        if token.startswith(LOCAL_PREFIX):
            return self._local(token)
        if token.startswith(KEY_PREFIX):
            key = self._known.book.key_of(token)
            if key is None:
                return None
            caller = Caller(f"key:{key.name}", "", f"key:{key.id}")
            return Session(caller, key.until.ends, key.until.ends, key.grants)
        return self._known.sessions.find(token) if token else None

    def _local(self, token: str) -> Session | None:
        if not hmac.compare_digest(self._local_digest, digest_of(token)):
            return None
        return Session(LOCAL, NEVER.ends, NEVER.ends, self._known.local_grants)

    def lives(self, session: Session) -> bool:
        """Whether it has not ended meanwhile."""
        public = session.caller.session
        if public == LOCAL.session:
            return True
        if public.startswith("key:"):
            return self._known.book.key(public.removeprefix("key:")) is not None
        return self._known.sessions.of(public) is not None

    # -- what they may do ---------------------------------------------------------------------------------------

    def permit(
        self,
        session: Session,
        right: Right,
        targets: Sequence[str] = (),
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> Denial | None:
        """Whether the session may do this."""
        if session.password_needed:
            said = f"{session.actor} signed in by a one-time code: set a password first 请先设置口令"
            return Denial(Cause.NO_AUTHORITY.value, said)
        return self._permissions.denial(session.caller, right, targets, of, slot=slot)

    def knows(self, name: str) -> bool:
        """Whether this is an asset or a target of the site."""
        return self._permissions.knows(name)

    def visible(self, session: Session, device: DeviceId) -> bool:
        """Whether the session may see this asset."""
        return self._permissions.visible(session.caller, device)


def fingerprint(sign_on: SignOn | None) -> str:
    """How a sign-on is set up, as one word; empty without one."""
    return "" if sign_on is None else digest_of(repr(sign_on.settings))[:16]
