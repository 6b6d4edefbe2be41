"""The network's rules on the polder set: regret to the perfect-foresight bound, and what they broke (nothing)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import median

from tests.bench.polder.cases import HELD_OUT, SEEDS
from tests.bench.polder.trials import Error, Outcome, outcomes, trials_of
from tests.bench.registry import benchmark, remark
from tests.bench.water_optimiser import extreme
from tests.bench.water_optimiser import ordinary as optimised

ORDINARY = ("moderate", "design")
GRAVE = ("extreme", "double")
ERRORS: tuple[Error, ...] = (0.0, 0.3, 0.6)


@cache
def ordinary() -> tuple[Outcome, ...]:
    """Rules on moderate and design storms, with forecasts of every quality."""
    return tuple(outcomes(trials_of("rules", ORDINARY, SEEDS, ERRORS)))


@cache
def grave() -> tuple[Outcome, ...]:
    """Rules on extreme and double-peaked storms, with a forecast 30 % off, and on design storms without any."""
    return tuple(
        outcomes(
            trials_of("rules", GRAVE, SEEDS, (0.3,)) + trials_of("rules", ("design",), SEEDS, (None,)),
        )
    )


@cache
def held_out() -> tuple[Outcome, ...]:
    """Storms nobody looked at while the rules were made."""
    return tuple(outcomes(trials_of("rules", ORDINARY, HELD_OUT, (0.3,))))


def percent(found: Sequence[Outcome]) -> list[float]:
    """Their regrets."""
    return [100.0 * outcome.regret for outcome in found]


@benchmark(
    "water.regret_rules_percent",
    unit="%",
    must=50,
    goal=25,
    note="rules without a solver on moderate and design storms, three seeds each, forecasts 0, 30 and 60 % off: cost "
    "above the bound that ends at the same levels ÷ the bound that ends where it began",
)
def regret_rules_percent() -> list[float]:
    found = ordinary()
    for error in ERRORS:
        _tell(f"forecast {100 * (error or 0):.0f} % off", [one for one in found if one.trial.error == error])
    _tell("held-out seeds, forecast 30 % off", held_out())
    return percent(found)


@benchmark(
    "water.regret_rules_extreme_percent",
    unit="%",
    note="the same on extreme storms with a forecast 30 % off; remarks: double peaks, and storms nobody foretold",
)
def regret_rules_extreme_percent() -> list[float]:
    found = grave()
    _tell("double peaks, forecast 30 % off", [one for one in found if one.trial.kind == "double"])
    _tell("design storms nobody foretold", [one for one in found if one.trial.error is None])
    extreme = [one for one in found if one.trial.kind == "extreme"]
    for one in extreme:
        remark(
            f"{one.trial.name}: {one.run.cost.warning_mh:.2f} m·h above warning (bound {one.bound_warning_mh:.2f}), "
            f"{one.run.cost.guarantee_mh:.2f} above guarantee (bound {one.bound_guarantee_mh:.2f})"
        )
    return percent(extreme)


@benchmark(
    "water.interlock_violations",
    unit="count",
    must=0,
    goal=0,
    note="occasions on which the plant had to refuse: a start within min-off or too often, a stop within min-run, more "
    "units than there are, a gate beside a running pump or against the head; all runs of the rules, and of the "
    "optimiser with a forecast 30 % off",
)
def interlock_violations() -> list[float]:
    found = [*ordinary(), *grave(), *held_out(), *optimised(0.3), *extreme()]
    for one in found:
        if one.run.broken.total:
            remark(f"{one.trial.name}: {one.run.broken}")
    return [float(sum(one.run.broken.total for one in found))]


def _tell(what: str, found: Sequence[Outcome]) -> None:
    regrets = percent(found)
    warned = sum(one.run.cost.warning_mh for one in found)
    starts = median(one.run.starts for one in found)
    kwh = median(one.run.kwh for one in found)
    remark(
        f"{what}: median {median(regrets):.1f} %, worst {max(regrets):.1f} %; {warned:.2f} m·h above warning in all, "
        f"{starts:.0f} starts and {kwh:.0f} kWh a run"
    )
