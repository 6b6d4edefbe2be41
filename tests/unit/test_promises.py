"""Every promise of ``docs/explanation/promises.md`` has a proof, and every proof it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs/explanation/promises.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^\*\*(\d+)\. ", PAGE, re.MULTILINE)
PROOFS = dict(re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE))
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", "\n".join(PROOFS.values()))))


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_every_promise_is_proven_and_nothing_else_is() -> None:
    assert [str(number) for number in range(1, len(PROMISES) + 1)] == PROMISES
    assert list(PROOFS) == PROMISES
    for number, proofs in PROOFS.items():
        assert proofs.count("`") == 2 * proofs.count("::") > 0, f"promise {number}: a proof is `FILE::TEST`"


def test_every_promise_is_said_in_both_languages() -> None:
    for text in re.split(r"^\*\*\d+\. ", PAGE, flags=re.MULTILINE)[1:]:
        assert re.search(r"[\u4e00-\u9fff]{4}", text.split("\n\n")[0]), text[:60]


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_every_proof_that_is_named_is_there(file: str, test: str) -> None:
    assert test in names_in(file), f"tests/{file} has no {test}"
