"""A cache of OPC UA's standard address space: an asyncua server starts in 0.05 s from it, in 2 s without."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.server.address_space import AddressSpace, NodeData, NodeManagementService
from asyncua.server.internal_server import InternalServer

PackedNodes = Mapping[str, bytes]
"""Every standard node by its identifier's text, pickled by itself: a server unpacks only the few it is asked for."""

UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    AttributeError,
    ImportError,
    pickle.UnpicklingError,
)
"""What a damaged cache raises when it is opened or read."""


def cache_folder() -> Path:
    """Where caches of this user live: ``$XDG_CACHE_HOME/zhadao`` or ``~/.cache/zhadao``."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "zhadao"


def cache_file(folder: Path | None = None) -> Path:
    """The cache's file: one per asyncua and pickle version."""
    return (folder or cache_folder()) / f"opcua-{version('asyncua')}-{pickle.HIGHEST_PROTOCOL}.nodes"


def standard_nodes(folder: Path | None = None, *, make: bool = True) -> PackedNodes | None:
    """The standard nodes from the cache, which is made if missing or damaged. None: not possible here, go the slow way.

    ``make`` false only looks whether there is one: making it takes seconds.

    It is written beside its place and then renamed, so that a half-written cache is never used and two makers do not
    harm each other.
    """
    file = cache_file(folder)
    with suppress(*UNREADABLE):
        return _read(file)
    if not make:
        return None
    try:
        _make(file)
        return _read(file)
    except UNREADABLE:
        return None


def _read(file: Path) -> PackedNodes:
    nodes = pickle.loads(file.read_bytes())  # noqa: S301 - this user's own file, in a folder only they may write
    if not isinstance(nodes, dict) or not nodes:
        raise ValueError(f"{file} holds no nodes")
    return nodes


def _make(file: Path) -> None:
    # Slow to import (1 s), and only wanted here.
    from asyncua.server.standard_address_space import standard_address_space

    space = AddressSpace()
    fill: Any = standard_address_space.fill_address_space
    fill(NodeManagementService(space))
    packed = {node.to_string(): pickle.dumps(space[node], pickle.HIGHEST_PROTOCOL) for node in list(space.keys())}
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="opcua-", dir=file.parent)
    workpiece = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            pickle.dump(packed, out, pickle.HIGHEST_PROTOCOL)
        workpiece.replace(file)
    finally:
        workpiece.unlink(missing_ok=True)


class PackedServer(InternalServer):
    """asyncua's internal server over packed standard nodes; without them it fills its address space itself."""

    def __init__(self, nodes: PackedNodes | None) -> None:
        super().__init__()
        self._packed = nodes

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Asked once by ``init``."""
        if self._packed is None:
            await super().load_standard_address_space(shelf_file)
            return
        unpacking: Any = _Unpacking(self._packed)
        self.aspace._nodes = unpacking  # noqa: SLF001 - the library's own lazy loader puts itself in the same place


class _Unpacking(MutableMapping[ua.NodeId, NodeData]):
    """Nodes by identifier; a standard one is unpacked when it is first asked for, and is this server's own then."""

    def __init__(self, packed: PackedNodes) -> None:
        self._packed = packed
        self._nodes: dict[ua.NodeId, NodeData] = {}

    def __getitem__(self, key: ua.NodeId) -> NodeData:
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = pickle.loads(self._packed[key.to_string()])  # noqa: S301 - see _read
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._nodes or (isinstance(key, ua.NodeId) and key.to_string() in self._packed)

    def __setitem__(self, key: ua.NodeId, node: NodeData) -> None:
        self._nodes[key] = node

    def __delitem__(self, key: ua.NodeId) -> None:
        del self._nodes[key]

    def __iter__(self) -> Iterator[ua.NodeId]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


if __name__ == "__main__":
    raise SystemExit(standard_nodes() is None)
