"""The ways a notice can go, and what becomes of it on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from controller.domain.errors import ControllerError
from controller.runtime.notices.notice import Notice
from controller.settings.notices import Receiver, SecretPlace, Webhook

LONGEST_SECRET = 4096


class NotDelivered(ControllerError):
    """The receiver does not have it, as far as anybody knows: it is sent again under the same id.

    ``refused``: it answered, and said no. ``wait_s``: how long it asked to be left alone.
    """

    def __init__(self, message: str, *, refused: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.refused = refused
        self.wait_s = wait_s


class Way(Protocol):
    """One way to one receiver."""

    async def deliver(self, notice: Notice) -> None:
        """The receiver has it when this returns.

        Raises:
            NotDelivered: it has not, as far as anybody knows.
        """
        ...


def way_to(receiver: Receiver, site: str, now: Callable[[], datetime]) -> Way:
    """The way to a receiver of a site's notices."""
    from controller.runtime.notices.mail import MailWay  # only a site with notices pays for loading these
    from controller.runtime.notices.webhook import WebhookWay

    if isinstance(receiver.way, Webhook):
        return WebhookWay(receiver.way, site, now)
    return MailWay(receiver.way, site)


def read_secret(place: SecretPlace, environment: Mapping[str, str]) -> bytes:
    """The secret as it is now: read for every use, so that it can be changed without a restart; never kept or logged.

    Raises:
        NotDelivered: it is not there.
    """
    if place.env:
        secret = environment.get(place.env, "").encode()
    else:
        assert place.file is not None  # noqa: S101 - the configuration was checked for one of the two
        try:
            with place.file.open("rb") as file:
                secret = file.read(LONGEST_SECRET).strip()
        except OSError as cause:
            raise NotDelivered(f"the secret in {place} cannot be read: {cause.strerror}") from cause
    if not secret:
        raise NotDelivered(f"there is no secret in {place}: put it there, it is read again for the next try")
    return secret
