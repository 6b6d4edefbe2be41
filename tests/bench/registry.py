"""The benchmarks there are, and what running one gives."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import pkgutil
import platform
import sqlite3
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Samples = Sequence[float]
Measure = Callable[[], Samples]

AREAS = ("core", "field", "authority", "evidence", "lighting", "water", "hil", "page", "fleet", "historian")
"""What a name begins with: ``core.decision_us``."""

VERSIONED = ("zhadao", "asyncua", "fastapi", "pydantic", "pymodbus", "uvicorn", "uvloop")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A named measurement. ``must`` is the bound it may not miss, ``goal`` the one to reach (None: no such bound).

    Lower is better unless ``higher``. ``measure`` gives samples in ``unit``; their median is the value.
    """

    name: str
    unit: str
    measure: Measure
    must: float | None = None
    goal: float | None = None
    higher: bool = False
    note: str = ""

    def keeps(self, bound: float | None, value: float) -> bool:
        """Whether the value is on the right side of the bound."""
        if bound is None:
            return True
        return value >= bound if self.higher else value <= bound


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gave, as it stands in ``build/bench.json``."""

    name: str
    value: float
    unit: str
    must: float | None
    goal: float | None
    better: str
    must_met: bool
    goal_met: bool
    note: str
    samples: list[float]
    machine: dict[str, object]
    versions: dict[str, str]
    remarks: list[str]
    """What the run itself said: other figures of the same run, and what was missing on this machine."""

    def as_json(self) -> dict[str, object]:
        """The plain form."""
        return asdict(self)


_REGISTERED: dict[str, Benchmark] = {}
_REMARKS: list[str] = []


def remark(text: str) -> None:
    """Say something beside the value: it goes into the result that is being measured, once."""
    if text not in _REMARKS:
        _REMARKS.append(text)


def benchmark(
    name: str,
    *,
    unit: str,
    must: float | None = None,
    goal: float | None = None,
    higher: bool = False,
    note: str = "",
) -> Callable[[Measure], Measure]:
    """Register the function below as a benchmark; it stays the function it is.

    Raises:
        ValueError: the name is taken, or its area is none of ``AREAS``.
    """
    area = name.partition(".")[0]
    if area not in AREAS:
        raise ValueError(f"{name!r} begins with none of the areas {', '.join(AREAS)}")
    if name in _REGISTERED:
        raise ValueError(f"there are two benchmarks named {name!r}")

    def register(measure: Measure) -> Measure:
        _REGISTERED[name] = Benchmark(name, unit, measure, must, goal, higher, note)
        return measure

    return register


def all_benchmarks() -> dict[str, Benchmark]:
    """Every benchmark of every module beside this one, by name."""
    here = Path(__file__).parent
    for module in pkgutil.iter_modules([str(here)]):
        if module.name not in ("__main__", "registry"):
            importlib.import_module(f"{__package__}.{module.name}")
    return dict(sorted(_REGISTERED.items()))


def run(chosen: Benchmark) -> Result:
    """Measure it once.

    Raises:
        ValueError: it gave no samples.
    """
    _REMARKS.clear()
    samples = [float(sample) for sample in chosen.measure()]
    if not samples:
        raise ValueError(f"the benchmark {chosen.name} gave no samples")
    value = statistics.median(samples)
    return Result(
        name=chosen.name,
        value=value,
        unit=chosen.unit,
        must=chosen.must,
        goal=chosen.goal,
        better="higher" if chosen.higher else "lower",
        must_met=chosen.keeps(chosen.must, value),
        goal_met=chosen.keeps(chosen.goal, value),
        note=chosen.note,
        samples=samples,
        machine=machine(),
        versions=versions(),
        remarks=list(_REMARKS),
    )


def machine() -> dict[str, object]:
    """What it ran on: processor, cores this process may use, memory, system, Python; and how busy it was besides."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_1min": round(os.getloadavg()[0], 1),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "unknown")


def versions() -> dict[str, str]:
    """Versions of the libraries that decide the numbers; one that is not installed is left out."""
    found = {"sqlite": sqlite3.sqlite_version}
    for name in VERSIONED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
