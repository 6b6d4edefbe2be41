"""Where people and keys are looked after: every act asked of the rights, journalled, kept, and then in force at once.

What takes rights away (disabling, ending a session, revoking a key) is in force before anything is written: a stolen
account is not safe any longer because a disk is full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from controller.domain.errors import InvalidValue, NotPermitted, SignInRefused
from controller.domain.points import TargetId
from controller.domain.rights import SELF, Caller, Grant, OwnerClass, Right
from controller.domain.slots import Slot
from controller.runtime.authority import Denial
from controller.runtime.people import showing
from controller.runtime.people.acts import LABEL, Acts, label
from controller.runtime.people.book import ADMINISTRATOR
from controller.runtime.people.doorkeeper import WRONG
from controller.runtime.people.machines import KeyDesk
from controller.runtime.people.records import User
from controller.runtime.people.secrets import CODE_LIFE, checked_name, checked_password, digest_of, new_code
from controller.runtime.people.spans import Span
from controller.runtime.people.views import OneTimeCode, PersonView, SessionView
from controller.store.changes import Change


class PeopleDesk:
    """Users, their roles and codes, their sessions; ``machines`` are the API keys. Journal kinds are named at each act.

    Every method that changes somebody else's access needs ``administer`` on ``users`` (in the whole city).

    Raises everywhere:
        NotPermitted: the caller may not; this is journalled as ``people_refused``.
        InvalidValue: it makes no sense as it stands; nothing was done.
        StoreError: it could not be written down. Nothing was done, unless it takes rights away: then it is in force,
            and a restart may bring the rights back until a disk takes it, which is tried on.
    """

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._known = acts.known
        self.machines = KeyDesk(acts)

    # -- asking -------------------------------------------------------------------------------------------------

    def list(self, caller: Caller) -> tuple[PersonView, ...]:
        """Everybody, by name."""
        self._acts.see_users(caller)
        known = self._known
        sessions = [kept.person for kept in known.sessions.all()]
        return tuple(showing.person(user, sessions.count(user.name), known.clock) for user in known.book.users())

    def sessions(self, caller: Caller) -> tuple[SessionView, ...]:
        """Who is signed in; without the right to see users, only one's own sessions."""
        every = self._acts.permissions.denial(caller, Right.SEE, of=OwnerClass.USERS) is None
        mine = (kept for kept in self._known.sessions.all() if every or kept.person == caller.person != "")
        return tuple(showing.session(kept) for kept in mine)

    def denial(
        self,
        caller: Caller,
        right: Right,
        targets: Sequence[str] = (),
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> Denial | None:
        """``Authority.permit`` for who has only the caller: other desks, judging again what was permitted before."""
        return self._acts.permissions.denial(caller, right, targets, of, slot=slot)

    def outside(
        self, caller: Caller, right: Right, targets: Sequence[TargetId], *, slot: Slot | None = None
    ) -> Sequence[TargetId]:
        """Those of the targets the caller may not do this on."""
        return self._acts.permissions.outside(caller, right, targets, slot=slot)

    # -- people -------------------------------------------------------------------------------------------------

    async def add_user(self, name: str, grants: Sequence[Grant], caller: Caller, display: str = "") -> OneTimeCode:
        """A new person, who signs in with the code within 24 h and sets a password (``user_added``)."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "add_user", name)
            name, given = checked_name(name), self._acts.checked(grants)
            if self._known.book.user(name) is not None:
                raise InvalidValue(f"there is a user {name} already; give another name, or change that one")
            now = self._known.clock.now().isoformat()
            user = User(name, label(display), given, created=now, created_by=caller.actor)
            return await self._with_code("user_added", user, caller)

    async def new_code(self, name: str, caller: Caller) -> OneTimeCode:
        """A fresh code for somebody who lost password or code; the old one is gone, sessions end (``user_code``)."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "new_code", name)
            return await self._with_code("user_code", self._user(name), caller)

    async def ensure(self, name: str, grants: Sequence[Grant], display: str = "") -> OneTimeCode:
        """The controller's own: this person is there, with these roles and a fresh code (first start, demo)."""
        async with self._acts.one_at_a_time:
            now = self._known.clock.now().isoformat()
            user = self._known.book.user(name) or User(checked_name(name), created=now, created_by=SELF.actor)
            user = replace(user, display=display or user.display, grants=self._acts.checked(grants), disabled=False)
            return await self._with_code("user_ensured", user, SELF)

    async def set_password(self, secret: str, password: str, caller: Caller) -> None:
        """One's own password (``password_set``); all one's sessions end. ``secret`` is the present password, not
        asked for in a session opened by a one-time code.

        Raises:
            SignInRefused: ``secret`` is not the present password.
        """
        known = self._known
        kept = known.sessions.of(caller.session)
        user = known.book.user(caller.person) if caller.person else None
        if kept is None or user is None or user.disabled or kept.foreign:
            raise NotPermitted(f"{caller.actor} has no password here: only people of this controller's own book do")
        password = checked_password(password, user.name)
        if not kept.password_needed:
            await self._prove(user, secret)
        hashed = await known.hasher.hash(password)
        async with self._acts.one_at_a_time:
            if known.book.user(user.name) != user or known.sessions.of(caller.session) is None:
                raise SignInRefused(WRONG)  # reset or disabled while we hashed
            await self._change("password_set", replace(user, password=hashed, code="", code_until=None), caller, {})

    async def grant(self, name: str, grants: Sequence[Grant], caller: Caller) -> PersonView:
        """Somebody's roles from now on, instead of all they had (``user_granted``); their sessions end.

        Nobody changes their own, and the last administrator stays one.
        """
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "grant", name)
            user = replace(self._user(name), grants=self._acts.checked(grants))
            if caller.person == user.name:
                raise InvalidValue("nobody changes their own roles; ask another administrator")
            self._keep_an_administrator(user)
            return await self._change("user_granted", user, caller, {"grants": showing.words(user.grants)})

    async def disable(self, name: str, caller: Caller, reason: str = "") -> PersonView:
        """Somebody may not sign in any more; their sessions end at once (``user_disabled``)."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "disable", name)
            user = replace(self._user(name), disabled=True)
            self._keep_an_administrator(user)
            self._known.book.put(user)
            changes: list[Change] = [user.record(), *self._known.sessions.end_of(user.name)]
            await self._acts.taken_away("user_disabled", user.name, caller, {"reason": reason}, changes)
            return self._shown(user)

    async def enable(self, name: str, caller: Caller) -> PersonView:
        """Somebody may sign in again, by the password they had (``user_enabled``)."""
        async with self._acts.one_at_a_time:
            await self._acts.may_administer(caller, "enable", name)
            return await self._change("user_enabled", replace(self._user(name), disabled=False), caller, {})

    async def end_session(self, session_id: str, caller: Caller) -> None:
        """End a session: one's own, or as an administrator anybody's (``session_ended``)."""
        kept = self._known.sessions.of(session_id)
        if kept is None or kept.person != caller.person:
            await self._acts.may_administer(caller, "end_session", session_id)
        if kept is None:
            raise InvalidValue(f"there is no session {session_id[:64]!r} that lives")
        changes = self._known.sessions.end(session_id)
        await self._acts.taken_away("session_ended", kept.person, caller, {"session": session_id}, changes)

    # -- how --------------------------------------------------------------------------------------------------------

    def _user(self, name: str) -> User:
        user = self._known.book.user(name.strip().lower())
        if user is None:
            raise InvalidValue(f"there is no user {name[:LABEL]!r}")
        return user

    def _keep_an_administrator(self, changed: User) -> None:
        left = set(self._known.book.administrators())
        stays = not changed.disabled and ADMINISTRATOR in changed.grants
        if left == {changed.name} and not stays:
            raise InvalidValue(f"{changed.name} is the last administrator; make another one first")

    async def _prove(self, user: User, secret: str) -> None:
        """A stolen session does not let its thief guess the password at leisure."""
        known = self._known
        door = f"password of {user.name}"  # each person's own: nobody's guessing keeps others from changing theirs
        wait_s = known.throttle.wait_s(user.name, door)
        if wait_s > 0.0:
            raise SignInRefused(f"too many tries; the next one is looked at in {wait_s:.0f} s 请稍候", wait_s)
        known.throttle.tried(user.name, door)
        if not await known.hasher.verify(user.password, secret):
            raise SignInRefused("the present password is not right 原口令不正确", known_name=user.name)
        known.throttle.forgive(user.name, door)

    async def _with_code(self, kind: str, user: User, caller: Caller) -> OneTimeCode:
        code, known = new_code(), self._known
        span = Span.of(known.clock, CODE_LIFE)
        user = replace(user, password="", code=digest_of(code), code_until=span)
        await self._change(kind, user, caller, {"grants": showing.words(user.grants), "until": span.text()})
        return OneTimeCode(user.name, code, span.ends)

    async def _change(self, kind: str, user: User, caller: Caller, data: Mapping[str, Any]) -> PersonView:
        """Written down, kept, then in force; whatever was opened under what they were before, ends."""
        await self._acts.written(kind, user.name, caller, data, [user.record()])
        self._known.book.put(user)
        await self._known.keep(self._known.sessions.end_of(user.name))
        return self._shown(user)

    def _shown(self, user: User) -> PersonView:
        count = sum(kept.person == user.name for kept in self._known.sessions.all())
        return showing.person(user, count, self._known.clock)
