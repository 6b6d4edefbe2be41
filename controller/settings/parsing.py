"""From a document's plain data to models, with every refusal mapped back to its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from controller.settings.fields import Model
from controller.settings.problems import Problem, did_you_mean, some
from controller.settings.yaml_lines import Document, YamlPath

M = TypeVar("M", bound=Model)
M_co = TypeVar("M_co", bound=Model, covariant=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that a later check may have something to say about."""

    document: Document = field(hash=False)
    path: YamlPath

    def at(self, *steps: str | int) -> Spot:
        """A place further in."""
        return Spot(self.document, (*self.path, *steps))

    def problem(self, message: str, hint: str = "") -> Problem:
        """A problem with what stands here."""
        return self.document.problem(self.path, message, hint)

    def __str__(self) -> str:
        return f"{self.document.name}:{self.document.line(self.path)}"


@dataclass(frozen=True, slots=True)
class Entry(Generic[M_co]):
    """A validated model and where it was read."""

    value: M_co
    spot: Spot


@dataclass(slots=True)
class Findings:
    """Problems as they are found; nothing stops at the first."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, spot: Spot, message: str, hint: str = "") -> None:
        """Note a problem with what stands at the spot."""
        self.problems.append(spot.problem(message, hint))

    def parse(self, model: type[M], spot: Spot) -> Entry[M] | None:
        """The mapping at the spot as a model; None, and its problems noted, when it isn't one."""
        data = spot.document.value(spot.path)
        try:
            return Entry(model.model_validate(data), spot)
        except ValidationError as refused:
            self.problems.extend(_problem(model, spot, error) for error in refused.errors(include_url=False))
            return None

    def top(self, document: Document, known: Mapping[str, type]) -> Mapping[str, Any]:
        """The file's top mapping with only known keys whose values are of the wanted type (list or dict)."""
        self.problems.extend(document.problems)
        top, usable = Spot(document, ()), {}
        if not isinstance(document.data, dict):
            if not document.problems:
                self.add(top, "empty: a mapping is wanted", f"top keys: {some(sorted(known))}")
            return {}
        for key, value in document.data.items():
            if key not in known:
                self.add(top.at(key), "unknown key", did_you_mean(key, known))
            elif value is not None and not isinstance(value, known[key]):
                wanted = "list" if known[key] is list else "mapping"
                self.add(top.at(key), f"a {wanted} is wanted", f"start its lines with {_START[wanted]}")
            elif value is not None:
                usable[key] = value
        return usable

    def items(self, model: type[M], spot: Spot) -> Iterator[Entry[M]]:
        """The good items of the list at the spot."""
        for position in range(len(spot.document.value(spot.path) or [])):
            entry = self.parse(model, spot.at(position))
            if entry is not None:
                yield entry


_START = {"list": "'- '", "mapping": "'key: '"}
_PLAIN = {
    "string_type": "a text is wanted; quote it if it looks like a number",
    "float_type": "a number is wanted, without unit and without quotes",
    "int_type": "a whole number is wanted, without quotes",
    "int_from_float": "a whole number is wanted",
    "bool_type": "true or false is wanted",
    "date_type": "a date is wanted: YYYY-MM-DD",
    "list_type": "a list is wanted: [a, b]",
    "dict_type": "a mapping is wanted: {key: value}",
    "model_type": "a mapping is wanted: {key: value}",
}


def _problem(model: type[Model], spot: Spot, error: Any) -> Problem:
    path: YamlPath = tuple(step for step in error["loc"] if step != "[key]")
    kind, here = error["type"], spot.at(*path)
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return here.problem("unknown key", did_you_mean(str(path[-1]), _fields_at(model, path[:-1])))
    if kind == "missing":
        return here.problem("is missing", _why_needed(model, path))
    if kind == "enum":
        return here.problem("not one of the known words", f"say {context['expected']}")
    if kind == "value_error":
        return here.problem(str(context["error"]))
    if kind == "string_pattern_mismatch":
        return here.problem(
            "does not have the wanted form", _why_needed(model, path) or f"pattern {context['pattern']}"
        )
    return here.problem(_PLAIN.get(kind) or _lowered(error["msg"]), _why_needed(model, path))


def _lowered(message: str) -> str:
    return message.replace("Input should", "should", 1)


def _fields_at(model: type[Model], path: YamlPath) -> list[str]:
    found = _model_at(model, path)
    return [] if found is None else [info.alias or name for name, info in found.model_fields.items()]


def _why_needed(model: type[Model], path: YamlPath) -> str:
    """The field's own description: what it is and an example."""
    found = _model_at(model, path[:-1])
    if found is None or not path:
        return ""
    info = found.model_fields.get(str(path[-1]))
    return (info.description or "") if info is not None else ""


def _model_at(annotation: Any, path: YamlPath) -> type[Model] | None:
    """The model that validates what stands at ``path`` below a field annotated like this."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _model_at(get_args(annotation)[0], path)
    if origin in (Union, UnionType):
        return next((found for part in get_args(annotation) if (found := _model_at(part, path))), None)
    if origin in (list, dict):
        return _model_at(get_args(annotation)[-1], path[1:]) if path else None
    if not (isinstance(annotation, type) and issubclass(annotation, Model)):
        return None
    if not path:
        return annotation
    info = annotation.model_fields.get(str(path[0]))
    return _model_at(info.annotation, path[1:]) if info is not None else None
