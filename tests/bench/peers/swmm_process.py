"""A pystorms scenario as a process of its own: JSON lines in, JSON lines out. Run by the environment that has pystorms.

First line in: ``{"scenario": "theta", "nodes": ["P1", …]}``. Then one line ``{"settings": [...]}`` a step; each is
answered by the nodes' depths and whether it was the last step. Settings are asserted anew in every step.
The answer to the last carries ``performance``: the scenario's own measure, summed. Nothing of pystorms or SWMM is
imported by anything else.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any


def one_thread(network: str, folder: Path) -> str:
    """A copy of a SWMM input that solves on one thread, so that a run can be repeated."""
    text = Path(network).read_text(encoding="utf-8", errors="replace")
    text = re.sub(r"(?m)^THREADS\b.*\n", "", text)
    text = re.sub(r"(?m)^\[OPTIONS\]\s*$", "[OPTIONS]\nTHREADS 1", text, count=1)
    copy = folder / Path(network).name
    copy.write_text(text, encoding="utf-8")
    return str(copy)


def open_scenario(name: str, folder: Path) -> Any:
    """The scenario, on one thread. ``folder`` takes the copy of its network and what SWMM writes beside it."""
    module: Any = importlib.import_module(f"pystorms.scenarios.{name}")
    found = module.load_network
    module.load_network = lambda wanted: one_thread(found(wanted), folder)
    return getattr(module, name)()


def seen(scenario: Any, nodes: list[str], done: bool) -> dict[str, Any]:
    """What the process says after a step."""
    if done:
        measure = scenario.data_log["performance_measure"]
        return {"done": True, "performance": float(sum(measure)), "steps": len(measure)}
    env = scenario.env
    depth = {node: float(env.methods["depthN"](node)) for node in nodes}
    return {"done": False, "depth": depth, "time": str(env._getCurrentSimulationDateTime())}


def main() -> None:
    """Serve one run."""
    with tempfile.TemporaryDirectory(prefix="swmm-") as folder:
        serve(Path(folder))


def serve(folder: Path) -> None:
    """Answer until the scenario ends, or nobody asks any more."""
    asked = json.loads(sys.stdin.readline())
    # SWMM prints its progress to standard output; ours stays clean for the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    scenario = open_scenario(asked["scenario"], folder)
    done = False
    print(json.dumps(seen(scenario, asked["nodes"], False)), file=answers, flush=True)
    while not done:
        line = sys.stdin.readline()
        if not line:
            break
        done = bool(scenario.step(json.loads(line)["settings"]))
        print(json.dumps(seen(scenario, asked["nodes"], done)), file=answers, flush=True)


if __name__ == "__main__":
    main()
