"""Everything about people, put together: what the assembly makes once, restores, and hands a reloaded site."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.rights import Scope, ScopeKind
from controller.runtime.alarms import AlarmBook
from controller.runtime.people.acts import Acts, Witness
from controller.runtime.people.book import ADMINISTRATOR, PeopleBook
from controller.runtime.people.desk import PeopleDesk
from controller.runtime.people.doorkeeper import Doorkeeper, Keeping, Known, fingerprint
from controller.runtime.people.hashing import Hasher
from controller.runtime.people.oidc import SignOn
from controller.runtime.people.permissions import Permissions
from controller.runtime.people.restored import distrust
from controller.runtime.people.sessions import KIND, Sessions
from controller.runtime.people.throttle import Throttle
from controller.runtime.people.tokens import Mint
from controller.runtime.people.views import OneTimeCode
from controller.settings.access import AccessSettings, names_of
from controller.settings.site import Site
from controller.store.changes import Change
from controller.store.state import StoredState

log = structlog.get_logger("people")

FIRST = "admin"
"""Who the first start makes: an administrator of the city, who then makes everybody else."""


class People:
    """The people of one controller. ``authority`` and ``desk`` are its two fronts, ``permissions`` what both ask."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        *,
        key: bytes,
        state: Keeping,
        stored: StoredState,
        evidence: Witness,
        keep: Callable[[Change], None],
        hasher: Hasher | None = None,
    ) -> None:
        self._site = site
        self._clock = clock
        self._stored = stored
        self._keep = keep
        self._evidence = evidence
        self.known = Known(
            clock=clock,
            book=PeopleBook(clock, stored),
            sessions=Sessions(clock, Mint(key)),
            hasher=hasher or Hasher(),
            throttle=Throttle(clock),
            state=state,
            local_grants=site.access.local_cli,
            sign_on=_sign_on(site.access, clock),
        )
        self.permissions = Permissions(site.city, site.access.groups, self.known.grants)
        self.authority = Doorkeeper(self.known, self.permissions)
        self.desk = PeopleDesk(Acts(self.known, self.permissions, evidence, self._is_scope, keep))

    def restore(self) -> None:
        """Take up who was signed in; what is over is forgotten."""
        records, known = self._stored.of(KIND), self.known
        for change in known.sessions.restore(records, known.book.grants_now, fingerprint(known.sign_on)):
            self._keep(change)
        for kept in known.sessions.all():
            known.throttle.know(kept.person, kept.client)

    async def came_from_a_backup(self, alarms: AlarmBook) -> None:
        """After ``restore``: what was kept of identities is as old as a backup; see ``restored.distrust``."""
        await distrust(self.known, self._evidence, alarms)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Who came by a sign-on that is set up otherwise now has to come again."""
        if site.access.oidc != self._site.access.oidc:
            self.known.sign_on = _sign_on(site.access, self._clock)
        self._site = site
        self.known.local_grants = site.access.local_cli
        self.permissions.adopt(site.city, site.access.groups)
        for change in self.known.sessions.end_foreign(fingerprint(self.known.sign_on)):
            self._keep(change)

    async def first_codes(self) -> Sequence[OneTimeCode]:
        """The code of the first administrator, while nobody can administer yet; otherwise none.

        A first start that ended before the password was set is a first start again.
        """
        book = self.known.book
        if book.administrators():
            return ()
        waiting = [user.name for user in book.users() if ADMINISTRATOR in user.grants and not user.disabled]
        name = FIRST if FIRST in waiting or not waiting else waiting[0]
        user = book.user(name)
        if user is not None and user.name not in waiting:
            log.error("nobody_administers", reason=f"{name} is disabled or no administrator, and nobody else is one")
            return ()
        try:
            return (await self.desk.ensure(name, user.grants if user else (ADMINISTRATOR,)),)
        except StoreError as error:
            log.error("first_code_not_made", reason=str(error))
            return ()

    def close(self) -> None:
        """End what runs beside the event loop."""
        self.known.hasher.close()

    def _is_scope(self, scope: Scope) -> bool:
        if scope.kind is ScopeKind.CITY:
            return True
        divisions = frozenset(self._site.divisions) if scope.kind is ScopeKind.DIVISION else frozenset[str]()
        return scope.name in divisions | names_of(scope.kind, self._site.city, frozenset(self._site.access.groups))


def _sign_on(access: AccessSettings, clock: Clock) -> SignOn | None:
    return None if access.oidc is None else SignOn(access.oidc, clock)
