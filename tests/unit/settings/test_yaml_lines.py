"""YAML with lines: the dialect, what it refuses, and the line of every path."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from controller.settings.yaml_lines import Document, read_document


def document(tmp_path: Path, text: str) -> Document:
    file = tmp_path / "file.yaml"
    file.write_text(text, encoding="utf-8")
    return read_document(file, "file.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("22:30", "22:30"),
        ("06:00", "06:00"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("330106-LC-0001", "330106-LC-0001"),
        ("12", 12),
        ("-3", -3),
        ("'12'", "12"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("true", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("2026-10-01", date(2026, 10, 1)),
        ("2026-02-30", "2026-02-30"),
        ("50%", "50%"),
        ("sunset-5m", "sunset-5m"),
    ],
)
def test_a_plain_word_means_what_a_reader_would_think(tmp_path: Path, text: str, value: object) -> None:
    assert document(tmp_path, f"key: {text}\n").data == {"key": value}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a: 1\nb: !python/name:os.system x\n", 2, "is not known here"),
        ("a: !!int abc\n", 1, "is not known here"),
        ("a: &x [1]\nb: *x\n", 1, "an alias"),
        ("a: 1\n<<: {b: 2}\n", 2, "a key is a plain word"),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
    ],
)
def test_what_the_dialect_refuses_is_named_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    (problem,) = document(tmp_path, text).problems
    assert problem.line == line
    assert message in problem.message


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_bytes(b"a: \xff\xfe\x00")
    (problem,) = read_document(file, "file.yaml").problems
    assert "not YAML" in problem.message


def test_lines_are_found_in_block_and_flow_style_and_missing_keys_give_their_parent(tmp_path: Path) -> None:
    doc = document(tmp_path, "a:\n  - {id: x,\n     b: 1}\n  - id: y\n    c:\n      d: 2\n")
    assert doc.line(("a", 0)) == 2
    assert doc.line(("a", 0, "b")) == 3
    assert doc.line(("a", 1, "c", "d")) == 6
    assert doc.line(("a", 1, "missing")) == 4
    assert doc.line(("a", 7)) == 1
    assert doc.where(("a", 1, "c", "d")) == "a[y].c.d"


keys = st.text(alphabet="abcdefgh", min_size=1, max_size=4)
trees = st.recursive(
    st.integers(-99, 99) | st.booleans() | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_data_survive_and_every_path_has_the_line_its_key_stands_in(tree: dict[str, Any]) -> None:
    text = yaml.safe_dump(tree, sort_keys=False)
    lines = text.splitlines()
    doc = _of(text)
    assert doc.data == tree
    for path in _paths(tree):
        line = lines[doc.line(path) - 1]
        assert (f"{path[-1]}:" if isinstance(path[-1], str) else "- ") in line


def _of(text: str) -> Document:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return document(Path(folder), text)


def _paths(tree: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = [at] if at else []
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        found += _paths(value, (*at, key))
    return found
