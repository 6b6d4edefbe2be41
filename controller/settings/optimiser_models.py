"""The form of ``optimiser:`` under ``water/``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.settings.fields import Duration, Model, NotNegative

_Metres = Annotated[float, Field(ge=0, le=2)]
_Share = Annotated[float, Field(ge=0, le=1)]


class OptimiserModel(Model):
    """``optimiser:``; each field is explained at ``controller.logic.optimiser.settings``."""

    enabled: bool = True
    every: Annotated[Duration, Field(ge=300, le=900, description="5 to 15 minutes")] = 600.0
    limit: Annotated[Duration, Field(ge=1, le=8, description="2 s later its process is killed")] = 8.0
    gap: Annotated[float, Field(ge=0.0001, le=0.05)] = 0.001
    prove: Annotated[Duration, Field(ge=0, le=6, description="of the limit")] = 3.0
    short: Annotated[Duration, Field(ge=900, le=21600)] = 6 * 3600.0
    long: Annotated[Duration, Field(ge=900, le=7200)] = 3600.0
    warning_mh: NotNegative = 10_000.0
    guarantee_mh: NotNegative = 1_000_000.0
    margin_m: _Metres = 0.03
    error_m: _Metres = 0.06
    inflow_share: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    error_share: _Share = 0.10
    left_share: _Share = 0.8
    late: Annotated[Duration, Field(ge=600, le=3600)] = 1200.0
    apart_m: Annotated[float, Field(ge=0.02, le=2)] = 0.15
