"""``python -m tests.bench NAME``: run benchmarks and print (or write) them as a JSON list.

``--all`` gives each benchmark a process of its own: none warms or burdens the next, and one that fails does not take
the others with it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.registry import Benchmark, all_benchmarks, run

ROOT = Path(__file__).parents[2]

Results = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 1 when a benchmark failed, or with ``--strict`` missed its must; 2 for a wrong call."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    known = all_benchmarks()
    if asked.list:
        print("\n".join(_described(known[name]) for name in known))
        return 0
    if asked.all == bool(asked.names):
        parser.error("say which benchmarks to run, or --all, or --list")
    unknown = sorted(set(asked.names) - set(known))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; --list shows what there is")
    results, failed = _each_in_its_own_process(known) if asked.all else _here(known, asked.names)
    _give(results, asked.output)
    missed = [result["name"] for result in results if not result["must_met"]]
    for name in missed:
        print(f"{name} missed its must", file=sys.stderr)
    return 1 if failed or (asked.strict and missed) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Run benchmarks; JSON on stdout.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a benchmark, as --list names it")
    parser.add_argument("--all", action="store_true", help="every benchmark")
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the JSON there instead")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a benchmark misses its must")
    return parser


def _described(known: Benchmark) -> str:
    sign = "≥" if known.higher else "≤"
    bounds = [f"{word} {sign} {bound:g}" for word, bound in (("must", known.must), ("goal", known.goal)) if bound]
    return "  ".join([f"{known.name:34}", f"{known.unit:8}", ", ".join(bounds)]).rstrip()


def _here(known: dict[str, Benchmark], names: Sequence[str]) -> tuple[Results, bool]:
    return [run(known[name]).as_json() for name in names], False


def _each_in_its_own_process(known: dict[str, Benchmark]) -> tuple[Results, bool]:
    results: Results = []
    failed = False
    for name in known:
        print(f"{name} ...", file=sys.stderr, flush=True)
        child = subprocess.run(
            [sys.executable, "-m", "tests.bench", name], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        if child.returncode == 0:
            results += json.loads(child.stdout)
        else:
            failed = True
            print(f"{name} failed (exit code {child.returncode})", file=sys.stderr)
    return results, failed


def _give(results: Results, output: Path | None) -> None:
    text = json.dumps(results, indent=2, ensure_ascii=False)
    if output is None:
        print(text)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text + "\n", encoding="utf-8")
    for result in results:
        print(f"{result['name']:34} {result['value']:12.4g} {result['unit']}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
