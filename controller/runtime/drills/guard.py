"""The process's own wall: in a drill no socket is ever connected but to the drill's own, whoever asks for it.

It looks at every connection the interpreter makes (an audit hook, which nothing can take away again); a drill's
process therefore runs the standard event loop, whose connections are made by the interpreter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

from controller.domain.errors import ControllerError

Address = tuple[str, int]


class NotOfTheDrill(ControllerError, ConnectionRefusedError):
    """A connection out of a drill was refused; to whoever wanted it, nobody answered."""


class Wall:
    """Where the process may connect to. Addresses may be added while sockets are being opened, never taken away."""

    def __init__(self) -> None:
        self.allowed: set[Address] = set()
        self.refused: list[str] = []

    def allow(self, urls: Iterable[str]) -> None:
        """These are the drill's own.

        Raises:
            NotOfTheDrill: one is not on this machine itself.
        """
        for url in urls:
            parts = urlsplit(url)
            if parts.hostname != "127.0.0.1" or parts.port is None:
                raise NotOfTheDrill(f"{url} is not on this machine's own 127.0.0.1: a drill has no such wire")
            self.allowed.add((parts.hostname, parts.port))

    def look(self, event: str, arguments: tuple[object, ...]) -> None:
        """The audit hook. Raises NotOfTheDrill for a connection elsewhere."""
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        address = arguments[1]
        if address is None or isinstance(address, (str, bytes)):
            return  # already connected, or a file of this machine
        if isinstance(address, tuple) and address[:2] in self.allowed:
            return
        self.refused.append(str(address))
        raise NotOfTheDrill(f"a drill connects to nothing but its own devices; refused: {address} 演练禁止外联")

    def stand(self) -> None:
        """From now on, for as long as the process lives."""
        sys.addaudithook(self.look)
