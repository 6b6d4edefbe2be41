"""The form of what a unit, gate or station may have besides: auxiliaries, suction gate, drive, feeder, rack, supply."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from controller.settings.fields import Model, NotNegative, Output, Positive, Text

Percent = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Hour = Annotated[int, Field(ge=0, le=24)]


class UnitEquipmentModel(Model):
    """What a pump unit may have besides its motor; see ``controller.domain.pumps_and_gates.PumpUnit``."""

    suction_gate: Output | None = None
    suction_stays_open: bool = False
    gate_proof_s: Positive = 60.0
    undercurrent_share: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.6
    undercurrent_s: Positive = 10.0
    auxiliaries: list[Literal["lubrication", "cooling"]] = Field(default_factory=list)
    auxiliary_proof_s: Positive = 30.0
    auxiliary_after_s: NotNegative = 60.0
    auxiliary_trip_s: Positive | None = None
    flap: bool = False
    min_speed_percent: Percent | None = None
    feeder: Text | None = None
    feeder_rest_s: NotNegative = 30.0


class GateEquipmentModel(Model):
    """How a gate may be moved and what it has besides; see ``controller.domain.pumps_and_gates.Gate``."""

    min_step_percent: Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)] = 5.0
    max_moves_per_hour: Annotated[int, Field(ge=1, le=1000)] = 12
    jam_s: Positive = 15.0
    drift_percent: Percent = 5.0
    drift_returns: bool = False
    torque_limit_percent: Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)] | None = None
    emergency_lower: bool = False
    emergency_lower_s: Positive = 60.0
    buttons: bool = False


class RackModel(Model):
    """Head over the trash rack (m): ``rack: {start_m: 0.3, alarm_m: 0.3, shed_m: 0.5, stop_m: 0.8}``."""

    start_m: Positive = 0.3
    alarm_m: Positive = 0.3
    shed_m: Positive = 0.5
    stop_m: Positive = 0.8
    confirm_s: NotNegative = 10.0
    shed_every_s: Positive = 60.0

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.start_m <= self.shed_m < self.stop_m:
            said = f"start_m {self.start_m:g}, shed_m {self.shed_m:g}, stop_m {self.stop_m:g}"
            raise ValueError(f"a rack's limits rise: start_m ≤ shed_m < stop_m, not {said}")
        return self


class ExerciseModel(Model):
    """Units that stand still are run: ``exercise: {every_days: 30, from_hour: 9, until_hour: 16, automatic: true}``."""

    every_days: Positive = 30.0
    from_hour: Hour = 9
    until_hour: Hour = 16
    automatic: bool = False

    @model_validator(mode="after")
    def _within_a_day(self) -> Self:
        if self.from_hour >= self.until_hour:
            raise ValueError(f"until_hour {self.until_hour} comes after from_hour {self.from_hour} on the same day")
        return self


class PowerReturnModel(Model):
    """Seconds after the supply's return: ``power_return: {least_s: 10, most_s: 60}``."""

    least_s: NotNegative = 10.0
    most_s: Positive = 60.0

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.least_s > self.most_s:
            raise ValueError(f"least_s {self.least_s:g} is more than most_s {self.most_s:g}")
        return self


class StationEquipmentModel(Model):
    """What a station may have besides; see ``controller.domain.stations.Station``."""

    rack: RackModel = Field(default_factory=RackModel)
    exercise: ExerciseModel = Field(default_factory=ExerciseModel)
    power_return: PowerReturnModel = Field(default_factory=PowerReturnModel)
    supply: str | None = None
    boots: str | None = None
    low_low: str | None = None
    feeder: str = ""
