"""Who looks in, and what of the city they may see: asked at every node, so that a revoked key sees nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.server.user_managers import UserManager

from controller.domain.rights import Right
from controller.northbound import names
from controller.northbound.catalogue import Catalogue, Leaf, Shape
from controller.runtime.authority import Authority, Session
from controller.runtime.people.book import KEY_PREFIX


@dataclass
class Looker(User):
    """A machine that signed in by its key; never more than a user to the library."""

    role: UserRole = UserRole.User
    name: str | None = None
    session: Session | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """Which key it is: two keys may have one name."""
        return "" if self.session is None else self.session.caller.session


class Gate(UserManager):
    """Signs machines in. The library asks it as its user manager."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def get_user(
        self, iserver: object, username: str | None = None, password: str | None = None, certificate: object = None
    ) -> Looker | None:
        """Whoever shows a machine's key as password and may see anything at all; the user name is not looked at.

        People's passwords are not taken: a SCADA is a machine, and nobody's password belongs into its settings.
        """
        del iserver, username, certificate
        if not password or not password.startswith(KEY_PREFIX):
            return None
        session = self.authority.session(password)
        if session is None or self.authority.permit(session, Right.SEE) is not None:
            return None
        return Looker(name=session.actor, session=session)


class Sight:
    """What one session may see."""

    def __init__(self, authority: Authority, session: Session) -> None:
        self._authority = authority
        self._session = session
        self._whole: tuple[Catalogue, bool] | None = None

    @property
    def lives(self) -> bool:
        """Whether its key still holds."""
        return self._authority.lives(self._session)

    def sees(self, catalogue: Catalogue, leaf: Leaf) -> bool:
        """Whether the node is shown: an asset in scope, a folder with such an asset, what belongs to the whole city
        only to who sees all of it."""
        if leaf.device:
            return self._authority.visible(self._session, leaf.device)
        folder = leaf.key if leaf.shape is Shape.FOLDER else leaf.parent
        if folder == names.ROOT:
            return True
        if folder == names.ALARMS:
            return self.whole(catalogue)
        return any(self._authority.visible(self._session, device) for device in catalogue.members(folder))

    def whole(self, catalogue: Catalogue) -> bool:
        """Whether every asset is in scope; looked at once per configuration."""
        if self._whole is None or self._whole[0] is not catalogue:
            every = all(self._authority.visible(self._session, device) for device in catalogue.assets)
            self._whole = catalogue, every
        return self._whole[1]


class EveryService(SimpleRoleRuleset):
    """The library's own list of services per role is not used: the session decides each, and knows BrowseNext."""

    def check_validity(self, user: object, action_type: object, body: object) -> bool:
        """Whether the service may be asked for at all: by whoever signed in."""
        del action_type, body
        return isinstance(user, Looker)
