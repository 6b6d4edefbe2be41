"""Browsing in pages: a folder of ten thousand cabinets is never one answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from asyncua import ua
from asyncua.server.address_space import ViewService
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from controller.northbound.attributes import Reference, Shown, node_class, standard, status
from controller.northbound.catalogue import Leaf

PAGE = 500
"""References of one node in one answer (about 10 ms of work)."""
MOST_PAGES = 50
"""Browses one client may have begun and not gone on with; the oldest end."""
_USED = (ObjectIds.Organizes, ObjectIds.HasComponent, ObjectIds.HasProperty, ObjectIds.HasTypeDefinition)
"""Types of references between our nodes."""


@dataclass(slots=True)
class Browsing:
    """What one session browses. ``may`` says whether it sees a node."""

    shown: Shown
    views: ViewService
    may: Callable[[Leaf], bool]
    _begun: dict[bytes, tuple[Iterator[Reference], int]] = field(default_factory=dict)

    def browse(self, wanted: ua.BrowseDescription, most: int) -> ua.BrowseResult:
        """The first page of a node's references."""
        leaf = self.shown.leaf(wanted.NodeId)
        if leaf is not None and self.may(leaf):
            return self._page(self._suitable(leaf, wanted), _page_size(most))
        if self.shown.key(wanted.NodeId) is not None:
            return ua.BrowseResult(StatusCode=status(StatusCodes.BadNodeIdUnknown))
        found = self.views.browse(ua.BrowseParameters(NodesToBrowse=[wanted]))
        return found[0]

    def go_on(self, point: bytes, *, release: bool) -> ua.BrowseResult:
        """The next page; or an end of it."""
        begun = self._begun.pop(point, None)
        if begun is None:
            return ua.BrowseResult(StatusCode=status(StatusCodes.BadContinuationPointInvalid))
        return ua.BrowseResult() if release else self._page(*begun)

    def forget(self) -> None:
        """The catalogue is another: what was begun can't be gone on with."""
        self._begun.clear()

    def translate(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """The node a path of browse names leads to."""
        elements = path.RelativePath.Elements
        if not elements or any(not element.TargetName for element in elements):
            return ua.BrowsePathResult(StatusCode=status(StatusCodes.BadBrowseNameInvalid))
        places = [path.StartingNode]
        for element in elements:
            places = [found for place in places for found in self._step(place, element)]
        if not places:
            return ua.BrowsePathResult(StatusCode=status(StatusCodes.BadNoMatch))
        last = ua.Index(0xFFFF_FFFF)  # the path was gone to its end (part 4, section 5.9.4)
        targets = [ua.BrowsePathTarget(ua.ExpandedNodeId(*_parts(place)), last) for place in places]
        return ua.BrowsePathResult(StatusCode=status(StatusCodes.Good), Targets=targets)

    def _step(self, place: ua.NodeId, element: ua.RelativePathElement) -> list[ua.NodeId]:
        leaf = self.shown.leaf(place)
        if leaf is None:
            if self.shown.key(place) is not None or place not in self.views._aspace:  # noqa: SLF001 - read only
                return []
            return self.views._find_elements_in_node(element, place)  # noqa: SLF001 - the library's one step
        child = None if bool(element.IsInverse) else self.shown.catalogue.child(leaf.key, element.TargetName.Name or "")
        if child is None or not self.may(child) or self.shown.browse_name(child) != element.TargetName:
            return []
        return [self.shown.node_id(child)]

    def _suitable(self, leaf: Leaf, wanted: ua.BrowseDescription) -> Iterator[Reference]:
        kinds = self._kinds(wanted.ReferenceTypeId, subtypes=wanted.IncludeSubtypes)
        direction = wanted.BrowseDirection
        for reference in self.shown.references(leaf):
            towards = ua.BrowseDirection.Forward if reference.forward else ua.BrowseDirection.Inverse
            if reference.kind not in kinds or direction not in (towards, ua.BrowseDirection.Both):
                continue
            if wanted.NodeClassMask and not wanted.NodeClassMask & self._class(reference):
                continue
            if reference.leaf is None or self.may(reference.leaf):
                yield reference

    def _class(self, reference: Reference) -> int:
        if reference.leaf is not None:
            return int(node_class(reference.leaf))
        return int(self.shown.described(reference).NodeClass)

    def _kinds(self, wanted: ua.NodeId, *, subtypes: bool) -> frozenset[int]:
        suits = self.views._suitable_reftype  # noqa: SLF001 - the library knows the hierarchy of types
        return frozenset(kind for kind in _USED if suits(wanted, standard(kind), subtypes))

    def _page(self, references: Iterator[Reference], size: int) -> ua.BrowseResult:
        found = [reference for _, reference in zip(range(size), references, strict=False)]
        result = ua.BrowseResult(
            StatusCode=status(StatusCodes.Good), References=[self.shown.described(one) for one in found]
        )
        following = next(references, None) if len(found) == size else None
        if following is not None:
            while len(self._begun) >= MOST_PAGES:
                del self._begun[next(iter(self._begun))]
            point = secrets.token_bytes(16)
            self._begun[point] = _with_first(following, references), size
            result.ContinuationPoint = ua.ByteString(point)
        return result


def _with_first(first: Reference, others: Iterator[Reference]) -> Iterator[Reference]:
    yield first
    yield from others


def _page_size(most: int) -> int:
    return min(most, PAGE) if most > 0 else PAGE


def _parts(node: ua.NodeId) -> tuple[ua.Int32 | ua.String | ua.Guid | ua.ByteString, ua.Int16, ua.NodeIdType]:
    return node.Identifier, node.NamespaceIndex, node.NodeIdType
