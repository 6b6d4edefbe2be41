"""Groups of lights as text of ``lighting/*.yaml``: written anew, and taken out of files people wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from controller.domain.errors import InvalidValue
from controller.logic.light_groups import LightGroup
from controller.logic.scopes import parse_scope
from controller.settings.group_models import LightGroupModel

_KEY = "groups"


def groups_text(groups: Sequence[LightGroup], before: str = "") -> str:
    """A whole file of groups, behind those a file written here before has."""
    there = (yaml.safe_load(before) or {}).get(_KEY) or [] if before else []
    entries = [*there, *map(_entry, groups)]
    said = yaml.safe_dump({_KEY: entries}, allow_unicode=True, sort_keys=False, width=120)
    return f"# Groups taken over from another system in TALQ's words 由TALQ导入的灯组\n{said}"


def _entry(group: LightGroup) -> dict[str, Any]:
    query = {name: [str(one) for one in getattr(group, name)] for name in ("all_of", "any_of", "none_of")}
    picked = {"assets": list(group.assets), "lights": list(group.lights)}
    lists = {name: found for name, found in {**query, **picked}.items() if found}
    return {"name": group.name, "title": {"zh": group.zh, "en": group.en}, **lists}


def groups_in(files: Mapping[str, str]) -> dict[str, LightGroup]:
    """The groups these files of ``lighting/`` say, by name. Entries that do not fit are left out: checking the draft
    names them."""
    found: dict[str, LightGroup] = {}
    for text in files.values():
        try:
            said = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        entries = said.get(_KEY) if isinstance(said, Mapping) else None
        for entry in entries if isinstance(entries, list) else ():
            try:
                group = _group(LightGroupModel.model_validate(entry))
            except (ValidationError, InvalidValue):
                continue
            found.setdefault(group.name, group)
    return found


def _group(model: LightGroupModel) -> LightGroup:
    all_of, any_of, none_of = (tuple(map(parse_scope, query)) for query in (model.all_of, model.any_of, model.none_of))
    picked = (tuple(model.lights), tuple(model.assets))
    return LightGroup(model.name, model.title.zh, model.title.en, *picked, all_of, any_of, none_of)


def without_groups(text: str, names: Collection[str], file: str) -> str:
    """A file of ``lighting/`` without the groups of these names. Raises like ``without_entries``."""
    return without_entries(text, _KEY, "name", names, file)


def without_entries(text: str, key: str, called: str, names: Collection[str], file: str) -> str:
    """A file of ``lighting/`` without the entries of its list ``key`` whose ``called`` is one of these names;
    everything else stays as it was written.

    Raises:
        InvalidValue: the file cannot be read, or writes its list in one line, so that none can be taken out alone.
    """
    found = _entries_in(text, key, file)
    if found is None:
        return text
    items = found.value
    gone = [n for n, item in enumerate(items) if _name_of(item, called) in names]
    if not gone:
        return text
    if found.flow_style:
        raise InvalidValue(f"{file}:{found.start_mark.line + 1}: write {key}: as a list with dashes, then try again")
    lines = text.splitlines(keepends=True)
    drop = {line for n in gone for line in range(items[n].start_mark.line, _last_line(lines, items[n]) + 1)}
    kept = [line for number, line in enumerate(lines) if number not in drop]
    if len(gone) < len(items):
        return "".join(kept)
    head = _head(lines, key, found.start_mark.line)
    kept[kept.index(lines[head])] = f"{key}: []\n"
    return "".join(kept)


def _entries_in(text: str, key: str, file: str) -> yaml.SequenceNode | None:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as cause:
        mark = getattr(cause, "problem_mark", None)
        where = file if mark is None else f"{file}:{mark.line + 1}"
        raise InvalidValue(
            f"{where}: not YAML, so nothing of {key} can be taken out of it; mend the draft first"
        ) from cause
    if not isinstance(root, yaml.MappingNode):
        return None
    for name, value in root.value:
        if name.value == key and isinstance(value, yaml.SequenceNode):
            return value
    return None


def _name_of(item: yaml.Node, called: str) -> str:
    pairs = item.value if isinstance(item, yaml.MappingNode) else ()
    return next((str(value.value) for key, value in pairs if key.value == called), "")


def _last_line(lines: Sequence[str], item: yaml.Node) -> int:
    """The last line of an item that is not a comment or empty: those belong to what follows."""
    end = item.end_mark
    inside = end.line < len(lines) and lines[end.line][: end.column].strip() != ""
    last = end.line if inside else end.line - 1
    while last > item.start_mark.line and lines[last].lstrip()[:1] in ("", "#"):
        last -= 1
    return last


def _head(lines: Sequence[str], key: str, below: int) -> int:
    """The line of the list's own key, at or above its first item."""
    return next(n for n in range(below, -1, -1) if lines[n].startswith(f"{key}:"))
