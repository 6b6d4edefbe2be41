"""What the optimiser goes by, beside what the network's rules go by (tariff, starts, margins to the floor)."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.logic.water_rules.settings import RuleSettings


@dataclass(frozen=True, slots=True)
class OptimiserSettings:
    """Margins in metres, times in seconds, money in yuan. Defaults are illustrative, tried out on the polder bench.

    ``every_s``: how often it works out a plan (5 to 15 min); ``limit_s``: the solver's time, hard. ``prove_s``: the
    part of it for the programme of whole numbers, which betters the plan or says how good it is (0: none); ``gap``: how
    close to the best is close enough. ``short_s``: steps are those of the outlook for so long, ``long_s`` after that.
    ``warning_mh`` and ``guarantee_mh``: what a metre-hour above costs. ``margin_m`` and ``error_m``: how unsure a
    level is, at best and further with forecasts that were off by ``forecast_error``; what the levels may cost is
    spread over that. ``inflow_share``, ``error_share``: what is expected over what is foretold. ``left_share``: what
    water left at the end is worth, over what the cheapest hour takes to pump it. ``late_s``: a plan older than this
    says nothing; ``apart_m``: nor does one from whose levels the measured ones have gone so far.
    """

    enabled: bool = False
    every_s: float = 600.0
    limit_s: float = 8.0
    gap: float = 0.001
    prove_s: float = 3.0
    short_s: float = 6 * 3600.0
    long_s: float = 3600.0
    warning_mh: float = 10_000.0
    guarantee_mh: float = 1_000_000.0
    margin_m: float = 0.005
    error_m: float = 0.06
    inflow_share: float = 1.0
    error_share: float = 0.10
    left_share: float = 0.8
    late_s: float = 1200.0
    apart_m: float = 0.15
    rules: RuleSettings = field(default_factory=RuleSettings)
