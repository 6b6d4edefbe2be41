"""The book of people and keys: who there is now. What may change in it, and who may change it, is the desk's."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from controller.domain.clock import Clock
from controller.domain.rights import CITY, Grant, Role
from controller.runtime.people.records import KEY, USER, ApiKey, User, keys_of, users_of
from controller.runtime.people.secrets import digest_of
from controller.store.state import StoredState

KEY_PREFIX = "zk_"
ADMINISTRATOR = Grant(Role.ADMINISTRATOR, CITY)


class PeopleBook:
    """Users by name, API keys by id."""

    def __init__(self, clock: Clock, stored: StoredState) -> None:
        self._clock = clock
        self._users = users_of(stored.of(USER), clock)
        self._keys = keys_of(stored.of(KEY), clock)

    def user(self, name: str) -> User | None:
        """Somebody by name, disabled or not."""
        return self._users.get(name)

    def users(self) -> Iterator[User]:
        """Everybody, by name."""
        yield from sorted(self._users.values(), key=lambda user: user.name)

    def put(self, user: User) -> None:
        """Somebody is there, or changed."""
        self._users[user.name] = user

    def grants_now(self, name: str) -> tuple[Grant, ...] | None:
        """What somebody may do; None when they are nobody here, or may not sign in."""
        user = self._users.get(name)
        return None if user is None or user.disabled else user.grants

    def administrators(self) -> list[str]:
        """Who can really administer the city: enabled, with a password."""
        return [
            user.name
            for user in self._users.values()
            if not user.disabled and user.password and ADMINISTRATOR in user.grants
        ]

    def key(self, key_id: str) -> ApiKey | None:
        """A key by its id, while it holds."""
        key = self._keys.get(key_id)
        return None if key is None or key.until.over(self._clock) else key

    def api_keys(self) -> Iterator[ApiKey]:
        """Every key that is kept, run out or not, by name."""
        yield from sorted(self._keys.values(), key=lambda key: (key.name, key.id))

    def put_key(self, key: ApiKey) -> None:
        """A new key."""
        self._keys[key.id] = key

    def drop_key(self, key_id: str) -> None:
        """A key is revoked."""
        self._keys.pop(key_id, None)

    def key_of(self, token: str) -> ApiKey | None:
        """The key somebody shows, while it holds."""
        key = self.key(token.removeprefix(KEY_PREFIX).partition("_")[0])
        return key if key is not None and hmac.compare_digest(key.digest, digest_of(token)) else None
