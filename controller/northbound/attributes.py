"""A node's attributes and references as OPC UA has them, made when a client asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from controller.northbound import names
from controller.northbound.catalogue import Catalogue, Leaf, Shape
from controller.northbound.facts import Facts, fact_kind
from controller.northbound.units import unit_of
from controller.northbound.values import Kind

ZH = "zh-CN"
READ_ONLY = 0x01
"""AccessLevel: CurrentRead and nothing else (part 3, section 8.57)."""
SAMPLING_MS = 1000.0
"""What is told to clients as the fastest a value changes here."""
_Id = AttributeIds
_Objects = ObjectIds
_FOLDERS = (Shape.FOLDER, Shape.ASSET, Shape.TARGET)
_SCALAR = -1


@dataclass(frozen=True, slots=True)
class Reference:
    """One way to go from a node."""

    kind: int
    leaf: Leaf | None
    forward: bool
    standard: int = 0
    """The numeric id of a node of the standard's own, where it is no leaf."""


class Shown:
    """The catalogue as OPC UA nodes in the namespace of this index."""

    def __init__(self, catalogue: Catalogue, facts: Facts, index: int) -> None:
        self.catalogue = catalogue
        self.facts = facts
        self.index = index

    def key(self, node: ua.NodeId) -> str | None:
        """The identifier, when the node is in our namespace."""
        if node.NamespaceIndex != self.index or not isinstance(node.Identifier, str):
            return None
        return node.Identifier

    def leaf(self, node: ua.NodeId) -> Leaf | None:
        """What stands under this id."""
        key = self.key(node)
        return None if key is None else self.catalogue.leaf(key)

    def node_id(self, leaf: Leaf) -> ua.NodeId:
        """``ns=index;s=key``."""
        return ua.NodeId(ua.String(leaf.key), ua.Int16(self.index), ua.NodeIdType.String)

    def read(self, leaf: Leaf, attribute: int) -> ua.DataValue:
        """The value of any attribute; BadAttributeIdInvalid of one this node has not."""
        if attribute == _Id.Value and leaf.live:
            return self.facts.value(leaf, self.facts.now())
        make = _ATTRIBUTES.get(attribute)
        variant = None if make is None else make(self, leaf)
        if variant is None:
            return ua.DataValue(StatusCode=status(StatusCodes.BadAttributeIdInvalid))
        return ua.DataValue(variant, StatusCode=status(StatusCodes.Good))

    def references(self, leaf: Leaf) -> Iterator[Reference]:
        """Every reference of a node: its type, its parent, its children."""
        yield Reference(_Objects.HasTypeDefinition, None, True, _type_of(leaf))
        parent = self.catalogue.leaf(leaf.parent) if leaf.parent else None
        yield Reference(_kind_to(leaf), parent, False, 0 if parent else _Objects.ObjectsFolder)
        for key in self.catalogue.children(leaf.key):
            child = self.catalogue.leaf(key)
            if child is not None:
                yield Reference(_kind_to(child), child, True)

    def described(self, reference: Reference) -> ua.ReferenceDescription:
        """A reference as a browse gives it."""
        leaf = reference.leaf
        if leaf is None:
            return _standard(reference)
        return ua.ReferenceDescription(
            ReferenceTypeId=standard(reference.kind),
            IsForward=reference.forward,
            NodeId=self.node_id(leaf),
            BrowseName=self.browse_name(leaf),
            DisplayName=_display(leaf),
            NodeClass=node_class(leaf),
            TypeDefinition=standard(_type_of(leaf)),
        )

    def browse_name(self, leaf: Leaf) -> ua.QualifiedName:
        """Ours, but for the two properties clients look for under the standard's own names."""
        return ua.QualifiedName(leaf.name, 0 if _standard_property(leaf) else self.index)


def status(code: int) -> ua.StatusCode:
    """A status code."""
    return ua.StatusCode(ua.UInt32(code))


@cache
def standard(number: int) -> ua.NodeId:
    """A node of the standard's own."""
    return ua.NodeId(ua.Int32(number), ua.Int16(0))


def node_class(leaf: Leaf) -> ua.NodeClass:
    """Object or variable."""
    return ua.NodeClass.Object if leaf.shape in _FOLDERS else ua.NodeClass.Variable


def root_reference(index: int, title: str) -> ua.ReferenceDescription:
    """How the Objects folder leads to us."""
    return ua.ReferenceDescription(
        ReferenceTypeId=standard(_Objects.Organizes),
        IsForward=True,
        NodeId=ua.NodeId(ua.String(names.ROOT), ua.Int16(index), ua.NodeIdType.String),
        BrowseName=ua.QualifiedName(names.ROOT, index),
        DisplayName=ua.LocalizedText(title, ZH),
        NodeClass=ua.NodeClass.Object,
        TypeDefinition=standard(_Objects.FolderType),
    )


