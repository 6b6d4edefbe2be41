"""A truth table as lines people read, in one of two languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from controller.domain.expression import Truth
from controller.logic.truth_table import ActTable, Given, Row, Together


@dataclass(frozen=True, slots=True)
class _Words:
    legend: tuple[str, ...]
    heads: tuple[str, ...]
    why: str
    clear: str
    together: str
    unbound: str
    latched: str
    bypassable: str
    delays: str


_WORDS = {
    "en": _Words(
        (
            "What each value of a condition gives: to begin the act, and while it is under way.",
            "a/b: to automation / to a person. Where several bind one act the strictest word counts: "
            "trip, force, hold, allow.",
            "Slots 1 and 2 (life safety, trips) are bound by none of them; they only stop, cut and close.",
        ),
        ("", "begin: TRUE", "FALSE", "UNKNOWN", "under way: TRUE", "FALSE", "UNKNOWN", "on_bad", ""),
        "why",
        "clear",
        "together",
        "nothing binds it",
        "latches",
        "bypassable",
        "acts after {off:g} s, lets go after {on:g} s",
    ),
    "zh": _Words(
        (
            "条件各取值的结果：动作开始时，以及动作进行中。",
            "a/b：对自动 / 对人员。多个联锁约束同一动作时取最严："
            "trip（跳闸）、force（强制）、hold（闭锁）、allow（允许）。",
            "优先级 1、2（生命安全、设备保护）不受其约束；它们只会停、断、关。",
        ),
        ("", "开始: TRUE", "FALSE", "UNKNOWN", "进行中: TRUE", "FALSE", "UNKNOWN", "on_bad", ""),
        "原因",
        "解除",
        "组合",
        "无约束",
        "锁存",
        "可旁路",
        "{off:g} s 后动作，{on:g} s 后释放",
    ),
}
_NEVER = "–"


def table_lines(tables: Sequence[ActTable], lang: str) -> Iterator[str]:
    """The whole table."""
    words = _WORDS[lang]
    yield from words.legend
    for table in tables:
        yield ""
        yield f"{table.target} {table.name}: {table.act.value}"
        yield from _act(table, words, lang)


def _act(table: ActTable, words: _Words, lang: str) -> Iterator[str]:
    if not table.rows:
        yield f"  {words.unbound}"
        return
    cells = [words.heads, *(_cells(row, words) for row in table.rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(words.heads))]
    yield _line(cells[0], widths)
    for row, line in zip(table.rows, cells[1:], strict=True):
        yield _line(line, widths)
        why, clear = (row.why_zh, row.clear_zh) if lang == "zh" else (row.why_en, row.clear_en)
        yield f"      {row.condition}"
        yield f"      {words.why}: {why}; {words.clear}: {clear}"
    if table.together:
        yield from _combinations(table, words)


def _cells(row: Row, words: _Words) -> tuple[str, ...]:
    flags = [row.origin]
    flags += [words.latched] * row.latched + [words.bypassable] * row.bypassable
    if row.off_delay_s or row.on_delay_s:
        flags.append(words.delays.format(off=row.off_delay_s, on=row.on_delay_s))
    given = [_said(cells, truth) for cells in (row.begin, row.under_way) for truth in _TRUTHS]
    return (row.id, *given, row.on_bad or _NEVER, ", ".join(flags))


_TRUTHS = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)


def _said(cells: Mapping[Truth, Given], truth: Truth) -> str:
    given = cells.get(truth)
    return _NEVER if given is None else str(given)


def _combinations(table: ActTable, words: _Words) -> Iterator[str]:
    names = [row.id for row in table.rows if row.origin != "built in"]
    rows = [("", *names, words.heads[1].split(":")[0], words.heads[4].split(":")[0])]
    rows += [_combined(one) for one in table.together]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    yield f"  {words.together}:"
    for row in rows:
        yield _line(row, widths)


def _combined(one: Together) -> tuple[str, ...]:
    return ("", *(value.name for value in one.values), str(one.begin), str(one.under_way))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return ("  " + "  ".join(padded)).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
