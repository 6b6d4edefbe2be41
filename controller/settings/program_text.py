"""Lighting programs as text of ``lighting/*.yaml``, for programs taken over from others: edges and savings only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml

from controller.domain.errors import InvalidValue
from controller.settings.group_text import without_entries
from schedules.program import DARK, FULL, Program, Saving

_KEY = "programs"
_SAID = frozenset({"id", "title", "edges", "savings", "dimming"})
"""What of a program has words in TALQ."""


def programs_text(programs: Sequence[Program], before: str = "") -> str:
    """A whole file of programs, behind those a file written here before has."""
    there = (yaml.safe_load(before) or {}).get(_KEY) or [] if before else []
    entries = [*there, *map(_entry, programs)]
    said = yaml.safe_dump({_KEY: entries}, allow_unicode=True, sort_keys=False, width=120)
    return f"# Programs taken over from another system in TALQ's words 由TALQ导入的方案\n{said}"


def program_ids(text: str) -> list[str]:
    """The programs a file of ``lighting/`` says; none where it cannot be read (checking the draft says so)."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    found = said.get(_KEY) if isinstance(said, Mapping) else None
    return [str(one.get("id")) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def without_programs(text: str, names: Collection[str], file: str) -> str:
    """A file of ``lighting/`` without the programs of these names.

    Raises:
        InvalidValue: one of them has a part TALQ has no words for, which would be lost; or like ``without_entries``.
    """
    left = without_entries(text, _KEY, "id", names, file)
    if left != text:
        for one in yaml.safe_load(text)[_KEY]:
            lost = sorted(set(one) - _SAID) if isinstance(one, Mapping) and one.get("id") in names else []
            if lost:
                raise InvalidValue(
                    f"{file}: program {one['id']} has {', '.join(lost)}, which TALQ's words leave out: it would be "
                    "lost. Take it out of the draft first if that is meant, or send the program under another id "
                    "该方案含TALQ无法表达的内容，请先在草案中删除或换用其他编号"
                )
    return left


def _entry(program: Program) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": program.id,
        "title": {"zh": program.title.zh, "en": program.title.en},
        "edges": {str(edge.at): _level(edge.percent) for edge in program.edges},
    }
    return said | ({"savings": [_saving(one) for one in program.savings]} if program.savings else {})


def _saving(saving: Saving) -> dict[str, str]:
    until = {} if saving.until is None else {"until": str(saving.until)}
    return {"from": str(saving.start), **until, "level": _level(saving.percent)}


def _level(percent: float) -> str:
    return {FULL: "on", DARK: "off"}.get(percent, f"{percent:g}%")
