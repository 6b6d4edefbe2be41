"""What a site says of fault detection: ``faults:`` under ``lighting/``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from controller.logic.faults.rules import FaultRules
from controller.settings.fields import Duration, Model
from controller.settings.parsing import Entry, Findings

DEFAULT = FaultRules()
SHORTEST_LOSS_S, LONGEST_LOSS_S = 300.0, 3600.0


class LampLossModel(Model):
    """``{percent: 4, lasts: 15m, learn_nights: 3}``."""

    percent: Annotated[float, Field(ge=1, le=30)] = 100 * DEFAULT.loss_share
    lasts: Duration = DEFAULT.loss_for_s
    learn_nights: Annotated[int, Field(ge=2, le=30)] = DEFAULT.learn_nights
    settle: Duration = DEFAULT.settle_s


class DayBurnerModel(Model):
    """``{percent: 10, lasts: 10m}``."""

    percent: Annotated[float, Field(ge=1, le=90)] = 100 * DEFAULT.day_share
    lasts: Duration = DEFAULT.day_for_s


class TheftModel(Model):
    """``{percent: 25, lamps: 2.5}``."""

    percent: Annotated[float, Field(ge=10, le=90)] = 100 * DEFAULT.theft_share
    lamps: Annotated[float, Field(ge=1, le=20)] = DEFAULT.theft_lamps


class FaultsModel(Model):
    """Each number is explained at ``controller.logic.faults.rules.FaultRules``."""

    lamp_loss: LampLossModel = Field(default_factory=LampLossModel)
    day_burner: DayBurnerModel = Field(default_factory=DayBurnerModel)
    cable_theft: TheftModel = Field(default_factory=TheftModel)
    contactor_after: Duration = DEFAULT.contact_for_s
    leakage_warn_ma: Annotated[float, Field(gt=0, le=1000)] = DEFAULT.leakage_ma
    nominal_v: Annotated[float, Field(ge=100, le=300)] = DEFAULT.nominal_v


def faults_of(said: Sequence[Entry[FaultsModel]], leakage_alarm_ma: float, findings: Findings) -> FaultRules:
    """The rules; what is wrong is noted. ``leakage_alarm_ma``: from where wet power-off cuts."""
    for second in said[1:]:
        findings.add(second.spot, "a second faults", f"{said[0].spot} says it already; keep one")
    if not said:
        return DEFAULT
    model, spot = said[0].value, said[0].spot
    if model.leakage_warn_ma >= leakage_alarm_ma:
        hint = f"less than the {leakage_alarm_ma:g} mA from which wet_power cuts the circuits"
        findings.add(spot.at("leakage_warn_ma"), "a warning that comes with the cut, or after it", hint)
    if not SHORTEST_LOSS_S <= model.lamp_loss.lasts <= LONGEST_LOSS_S:
        hint = "5m to 1h: less is noise, more is a night"
        findings.add(spot.at("lamp_loss", "lasts"), "no time to tell a lost lamp by", hint)
    return FaultRules(
        loss_share=model.lamp_loss.percent / 100.0,
        loss_for_s=model.lamp_loss.lasts,
        learn_nights=model.lamp_loss.learn_nights,
        settle_s=model.lamp_loss.settle,
        day_share=model.day_burner.percent / 100.0,
        day_for_s=model.day_burner.lasts,
        theft_share=model.cable_theft.percent / 100.0,
        theft_lamps=model.cable_theft.lamps,
        contact_for_s=model.contactor_after,
        leakage_ma=model.leakage_warn_ma,
        nominal_v=model.nominal_v,
    )
