"""YAML with a memory of lines: plain data for validation, and the line of any path for messages.

The dialect is the small, safe part of YAML 1.2: ``on``, ``off``, ``yes`` and ``22:30`` are text (YAML 1.1 would make
booleans and base-60 numbers of them), numbers are decimal, dates are ``YYYY-MM-DD``. Tags, merge keys and aliases
of lists or mappings are refused: a site's file says what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml._yaml import CParser
from yaml.resolver import BaseResolver

from controller.settings.problems import Problem, shown

YamlPath = tuple[str | int, ...]
"""Keys and list positions from the top of a file."""

_STR, _INT, _FLOAT, _BOOL, _NULL, _DATE, _SEQ, _MAP = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
)
_INT_FORM = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT_FORM = re.compile(r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)\Z")
_DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WORDS = {"true": _BOOL, "false": _BOOL, "null": _NULL, "~": _NULL, "": _NULL}
_NUMBER_STARTS = frozenset("+-.0123456789")


class _Composer(CParser, BaseResolver):
    """The C parser with this dialect's rules for unquoted words."""

    def __init__(self, text: bytes) -> None:
        CParser.__init__(self, text)
        BaseResolver.__init__(self)

    def descend_resolver(self, *_: object) -> None:
        """No path resolvers here, so nothing to follow."""

    def ascend_resolver(self) -> None:
        """No path resolvers here, so nothing to follow."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        """The tag of a node that carries none of its own."""
        if kind is ScalarNode:
            return _tag_of(value) if implicit[0] else _STR
        return _SEQ if kind is SequenceNode else _MAP


def _tag_of(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in _NUMBER_STARTS:
        return _STR
    for form, tag in ((_INT_FORM, _INT), (_FLOAT_FORM, _FLOAT), (_DATE_FORM, _DATE)):
        if form.match(word):
            return tag
    return _STR


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, its text for hashing, and where everything stands. ``name`` is how messages call it."""

    name: str
    data: Any
    text: bytes
    root: Node | None
    problems: tuple[Problem, ...] = ()

    def line(self, path: YamlPath) -> int:
        """Line (from 1) of the key or item at ``path``; of its nearest parent when it is missing."""
        node, line = self.root, 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line

    def value(self, path: YamlPath) -> Any:
        """What stands at ``path``; None when nothing does."""
        data = self.data
        for step in path:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return None
        return data

    def where(self, path: YamlPath) -> str:
        """The path for people: ``cabinets[330106-LC-0001].circuits[K2].lamps``."""
        text = ""
        for depth, step in enumerate(path):
            if isinstance(step, int):
                text += f"[{_label(self.value(path[: depth + 1]), step)}]"
            else:
                text += f".{step}" if text else step
        return text

    def problem(self, path: YamlPath, message: str, hint: str = "") -> Problem:
        """A problem with what stands at ``path``."""
        value = self.value(path)
        secret = bool(path) and str(path[-1]) in SECRETS  # in the wrong place already; not in a log besides
        text = "" if secret or value is None or isinstance(value, (dict, list)) else shown(value)
        return Problem(self.name, self.line(path), self.where(path), text, message, hint)


SECRETS = frozenset({"password", "passphrase", "secret", "token"})
"""Keys whose value is never repeated, wherever somebody wrote it."""


def _date(word: str) -> date | str:
    """The day, or the word itself when there is no such day: the field it stands in will refuse a text."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        return word


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    return None


def _label(item: Any, position: int) -> str:
    if isinstance(item, dict):
        for key in ("id", "output", "code", "name"):
            if isinstance(item.get(key), (str, int)):
                return str(item[key])
    return str(position)


def read_document(file: Path, name: str) -> Document:
    """Read one YAML file; what can't be used of it is in ``problems`` (the data is None when nothing can)."""
    try:
        text = file.read_bytes()
    except OSError as cause:
        unread = Problem(name, 1, "", "", f"can't be read: {cause.strerror}", "check its name and permissions")
        return Document(name, None, b"", None, (unread,))
    return parse_document(text, name)


def parse_document(text: bytes, name: str) -> Document:
    """A file's text that was read already."""
    try:
        root = _Composer(text).get_single_node()
    except (YAMLError, UnicodeDecodeError) as cause:
        return Document(name, None, text, None, (_unparsable(name, cause),))
    reader = _Reader(name)
    data = reader.plain(root) if root is not None else None
    return Document(name, data, text, root, tuple(reader.problems))


def _unparsable(name: str, cause: Exception) -> Problem:
    mark = getattr(cause, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    what = getattr(cause, "problem", None) or str(cause)
    return Problem(name, line, "", "", f"not YAML: {what}", "indent with spaces, quote texts that hold ': ' or ' #'")


@dataclass(slots=True)
class _Reader:
    """Turns nodes into plain data, noting what this dialect refuses."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def plain(self, node: Node) -> Any:
        """The node's data."""
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if id(node) in self.seen:
            return self._refuse(node, "an alias of a whole list or mapping", "write it out")
        self.seen.add(id(node))
        if node.tag == _SEQ and isinstance(node, SequenceNode):
            return [self.plain(item) for item in node.value]
        if node.tag == _MAP and isinstance(node, MappingNode):
            return dict(self._members(node))
        return self._refuse(node, f"tag {node.tag} is not known here", "leave the tag out")

    def _members(self, node: MappingNode) -> Iterator[tuple[str, Any]]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or key.value == "<<":
                self._refuse(key, "a key is a plain word", "write the keys out")
            elif key.value in lines:
                hint = f"it stands in line {lines[key.value]} already; keep one of them"
                self.problems.append(Problem(self.name, line, key.value, "", "duplicate key", hint))
            else:
                lines[key.value] = line
                yield key.value, self.plain(value)

    def _scalar(self, node: ScalarNode) -> Any:
        word = node.value
        if node.tag not in (_STR, _tag_of(word)):
            return self._refuse(node, f"tag {node.tag} is not known here", "leave the tag out")
        match node.tag:
            case "tag:yaml.org,2002:str":
                return word
            case "tag:yaml.org,2002:int":
                return int(word)
            case "tag:yaml.org,2002:float":
                return float(word)
            case "tag:yaml.org,2002:bool":
                return word == "true"
            case "tag:yaml.org,2002:timestamp":
                return _date(word)
        return None

    def _refuse(self, node: Node, message: str, hint: str) -> None:
        value = node.value if isinstance(node, ScalarNode) else ""
        self.problems.append(Problem(self.name, node.start_mark.line + 1, "", shown(value), message, hint))
