"""Questions and answers between a controller and its own worker, as frames of bytes: a length, then the thing.

Pickles travel over the pipes of a process the controller itself started, and over nothing else.
"""

from __future__ import annotations

import io
import pickle
from types import MappingProxyType
from typing import Any

LENGTH = 8
MOST = 64 * 1024 * 1024
"""A frame longer than this is no frame."""


def framed(thing: object) -> bytes:
    """The frame of a thing."""
    out = io.BytesIO()
    _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump(thing)
    body = out.getvalue()
    return len(body).to_bytes(LENGTH, "big") + body


def length_of(head: bytes) -> int:
    """How long the body after this head is.

    Raises:
        ValueError: this is no head.
    """
    length = int.from_bytes(head, "big")
    if len(head) != LENGTH or length > MOST:
        raise ValueError(f"a frame of {length} bytes")
    return length


def unframed(body: bytes) -> Any:
    """The thing of a body, from our own worker."""
    return pickle.loads(body)  # noqa: S301 - written by a process of our own, over its own pipe


def _read_only(what: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(what)


class _Pickler(pickle.Pickler):
    """Read-only mappings of the settings travel as what they are."""

    def reducer_override(self, thing: object) -> Any:
        if isinstance(thing, MappingProxyType):
            return _read_only, (dict(thing),)
        return NotImplemented
