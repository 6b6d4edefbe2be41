"""Two public storm-water scenarios (pystorms, on SWMM) through our rules: balance of storages, and a tidal outfall.

SWMM runs in a process of its own (``tests/bench/peers/swmm_process.py``), in the environment ``make swmm`` makes; the
rules that decide are the product's (``controller.logic.water_rules.storage``), told each scenario's levels.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from controller.logic.water_rules.storage import Store, equal_filling, lift_helps, side_storage_open
from tests.bench.registry import benchmark, remark

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-swmm" / "bin" / "python"
PROCESS = ROOT / "tests" / "bench" / "peers" / "swmm_process.py"

Depths = Mapping[str, float]
Policy = Callable[[Depths], Sequence[float]]


class SwmmMissing(RuntimeError):
    """There is no SWMM on this machine."""


def play(scenario: str, nodes: Sequence[str], policy: Policy) -> tuple[float, int]:
    """Run a scenario to its end, asked anew in every routing step; its own measure, and how many steps.

    Raises:
        SwmmMissing: the environment is not there: ``make swmm`` makes it.
    """
    if not PYTHON.exists():
        raise SwmmMissing(f"{PYTHON} is missing: run `make swmm` (pystorms and SWMM in an environment of their own)")
    with subprocess.Popen([PYTHON, PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the SWMM process has no pipes")
        print(json.dumps({"scenario": scenario, "nodes": list(nodes)}), file=process.stdin, flush=True)
        for steps, line in enumerate(process.stdout):
            answer = json.loads(line)
            if answer["done"]:
                return float(answer["performance"]), steps
            print(json.dumps({"settings": list(policy(answer["depth"]))}), file=process.stdin, flush=True)
    raise RuntimeError(f"the SWMM process ended in the middle of {scenario} (exit code {process.returncode})")


THETA_RELEASE_M3S = 0.5
"""What the channel below both storages may carry (the scenario's own threshold)."""


def theta_openings(depths: Depths) -> tuple[float, ...]:
    """Both storages are 2 m deep, with a bottom outlet of 1 m² and coefficient 1."""
    return equal_filling([Store(depths[name], 2.0, 1.0, 1.0) for name in ("P1", "P2")], THETA_RELEASE_M3S)


BETA_INVERT_FT = {"ST2": -0.6, "J204": -0.6, "J205": -3.0, "J33": -3.0, "J55": -1.75, "J56": -1.33}
BETA_DEEP_FT = {"ST2": 6.56, "J204": 6.56, "J205": 8.69, "J33": 6.41, "J55": 6.0, "J56": 5.61}
BETA_FULL = 0.85
"""A sewer is at its ceiling at this share of its depth."""


def _level(depths: Depths, node: str) -> float:
    return BETA_INVERT_FT[node] + depths[node]


def _ceiling(node: str) -> float:
    return BETA_INVERT_FT[node] + BETA_FULL * BETA_DEEP_FT[node]


def beta_settings(depths: Depths) -> tuple[float, ...]:
    """The orifice of the side storage, the pump between two sewers, the weir to the tidal outfall (all 0 or 1).

    The storage lies level with its sewer and is open to it both ways: the two balance. The weir is the way out by
    gravity; its outfall has a flap, so it stays open. The pump lifts from one sewer into the one above the outfall.
    """
    storage, sewer = _level(depths, "ST2"), _level(depths, "J204")
    opened = side_storage_open(storage, sewer, BETA_INVERT_FT["J204"], drains_below_m=_ceiling("J204"))
    lifts = lift_helps(_level(depths, "J56"), _ceiling("J56"), _level(depths, "J55"), _ceiling("J55"))
    return float(opened), float(lifts), 1.0


@benchmark(
    "water.theta",
    unit="score",
    must=0,
    goal=0,
    note="pystorms theta through the rule of equal filling: 0 is the bound; uncontrolled 1630.34",
)
def theta() -> list[float]:
    score, steps = play("theta", ["P1", "P2"], theta_openings)
    remark(f"{steps} steps of SWMM, settings asserted in each")
    return [score]


@benchmark(
    "water.beta_gallons",
    unit="gal",
    must=2_509_000,
    goal=2_465_234,
    note="pystorms beta: gallons flooded; storage balance, no lifting into a full sewer, outfall by gravity",
)
def beta_gallons() -> list[float]:
    gallons, steps = play("beta", list(BETA_INVERT_FT), beta_settings)
    remark(f"{steps} steps of SWMM, settings asserted in each; open throughout 2,484,536, no control 2,581,865")
    return [gallons]