def _standard(reference: Reference) -> ua.ReferenceDescription:
    name = _STANDARD_NAMES[reference.standard]
    of_type = reference.kind == _Objects.HasTypeDefinition
    variable = reference.standard in (
        _Objects.BaseAnalogType,
        _Objects.BaseDataVariableType,
        _Objects.PropertyType,
    )
    class_of_type = ua.NodeClass.VariableType if variable else ua.NodeClass.ObjectType
    return ua.ReferenceDescription(
        ReferenceTypeId=standard(reference.kind),
        IsForward=reference.forward,
        NodeId=standard(reference.standard),
        BrowseName=ua.QualifiedName(name, 0),
        DisplayName=ua.LocalizedText(name),
        NodeClass=class_of_type if of_type else ua.NodeClass.Object,
        TypeDefinition=standard(0) if of_type else standard(_Objects.FolderType),
    )


def _kind_to(leaf: Leaf) -> int:
    """The reference that leads to a node from its parent."""
    if leaf.shape is Shape.PROPERTY:
        return int(_Objects.HasProperty)
    if leaf.shape is Shape.FOLDER or leaf.shape is Shape.ASSET:
        return int(_Objects.Organizes)
    return int(_Objects.HasComponent)


def _type_of(leaf: Leaf) -> int:
    match leaf.shape:
        case Shape.FOLDER:
            return int(_Objects.FolderType)
        case Shape.ASSET | Shape.TARGET:
            return int(_Objects.BaseObjectType)
        case Shape.PROPERTY:
            return int(_Objects.PropertyType)
    measured = leaf.spec is not None and leaf.spec.unit and fact_kind(leaf) not in (Kind.Boolean, Kind.String)
    return int(_Objects.BaseAnalogType if measured else _Objects.BaseDataVariableType)


_STANDARD_NAMES: Mapping[int, str] = {
    _Objects.ObjectsFolder: "Objects",
    _Objects.FolderType: "FolderType",
    _Objects.BaseObjectType: "BaseObjectType",
    _Objects.PropertyType: "PropertyType",
    _Objects.BaseAnalogType: "BaseAnalogType",
    _Objects.BaseDataVariableType: "BaseDataVariableType",
}


def _standard_property(leaf: Leaf) -> bool:
    return leaf.shape is Shape.PROPERTY and leaf.spec is not None


def _display(leaf: Leaf) -> ua.LocalizedText:
    return ua.LocalizedText(leaf.title, ZH if leaf.shape in _FOLDERS else None)


def _fixed(leaf: Leaf) -> ua.Variant:
    """What a property says."""
    if leaf.spec is not None and leaf.name == "EngineeringUnits":
        namespace, number = unit_of(leaf.spec.unit)
        text = ua.LocalizedText(leaf.spec.unit)
        unit = ua.EUInformation(ua.String(namespace), ua.Int32(number), text, text)
        return ua.Variant(unit, Kind.ExtensionObject)
    if leaf.spec is not None:
        span = ua.Range(ua.Double(leaf.spec.low or 0.0), ua.Double(leaf.spec.high or 0.0))
        return ua.Variant(span, Kind.ExtensionObject)
    if isinstance(leaf.fixed, float):
        return ua.Variant(leaf.fixed, Kind.Double)
    if leaf.name == "name":
        return ua.Variant(ua.LocalizedText(str(leaf.fixed), ZH), Kind.LocalizedText)
    return ua.Variant(str(leaf.fixed), Kind.String)


def _data_type(leaf: Leaf) -> int:
    if leaf.live:
        return int(fact_kind(leaf).value)
    if leaf.spec is not None:
        return int(_Objects.EUInformation if leaf.name == "EngineeringUnits" else _Objects.Range)
    return int(_fixed(leaf).VariantType.value)


def _variable(make: Callable[[Leaf], ua.Variant]) -> Callable[[Shown, Leaf], ua.Variant | None]:
    """An attribute only variables have."""
    return lambda _, leaf: make(leaf) if node_class(leaf) is ua.NodeClass.Variable else None


_ATTRIBUTES: Mapping[int, Callable[[Shown, Leaf], ua.Variant | None]] = {
    _Id.NodeId: lambda shown, leaf: ua.Variant(shown.node_id(leaf), Kind.NodeId),
    _Id.NodeClass: lambda _, leaf: ua.Variant(int(node_class(leaf)), Kind.Int32),
    _Id.BrowseName: lambda shown, leaf: ua.Variant(shown.browse_name(leaf), Kind.QualifiedName),
    _Id.DisplayName: lambda _, leaf: ua.Variant(_display(leaf), Kind.LocalizedText),
    _Id.WriteMask: lambda _, __: ua.Variant(0, Kind.UInt32),
    _Id.UserWriteMask: lambda _, __: ua.Variant(0, Kind.UInt32),
    _Id.EventNotifier: lambda _, leaf: ua.Variant(0, Kind.Byte) if leaf.shape in _FOLDERS else None,
    _Id.Value: _variable(_fixed),
    _Id.DataType: _variable(lambda leaf: ua.Variant(standard(_data_type(leaf)), Kind.NodeId)),
    _Id.ValueRank: _variable(lambda _: ua.Variant(_SCALAR, Kind.Int32)),
    _Id.AccessLevel: _variable(lambda _: ua.Variant(READ_ONLY, Kind.Byte)),
    _Id.UserAccessLevel: _variable(lambda _: ua.Variant(READ_ONLY, Kind.Byte)),
    _Id.MinimumSamplingInterval: _variable(lambda _: ua.Variant(SAMPLING_MS, Kind.Double)),
    _Id.Historizing: _variable(lambda _: ua.Variant(False, Kind.Boolean)),
}
